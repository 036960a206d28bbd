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
    "\n  query Directories { directories { name } }\n": typeof types.DirectoriesDocument,
    "\n  query User($by: UserBy!) {\n    user(by: $by) {\n      ...UserFields\n      directory {\n        name\n        capabilities { field settable clearable maxLength }\n        customFields { field type label choices { value label } operations }\n      }\n    }\n  }\n  fragment UserFields on User {\n    id version username displayName givenName middleName familyName picture status roleNames ssoAppIds\n    email { address verified }\n    phone { number verified }\n    tenants { tenantId roleNames }\n    customFields { field value { text number boolean texts date } }\n  }\n": typeof types.UserDocument,
    "\n  query Plan($input: PatchUserInput!) {\n    planPatchUser(input: $input) {\n      errors { ...ErrorFields }\n      changes { path before after }\n      requests { method path action body }\n    }\n  }\n  fragment ErrorFields on PatchUserError {\n    code message path retryable\n    ... on RateLimitedError { retryAfterSeconds }\n  }\n": typeof types.PlanDocument,
    "\n  mutation Patch($input: PatchUserInput!) {\n    patchUser(input: $input) {\n      operationId outcome confirmedBy adjusted\n      user { ...UserFields }\n      errors { ...ErrorFields }\n    }\n  }\n": typeof types.PatchDocument,
};
const documents: Documents = {
    "\n  query Directories { directories { name } }\n": types.DirectoriesDocument,
    "\n  query User($by: UserBy!) {\n    user(by: $by) {\n      ...UserFields\n      directory {\n        name\n        capabilities { field settable clearable maxLength }\n        customFields { field type label choices { value label } operations }\n      }\n    }\n  }\n  fragment UserFields on User {\n    id version username displayName givenName middleName familyName picture status roleNames ssoAppIds\n    email { address verified }\n    phone { number verified }\n    tenants { tenantId roleNames }\n    customFields { field value { text number boolean texts date } }\n  }\n": types.UserDocument,
    "\n  query Plan($input: PatchUserInput!) {\n    planPatchUser(input: $input) {\n      errors { ...ErrorFields }\n      changes { path before after }\n      requests { method path action body }\n    }\n  }\n  fragment ErrorFields on PatchUserError {\n    code message path retryable\n    ... on RateLimitedError { retryAfterSeconds }\n  }\n": types.PlanDocument,
    "\n  mutation Patch($input: PatchUserInput!) {\n    patchUser(input: $input) {\n      operationId outcome confirmedBy adjusted\n      user { ...UserFields }\n      errors { ...ErrorFields }\n    }\n  }\n": types.PatchDocument,
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
export function graphql(source: "\n  query Directories { directories { name } }\n"): (typeof documents)["\n  query Directories { directories { name } }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query User($by: UserBy!) {\n    user(by: $by) {\n      ...UserFields\n      directory {\n        name\n        capabilities { field settable clearable maxLength }\n        customFields { field type label choices { value label } operations }\n      }\n    }\n  }\n  fragment UserFields on User {\n    id version username displayName givenName middleName familyName picture status roleNames ssoAppIds\n    email { address verified }\n    phone { number verified }\n    tenants { tenantId roleNames }\n    customFields { field value { text number boolean texts date } }\n  }\n"): (typeof documents)["\n  query User($by: UserBy!) {\n    user(by: $by) {\n      ...UserFields\n      directory {\n        name\n        capabilities { field settable clearable maxLength }\n        customFields { field type label choices { value label } operations }\n      }\n    }\n  }\n  fragment UserFields on User {\n    id version username displayName givenName middleName familyName picture status roleNames ssoAppIds\n    email { address verified }\n    phone { number verified }\n    tenants { tenantId roleNames }\n    customFields { field value { text number boolean texts date } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Plan($input: PatchUserInput!) {\n    planPatchUser(input: $input) {\n      errors { ...ErrorFields }\n      changes { path before after }\n      requests { method path action body }\n    }\n  }\n  fragment ErrorFields on PatchUserError {\n    code message path retryable\n    ... on RateLimitedError { retryAfterSeconds }\n  }\n"): (typeof documents)["\n  query Plan($input: PatchUserInput!) {\n    planPatchUser(input: $input) {\n      errors { ...ErrorFields }\n      changes { path before after }\n      requests { method path action body }\n    }\n  }\n  fragment ErrorFields on PatchUserError {\n    code message path retryable\n    ... on RateLimitedError { retryAfterSeconds }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Patch($input: PatchUserInput!) {\n    patchUser(input: $input) {\n      operationId outcome confirmedBy adjusted\n      user { ...UserFields }\n      errors { ...ErrorFields }\n    }\n  }\n"): (typeof documents)["\n  mutation Patch($input: PatchUserInput!) {\n    patchUser(input: $input) {\n      operationId outcome confirmedBy adjusted\n      user { ...UserFields }\n      errors { ...ErrorFields }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;