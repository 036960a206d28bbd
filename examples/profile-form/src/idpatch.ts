import { graphql } from './generated/gql.ts';
import type { PatchMutation, PlanQuery, UserFieldsFragment, UserQuery } from './generated/graphql.ts';

/** A user as UserFields selects it. */
export type User = UserFieldsFragment;

/** A membership of a tenant. */
export type Tenant = User['tenants'][number];

/** A directory, and what can be done to its users. */
export type Directory = NonNullable<UserQuery['user']>['directory'];

/** A custom field that a directory has. */
export type CustomFieldDefinition = NonNullable<Directory['customFields']>[number];

/** What patchUser would do. */
export type Plan = NonNullable<PlanQuery['planPatchUser']>;

/** What became of a patch. */
export type Payload = NonNullable<PatchMutation['patchUser']>;

/** Something that is wrong, and where in the input. */
export type PatchError = Payload['errors'][number];

/** The directories to choose from. */
export const directoriesQuery = graphql(`
  query Directories { directories { name } }
`);

/** A user, with what their directory can do. */
export const userQuery = graphql(`
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
  fragment UserFields on User {
    id version username displayName givenName middleName familyName picture status roleNames ssoAppIds
    email { address verified }
    phone { number verified }
    tenants { tenantId roleNames }
    customFields { field value { text number boolean texts date } }
  }
`);

/** What a patch would do; writes nothing. */
export const planQuery = graphql(`
  query Plan($input: PatchUserInput!) {
    planPatchUser(input: $input) {
      errors { ...ErrorFields }
      changes { path before after }
      requests { method path action body }
    }
  }
  fragment ErrorFields on PatchUserError {
    code message path retryable
    ... on RateLimitedError { retryAfterSeconds }
  }
`);

/** Patches. It selects all that userQuery does of the user, so the cache brings every view up to date. */
export const patchMutation = graphql(`
  mutation Patch($input: PatchUserInput!) {
    patchUser(input: $input) {
      operationId outcome confirmedBy adjusted
      user { ...UserFields }
      errors { ...ErrorFields }
    }
  }
`);
