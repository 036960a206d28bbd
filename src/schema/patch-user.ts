import type { Caller } from '../callers/caller.ts';
import { mayRead } from '../callers/policy.ts';
import type { PatchRequest } from '../check-patch.ts';
import type { PatchConfirmation, PatchOutcome } from '../outcome.ts';
import { type PatchResult, patchUser } from '../patch-user.ts';
import { patchFields } from '../user.ts';
import { builder } from './builder.ts';
import { CustomFieldOperationInput, toOperation } from './custom-field.ts';
import { PatchUserError } from './patch-error.ts';
import { UserStatusEnum, UserType } from './user.ts';
import { UserBy } from './user-by.ts';
import {
  emailAddress,
  idempotencyKey,
  isWithoutRepeats,
  name,
  phoneNumber,
  pictureUrl,
  shortList,
  username,
} from './values.ts';

const repeated = { message: 'The same name is in the list twice.' };

const EmailInput = builder.inputType('EmailInput', {
  description: 'An email address to set.',
  fields: (t) => ({
    address: t.string({ required: true, description: 'The address.', validate: { schema: emailAddress } }),
    verified: t.boolean({
      required: true,
      description:
        'Whether it has been verified. It is always sent as given: say true only of what was verified.',
    }),
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
    verified: t.boolean({
      required: true,
      description:
        'Whether it has been verified. It is always sent as given: say true only of what was verified.',
    }),
  }),
});

const UserTenantInput = builder.inputType('UserTenantInput', {
  description: 'A membership of a tenant to set.',
  fields: (t) => ({
    tenantId: t.string({ required: true, description: 'The tenant’s id.', validate: { schema: name } }),
    roleNames: t.stringList({
      required: true,
      description: 'All roles that the user shall have in this tenant.',
      validate: { items: { schema: name }, maxLength: shortList, refine: [isWithoutRepeats, repeated] },
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
      validate: { items: { schema: name }, maxLength: shortList, refine: [isWithoutRepeats, repeated] },
    }),
    tenants: t.field({
      type: [UserTenantInput],
      description:
        'All tenants that the user shall be a member of, with all roles there; an empty list or null: none.',
      validate: {
        maxLength: shortList,
        refine: [
          (tenants) => isWithoutRepeats(tenants.map(({ tenantId }) => tenantId)),
          { message: 'The same tenant is in the list twice.' },
        ],
      },
    }),
    ssoAppIds: t.stringList({
      description:
        'All applications that the user may sign in to by single sign-on; an empty list or null: none.',
      validate: { items: { schema: name }, maxLength: shortList, refine: [isWithoutRepeats, repeated] },
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

/** What became of a patch. */
export const PatchOutcomeEnum = builder.enumType('PatchOutcome', {
  description:
    'What became of a patch. It is always the truth, also where the truth is that it is not known.',
  values: {
    APPLIED: { description: 'Every change asked for was seen at the provider.' },
    NOT_APPLIED: { description: 'Nothing was written, and nothing will be.' },
    PARTIAL: { description: 'Some of it was written; errors names the fields that were not.' },
    UNKNOWN: {
      description: 'It was sent and could not be confirmed: it may have been written, or may yet be.',
    },
  } as const satisfies Record<PatchOutcome, { description: string }>,
});

const PatchConfirmationEnum = builder.enumType('PatchConfirmation', {
  description: 'How it was seen that every change is in.',
  values: {
    RESPONSE: {
      description: 'The provider’s answer to the write carried the user, and it shows every change.',
    },
    READ_BACK: { description: 'The user was read after the write, and shows every change.' },
  } as const satisfies Record<PatchConfirmation, { description: string }>,
});

/** What became of one patch. */
export const PatchUserPayload = builder.objectRef<PatchResult>('PatchUserPayload').implement({
  description: 'What became of one patchUser call.',
  fields: (t) => ({
    operationId: t.exposeID('operationId', {
      description:
        'The id of this call, for operation(id:) and the log; of the first call, where the key was used before.',
    }),
    outcome: t.field({
      type: PatchOutcomeEnum,
      description: 'What became of the patch.',
      resolve: ({ outcome }) => outcome,
    }),
    confirmedBy: t.field({
      type: PatchConfirmationEnum,
      nullable: true,
      description: 'How APPLIED was established; null for every other outcome.',
      resolve: ({ confirmedBy }) => confirmedBy,
    }),
    user: t.field({
      type: UserType,
      nullable: true,
      description:
        'The user after the call, as the provider gives it; null where it was not read, could not be, or is not ' +
        'for you to read.',
      resolve: ({ user }, _args, { caller }) => (isReader(caller, user) ? user : null),
    }),
    errors: t.field({
      type: [PatchUserError],
      description:
        'Everything that is wrong, at once; of more than 100 errors, the first. Empty exactly when the outcome is APPLIED.',
      resolve: ({ errors, outcome, user }, _args, { caller }) =>
        errors.map((error) => ({ error, outcome, toReader: isReader(caller, user) })),
    }),
  }),
});

function isReader(caller: Caller, user: PatchResult['user']): boolean {
  return user !== null && mayRead(caller, user);
}

builder.mutationFields((t) => ({
  patchUser: t.field({
    type: PatchUserPayload,
    // Nullable, so that a bug in one patch does not erase the answers of the others in the same document.
    nullable: true,
    args: {
      input: t.arg({ type: PatchUserInput, required: true, description: 'Whom to change, and what.' }),
    },
    description: 'Change the named fields of one user and leave every other as it is.',
    resolve: (_root, { input }, context) => patchUser(toRequest(input), [], context),
    onInvalidInput: (found, { input }, context) => patchUser(toRequest(input), found, context),
  }),
}));

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
