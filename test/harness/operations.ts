import { type DocumentNode, type InlineFragmentNode, Kind, print, visit } from 'graphql';
import { graphql } from '../generated/gql.ts';

/** patchUser, with every member of the payload but those that are new in each call. */
export const patchOperation = graphql(`
  mutation Patch($input: PatchUserInput!) {
    patchUser(input: $input) { ...Patched }
  }
  fragment Patched on PatchUserPayload {
    outcome
    confirmedBy
    user { ...SteadyUser }
    errors {
      __typename
      code
      message
      path
      retryable
      ... on RateLimitedError { retryAfterSeconds }
      ... on ProviderRefusedError { providerCode providerRequestId }
    }
  }
  fragment SteadyUser on User {
    id
    userId
    directory { name }
    username
    loginIds
    displayName
    givenName
    middleName
    familyName
    email { address verified }
    phone { number verified }
    picture
    status
    roleNames
    tenants { tenantId name roleNames }
    ssoAppIds
    customFields { field value { text number boolean texts date } }
    createdAt
  }
`);

/** patchUser, with everything that a payload and its user have. */
export const patchWholeOperation = graphql(`
  mutation PatchWhole($input: PatchUserInput!) {
    patchUser(input: $input) {
      operationId
      outcome
      confirmedBy
      user { ...WholeUser }
      errors { ...WholeError }
    }
  }
  fragment WholeUser on User {
    ...SteadyUser
    version
    updatedAt
  }
  fragment WholeError on PatchUserError {
    __typename
    code
    message
    path
    retryable
    ... on StaleVersionError { currentVersion }
    ... on RateLimitedError { retryAfterSeconds }
    ... on ProviderRefusedError { providerCode providerRequestId }
  }
`);

/** patchUsers, with every member of the payloads but those that are new in each call. */
export const patchManyOperation = graphql(`
  mutation PatchMany($inputs: [PatchUserInput!]!) {
    patchUsers(inputs: $inputs) {
      operationId
      ...Patched
    }
  }
`);

/** planPatchUser, whole. */
export const planOperation = graphql(`
  query Plan($input: PatchUserInput!) {
    planPatchUser(input: $input) {
      errors { ...WholeError }
      requests { method path action body }
      changes { path before after }
    }
  }
`);

/** The version of a user. */
export const versionOperation = graphql(`
  query Version($id: ID!) {
    user(by: { id: $id }) { version }
  }
`);

/** What the first fragment of a document selects, for documents that a test writes as text. */
export function selectionOf({ definitions }: DocumentNode): string {
  const fragments = definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  const [first] = fragments;
  if (!first) throw new Error('The document has no fragment.');
  const whole = visit(first, {
    FragmentSpread(spread): InlineFragmentNode | undefined {
      const found = fragments.find(({ name }) => name.value === spread.name.value);
      return found && { kind: Kind.INLINE_FRAGMENT, selectionSet: found.selectionSet };
    },
  });
  return print(whole.selectionSet).slice(1, -1);
}
