/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query ShownUser($by: UserBy!) {\n    user(by: $by) { ...Shown customFields { field value { text number boolean texts date } } }\n  }\n  fragment Shown on User {\n    id\n    version\n    displayName\n    email { address verified }\n    phone { number verified }\n    directory { name provider }\n  }\n": typeof types.ShownUserDocument,
    "\n  query ShownUsers($ids: [ID!]!) {\n    users(ids: $ids) { ...Shown }\n  }\n": typeof types.ShownUsersDocument,
    "\n  query SomeFields($by: UserBy!, $names: [String!]) {\n    user(by: $by) { id customFields(names: $names) { field value { text number boolean texts date } } }\n  }\n": typeof types.SomeFieldsDocument,
    "\n  mutation Save($input: PatchUserInput!, $names: [String!]) {\n    patchUser(input: $input) {\n      outcome\n      user { ...Shown customFields(names: $names) { field value { text number boolean texts date } } }\n      errors { __typename code ... on StaleVersionError { currentVersion } }\n    }\n  }\n": typeof types.SaveDocument,
    "\n    mutation SaveHalfEmail($input: PatchUserInput!) {\n      patchUser(input: $input) { outcome user { id email { address } } }\n    }\n  ": typeof types.SaveHalfEmailDocument,
    "\n    mutation SaveHalfPhone($input: PatchUserInput!) {\n      patchUser(input: $input) { outcome user { id phone { number } } }\n    }\n  ": typeof types.SaveHalfPhoneDocument,
    "\n  query ReadUser($by: UserBy!) {\n    user(by: $by) {\n      id\n      version\n      displayName\n      directory { name capabilities { field settable } }\n    }\n  }\n": typeof types.ReadUserDocument,
    "\n  query PlanChange($input: PatchUserInput!) {\n    planPatchUser(input: $input) {\n      errors { code path }\n      changes { path before after }\n    }\n  }\n": typeof types.PlanChangeDocument,
    "\n  mutation Change($input: PatchUserInput!) {\n    patchUser(input: $input) {\n      operationId\n      outcome\n      user { id version displayName }\n      errors {\n        __typename\n        code\n        message\n        path\n        retryable\n        ... on StaleVersionError { currentVersion }\n      }\n    }\n  }\n": typeof types.ChangeDocument,
    "\n  mutation Patch($input: PatchUserInput!) {\n    patchUser(input: $input) { ...Patched }\n  }\n  fragment Patched on PatchUserPayload {\n    outcome\n    confirmedBy\n    user { ...SteadyUser }\n    errors {\n      __typename\n      code\n      message\n      path\n      retryable\n      ... on RateLimitedError { retryAfterSeconds }\n      ... on ProviderRefusedError { providerCode providerRequestId }\n    }\n  }\n  fragment SteadyUser on User {\n    id\n    userId\n    directory { name }\n    username\n    loginIds\n    displayName\n    givenName\n    middleName\n    familyName\n    email { address verified }\n    phone { number verified }\n    picture\n    status\n    roleNames\n    tenants { tenantId name roleNames }\n    ssoAppIds\n    customFields { field value { text number boolean texts date } }\n    createdAt\n  }\n": typeof types.PatchDocument,
    "\n  mutation PatchWhole($input: PatchUserInput!) {\n    patchUser(input: $input) {\n      operationId\n      outcome\n      confirmedBy\n      user { ...WholeUser }\n      errors { ...WholeError }\n    }\n  }\n  fragment WholeUser on User {\n    ...SteadyUser\n    version\n    updatedAt\n  }\n  fragment WholeError on PatchUserError {\n    __typename\n    code\n    message\n    path\n    retryable\n    ... on StaleVersionError { currentVersion }\n    ... on RateLimitedError { retryAfterSeconds }\n    ... on ProviderRefusedError { providerCode providerRequestId }\n  }\n": typeof types.PatchWholeDocument,
    "\n  mutation PatchMany($inputs: [PatchUserInput!]!) {\n    patchUsers(inputs: $inputs) {\n      operationId\n      ...Patched\n    }\n  }\n": typeof types.PatchManyDocument,
    "\n  query Plan($input: PatchUserInput!) {\n    planPatchUser(input: $input) {\n      errors { ...WholeError }\n      requests { method path action body }\n      changes { path before after }\n    }\n  }\n": typeof types.PlanDocument,
    "\n  query Version($id: ID!) {\n    user(by: { id: $id }) { version }\n  }\n": typeof types.VersionDocument,
};
const documents: Documents = {
    "\n  query ShownUser($by: UserBy!) {\n    user(by: $by) { ...Shown customFields { field value { text number boolean texts date } } }\n  }\n  fragment Shown on User {\n    id\n    version\n    displayName\n    email { address verified }\n    phone { number verified }\n    directory { name provider }\n  }\n": types.ShownUserDocument,
    "\n  query ShownUsers($ids: [ID!]!) {\n    users(ids: $ids) { ...Shown }\n  }\n": types.ShownUsersDocument,
    "\n  query SomeFields($by: UserBy!, $names: [String!]) {\n    user(by: $by) { id customFields(names: $names) { field value { text number boolean texts date } } }\n  }\n": types.SomeFieldsDocument,
    "\n  mutation Save($input: PatchUserInput!, $names: [String!]) {\n    patchUser(input: $input) {\n      outcome\n      user { ...Shown customFields(names: $names) { field value { text number boolean texts date } } }\n      errors { __typename code ... on StaleVersionError { currentVersion } }\n    }\n  }\n": types.SaveDocument,
    "\n    mutation SaveHalfEmail($input: PatchUserInput!) {\n      patchUser(input: $input) { outcome user { id email { address } } }\n    }\n  ": types.SaveHalfEmailDocument,
    "\n    mutation SaveHalfPhone($input: PatchUserInput!) {\n      patchUser(input: $input) { outcome user { id phone { number } } }\n    }\n  ": types.SaveHalfPhoneDocument,
    "\n  query ReadUser($by: UserBy!) {\n    user(by: $by) {\n      id\n      version\n      displayName\n      directory { name capabilities { field settable } }\n    }\n  }\n": types.ReadUserDocument,
    "\n  query PlanChange($input: PatchUserInput!) {\n    planPatchUser(input: $input) {\n      errors { code path }\n      changes { path before after }\n    }\n  }\n": types.PlanChangeDocument,
    "\n  mutation Change($input: PatchUserInput!) {\n    patchUser(input: $input) {\n      operationId\n      outcome\n      user { id version displayName }\n      errors {\n        __typename\n        code\n        message\n        path\n        retryable\n        ... on StaleVersionError { currentVersion }\n      }\n    }\n  }\n": types.ChangeDocument,
    "\n  mutation Patch($input: PatchUserInput!) {\n    patchUser(input: $input) { ...Patched }\n  }\n  fragment Patched on PatchUserPayload {\n    outcome\n    confirmedBy\n    user { ...SteadyUser }\n    errors {\n      __typename\n      code\n      message\n      path\n      retryable\n      ... on RateLimitedError { retryAfterSeconds }\n      ... on ProviderRefusedError { providerCode providerRequestId }\n    }\n  }\n  fragment SteadyUser on User {\n    id\n    userId\n    directory { name }\n    username\n    loginIds\n    displayName\n    givenName\n    middleName\n    familyName\n    email { address verified }\n    phone { number verified }\n    picture\n    status\n    roleNames\n    tenants { tenantId name roleNames }\n    ssoAppIds\n    customFields { field value { text number boolean texts date } }\n    createdAt\n  }\n": types.PatchDocument,
    "\n  mutation PatchWhole($input: PatchUserInput!) {\n    patchUser(input: $input) {\n      operationId\n      outcome\n      confirmedBy\n      user { ...WholeUser }\n      errors { ...WholeError }\n    }\n  }\n  fragment WholeUser on User {\n    ...SteadyUser\n    version\n    updatedAt\n  }\n  fragment WholeError on PatchUserError {\n    __typename\n    code\n    message\n    path\n    retryable\n    ... on StaleVersionError { currentVersion }\n    ... on RateLimitedError { retryAfterSeconds }\n    ... on ProviderRefusedError { providerCode providerRequestId }\n  }\n": types.PatchWholeDocument,
    "\n  mutation PatchMany($inputs: [PatchUserInput!]!) {\n    patchUsers(inputs: $inputs) {\n      operationId\n      ...Patched\n    }\n  }\n": types.PatchManyDocument,
    "\n  query Plan($input: PatchUserInput!) {\n    planPatchUser(input: $input) {\n      errors { ...WholeError }\n      requests { method path action body }\n      changes { path before after }\n    }\n  }\n": types.PlanDocument,
    "\n  query Version($id: ID!) {\n    user(by: { id: $id }) { version }\n  }\n": types.VersionDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ShownUser($by: UserBy!) {\n    user(by: $by) { ...Shown customFields { field value { text number boolean texts date } } }\n  }\n  fragment Shown on User {\n    id\n    version\n    displayName\n    email { address verified }\n    phone { number verified }\n    directory { name provider }\n  }\n"): (typeof documents)["\n  query ShownUser($by: UserBy!) {\n    user(by: $by) { ...Shown customFields { field value { text number boolean texts date } } }\n  }\n  fragment Shown on User {\n    id\n    version\n    displayName\n    email { address verified }\n    phone { number verified }\n    directory { name provider }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ShownUsers($ids: [ID!]!) {\n    users(ids: $ids) { ...Shown }\n  }\n"): (typeof documents)["\n  query ShownUsers($ids: [ID!]!) {\n    users(ids: $ids) { ...Shown }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SomeFields($by: UserBy!, $names: [String!]) {\n    user(by: $by) { id customFields(names: $names) { field value { text number boolean texts date } } }\n  }\n"): (typeof documents)["\n  query SomeFields($by: UserBy!, $names: [String!]) {\n    user(by: $by) { id customFields(names: $names) { field value { text number boolean texts date } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Save($input: PatchUserInput!, $names: [String!]) {\n    patchUser(input: $input) {\n      outcome\n      user { ...Shown customFields(names: $names) { field value { text number boolean texts date } } }\n      errors { __typename code ... on StaleVersionError { currentVersion } }\n    }\n  }\n"): (typeof documents)["\n  mutation Save($input: PatchUserInput!, $names: [String!]) {\n    patchUser(input: $input) {\n      outcome\n      user { ...Shown customFields(names: $names) { field value { text number boolean texts date } } }\n      errors { __typename code ... on StaleVersionError { currentVersion } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n    mutation SaveHalfEmail($input: PatchUserInput!) {\n      patchUser(input: $input) { outcome user { id email { address } } }\n    }\n  "): (typeof documents)["\n    mutation SaveHalfEmail($input: PatchUserInput!) {\n      patchUser(input: $input) { outcome user { id email { address } } }\n    }\n  "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n    mutation SaveHalfPhone($input: PatchUserInput!) {\n      patchUser(input: $input) { outcome user { id phone { number } } }\n    }\n  "): (typeof documents)["\n    mutation SaveHalfPhone($input: PatchUserInput!) {\n      patchUser(input: $input) { outcome user { id phone { number } } }\n    }\n  "];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadUser($by: UserBy!) {\n    user(by: $by) {\n      id\n      version\n      displayName\n      directory { name capabilities { field settable } }\n    }\n  }\n"): (typeof documents)["\n  query ReadUser($by: UserBy!) {\n    user(by: $by) {\n      id\n      version\n      displayName\n      directory { name capabilities { field settable } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PlanChange($input: PatchUserInput!) {\n    planPatchUser(input: $input) {\n      errors { code path }\n      changes { path before after }\n    }\n  }\n"): (typeof documents)["\n  query PlanChange($input: PatchUserInput!) {\n    planPatchUser(input: $input) {\n      errors { code path }\n      changes { path before after }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Change($input: PatchUserInput!) {\n    patchUser(input: $input) {\n      operationId\n      outcome\n      user { id version displayName }\n      errors {\n        __typename\n        code\n        message\n        path\n        retryable\n        ... on StaleVersionError { currentVersion }\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation Change($input: PatchUserInput!) {\n    patchUser(input: $input) {\n      operationId\n      outcome\n      user { id version displayName }\n      errors {\n        __typename\n        code\n        message\n        path\n        retryable\n        ... on StaleVersionError { currentVersion }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Patch($input: PatchUserInput!) {\n    patchUser(input: $input) { ...Patched }\n  }\n  fragment Patched on PatchUserPayload {\n    outcome\n    confirmedBy\n    user { ...SteadyUser }\n    errors {\n      __typename\n      code\n      message\n      path\n      retryable\n      ... on RateLimitedError { retryAfterSeconds }\n      ... on ProviderRefusedError { providerCode providerRequestId }\n    }\n  }\n  fragment SteadyUser on User {\n    id\n    userId\n    directory { name }\n    username\n    loginIds\n    displayName\n    givenName\n    middleName\n    familyName\n    email { address verified }\n    phone { number verified }\n    picture\n    status\n    roleNames\n    tenants { tenantId name roleNames }\n    ssoAppIds\n    customFields { field value { text number boolean texts date } }\n    createdAt\n  }\n"): (typeof documents)["\n  mutation Patch($input: PatchUserInput!) {\n    patchUser(input: $input) { ...Patched }\n  }\n  fragment Patched on PatchUserPayload {\n    outcome\n    confirmedBy\n    user { ...SteadyUser }\n    errors {\n      __typename\n      code\n      message\n      path\n      retryable\n      ... on RateLimitedError { retryAfterSeconds }\n      ... on ProviderRefusedError { providerCode providerRequestId }\n    }\n  }\n  fragment SteadyUser on User {\n    id\n    userId\n    directory { name }\n    username\n    loginIds\n    displayName\n    givenName\n    middleName\n    familyName\n    email { address verified }\n    phone { number verified }\n    picture\n    status\n    roleNames\n    tenants { tenantId name roleNames }\n    ssoAppIds\n    customFields { field value { text number boolean texts date } }\n    createdAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PatchWhole($input: PatchUserInput!) {\n    patchUser(input: $input) {\n      operationId\n      outcome\n      confirmedBy\n      user { ...WholeUser }\n      errors { ...WholeError }\n    }\n  }\n  fragment WholeUser on User {\n    ...SteadyUser\n    version\n    updatedAt\n  }\n  fragment WholeError on PatchUserError {\n    __typename\n    code\n    message\n    path\n    retryable\n    ... on StaleVersionError { currentVersion }\n    ... on RateLimitedError { retryAfterSeconds }\n    ... on ProviderRefusedError { providerCode providerRequestId }\n  }\n"): (typeof documents)["\n  mutation PatchWhole($input: PatchUserInput!) {\n    patchUser(input: $input) {\n      operationId\n      outcome\n      confirmedBy\n      user { ...WholeUser }\n      errors { ...WholeError }\n    }\n  }\n  fragment WholeUser on User {\n    ...SteadyUser\n    version\n    updatedAt\n  }\n  fragment WholeError on PatchUserError {\n    __typename\n    code\n    message\n    path\n    retryable\n    ... on StaleVersionError { currentVersion }\n    ... on RateLimitedError { retryAfterSeconds }\n    ... on ProviderRefusedError { providerCode providerRequestId }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PatchMany($inputs: [PatchUserInput!]!) {\n    patchUsers(inputs: $inputs) {\n      operationId\n      ...Patched\n    }\n  }\n"): (typeof documents)["\n  mutation PatchMany($inputs: [PatchUserInput!]!) {\n    patchUsers(inputs: $inputs) {\n      operationId\n      ...Patched\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Plan($input: PatchUserInput!) {\n    planPatchUser(input: $input) {\n      errors { ...WholeError }\n      requests { method path action body }\n      changes { path before after }\n    }\n  }\n"): (typeof documents)["\n  query Plan($input: PatchUserInput!) {\n    planPatchUser(input: $input) {\n      errors { ...WholeError }\n      requests { method path action body }\n      changes { path before after }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Version($id: ID!) {\n    user(by: { id: $id }) { version }\n  }\n"): (typeof documents)["\n  query Version($id: ID!) {\n    user(by: { id: $id }) { version }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;