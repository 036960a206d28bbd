import { expect } from 'vitest';
import type { DirectoryRight } from '../../src/auth/caller.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { type DirectoryName, directoryNames, type ExpectedError, someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { ownLists } from './policy-fields.ts';

/** Who asks, as a token of the test's issuer says it. */
export interface Asker {
  readonly sub?: string;
  /** Over every user of `directories`. */
  readonly rights?: readonly DirectoryRight[];
  readonly directories?: readonly DirectoryName[];
  /** The record of their own, and which list of its fields is left to them. */
  readonly own?: {
    readonly directory: DirectoryName;
    /** The provider's id. Left out: of the first seeded user. */
    readonly userId?: string;
    readonly list: keyof typeof ownLists;
  };
}

/** Lets in whoever has a token of the issuer, with whatever rights the token says. */
export const policyCallers: NonNullable<SandboxChanges['callers']> = ({ url, jwksUrl }) => {
  const issuer = { issuer: url, jwks: jwksUrl, allowLoopback: true, algorithms: ['ES256'] };
  const rights = { rights: { claim: 'scope' }, directories: { claim: 'directories' } };
  const selves = directoryNames.flatMap((directory) =>
    Object.entries(ownLists).map(([list, fields]) => ({
      ...{ ...issuer, ...rights, audience: `${directory}-${list}` },
      self: { directory, claim: 'uid', fields: [...fields] },
    })),
  );
  return { jwt: [{ ...issuer, ...rights, audience: 'desk' }, ...selves] };
};

/** A front door that lets those in, with room for many requests. */
export function openPolicyDoor(changes: SandboxChanges = {}): Promise<FrontDoor> {
  return openFrontDoor({
    ...changes,
    customers: { requestsPerMinute: 1_000_000, ...changes.customers },
    // One EIAM directory that can clear, and one that cannot.
    directories: { employees: { emptyStringClears: true }, ...changes.directories },
    callers: policyCallers,
  });
}

/** The provider's id of a seeded user. */
export function userIdOf(door: FrontDoor, directory: DirectoryName, which = 0): string {
  return someUser(door, directory, which).slice(directory.length + 1);
}

/** A token for this caller. */
export function tokenOf(door: FrontDoor, { sub = 'somebody', rights = [], directories, own }: Asker) {
  return door.sandbox.issuer.token({
    sub,
    aud: own ? `${own.directory}-${own.list}` : 'desk',
    scope: [...rights, ...(own ? ['profile:write:self'] : [])].join(' '),
    directories: directories ?? [...directoryNames],
    ...(own ? { uid: own.userId ?? userIdOf(door, own.directory) } : {}),
  });
}

/** The text for a directory that is not there, or not for this caller. */
export function noDirectory(...seen: readonly string[]): string {
  const names = seen.join(', ') || 'none';
  return `There is no such directory, or you have no right in it. You have rights in: ${names}.`;
}

/** What a refused caller is told. */
export const tells = {
  noUser: 'There is no such user, or you have no right to do this.',
  ownField: 'You may not change this field of your own record.',
  ownFlag: 'On your own record, verified can only be set to false.',
  plan: 'A plan shows current values of the user: it needs the right users:read.',
  needs: (right: string, directory: string) =>
    `This needs the right ${right} in the directory "${directory}".`,
} as const;

/** The error of a payload that says no. */
export function forbidden(message: string, ...path: readonly string[]): ExpectedError {
  return { __typename: 'ForbiddenError', code: 'FORBIDDEN', message, path, retryable: false };
}

/** The top-level error of a read that says no. */
export function unread(message: string, inputPath: readonly string[], ...path: readonly (string | number)[]) {
  return { message, path, locations: expect.anything(), extensions: { code: 'FORBIDDEN', inputPath } };
}

const errors = `errors {
  __typename code message path retryable ... on StaleVersionError { currentVersion }
}`;

/** patchUser's payload for a caller. */
export async function patch(door: FrontDoor, input: object, token: string): Promise<ToldPatch> {
  const document = `mutation ($input: PatchUserInput!) {
    told: patchUser(input: $input) { operationId outcome confirmedBy user { id } ${errors} }
  }`;
  return (await toldBy(door, document, input, token)) as ToldPatch;
}

/** planPatchUser's answer for a caller. */
export async function plan(door: FrontDoor, input: object, token: string): Promise<ToldPlan> {
  const document = `query ($input: PatchUserInput!) {
    told: planPatchUser(input: $input) { ${errors} requests { body } changes { path before after } }
  }`;
  return (await toldBy(door, document, input, token)) as ToldPlan;
}

/** What patchUser told. */
export interface ToldPatch {
  readonly operationId: string;
  readonly outcome: string;
  readonly confirmedBy: string | null;
  readonly user: { readonly id: string } | null;
  readonly errors: readonly object[];
}

/** What planPatchUser told. */
export interface ToldPlan {
  readonly errors: readonly object[];
  readonly requests: readonly object[];
  readonly changes: readonly object[];
}

async function toldBy(door: FrontDoor, document: string, input: object, token: string): Promise<unknown> {
  const answer = await door.graphql(document, { input }, token);
  expect(answer.errors).toBeUndefined();
  return (answer.data as { told: unknown }).told;
}

/** A plan of which nothing would be sent. */
export function noPlan(...all: readonly ExpectedError[]): ToldPlan {
  return { errors: all, requests: [], changes: [] };
}
