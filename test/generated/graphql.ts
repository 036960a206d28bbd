/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** A custom field and a value for it. */
export type CustomFieldAssignmentInput = {
  /** The field’s name, as in Directory.customFields. At most once in a patch. */
  readonly field: string;
  /** The value to give it. */
  readonly value: CustomFieldValueInput;
};

/** A change of one custom field: exactly one of these fields. */
export type CustomFieldOperationInput =
  {   /** Sets the value of the field. For a TEXTS field, adds the members to the list that it has. */
  readonly add: CustomFieldAssignmentInput; readonly remove?: never; readonly replace?: never; }
  |  { readonly add?: never;   /** Removes the value of the field, or the named members of a TEXTS field. */
  readonly remove: CustomFieldRemovalInput; readonly replace?: never; }
  |  { readonly add?: never; readonly remove?: never;   /** Sets the value of the field, in place of the value that it has. */
  readonly replace: CustomFieldAssignmentInput; };

/** A custom field to clear, or members to remove from its list. */
export type CustomFieldRemovalInput = {
  /** The field’s name, as in Directory.customFields. At most once in a patch. */
  readonly field: string;
  /** For a TEXTS field: the members to remove from the list. Left out: the whole value is removed. */
  readonly values?: ReadonlyArray<string> | null | undefined;
};

/** A value for a custom field: exactly one of these fields, the one for the custom field’s type. */
export type CustomFieldValueInput =
  {   /** For a BOOLEAN field. */
  readonly boolean: boolean; readonly date?: never; readonly number?: never; readonly text?: never; readonly texts?: never; }
  |  { readonly boolean?: never;   /** For a DATE field. */
  readonly date: string; readonly number?: never; readonly text?: never; readonly texts?: never; }
  |  { readonly boolean?: never; readonly date?: never;   /** For a NUMBER field. Integers up to ±9007199254740991. */
  readonly number: number; readonly text?: never; readonly texts?: never; }
  |  { readonly boolean?: never; readonly date?: never; readonly number?: never;   /** For a TEXT field, or one of the choices of a CHOICE field. Not empty: remove the field instead. */
  readonly text: string; readonly texts?: never; }
  |  { readonly boolean?: never; readonly date?: never; readonly number?: never; readonly text?: never;   /** For a TEXTS field. Members are unique; if the field has choices, each is one of them. */
  readonly texts: ReadonlyArray<string>; };

/** A user by login: the identifier they sign in with. */
export type DirectoryLogin = {
  /** The directory’s name. */
  readonly directory: string;
  /** A username, an email address, or a phone number in E.164, exactly as in User.loginIds. Not a user id. */
  readonly login: string;
};

/** The email address to set. */
export type EmailInput = {
  /** The address. */
  readonly address: string;
  /** Whether it has been verified. Sent to the provider as given: idpatch does not verify it. */
  readonly verified: boolean;
};

/** How idpatch confirmed that every change was written. */
export type PatchConfirmation =
  /** The user was read after the write, and has every change. */
  | 'READ_BACK'
  /** The provider’s response to the write contains the user, with every change. */
  | 'RESPONSE';

/** Machine-readable error code. Each code belongs to one type of PatchUserError. */
export type PatchErrorCode =
  /** Another user has this value, and it must be unique. */
  | 'CONFLICT'
  /** The deadline passed before anything was sent. */
  | 'DEADLINE_EXCEEDED'
  /** You may not do this. The answer is the same whether the user exists or not. */
  | 'FORBIDDEN'
  /** A call with this key is in progress: call again with the same key. */
  | 'IDEMPOTENCY_IN_PROGRESS'
  /** The idempotency key was used with another input. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** The value at the path is not valid: change it. */
  | 'INVALID_INPUT'
  /** The journal cannot be written, so nothing was sent; or, with a key, cannot be read, so that the outcome of an earlier call is unknown. */
  | 'JOURNAL_UNAVAILABLE'
  /** The provider accepted the change, but the user does not show it. */
  | 'NOT_CONFIRMED'
  /** The change was sent, and no answer says whether it was written. */
  | 'OUTCOME_UNKNOWN'
  /** The provider does not accept the configured credentials. */
  | 'PROVIDER_AUTH'
  /** The provider refused the change by its own rules. */
  | 'PROVIDER_REFUSED'
  /** The provider could not be reached, and nothing was sent. */
  | 'PROVIDER_UNAVAILABLE'
  /** The provider’s rate limit or request quota is used up: wait. */
  | 'RATE_LIMITED'
  /** The user has changed since the version in ifVersion. */
  | 'STALE_VERSION'
  /** There is no directory of this name: see directories. */
  | 'UNKNOWN_DIRECTORY'
  /** The directory does not support this change of the field: see Directory.capabilities. */
  | 'UNSUPPORTED_FIELD'
  /** The directory has no such user. */
  | 'USER_NOT_FOUND';

