import {
  type Email,
  globalId,
  type Phone,
  type User,
  type UserStatus,
  type UserTenant,
} from '../../domain/user.ts';
import { userVersion } from '../../domain/user-version.ts';
import { costs } from '../documents/cost.ts';
import { inTurns } from '../in-turns.ts';
import { builder } from './builder.ts';
import { CustomFieldType } from './custom-field.ts';
import { DirectoryType } from './directory.ts';
import { toGraphQLError } from './graphql-error.ts';
import { errorsIn, userBy } from './input-values.ts';
import { limitNamedUsers, userReader, withCustomFields } from './read-user.ts';

export const UserStatusEnum = builder.enumType('UserStatus', {
  description: 'Whether a user may sign in.',
  values: {
    ENABLED: { description: 'The user may sign in. Can be set.' },
    DISABLED: { description: 'The user may not sign in. Can be set.' },
    INVITED: { description: 'The user has not accepted an invitation yet. Set by the provider only.' },
    EXPIRED: { description: 'The account has expired. Set by the provider only.' },
  } as const satisfies Record<UserStatus, { description: string }>,
});

const EmailType = builder.objectRef<Email>('Email').implement({
  description: 'An email address.',
  fields: (t) => ({
    address: t.exposeString('address', { description: 'The address.' }),
    verified: t.exposeBoolean('verified', { description: 'Whether the provider has it as verified.' }),
  }),
});

const PhoneType = builder.objectRef<Phone>('Phone').implement({
  description: 'A phone number.',
  fields: (t) => ({
    number: t.exposeString('number', { description: 'The number in E.164, such as +8615612345678.' }),
    verified: t.exposeBoolean('verified', { description: 'Whether the provider has it as verified.' }),
  }),
});

const UserTenantType = builder.objectRef<UserTenant>('UserTenant').implement({
  description: 'A user’s membership in a tenant.',
  fields: (t) => ({
    tenantId: t.exposeString('tenantId', { description: 'The tenant’s id at the provider.' }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'The tenant’s name; null if the provider does not return it.',
    }),
    roleNames: t.exposeStringList('roleNames', { description: 'The user’s roles in this tenant.' }),
  }),
});

export const UserType = builder.objectRef<User>('User').implement({
  description:
    'A user as the provider returns it. What the provider does not have is null, or an empty list.',
  fields: (t) => ({
    id: t.id({
      description: 'The user’s permanent id in idpatch: <directory>:<the provider’s user id>.',
      resolve: globalId,
    }),
    directory: t.field({
      type: DirectoryType,
      description: 'The directory of the user.',
      resolve: (user, _args, { directories }) => {
        const directory = directories.get(user.directory);
        if (!directory) throw new Error('Unreachable: a user of a directory that does not exist.');
        return directory;
      },
    }),
    userId: t.exposeString('userId', { description: 'The provider’s id of the user.' }),
    version: t.string({
      ...costs({ points: 10 }),
      description:
        'A hash of the whole user, for PatchUserInput.ifVersion. It changes whenever anything of the user changes.',
      resolve: (user, _args, context) => withCustomFields(user, context, userVersion),
    }),
    username: t.exposeString('username', { nullable: true, description: 'The username.' }),
    loginIds: t.exposeStringList('loginIds', {
      description: 'The identifiers that the user signs in with. Each of them can be used in UserBy.login.',
    }),
    displayName: t.exposeString('displayName', { nullable: true, description: 'The display name.' }),
    givenName: t.exposeString('givenName', { nullable: true, description: 'The given name.' }),
    middleName: t.exposeString('middleName', { nullable: true, description: 'The middle name.' }),
    familyName: t.exposeString('familyName', { nullable: true, description: 'The family name.' }),
    email: t.expose('email', { type: EmailType, nullable: true, description: 'The email address.' }),
    phone: t.expose('phone', { type: PhoneType, nullable: true, description: 'The phone number.' }),
    picture: t.exposeString('picture', {
      nullable: true,
      description: 'The URL of a picture of the user.',
    }),
    status: t.expose('status', {
      type: UserStatusEnum,
      nullable: true,
      description: 'Whether the user may sign in; null if the provider’s status is unknown to idpatch.',
    }),
    roleNames: t.exposeStringList('roleNames', {
      description: 'The user’s roles, without roles in tenants.',
    }),
    tenants: t.expose('tenants', { type: [UserTenantType], description: 'The user’s tenants.' }),
    ssoAppIds: t.exposeStringList('ssoAppIds', {
      description: 'The applications that the user may open by single sign-on.',
    }),
    customFields: t.field({
      type: [CustomFieldType],
      args: { names: t.arg.stringList({ description: 'Only these fields; left out or null: all fields.' }) },
      description: 'The custom fields that have a value.',
      resolve: (user, { names }, context) =>
        withCustomFields(user, context, ({ customFields }) =>
          customFields.filter(({ field }) => !names || names.includes(field)),
        ),
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the account was created.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the account was last changed.',
    }),
  }),
});

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

builder.queryFields((t) => ({
  user: t.field({
    type: UserType,
    nullable: true,
    args: { by: t.arg({ type: UserBy, required: true, description: 'The user.' }) },
    description: 'One user; null if there is no such user.',
    ...costs({ points: 100 }),
    resolve: (_root, { by }, context, info) => {
      const [error] = errorsIn(userBy, by, ['by']);
      if (error) throw toGraphQLError(error);
      return userReader(context, info)(by, { id: ['by', 'id'], login: ['by', 'login'] });
    },
  }),
  users: t.field({
    type: [UserType],
    nullable: { list: false, items: true },
    args: {
      ids: t.arg.idList({ required: true, description: 'At most 1000 ids, as in User.id.' }),
    },
    description:
      'Users in the order of the ids; null if there is no such user. If the provider supports it, up to 100 users of a ' +
      'directory are read in one request.',
    ...costs({ argument: 'ids', points: 50 }),
    resolve: (_root, { ids }, context, info) => {
      limitNamedUsers(ids.length, 'ids', context, ids);
      const read = userReader(context, info);
      const users = ids.map((id, index) => read({ id }, { id: ['ids', String(index)], login: [] }));
      return inTurns(users, context);
    },
  }),
}));
