import { patchFields } from '../../domain/user.ts';
import type { PatchRequest } from '../../patch/request.ts';
import { builder } from './builder.ts';
import { CustomFieldOperationInput, toOperation } from './custom-field.ts';
import { UserBy, UserStatusEnum } from './user.ts';

const verified = 'Whether it has been verified. Sent to the provider as given: idpatch does not verify it.';

const EmailInput = builder.inputType('EmailInput', {
  description: 'The email address to set.',
  fields: (t) => ({
    address: t.string({ required: true, description: 'The address.' }),
    verified: t.boolean({ required: true, description: verified }),
  }),
});

const PhoneInput = builder.inputType('PhoneInput', {
  description: 'The phone number to set.',
  fields: (t) => ({
    number: t.string({
      required: true,
      description: 'The number in E.164, such as +8615612345678.',
    }),
    verified: t.boolean({ required: true, description: verified }),
  }),
});

const UserTenantInput = builder.inputType('UserTenantInput', {
  description: 'A tenant membership to set.',
  fields: (t) => ({
    tenantId: t.string({ required: true, description: 'The tenant’s id.' }),
    roleNames: t.stringList({
      required: true,
      description: 'All roles of the user in this tenant. Replaces the current list.',
    }),
  }),
});

const UserPatchInput = builder.inputType('UserPatchInput', {
  description:
    'The changes. A field that is left out is unchanged; null clears it, if Directory.capabilities has it as ' +
    'clearable. An empty string is rejected. At least one field is required.',
  fields: (t) => ({
    username: t.string({ description: 'The username.' }),
    displayName: t.string({ description: 'The display name.' }),
    givenName: t.string({ description: 'The given name.' }),
    middleName: t.string({ description: 'The middle name.' }),
    familyName: t.string({ description: 'The family name.' }),
    email: t.field({ type: EmailInput, description: 'The email address and whether it is verified.' }),
    phone: t.field({ type: PhoneInput, description: 'The phone number and whether it is verified.' }),
    picture: t.string({
      description: 'The URL of a picture, http or https.',
    }),
    status: t.field({ type: UserStatusEnum, description: 'ENABLED or DISABLED.' }),
    roleNames: t.stringList({
      description: 'All roles of the user. Replaces the current list; an empty list or null removes all.',
    }),
    tenants: t.field({
      type: [UserTenantInput],
      description:
        'All tenants of the user, with all roles there. Replaces the current list; an empty list or null removes all.',
    }),
    ssoAppIds: t.stringList({
      description:
        'All applications that the user may open by single sign-on. Replaces the current list; an empty list or null ' +
        'removes all.',
    }),
    customFields: t.field({
      type: [CustomFieldOperationInput],
      description: 'Changes of custom fields, at most one for each field. Other custom fields are unchanged.',
    }),
  }),
});

/** The input of patchUser and of planPatchUser. */
export const PatchUserInput = builder.inputType('PatchUserInput', {
  description: 'A user and the changes to make.',
  fields: (t) => ({
    user: t.field({ type: UserBy, required: true, description: 'The user to change.' }),
    patch: t.field({ type: UserPatchInput, required: true, description: 'The changes.' }),
    ifVersion: t.string({
      description:
        'The User.version that the patch is based on. If the user has another version, nothing is written ' +
        '(STALE_VERSION). Safe against all writes through idpatch. A write made directly at the provider between ' +
        'the check and the patch is not noticed: providers offer no compare-and-set.',
    }),
    idempotencyKey: t.string({
      description:
        '1 to 255 printable ASCII characters. A repeated call with the same key and input returns the result of the ' +
        'first and sends nothing: repeat a call whose response was lost. To retry a patch that was NOT_APPLIED, use a ' +
        'new key.',
    }),
  }),
});

/** Reads an input: a field that was left out stays absent, and null stays null. */
export function readInput(input: typeof PatchUserInput.$inferInput): PatchRequest {
  const { user, patch, ifVersion, idempotencyKey } = input;
  const operations = patch.customFields?.map(toOperation) ?? patch.customFields;
  const given: Record<string, unknown> = {};
  for (const field of patchFields) {
    const value = field === 'customFields' ? operations : patch[field];
    if (value !== undefined) given[field] = value;
  }
  return {
    user,
    patch: given,
    // For these two, null is the same as absent.
    ifVersion: ifVersion ?? undefined,
    idempotencyKey: idempotencyKey ?? undefined,
  };
}
