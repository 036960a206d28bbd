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

/** The operations of CustomFieldOperationInput. */
export type CustomFieldOperationKind =
  /** Sets the value; adds members to a list. */
  | 'ADD'
  /** Removes the value, or some members of a list. */
  | 'REMOVE'
  /** Sets the value in place of the one that is there. */
  | 'REPLACE';

/** A custom field to clear, or members to remove from its list. */
export type CustomFieldRemovalInput = {
  /** The field’s name, as in Directory.customFields. At most once in a patch. */
  readonly field: string;
  /** For a TEXTS field: the members to remove from the list. Left out: the whole value is removed. */
  readonly values?: ReadonlyArray<string> | null | undefined;
};

/** The type of a custom field. It decides which field of CustomFieldValueInput to use. */
export type CustomFieldType =
  /** True or false: use boolean. */
  | 'BOOLEAN'
  /** One of the choices: use text. */
  | 'CHOICE'
  /** A date and time: use date. */
  | 'DATE'
  /** A number: use number. */
  | 'NUMBER'
  /** A string: use text. */
  | 'TEXT'
  /** A list of strings, which are choices if the field has any: use texts. */
  | 'TEXTS';

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

export type DirectoriesQueryVariables = Exact<{ [key: string]: never; }>;


export type DirectoriesQuery = { readonly directories: ReadonlyArray<{ readonly name: string }> };

export type UserQueryVariables = Exact<{
  by: UserBy;
}>;


export type UserQuery = { readonly user: { readonly id: string, readonly version: string, readonly username: string | null, readonly displayName: string | null, readonly givenName: string | null, readonly middleName: string | null, readonly familyName: string | null, readonly picture: string | null, readonly status: UserStatus | null, readonly roleNames: ReadonlyArray<string>, readonly ssoAppIds: ReadonlyArray<string>, readonly directory: { readonly name: string, readonly capabilities: ReadonlyArray<{ readonly field: string, readonly settable: boolean, readonly clearable: boolean, readonly maxLength: number | null }>, readonly customFields: ReadonlyArray<{ readonly field: string, readonly type: CustomFieldType, readonly label: string | null, readonly operations: ReadonlyArray<CustomFieldOperationKind>, readonly choices: ReadonlyArray<{ readonly value: string, readonly label: string | null }> | null }> | null }, readonly email: { readonly address: string, readonly verified: boolean } | null, readonly phone: { readonly number: string, readonly verified: boolean } | null, readonly tenants: ReadonlyArray<{ readonly tenantId: string, readonly roleNames: ReadonlyArray<string> }>, readonly customFields: ReadonlyArray<{ readonly field: string, readonly value: { readonly text: string | null, readonly number: number | null, readonly boolean: boolean | null, readonly texts: ReadonlyArray<string> | null, readonly date: string | null } }> } | null };

export type UserFieldsFragment = { readonly id: string, readonly version: string, readonly username: string | null, readonly displayName: string | null, readonly givenName: string | null, readonly middleName: string | null, readonly familyName: string | null, readonly picture: string | null, readonly status: UserStatus | null, readonly roleNames: ReadonlyArray<string>, readonly ssoAppIds: ReadonlyArray<string>, readonly email: { readonly address: string, readonly verified: boolean } | null, readonly phone: { readonly number: string, readonly verified: boolean } | null, readonly tenants: ReadonlyArray<{ readonly tenantId: string, readonly roleNames: ReadonlyArray<string> }>, readonly customFields: ReadonlyArray<{ readonly field: string, readonly value: { readonly text: string | null, readonly number: number | null, readonly boolean: boolean | null, readonly texts: ReadonlyArray<string> | null, readonly date: string | null } }> };

export type PlanQueryVariables = Exact<{
  input: PatchUserInput;
}>;


export type PlanQuery = { readonly planPatchUser: { readonly errors: ReadonlyArray<
      | { readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly retryAfterSeconds: number | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    >, readonly changes: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly before: string | null, readonly after: string | null }>, readonly requests: ReadonlyArray<{ readonly method: string, readonly path: string, readonly action: string | null, readonly body: string | null }> } | null };