/** The outcome of a patch. UNKNOWN is an outcome of its own, never reported as success or failure. */
export type PatchOutcome =
  /** Every requested change is visible at the provider. */
  | 'APPLIED'
  /** Nothing was written, and nothing will be. */
  | 'NOT_APPLIED'
  /** Some changes were written; errors has those that were not. */
  | 'PARTIAL'
  /** The patch was sent and could not be confirmed: it may have been written, or may still be. */
  | 'UNKNOWN';

/** A user and the changes to make. */
export type PatchUserInput = {
  /** 1 to 255 printable ASCII characters. A repeated call with the same key and input returns the result of the first and sends nothing: repeat a call whose response was lost. To retry a patch that was NOT_APPLIED, use a new key. */
  readonly idempotencyKey?: string | null | undefined;
  /** The User.version that the patch is based on. If the user has another version, nothing is written (STALE_VERSION). Safe against all writes through idpatch. A write made directly at the provider between the check and the patch is not noticed: providers offer no compare-and-set. */
  readonly ifVersion?: string | null | undefined;
  /** The changes. */
  readonly patch: UserPatchInput;
  /** The user to change. */
  readonly user: UserBy;
};

/** The phone number to set. */
export type PhoneInput = {
  /** The number in E.164, such as +8615612345678. */
  readonly number: string;
  /** Whether it has been verified. Sent to the provider as given: idpatch does not verify it. */
  readonly verified: boolean;
};

/** The kind of identity provider behind a directory. */
export type ProviderKind =
  /** Descope. */
  | 'DESCOPE'
  /** Alibaba Cloud IDaaS EIAM, reached through its developer API. */
  | 'EIAM_DEVELOPER'
  /** Alibaba Cloud IDaaS EIAM, reached through its management API. */
  | 'EIAM_MANAGEMENT';

/** A reference to a user: exactly one of these fields. */
export type UserBy =
  {   /** <directory>:<the provider’s user id>, as in User.id. */
  readonly id: string; readonly login?: never; }
  |  { readonly id?: never;   /** By login. Needs one more request to the provider. */
  readonly login: DirectoryLogin; };

/** The changes. A field that is left out is unchanged; null clears it, if Directory.capabilities has it as clearable. An empty string is rejected. At least one field is required. */
export type UserPatchInput = {
  /** Changes of custom fields, at most one for each field. Other custom fields are unchanged. */
  readonly customFields?: ReadonlyArray<CustomFieldOperationInput> | null | undefined;
  /** The display name. */
  readonly displayName?: string | null | undefined;
  /** The email address and whether it is verified. */
  readonly email?: EmailInput | null | undefined;
  /** The family name. */
  readonly familyName?: string | null | undefined;
  /** The given name. */
  readonly givenName?: string | null | undefined;
  /** The middle name. */
  readonly middleName?: string | null | undefined;
  /** The phone number and whether it is verified. */
  readonly phone?: PhoneInput | null | undefined;
  /** The URL of a picture, http or https. */
  readonly picture?: string | null | undefined;
  /** All roles of the user. Replaces the current list; an empty list or null removes all. */
  readonly roleNames?: ReadonlyArray<string> | null | undefined;
  /** All applications that the user may open by single sign-on. Replaces the current list; an empty list or null removes all. */
  readonly ssoAppIds?: ReadonlyArray<string> | null | undefined;
  /** ENABLED or DISABLED. */
  readonly status?: UserStatus | null | undefined;
  /** All tenants of the user, with all roles there. Replaces the current list; an empty list or null removes all. */
  readonly tenants?: ReadonlyArray<UserTenantInput> | null | undefined;
  /** The username. */
  readonly username?: string | null | undefined;
};

/** Whether a user may sign in. */
export type UserStatus =
  /** The user may not sign in. Can be set. */
  | 'DISABLED'
  /** The user may sign in. Can be set. */
  | 'ENABLED'
  /** The account has expired. Set by the provider only. */
  | 'EXPIRED'
  /** The user has not accepted an invitation yet. Set by the provider only. */
  | 'INVITED';

/** A tenant membership to set. */
export type UserTenantInput = {
  /** All roles of the user in this tenant. Replaces the current list. */
  readonly roleNames: ReadonlyArray<string>;
  /** The tenant’s id. */
  readonly tenantId: string;
};

