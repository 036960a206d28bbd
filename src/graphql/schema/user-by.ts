import { builder } from './builder.ts';

const DirectoryLogin = builder.inputType('DirectoryLogin', {
  description: 'A user by login: the identifier they sign in with.',
  fields: (t) => ({
    directory: t.string({ required: true, description: 'The directory’s name.' }),
    login: t.string({
      required: true,
      description:
        'A username, an email address, or a phone number in E.164, exactly as in User.loginIds. Not a user id.',
    }),
  }),
});

export const UserBy = builder.inputType('UserBy', {
  isOneOf: true,
  description: 'A reference to a user: exactly one of these fields.',
  fields: (t) => ({
    id: t.id({ description: '<directory>:<the provider’s user id>, as in User.id.' }),
    login: t.field({
      type: DirectoryLogin,
      description: 'By login. Needs one more request to the provider.',
    }),
  }),
});
