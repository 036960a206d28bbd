import {
  type Email,
  globalId,
  type Phone,
  type User,
  type UserStatus,
  type UserTenant,
} from '../../domain/user.ts';
import { userVersion } from '../../domain/user-version.ts';
import { builder } from './builder.ts';
import { CustomFieldType } from './custom-field.ts';
import { DirectoryType } from './directory.ts';
import { limitNamedUsers, readUser, withCustomFields } from './read-user.ts';
import { UserBy } from './user-by.ts';

/** A user's state, in inputs and answers. */
export const UserStatusEnum = builder.enumType('UserStatus', {
  description: 'Whether a user may sign in.',
  values: {
    ENABLED: { description: 'They may. Can be asked for.' },
    DISABLED: { description: 'They may not. Can be asked for.' },
    INVITED: { description: 'They were invited and have not come yet. Only the provider brings this about.' },
    EXPIRED: { description: 'Their time is over. Only the provider brings this about.' },
  } as const satisfies Record<UserStatus, { description: string }>,
});

const EmailType = builder.objectRef<Email>('Email').implement({
  description: 'An email address.',
  fields: (t) => ({
    address: t.exposeString('address', { description: 'The address.' }),
    verified: t.exposeBoolean('verified', { description: 'Whether the provider holds it for verified.' }),
  }),
});

const PhoneType = builder.objectRef<Phone>('Phone').implement({
  description: 'A phone number.',
  fields: (t) => ({
    number: t.exposeString('number', { description: 'The number in E.164, such as +8615612345678.' }),
    verified: t.exposeBoolean('verified', { description: 'Whether the provider holds it for verified.' }),
  }),
});

const UserTenantType = builder.objectRef<UserTenant>('UserTenant').implement({
  description: 'A user’s membership of a tenant.',
  fields: (t) => ({
    tenantId: t.exposeString('tenantId', { description: 'The tenant’s id at the provider.' }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'The tenant’s name; null where it is not given.',
    }),
    roleNames: t.stringList({
      description: 'The roles that the user has in this tenant.',
      resolve: ({ roleNames }) => [...roleNames],
    }),
  }),
});

/** A user. */
export const UserType = builder.objectRef<User>('User').implement({
  description: 'A user as the provider gives it. What the provider does not have is null, or an empty list.',
  fields: (t) => ({
    id: t.id({
      description: '<directory>:<the provider’s user id>: the user’s id here, the same for ever.',
      resolve: globalId,
    }),
    directory: t.field({
      type: DirectoryType,
      description: 'Where the user is held.',
      resolve: (user, _args, { directories }) => {
        const directory = directories.get(user.directory);
        if (!directory) throw new Error('A user came from a directory that is not there.');
        return directory;
      },
    }),
    userId: t.exposeString('userId', { description: 'The provider’s own id of the user.' }),
    version: t.string({
      description:
        'Digest of the whole user as the provider gives it; changes whenever anything of the user does, and does ' +
        'not depend on what is asked for here.',
      resolve: (user, _args, context) => withCustomFields(user, context, userVersion),
    }),
    username: t.exposeString('username', { nullable: true, description: 'The account’s name.' }),
    loginIds: t.stringList({
      description: 'What the user signs in with, any of which UserBy.login finds them by.',
      resolve: ({ loginIds }) => [...loginIds],
    }),
    displayName: t.exposeString('displayName', { nullable: true, description: 'The name to show.' }),
    givenName: t.exposeString('givenName', { nullable: true, description: 'The given name.' }),
    middleName: t.exposeString('middleName', { nullable: true, description: 'The middle name.' }),
    familyName: t.exposeString('familyName', { nullable: true, description: 'The family name.' }),
    email: t.expose('email', { type: EmailType, nullable: true, description: 'The email address.' }),
    phone: t.expose('phone', { type: PhoneType, nullable: true, description: 'The phone number.' }),
    picture: t.exposeString('picture', {
      nullable: true,
      description: 'The address of a picture of the user.',
    }),
    status: t.expose('status', {
      type: UserStatusEnum,
      nullable: true,
      description: 'Whether they may sign in; null where the provider says something that is not known here.',
    }),
    roleNames: t.stringList({
      description: 'The roles that the user has, tenants’ roles apart.',
      resolve: ({ roleNames }) => [...roleNames],
    }),
    tenants: t.field({
      type: [UserTenantType],
      description: 'The tenants that the user is a member of.',
      resolve: ({ tenants }) => [...tenants],
    }),
    ssoAppIds: t.stringList({
      description: 'The applications that the user may sign in to by single sign-on.',
      resolve: ({ ssoAppIds }) => [...ssoAppIds],
    }),
    customFields: t.field({
      type: [CustomFieldType],
      args: { names: t.arg.stringList({ description: 'Only these fields; left out or null, every one.' }) },
      description: 'The custom fields that have a value.',
      resolve: (user, { names }, context) =>
        withCustomFields(user, context, ({ customFields }) =>
          customFields.filter(({ field }) => !names || names.includes(field)),
        ),
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the provider made the account.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the provider last changed the account.',
    }),
  }),
});

builder.queryFields((t) => ({
  user: t.field({
    type: UserType,
    nullable: true,
    args: { by: t.arg({ type: UserBy, required: true, description: 'Which user.' }) },
    description: 'One user; null where there is no such user.',
    resolve: (_root, { by }, context, info) =>
      readUser(by, { id: ['by', 'id'], login: ['by', 'login'] }, context, info),
  }),
  users: t.field({
    type: [UserType],
    nullable: { list: false, items: true },
    args: {
      ids: t.arg.idList({
        required: true,
        description: 'At most 1000 ids, as User.id gives them.',
        validate: { maxLength: [1000, { message: 'At most 1000 ids.' }] },
      }),
    },
    description:
      'Users in the order of the ids, null where there is no such user. One call to the provider for each ' +
      'directory and hundred ids, where the provider can do it.',
    resolve: (_root, { ids }, context, info) => {
      limitNamedUsers(ids.length, ['ids'], context);
      return ids.map((id, index) =>
        readUser({ id }, { id: ['ids', String(index)], login: [] }, context, info),
      );
    },
  }),
}));
