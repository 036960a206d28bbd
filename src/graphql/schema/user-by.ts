import { builder } from './builder.ts';
import { name } from './input-values.ts';

const DirectoryLogin = builder.inputType('DirectoryLogin', {
  description: 'A user by what they sign in with.',
  fields: (t) => ({
    directory: t.string({ required: true, description: 'The directory’s name.' }),
    login: t.string({
      required: true,
      description:
        'Exactly what the user signs in with: a username, an email address, or a phone number in E.164; one of ' +
        'User.loginIds. A user id is no login.',
      validate: { schema: name },
    }),
  }),
});

/** Which user is meant. */
export const UserBy = builder.inputType('UserBy', {
  isOneOf: true,
  description: 'Which user is meant: exactly one of these.',
  fields: (t) => ({
    id: t.id({ description: '<directory>:<the provider’s user id>, as User.id gives it.' }),
    login: t.field({ type: DirectoryLogin, description: 'By what they sign in with. Costs one more call.' }),
  }),
});