export type ShownUserQueryVariables = Exact<{
  by: UserBy;
}>;


export type ShownUserQuery = { readonly user: { readonly id: string, readonly version: string, readonly displayName: string | null, readonly customFields: ReadonlyArray<{ readonly field: string, readonly value: { readonly text: string | null, readonly number: number | null, readonly boolean: boolean | null, readonly texts: ReadonlyArray<string> | null, readonly date: string | null } }>, readonly email: { readonly address: string, readonly verified: boolean } | null, readonly phone: { readonly number: string, readonly verified: boolean } | null, readonly directory: { readonly name: string, readonly provider: ProviderKind } } | null };

export type ShownFragment = { readonly id: string, readonly version: string, readonly displayName: string | null, readonly email: { readonly address: string, readonly verified: boolean } | null, readonly phone: { readonly number: string, readonly verified: boolean } | null, readonly directory: { readonly name: string, readonly provider: ProviderKind } };

export type ShownUsersQueryVariables = Exact<{
  ids: ReadonlyArray<string> | string;
}>;


export type ShownUsersQuery = { readonly users: ReadonlyArray<{ readonly id: string, readonly version: string, readonly displayName: string | null, readonly email: { readonly address: string, readonly verified: boolean } | null, readonly phone: { readonly number: string, readonly verified: boolean } | null, readonly directory: { readonly name: string, readonly provider: ProviderKind } } | null> };

export type SomeFieldsQueryVariables = Exact<{
  by: UserBy;
  names?: ReadonlyArray<string> | string | null | undefined;
}>;


export type SomeFieldsQuery = { readonly user: { readonly id: string, readonly customFields: ReadonlyArray<{ readonly field: string, readonly value: { readonly text: string | null, readonly number: number | null, readonly boolean: boolean | null, readonly texts: ReadonlyArray<string> | null, readonly date: string | null } }> } | null };

export type SaveMutationVariables = Exact<{
  input: PatchUserInput;
  names?: ReadonlyArray<string> | string | null | undefined;
}>;


export type SaveMutation = { readonly patchUser: { readonly outcome: PatchOutcome, readonly user: { readonly id: string, readonly version: string, readonly displayName: string | null, readonly customFields: ReadonlyArray<{ readonly field: string, readonly value: { readonly text: string | null, readonly number: number | null, readonly boolean: boolean | null, readonly texts: ReadonlyArray<string> | null, readonly date: string | null } }>, readonly email: { readonly address: string, readonly verified: boolean } | null, readonly phone: { readonly number: string, readonly verified: boolean } | null, readonly directory: { readonly name: string, readonly provider: ProviderKind } } | null, readonly errors: ReadonlyArray<
      | { readonly __typename: 'ConflictError', readonly code: PatchErrorCode }
      | { readonly __typename: 'ForbiddenError', readonly code: PatchErrorCode }
      | { readonly __typename: 'IdempotencyError', readonly code: PatchErrorCode }
      | { readonly __typename: 'InvalidInputError', readonly code: PatchErrorCode }
      | { readonly __typename: 'JournalUnavailableError', readonly code: PatchErrorCode }
      | { readonly __typename: 'OutcomeUnknownError', readonly code: PatchErrorCode }
      | { readonly __typename: 'ProviderRefusedError', readonly code: PatchErrorCode }
      | { readonly __typename: 'ProviderUnavailableError', readonly code: PatchErrorCode }
      | { readonly __typename: 'RateLimitedError', readonly code: PatchErrorCode }
      | { readonly __typename: 'StaleVersionError', readonly currentVersion: string | null, readonly code: PatchErrorCode }
      | { readonly __typename: 'UnsupportedFieldError', readonly code: PatchErrorCode }
      | { readonly __typename: 'UserNotFoundError', readonly code: PatchErrorCode }
    > } | null };

export type SaveHalfEmailMutationVariables = Exact<{
  input: PatchUserInput;
}>;


export type SaveHalfEmailMutation = { readonly patchUser: { readonly outcome: PatchOutcome, readonly user: { readonly id: string, readonly email: { readonly address: string } | null } | null } | null };

export type SaveHalfPhoneMutationVariables = Exact<{
  input: PatchUserInput;
}>;


export type SaveHalfPhoneMutation = { readonly patchUser: { readonly outcome: PatchOutcome, readonly user: { readonly id: string, readonly phone: { readonly number: string } | null } | null } | null };

export type ReadUserQueryVariables = Exact<{
  by: UserBy;
}>;