type ErrorFields_NZyekFnnBek5edOnPfpU9bRm3pm3Xbpp5TYh2hsmdBk_Fragment = { readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

type ErrorFields_RateLimitedError_Fragment = { readonly retryAfterSeconds: number | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean };

export type ErrorFieldsFragment =
  | ErrorFields_NZyekFnnBek5edOnPfpU9bRm3pm3Xbpp5TYh2hsmdBk_Fragment
  | ErrorFields_RateLimitedError_Fragment
;

export type PatchMutationVariables = Exact<{
  input: PatchUserInput;
}>;


export type PatchMutation = { readonly patchUser: { readonly operationId: string, readonly outcome: PatchOutcome, readonly confirmedBy: PatchConfirmation | null, readonly adjusted: ReadonlyArray<ReadonlyArray<string>>, readonly user: { readonly id: string, readonly version: string, readonly username: string | null, readonly displayName: string | null, readonly givenName: string | null, readonly middleName: string | null, readonly familyName: string | null, readonly picture: string | null, readonly status: UserStatus | null, readonly roleNames: ReadonlyArray<string>, readonly ssoAppIds: ReadonlyArray<string>, readonly email: { readonly address: string, readonly verified: boolean } | null, readonly phone: { readonly number: string, readonly verified: boolean } | null, readonly tenants: ReadonlyArray<{ readonly tenantId: string, readonly roleNames: ReadonlyArray<string> }>, readonly customFields: ReadonlyArray<{ readonly field: string, readonly value: { readonly text: string | null, readonly number: number | null, readonly boolean: boolean | null, readonly texts: ReadonlyArray<string> | null, readonly date: string | null } }> } | null, readonly errors: ReadonlyArray<
      | { readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
      | { readonly retryAfterSeconds: number | null, readonly code: PatchErrorCode, readonly message: string, readonly path: ReadonlyArray<string>, readonly retryable: boolean }
    > } | null };

export const UserFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"givenName"}},{"kind":"Field","name":{"kind":"Name","value":"middleName"}},{"kind":"Field","name":{"kind":"Name","value":"familyName"}},{"kind":"Field","name":{"kind":"Name","value":"picture"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}},{"kind":"Field","name":{"kind":"Name","value":"ssoAppIds"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tenants"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customFields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"value"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"boolean"}},{"kind":"Field","name":{"kind":"Name","value":"texts"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}}]}}]} as unknown as DocumentNode<UserFieldsFragment, unknown>;
export const ErrorFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ErrorFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RateLimitedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryAfterSeconds"}}]}}]}}]} as unknown as DocumentNode<ErrorFieldsFragment, unknown>;
export const DirectoriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Directories"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"directories"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<DirectoriesQuery, DirectoriesQueryVariables>;
export const UserDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"User"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"by"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UserBy"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"Variable","name":{"kind":"Name","value":"by"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}},{"kind":"Field","name":{"kind":"Name","value":"directory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"settable"}},{"kind":"Field","name":{"kind":"Name","value":"clearable"}},{"kind":"Field","name":{"kind":"Name","value":"maxLength"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customFields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"choices"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"label"}}]}},{"kind":"Field","name":{"kind":"Name","value":"operations"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"givenName"}},{"kind":"Field","name":{"kind":"Name","value":"middleName"}},{"kind":"Field","name":{"kind":"Name","value":"familyName"}},{"kind":"Field","name":{"kind":"Name","value":"picture"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}},{"kind":"Field","name":{"kind":"Name","value":"ssoAppIds"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tenants"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customFields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"value"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"boolean"}},{"kind":"Field","name":{"kind":"Name","value":"texts"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}}]}}]} as unknown as DocumentNode<UserQuery, UserQueryVariables>;
export const PlanDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Plan"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"planPatchUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ErrorFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}},{"kind":"Field","name":{"kind":"Name","value":"requests"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"body"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ErrorFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RateLimitedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryAfterSeconds"}}]}}]}}]} as unknown as DocumentNode<PlanQuery, PlanQueryVariables>;
export const PatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Patch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"patchUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"operationId"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"confirmedBy"}},{"kind":"Field","name":{"kind":"Name","value":"adjusted"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ErrorFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"givenName"}},{"kind":"Field","name":{"kind":"Name","value":"middleName"}},{"kind":"Field","name":{"kind":"Name","value":"familyName"}},{"kind":"Field","name":{"kind":"Name","value":"picture"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}},{"kind":"Field","name":{"kind":"Name","value":"ssoAppIds"}},{"kind":"Field","name":{"kind":"Name","value":"email"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"verified"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tenants"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"roleNames"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customFields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"value"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"boolean"}},{"kind":"Field","name":{"kind":"Name","value":"texts"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ErrorFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PatchUserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RateLimitedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryAfterSeconds"}}]}}]}}]} as unknown as DocumentNode<PatchMutation, PatchMutationVariables>;