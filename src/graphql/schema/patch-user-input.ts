import { patchFields } from '../../domain/user.ts';
import type { PatchRequest } from '../../patch/check.ts';
import { builder } from './builder.ts';
import { CustomFieldOperationInput, toOperation } from './custom-field.ts';
import {
  emailAddress,
  idempotencyKey,
  isUnique,
  maxListLength,
  name,
  phoneNumber,
  pictureUrl,
  username,
} from './input-values.ts';
import { UserStatusEnum } from './user.ts';
import { UserBy } from './user-by.ts';

const repeated = { message: 'The same name is in the list twice.' };
const verifiedSays =
  'Whether it has been verified. It is always sent as given: say true only of what was verified.';

const EmailInput = builder.inputType('EmailInput', {
  description: 'An email address to set.',
  fields: (t) => ({
    address: t.string({ required: true, description: 'The address.', validate: { schema: emailAddress } }),
    verified: t.boolean({ required: true, description: verifiedSays }),
  }),
});

const PhoneInput = builder.inputType('PhoneInput', {
  description: 'A phone number to set.',
  fields: (t) => ({
    number: t.string({
      required: true,
      description: 'The number in E.164, such as +8615612345678.',
      validate: { schema: phoneNumber },
    }),
    verified: t.boolean({ required: true, description: verifiedSays }),
  }),
});

const UserTenantInput = builder.inputType('UserTenantInput', {
  description: 'A membership of a tenant to set.',
  fields: (t) => ({
    tenantId: t.string({ required: true, description: 'The tenant’s id.', validate: { schema: name } }),
    roleNames: t.stringList({
      required: true,
      description: 'All roles that the user shall have in this tenant.',
      validate: { items: { schema: name }, maxLength: maxListLength, refine: [isUnique, repeated] },
    }),
  }),
});

const UserPatchInput = builder.inputType('UserPatchInput', {
  description:
    'What to change. A field left out stays as it is; null clears it, where Directory.capabilities says that it ' +
    'can be cleared. An empty text is refused. At least one field must be named.',
  fields: (t) => ({
    username: t.string({ description: 'The account’s name.', validate: { schema: username } }),
    displayName: t.string({ description: 'The name to show.', validate: { schema: name } }),
    givenName: t.string({ description: 'The given name.', validate: { schema: name } }),
    middleName: t.string({ description: 'The middle name.', validate: { schema: name } }),
    familyName: t.string({ description: 'The family name.', validate: { schema: name } }),
    email: t.field({ type: EmailInput, description: 'The email address and whether it has been verified.' }),
    phone: t.field({ type: PhoneInput, description: 'The phone number and whether it has been verified.' }),
    picture: t.string({
      description: 'The address of a picture, http or https.',
      validate: { schema: pictureUrl },
    }),
    status: t.field({ type: UserStatusEnum, description: 'ENABLED or DISABLED.' }),
    roleNames: t.stringList({
      description: 'All roles that the user shall have; an empty list or null: none.',
      validate: { items: { schema: name }, maxLength: maxListLength, refine: [isUnique, repeated] },
    }),
    tenants: t.field({
      type: [UserTenantInput],
      description:
        'All tenants that the user shall be a member of, with all roles there; an empty list or null: none.',
      validate: {
        maxLength: maxListLength,
        refine: [
          (tenants) => isUnique(tenants.map(({ tenantId }) => tenantId)),
          { message: 'The same tenant is in the list twice.' },
        ],
      },
    }),
    ssoAppIds: t.stringList({
      description:
        'All applications that the user may sign in to by single sign-on; an empty list or null: none.',
      validate: { items: { schema: name }, maxLength: maxListLength, refine: [isUnique, repeated] },
    }),
    customFields: t.field({
      type: [CustomFieldOperationInput],
      description: 'Operations on custom fields, each field at most once; fields not named stay as they are.',
    }),
  }),
});

/** The input of patchUser and of planPatchUser. */
export const PatchUserInput = builder.inputType('PatchUserInput', {
  description: 'Whom to change, and what.',
  fields: (t) => ({
    user: t.field({ type: UserBy, required: true, description: 'The user to change.' }),
    patch: t.field({ type: UserPatchInput, required: true, description: 'What to change.' }),
    ifVersion: t.string({
      description:
        'Refuse when the user is no longer at this version (User.version). It holds against everybody who writes ' +
        'through idpatch. Somebody who writes at the provider itself can still come between the look and the ' +
        'write, for no provider compares for us.',
      validate: { schema: name },
    }),
    idempotencyKey: t.string({
      description:
        '16 to 255 of A-Z a-z 0-9 _ -. The same key and input always get the first call’s answer, and nothing is ' +
        'sent twice: call again with the same key to learn what became of a call whose answer was lost. To try ' +
        'anew what was NOT_APPLIED, take a new key.',
      validate: { schema: idempotencyKey },
    }),
  }),
});

/** The domain's request of an input: what was left out is absent, and null is null. */
export function toRequest(input: typeof PatchUserInput.$inferInput): PatchRequest {
  const { user, patch, ifVersion, idempotencyKey } = input;
  const { customFields, ...fields } = patch;
  const named = patchFields.flatMap((field) =>
    field === 'customFields' || fields[field] === undefined ? [] : [[field, fields[field]] as const],
  );
  const operations =
    customFields === undefined
      ? {}
      : { customFields: customFields === null ? null : customFields.map(toOperation) };
  return {
    user,
    patch: { ...Object.fromEntries(named), ...operations },
    // Null says as little as nothing, for these two.
    ifVersion: ifVersion ?? undefined,
    idempotencyKey: idempotencyKey ?? undefined,
  };
}