export type ReadUserQuery = { readonly user: { readonly id: string, readonly version: string, readonly displayName: string | null, readonly directory: { readonly name: string, readonly capabilities: ReadonlyArray<{ readonly field: string, readonly settable: boolean }> } } | null };

export type PlanChangeQueryVariables = Exact<{
  input: PatchUserInput;
}>;


export type PlanChangeQuery = { readonly planPatchUser: { readonly errors: ReadonlyArray<
      | { readonly code: PatchErrorCode, readonly path: ReadonlyArray<string> }
      | { readonly code: PatchErrorCode, readonly path: ReadonlyArray<string> }
      | { readonly code: PatchErrorCode, readonly path: ReadonlyArray<string> }
      | { readonly code: PatchErrorCode, readonly path: ReadonlyArray<string> }
      | { readonly code: PatchErrorCode, readonly path: ReadonlyArray<string> }
      | { readonly code: PatchErrorCode, readonly path: ReadonlyArray<string> }
      | { readonly code: PatchErrorCode, readonly path: ReadonlyArray<string> }
      | { readonly code: PatchErrorCode, readonly path: ReadonlyArray<string> }
      | { readonly code: PatchErrorCode, readonly path: ReadonlyArray<string> }
      | { readonly code: PatchErrorCode, readonly path: ReadonlyArray<string> }
      | { readonly code: PatchErrorCode, readonly path: ReadonlyArray<string> }
      | { readonly code: PatchErrorCode, readonly path: ReadonlyArray<string> }
    >, readonly changes: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly before: string | null, readonly after: string | null }> } | null };

export type ChangeMutationVariables = Exact<{
  input: PatchUserInput;
}>;


