import { onTestFinished } from 'vitest';
import type { SandboxChanges } from '../../../src/sandbox/sandbox.ts';
import type { Service } from '../../../src/service.ts';
import { type FrontDoor, openFrontDoor } from '../../harness/front-door.ts';

/** A front door to directories with so many requests a minute, closed when the test is over. */
export async function open(perMinute: number, changes: SandboxChanges = {}): Promise<FrontDoor> {
  const pace = { pace: { perMinute } };
  const door = await openFrontDoor({
    ...changes,
    directories: { employees: pace, contractors: pace, customers: pace, ...changes.directories },
  });
  onTestFinished(() => door.close());
  return door;
}

export const patching = `mutation ($input: PatchUserInput!) { patchUser(input: $input) {
  outcome confirmedBy user { displayName status }
  errors { __typename code message path retryable ... on RateLimitedError { retryAfterSeconds } } } }`;
export const patches = 'customers PATCH /v1/mgmt/user/patch';
export const definitions = 'customers GET /v1/mgmt/user/customattributes';
export const loads = 'customers GET /v1/mgmt/user';
export const reading = 'query ($id: ID!) { user(by: { id: $id }) { id } }';

/** Asks a service, with so many milliseconds to answer in; gives the answer and how long it took. */
export async function ask(
  { url }: Pick<Service, 'url'>,
  query: string,
  variables: object,
  deadlineMs = 10_000,
) {
  const from = performance.now();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idpatch-deadline-ms': String(deadlineMs) },
    body: JSON.stringify({ query, variables }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: an answer as JSON gave it
  const answer = (await response.json()) as { data?: any; errors?: unknown };
  return { ...answer, ms: performance.now() - from };
}

export const rename = (id: string, displayName: string) => ({
  input: { user: { id }, patch: { displayName } },
});
