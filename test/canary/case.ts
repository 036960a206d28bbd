import { type Answer, jsonOf } from './talk.ts';
import type { World } from './world.ts';

/** One thing that is done to idpatch, with canaries in it, and what of its answers may hold some. */
export interface Case {
  readonly name: string;
  /** Does it, and gives every answer; plants as it goes. */
  run(world: World): Promise<readonly Answer[]>;
  /** What each answer must show for the case to have done what its name says. */
  readonly shows: RegExp;
  /**
   * The members of the answer's `data` that are personal data which the caller asked for and may have, as
   * `patchUser.user`; in a case with aliases, by the alias. Everything else is searched.
   */
  readonly permits?: readonly string[];
}

/** The answer's text to search: all of it but what is permitted. An answer that is no JSON is searched whole. */
export function searchable(answer: Answer, permits: readonly string[] = []): string {
  const json = jsonOf(answer);
  if (permits.length === 0 || !json.data) return `${answer.head}\r\n\r\n${answer.body}`;
  for (const place of permits) take(json.data, place.split('.'));
  return `${answer.head}\r\n\r\n${JSON.stringify(json)}`;
}

function take(from: unknown, [name = '', ...rest]: readonly string[]): void {
  if (typeof from !== 'object' || from === null || !Object.hasOwn(from, name)) return;
  const members = from as Record<string, unknown>;
  if (rest.length === 0) delete members[name];
  else take(members[name], rest);
}

/** Everything that can be asked of a user. */
export const wholeUser = `
  id userId directory { name } version username loginIds displayName givenName middleName familyName
  email { address verified } phone { number verified } picture status roleNames
  tenants { tenantId name roleNames } ssoAppIds
  customFields { field value { text number boolean texts date } } createdAt updatedAt
`;

const errors = `errors {
  __typename code message path retryable
  ... on StaleVersionError { currentVersion }
  ... on RateLimitedError { retryAfterSeconds }
  ... on ProviderRefusedError { providerCode providerRequestId }
}`;

/** patchUser with all of its payload. */
export const mutation = `mutation ($input: PatchUserInput!) {
  patchUser(input: $input) { operationId outcome confirmedBy user { ${wholeUser} } ${errors} }
}`;

/** planPatchUser with all of its answer. */
export const planning = `query ($input: PatchUserInput!) {
  planPatchUser(input: $input) { ${errors} requests { method path action body } changes { path before after } }
}`;

/** A user by an id or a login. */
export const reading = `query ($by: UserBy!) { user(by: $by) { ${wholeUser} } }`;

/** Sends a document with its variables. */
export function graphql(
  world: World,
  query: string,
  variables: object,
  token?: string | null,
): Promise<Answer> {
  return world.ask({ body: JSON.stringify({ query, variables }), ...(token === undefined ? {} : { token }) });
}
