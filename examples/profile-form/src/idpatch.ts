import { gql, type TypedDocumentNode } from '@apollo/client';

/** A field of UserPatchInput other than customFields. */
export type PatchField =
  | 'username'
  | 'displayName'
  | 'givenName'
  | 'middleName'
  | 'familyName'
  | 'email'
  | 'phone'
  | 'picture'
  | 'status'
  | 'roleNames'
  | 'tenants'
  | 'ssoAppIds';

/** What a custom field holds. */
export type CustomFieldType = 'TEXT' | 'NUMBER' | 'BOOLEAN' | 'CHOICE' | 'TEXTS' | 'DATE';

/** A custom field that a directory has. */
export interface CustomFieldDefinition {
  readonly field: string;
  readonly type: CustomFieldType;
  readonly label: string | null;
  readonly choices: readonly { readonly value: string; readonly label: string | null }[] | null;
  readonly operations: readonly ('ADD' | 'REPLACE' | 'REMOVE')[];
}

/** A directory, and what can be done to its users. */
export interface Directory {
  readonly name: string;
  readonly capabilities: readonly {
    readonly field: string;
    readonly settable: boolean;
    readonly clearable: boolean;
    readonly maxLength: number | null;
  }[];
  /** Null: the directory cannot say which there are. */
  readonly customFields: readonly CustomFieldDefinition[] | null;
}

/** A membership of a tenant. */
export interface Tenant {
  readonly tenantId: string;
  readonly roleNames: readonly string[];
}

/** A user as UserFields selects it. */
export interface User {
  readonly id: string;
  readonly version: string;
  readonly username: string | null;
  readonly displayName: string | null;
  readonly givenName: string | null;
  readonly middleName: string | null;
  readonly familyName: string | null;
  readonly email: { readonly address: string; readonly verified: boolean } | null;
  readonly phone: { readonly number: string; readonly verified: boolean } | null;
  readonly picture: string | null;
  readonly status: string | null;
  readonly roleNames: readonly string[];
  readonly tenants: readonly Tenant[];
  readonly ssoAppIds: readonly string[];
  readonly customFields: readonly {
    readonly field: string;
    readonly value: {
      readonly text: string | null;
      readonly number: number | null;
      readonly boolean: boolean | null;
      readonly texts: readonly string[] | null;
      readonly date: string | null;
    };
  }[];
}

/** Which user is meant. */
export type UserBy =
  | { readonly id: string }
  | { readonly login: { readonly directory: string; readonly login: string } };

/** A value of a custom field: exactly one member. */
export type CustomFieldValueInput =
  | { readonly text: string }
  | { readonly number: number }
  | { readonly boolean: boolean }
  | { readonly texts: readonly string[] }
  | { readonly date: string };

interface Assignment {
  readonly field: string;
  readonly value: CustomFieldValueInput;
}

/** What to do with one custom field: exactly one member. */
export type CustomFieldOperation =
  | { readonly add: Assignment }
  | { readonly replace: Assignment }
  | { readonly remove: { readonly field: string; readonly values?: readonly string[] } };

/** What to change: absent leaves a field as it is, null clears it. */
export type UserPatch = Partial<Record<PatchField, unknown>> & {
  readonly customFields?: readonly CustomFieldOperation[];
};

/** What planPatchUser and patchUser are given. */
export interface PatchUserInput {
  readonly user: UserBy;
  readonly patch: UserPatch;
  readonly ifVersion: string;
  readonly idempotencyKey?: string;
}

/** Something that is wrong, and where in the input. */
export interface PatchError {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
  readonly retryable: boolean;
  readonly retryAfterSeconds?: number | null;
}

/** What patchUser would do. */
export interface Plan {
  readonly errors: readonly PatchError[];
  readonly changes: readonly {
    readonly path: readonly string[];
    readonly before: string | null;
    readonly after: string | null;
  }[];
  readonly requests: readonly {
    readonly method: string;
    readonly path: string;
    readonly action: string | null;
    readonly body: string | null;
  }[];
}

/** What became of a patch. */
export interface Payload {
  readonly operationId: string;
  readonly outcome: 'APPLIED' | 'NOT_APPLIED' | 'PARTIAL' | 'UNKNOWN';
  readonly confirmedBy: 'RESPONSE' | 'READ_BACK' | null;
  readonly user: User | null;
  readonly errors: readonly PatchError[];
}

/** The types of errors, for the cache: it cannot know by itself that they all are PatchUserError. */
export const possibleTypes = {
  PatchUserError: [
    'ConflictError',
    'ForbiddenError',
    'IdempotencyError',
    'InvalidInputError',
    'JournalUnavailableError',
    'OutcomeUnknownError',
    'ProviderRefusedError',
    'ProviderUnavailableError',
    'RateLimitedError',
    'StaleVersionError',
    'UnsupportedFieldError',
    'UserNotFoundError',
  ],
};

const userFields = gql`
  fragment UserFields on User {
    id version username displayName givenName middleName familyName picture status roleNames ssoAppIds
    email { address verified }
    phone { number verified }
    tenants { tenantId roleNames }
    customFields { field value { text number boolean texts date } }
  }
`;

const errorFields = 'code message path retryable ... on RateLimitedError { retryAfterSeconds }';

/** The directories to choose from. */
export const directoriesQuery: TypedDocumentNode<{
  readonly directories: readonly { readonly name: string }[];
}> = gql`query Directories { directories { name } }`;

/** A user, with what their directory can do. */
export const userQuery: TypedDocumentNode<
  { readonly user: (User & { readonly directory: Directory }) | null },
  { readonly by: UserBy }
> = gql`
  query User($by: UserBy!) {
    user(by: $by) {
      ...UserFields
      directory {
        name
        capabilities { field settable clearable maxLength }
        customFields { field type label choices { value label } operations }
      }
    }
  }
  ${userFields}
`;

/** What a patch would do; writes nothing. */
export const planQuery: TypedDocumentNode<
  { readonly planPatchUser: Plan | null },
  { readonly input: PatchUserInput }
> = gql`
  query Plan($input: PatchUserInput!) {
    planPatchUser(input: $input) {
      errors { ${errorFields} }
      changes { path before after }
      requests { method path action body }
    }
  }
`;

/** Patches. It selects all that userQuery does of the user, so the cache brings every view up to date. */
export const patchMutation: TypedDocumentNode<
  { readonly patchUser: Payload | null },
  { readonly input: PatchUserInput }
> = gql`
  mutation Patch($input: PatchUserInput!) {
    patchUser(input: $input) {
      operationId outcome confirmedBy
      user { ...UserFields }
      errors { ${errorFields} }
    }
  }
  ${userFields}
`;