export type ChangeMutation = { readonly patchUser: { readonly operationId: string, readonly outcome: PatchOutcome, readonly user: { readonly id: string, readonly version: string, readonly displayName: string | null } | null, readonly errors: ReadonlyArray<
      | { readonly __typename: 'ConflictError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ForbiddenError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'IdempotencyError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'InvalidInputError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'JournalUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'OutcomeUnknownError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ProviderRefusedError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ProviderUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'RateLimitedError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'StaleVersionError', readonly currentVersion: string | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'UnsupportedFieldError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'UserNotFoundError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    > } | null };

export type PatchMutationVariables = Exact<{
  input: PatchUserInput;
}>;


export type PatchMutation = { readonly patchUser: { readonly outcome: PatchOutcome, readonly confirmedBy: PatchConfirmation | null, readonly user: { readonly id: string, readonly userId: string, readonly username: string | null, readonly loginIds: ReadonlyArray<string>, readonly displayName: string | null, readonly givenName: string | null, readonly middleName: string | null, readonly familyName: string | null, readonly picture: string | null, readonly status: UserStatus | null, readonly roleNames: ReadonlyArray<string>, readonly ssoAppIds: ReadonlyArray<string>, readonly createdAt: string | null, readonly directory: { readonly name: string }, readonly email: { readonly address: string, readonly verified: boolean } | null, readonly phone: { readonly number: string, readonly verified: boolean } | null, readonly tenants: ReadonlyArray<{ readonly tenantId: string, readonly name: string | null, readonly roleNames: ReadonlyArray<string> }>, readonly customFields: ReadonlyArray<{ readonly field: string, readonly value: { readonly text: string | null, readonly number: number | null, readonly boolean: boolean | null, readonly texts: ReadonlyArray<string> | null, readonly date: string | null } }> } | null, readonly errors: ReadonlyArray<
      | { readonly __typename: 'ConflictError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ForbiddenError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'IdempotencyError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'InvalidInputError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'JournalUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'OutcomeUnknownError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ProviderRefusedError', readonly providerCode: string | null, readonly providerRequestId: string | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ProviderUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'RateLimitedError', readonly retryAfterSeconds: number | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'StaleVersionError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'UnsupportedFieldError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'UserNotFoundError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    > } | null };

export type PatchedFragment = { readonly outcome: PatchOutcome, readonly confirmedBy: PatchConfirmation | null, readonly user: { readonly id: string, readonly userId: string, readonly username: string | null, readonly loginIds: ReadonlyArray<string>, readonly displayName: string | null, readonly givenName: string | null, readonly middleName: string | null, readonly familyName: string | null, readonly picture: string | null, readonly status: UserStatus | null, readonly roleNames: ReadonlyArray<string>, readonly ssoAppIds: ReadonlyArray<string>, readonly createdAt: string | null, readonly directory: { readonly name: string }, readonly email: { readonly address: string, readonly verified: boolean } | null, readonly phone: { readonly number: string, readonly verified: boolean } | null, readonly tenants: ReadonlyArray<{ readonly tenantId: string, readonly name: string | null, readonly roleNames: ReadonlyArray<string> }>, readonly customFields: ReadonlyArray<{ readonly field: string, readonly value: { readonly text: string | null, readonly number: number | null, readonly boolean: boolean | null, readonly texts: ReadonlyArray<string> | null, readonly date: string | null } }> } | null, readonly errors: ReadonlyArray<
    | { readonly __typename: 'ConflictError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    | { readonly __typename: 'ForbiddenError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    | { readonly __typename: 'IdempotencyError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    | { readonly __typename: 'InvalidInputError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    | { readonly __typename: 'JournalUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    | { readonly __typename: 'OutcomeUnknownError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    | { readonly __typename: 'ProviderRefusedError', readonly providerCode: string | null, readonly providerRequestId: string | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    | { readonly __typename: 'ProviderUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    | { readonly __typename: 'RateLimitedError', readonly retryAfterSeconds: number | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    | { readonly __typename: 'StaleVersionError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    | { readonly __typename: 'UnsupportedFieldError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    | { readonly __typename: 'UserNotFoundError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
  > };

export type SteadyUserFragment = { readonly id: string, readonly userId: string, readonly username: string | null, readonly loginIds: ReadonlyArray<string>, readonly displayName: string | null, readonly givenName: string | null, readonly middleName: string | null, readonly familyName: string | null, readonly picture: string | null, readonly status: UserStatus | null, readonly roleNames: ReadonlyArray<string>, readonly ssoAppIds: ReadonlyArray<string>, readonly createdAt: string | null, readonly directory: { readonly name: string }, readonly email: { readonly address: string, readonly verified: boolean } | null, readonly phone: { readonly number: string, readonly verified: boolean } | null, readonly tenants: ReadonlyArray<{ readonly tenantId: string, readonly name: string | null, readonly roleNames: ReadonlyArray<string> }>, readonly customFields: ReadonlyArray<{ readonly field: string, readonly value: { readonly text: string | null, readonly number: number | null, readonly boolean: boolean | null, readonly texts: ReadonlyArray<string> | null, readonly date: string | null } }> };

export type PatchWholeMutationVariables = Exact<{
  input: PatchUserInput;
}>;


export type PatchWholeMutation = { readonly patchUser: { readonly operationId: string, readonly outcome: PatchOutcome, readonly confirmedBy: PatchConfirmation | null, readonly user: { readonly version: string, readonly updatedAt: string | null, readonly id: string, readonly userId: string, readonly username: string | null, readonly loginIds: ReadonlyArray<string>, readonly displayName: string | null, readonly givenName: string | null, readonly middleName: string | null, readonly familyName: string | null, readonly picture: string | null, readonly status: UserStatus | null, readonly roleNames: ReadonlyArray<string>, readonly ssoAppIds: ReadonlyArray<string>, readonly createdAt: string | null, readonly directory: { readonly name: string }, readonly email: { readonly address: string, readonly verified: boolean } | null, readonly phone: { readonly number: string, readonly verified: boolean } | null, readonly tenants: ReadonlyArray<{ readonly tenantId: string, readonly name: string | null, readonly roleNames: ReadonlyArray<string> }>, readonly customFields: ReadonlyArray<{ readonly field: string, readonly value: { readonly text: string | null, readonly number: number | null, readonly boolean: boolean | null, readonly texts: ReadonlyArray<string> | null, readonly date: string | null } }> } | null, readonly errors: ReadonlyArray<
      | { readonly __typename: 'ConflictError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ForbiddenError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'IdempotencyError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'InvalidInputError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'JournalUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'OutcomeUnknownError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ProviderRefusedError', readonly providerCode: string | null, readonly providerRequestId: string | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ProviderUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'RateLimitedError', readonly retryAfterSeconds: number | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'StaleVersionError', readonly currentVersion: string | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'UnsupportedFieldError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'UserNotFoundError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    > } | null };

export type WholeUserFragment = { readonly version: string, readonly updatedAt: string | null, readonly id: string, readonly userId: string, readonly username: string | null, readonly loginIds: ReadonlyArray<string>, readonly displayName: string | null, readonly givenName: string | null, readonly middleName: string | null, readonly familyName: string | null, readonly picture: string | null, readonly status: UserStatus | null, readonly roleNames: ReadonlyArray<string>, readonly ssoAppIds: ReadonlyArray<string>, readonly createdAt: string | null, readonly directory: { readonly name: string }, readonly email: { readonly address: string, readonly verified: boolean } | null, readonly phone: { readonly number: string, readonly verified: boolean } | null, readonly tenants: ReadonlyArray<{ readonly tenantId: string, readonly name: string | null, readonly roleNames: ReadonlyArray<string> }>, readonly customFields: ReadonlyArray<{ readonly field: string, readonly value: { readonly text: string | null, readonly number: number | null, readonly boolean: boolean | null, readonly texts: ReadonlyArray<string> | null, readonly date: string | null } }> };

type WholeError_ConflictError_Fragment = { readonly __typename: 'ConflictError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

type WholeError_ForbiddenError_Fragment = { readonly __typename: 'ForbiddenError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

type WholeError_IdempotencyError_Fragment = { readonly __typename: 'IdempotencyError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

type WholeError_InvalidInputError_Fragment = { readonly __typename: 'InvalidInputError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

type WholeError_JournalUnavailableError_Fragment = { readonly __typename: 'JournalUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

type WholeError_OutcomeUnknownError_Fragment = { readonly __typename: 'OutcomeUnknownError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

type WholeError_ProviderRefusedError_Fragment = { readonly __typename: 'ProviderRefusedError', readonly providerCode: string | null, readonly providerRequestId: string | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

type WholeError_ProviderUnavailableError_Fragment = { readonly __typename: 'ProviderUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

type WholeError_RateLimitedError_Fragment = { readonly __typename: 'RateLimitedError', readonly retryAfterSeconds: number | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

type WholeError_StaleVersionError_Fragment = { readonly __typename: 'StaleVersionError', readonly currentVersion: string | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

type WholeError_UnsupportedFieldError_Fragment = { readonly __typename: 'UnsupportedFieldError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

type WholeError_UserNotFoundError_Fragment = { readonly __typename: 'UserNotFoundError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

export type WholeErrorFragment =
  | WholeError_ConflictError_Fragment
  | WholeError_ForbiddenError_Fragment
  | WholeError_IdempotencyError_Fragment
  | WholeError_InvalidInputError_Fragment
  | WholeError_JournalUnavailableError_Fragment
  | WholeError_OutcomeUnknownError_Fragment
  | WholeError_ProviderRefusedError_Fragment
  | WholeError_ProviderUnavailableError_Fragment
  | WholeError_RateLimitedError_Fragment
  | WholeError_StaleVersionError_Fragment
  | WholeError_UnsupportedFieldError_Fragment
  | WholeError_UserNotFoundError_Fragment
;

export type PatchManyMutationVariables = Exact<{
  inputs: ReadonlyArray<PatchUserInput> | PatchUserInput;
}>;


export type PatchManyMutation = { readonly patchUsers: ReadonlyArray<{ readonly operationId: string, readonly outcome: PatchOutcome, readonly confirmedBy: PatchConfirmation | null, readonly user: { readonly id: string, readonly userId: string, readonly username: string | null, readonly loginIds: ReadonlyArray<string>, readonly displayName: string | null, readonly givenName: string | null, readonly middleName: string | null, readonly familyName: string | null, readonly picture: string | null, readonly status: UserStatus | null, readonly roleNames: ReadonlyArray<string>, readonly ssoAppIds: ReadonlyArray<string>, readonly createdAt: string | null, readonly directory: { readonly name: string }, readonly email: { readonly address: string, readonly verified: boolean } | null, readonly phone: { readonly number: string, readonly verified: boolean } | null, readonly tenants: ReadonlyArray<{ readonly tenantId: string, readonly name: string | null, readonly roleNames: ReadonlyArray<string> }>, readonly customFields: ReadonlyArray<{ readonly field: string, readonly value: { readonly text: string | null, readonly number: number | null, readonly boolean: boolean | null, readonly texts: ReadonlyArray<string> | null, readonly date: string | null } }> } | null, readonly errors: ReadonlyArray<
      | { readonly __typename: 'ConflictError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ForbiddenError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'IdempotencyError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'InvalidInputError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'JournalUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'OutcomeUnknownError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ProviderRefusedError', readonly providerCode: string | null, readonly providerRequestId: string | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ProviderUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'RateLimitedError', readonly retryAfterSeconds: number | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'StaleVersionError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'UnsupportedFieldError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'UserNotFoundError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    > } | null> | null };

export type PlanQueryVariables = Exact<{
  input: PatchUserInput;
}>;


export type PlanQuery = { readonly planPatchUser: { readonly errors: ReadonlyArray<
      | { readonly __typename: 'ConflictError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ForbiddenError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'IdempotencyError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'InvalidInputError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'JournalUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'OutcomeUnknownError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ProviderRefusedError', readonly providerCode: string | null, readonly providerRequestId: string | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'ProviderUnavailableError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'RateLimitedError', readonly retryAfterSeconds: number | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'StaleVersionError', readonly currentVersion: string | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'UnsupportedFieldError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly __typename: 'UserNotFoundError', readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    >, readonly requests: ReadonlyArray<{ readonly method: string, readonly path: string, readonly action: string | null, readonly body: string | null }>, readonly changes: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly before: string | null, readonly after: string | null }> } | null };

export type VersionQueryVariables = Exact<{
  id: string;
}>;


export type VersionQuery = { readonly user: { readonly version: string } | null };

export const ShownFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Shown"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"directory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}}]}}]}}]} as unknown as DocumentNode<ShownFragment, unknown>;
export const SteadyUserFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SteadyUser"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"directory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"loginIds"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"givenName"}},{"kind":"Field","name":{"kind":"Name","value":"middleName"}},{"kind":"Field","name":{"kind":"Name","value":"familyName"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"picture"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}},{"kind":"Field","name":{"kind":"Name","value":"tenants"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ssoAppIds"}},{"kind":"Field","name":{"kind":"Name","value":"customFields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"value"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"boolean"}},{"kind":"Field","name":{"kind":"Name","value":"texts"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode<SteadyUserFragment, unknown>;
export const PatchedFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Patched"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"confirmedBy"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SteadyUser"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RateLimitedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryAfterSeconds"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProviderRefusedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"providerCode"}},{"kind":"Field","name":{"kind":"Name","value":"providerRequestId"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SteadyUser"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"directory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"loginIds"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"givenName"}},{"kind":"Field","name":{"kind":"Name","value":"middleName"}},{"kind":"Field","name":{"kind":"Name","value":"familyName"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"picture"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}},{"kind":"Field","name":{"kind":"Name","value":"tenants"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ssoAppIds"}},{"kind":"Field","name":{"kind":"Name","value":"customFields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"value"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"boolean"}},{"kind":"Field","name":{"kind":"Name","value":"texts"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode<PatchedFragment, unknown>;
export const WholeUserFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeUser"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SteadyUser"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SteadyUser"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"directory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"loginIds"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"givenName"}},{"kind":"Field","name":{"kind":"Name","value":"middleName"}},{"kind":"Field","name":{"kind":"Name","value":"familyName"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"picture"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}},{"kind":"Field","name":{"kind":"Name","value":"tenants"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ssoAppIds"}},{"kind":"Field","name":{"kind":"Name","value":"customFields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"value"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"boolean"}},{"kind":"Field","name":{"kind":"Name","value":"texts"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode<WholeUserFragment, unknown>;
export const WholeErrorFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeError"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"StaleVersionError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentVersion"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RateLimitedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryAfterSeconds"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProviderRefusedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"providerCode"}},{"kind":"Field","name":{"kind":"Name","value":"providerRequestId"}}]}}]}}]} as unknown as DocumentNode<WholeErrorFragment, unknown>;
export const ShownUserDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ShownUser"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"by"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UserBy"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"Variable","name":{"kind":"Name","value":"by"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Shown"}},{"kind":"Field","name":{"kind":"Name","value":"customFields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"value"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"boolean"}},{"kind":"Field","name":{"kind":"Name","value":"texts"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Shown"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"directory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}}]}}]}}]} as unknown as DocumentNode<ShownUserQuery, ShownUserQueryVariables>;
export const ShownUsersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ShownUsers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"ids"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"users"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"ids"},"value":{"kind":"Variable","name":{"kind":"Name","value":"ids"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Shown"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Shown"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"directory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}}]}}]}}]} as unknown as DocumentNode<ShownUsersQuery, ShownUsersQueryVariables>;
export const SomeFieldsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SomeFields"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"by"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UserBy"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"names"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"Variable","name":{"kind":"Name","value":"by"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"customFields"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"names"},"value":{"kind":"Variable","name":{"kind":"Name","value":"names"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"value"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"boolean"}},{"kind":"Field","name":{"kind":"Name","value":"texts"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}}]}}]}}]} as unknown as DocumentNode<SomeFieldsQuery, SomeFieldsQueryVariables>;
export const SaveDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Save"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"names"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patchUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Shown"}},{"kind":"Field","name":{"kind":"Name","value":"customFields"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"names"},"value":{"kind":"Variable","name":{"kind":"Name","value":"names"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"value"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"boolean"}},{"kind":"Field","name":{"kind":"Name","value":"texts"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"StaleVersionError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentVersion"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Shown"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"directory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}}]}}]}}]} as unknown as DocumentNode<SaveMutation, SaveMutationVariables>;
export const SaveHalfEmailDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SaveHalfEmail"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patchUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}}]}}]}}]}}]}}]} as unknown as DocumentNode<SaveHalfEmailMutation, SaveHalfEmailMutationVariables>;
export const SaveHalfPhoneDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SaveHalfPhone"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patchUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}}]}}]}}]}}]}}]} as unknown as DocumentNode<SaveHalfPhoneMutation, SaveHalfPhoneMutationVariables>;
export const ReadUserDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ReadUser"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"by"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UserBy"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"Variable","name":{"kind":"Name","value":"by"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"directory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"settable"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ReadUserQuery, ReadUserQueryVariables>;
export const PlanChangeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PlanChange"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"planPatchUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}}]}}]}}]} as unknown as DocumentNode<PlanChangeQuery, PlanChangeQueryVariables>;
export const ChangeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Change"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patchUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"operationId"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"StaleVersionError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentVersion"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ChangeMutation, ChangeMutationVariables>;
export const PatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Patch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patchUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Patched"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SteadyUser"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"directory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"loginIds"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"givenName"}},{"kind":"Field","name":{"kind":"Name","value":"middleName"}},{"kind":"Field","name":{"kind":"Name","value":"familyName"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"picture"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}},{"kind":"Field","name":{"kind":"Name","value":"tenants"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ssoAppIds"}},{"kind":"Field","name":{"kind":"Name","value":"customFields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"value"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"boolean"}},{"kind":"Field","name":{"kind":"Name","value":"texts"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Patched"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"confirmedBy"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SteadyUser"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RateLimitedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryAfterSeconds"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProviderRefusedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"providerCode"}},{"kind":"Field","name":{"kind":"Name","value":"providerRequestId"}}]}}]}}]}}]} as unknown as DocumentNode<PatchMutation, PatchMutationVariables>;
export const PatchWholeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PatchWhole"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patchUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"operationId"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"confirmedBy"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WholeUser"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WholeError"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SteadyUser"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"directory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"loginIds"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"givenName"}},{"kind":"Field","name":{"kind":"Name","value":"middleName"}},{"kind":"Field","name":{"kind":"Name","value":"familyName"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"picture"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}},{"kind":"Field","name":{"kind":"Name","value":"tenants"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ssoAppIds"}},{"kind":"Field","name":{"kind":"Name","value":"customFields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"value"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"boolean"}},{"kind":"Field","name":{"kind":"Name","value":"texts"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeUser"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SteadyUser"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeError"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"StaleVersionError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentVersion"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RateLimitedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryAfterSeconds"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProviderRefusedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"providerCode"}},{"kind":"Field","name":{"kind":"Name","value":"providerRequestId"}}]}}]}}]} as unknown as DocumentNode<PatchWholeMutation, PatchWholeMutationVariables>;
export const PatchManyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PatchMany"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"inputs"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserInput"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patchUsers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"inputs"},"value":{"kind":"Variable","name":{"kind":"Name","value":"inputs"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"operationId"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Patched"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SteadyUser"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"directory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"loginIds"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"givenName"}},{"kind":"Field","name":{"kind":"Name","value":"middleName"}},{"kind":"Field","name":{"kind":"Name","value":"familyName"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"picture"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}},{"kind":"Field","name":{"kind":"Name","value":"tenants"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ssoAppIds"}},{"kind":"Field","name":{"kind":"Name","value":"customFields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"value"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"boolean"}},{"kind":"Field","name":{"kind":"Name","value":"texts"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Patched"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"confirmedBy"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SteadyUser"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RateLimitedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryAfterSeconds"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProviderRefusedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"providerCode"}},{"kind":"Field","name":{"kind":"Name","value":"providerRequestId"}}]}}]}}]}}]} as unknown as DocumentNode<PatchManyMutation, PatchManyMutationVariables>;
export const PlanDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Plan"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"planPatchUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WholeError"}}]}},{"kind":"Field","name":{"kind":"Name","value":"requests"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"body"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WholeError"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"StaleVersionError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currentVersion"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RateLimitedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryAfterSeconds"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProviderRefusedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"providerCode"}},{"kind":"Field","name":{"kind":"Name","value":"providerRequestId"}}]}}]}}]} as unknown as DocumentNode<PlanQuery, PlanQueryVariables>;
export const VersionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Version"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"version"}}]}}]}}]} as unknown as DocumentNode<VersionQuery, VersionQueryVariables>;