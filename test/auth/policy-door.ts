import { expect } from 'vitest';
import type { DirectoryRight } from '../../src/auth/caller.ts';
import { customers } from '../../src/sandbox/descope/customers.ts';
import { contractors } from '../../src/sandbox/eiam/contractors.ts';
import { employees } from '../../src/sandbox/eiam/employees.ts';
import type { SeedUser } from '../../src/sandbox/emulator.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import {
  arrived,
  type DirectoryName,
  directoryNames,
  type ExpectedError,
  error as errorOf,
  written,
} from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { selfLists } from './policy-fields.ts';

/** A caller, as their token describes them. */
export interface TestCaller {
  readonly sub?: string;
  /** Over every user of `directories`. */
  readonly rights?: readonly DirectoryRight[];
  /** Left out: all. */
  readonly directories?: readonly DirectoryName[];
  /** Their own record and the list of its fields that they may change. `userId` left out: the first seeded user. */
  readonly self?: {
    readonly directory: DirectoryName;
    readonly userId?: string;
    readonly list: keyof typeof selfLists;
  };
}

/** Every right, everywhere. */
export const administrator = {
  rights: ['users:read', 'users:write', 'users:write:privileged'],
} as const satisfies TestCaller;

/** Accepts every caller with a token of the sandbox's issuer, with the rights that the token names. */
export const policyCallers: NonNullable<SandboxChanges['callers']> = ({ url, jwksUrl }) => {
  const issuer = { issuer: url, jwks: jwksUrl, allowLoopback: true, algorithms: ['ES256'] };
  const rights = { rights: { claim: 'scope' }, directories: { claim: 'directories' } };
  const selves = directoryNames.flatMap((directory) =>
    Object.entries(selfLists).map(([list, fields]) => ({
      ...{ ...issuer, ...rights, audience: `${directory}-${list}` },
      self: { directory, claim: 'uid', fields: [...fields] },
    })),
  );
  return { jwt: [{ ...issuer, ...rights, audience: 'desk' }, ...selves] };
};

/** Custom fields that every directory of these tests has: `mark` and some with names that programs use themselves. */
export const addedFields = ['mark', '__proto__', 'constructor', 'toString', 'displayName', 'email.verified'];

/** Opens a front door with these callers. `usersOf` changes the seeded users. */
export function openPolicyDoor(
  changes: SandboxChanges = {},
  usersOf = (directory: DirectoryName): readonly SeedUser[] => seeds[directory],
): Promise<FrontDoor> {
  const texts = addedFields.map((name) => ({ name, type: 'string' as const }));
  const configured = (...choices: readonly string[]) => ({
    customFields: Object.fromEntries<unknown>([
      ...[...addedFields, 'nick_name'].map((name) => [name, 'text'] as const),
      ...[['age', 'number'] as const, ['vip', 'boolean'] as const],
      ['grade', { type: 'choice', choices }],
    ]),
  });
  return openFrontDoor({
    ...changes,
    employees: { users: usersOf('employees'), customFields: [...employees.customFields, ...texts] },
    contractors: { users: usersOf('contractors'), customFields: [...contractors.customFields, ...texts] },
    customers: {
      requestsPerMinute: 1_000_000,
      users: usersOf('customers'),
      attributes: [
        ...customers.attributes,
        ...addedFields.map((name) => ({ name, type: 1 as const, displayName: name })),
      ],
    },
    directories: {
      // One EIAM directory that can clear a field, and one that cannot.
      employees: { ...configured('p5', 'p7'), emptyStringClears: true },
      contractors: configured('junior', 'lead'),
    },
    callers: policyCallers,
  });
}

/** The users that each directory has at first. */
export const seeds: Readonly<Record<DirectoryName, readonly SeedUser[]>> = {
  employees: employees.users,
  contractors: contractors.users,
  customers: customers.users,
};

/** The provider's id of a seeded user. */
export function userIdOf(directory: DirectoryName, index = 0): string {
  return seeds[directory][index]?.userId ?? expect.fail(`${directory} has no user ${index}.`);
}

/** A token for this caller. */
export function tokenOf(
  door: FrontDoor,
  { sub = 'somebody', rights = [], directories, self }: TestCaller,
): Promise<string> {
  return door.sandbox.issuer.token({
    sub,
    aud: self ? `${self.directory}-${self.list}` : 'desk',
    scope: [...rights, ...(self ? ['profile:write:self'] : [])].join(' '),
    directories: directories ?? [...directoryNames],
    ...(self ? { uid: self.userId ?? userIdOf(self.directory) } : {}),
  });
}

/** The messages to a refused caller. */
export const messages = {
  noUser: 'There is no such user, or you have no right to do this.',
  noDirectory: (...seen: readonly string[]) =>
    `There is no such directory, or you have no right in it. You have rights in: ${seen.join(', ') || 'none'}.`,
  ownField: 'You may not change this field of your own record.',
  ownFlag: 'On your own record, verified can only be set to false.',
  plan: 'A plan shows current values of the user: it needs the right users:read.',
  needs: (right: string, directory: string) =>
    `This needs the right ${right} in the directory "${directory}".`,
} as const;

/** An error of a payload. */
export const forbidden = errorOf('FORBIDDEN');

/** patchUser's payload. */
export interface PatchPayload {
  readonly operationId: string;
  readonly outcome: string;
  readonly confirmedBy: string | null;
  readonly user: { readonly id: string } | null;
  readonly errors: readonly ExpectedError[];
}

async function call(door: FrontDoor, field: string, input: object, token: string): Promise<unknown> {
  const { data, errors } = await door.graphql(
    `${field.startsWith('plan') ? 'query' : 'mutation'} ($input: PatchUserInput!) { payload: ${field} }`,
    { input },
    token,
  );
  expect(errors).toBeUndefined();
  return (data as { payload: unknown }).payload;
}

const error = '__typename code message path retryable ... on StaleVersionError { currentVersion }';

/** Calls patchUser; `user`: what it selects of the user. */
export function patch(door: FrontDoor, input: object, token: string, user = 'id'): Promise<PatchPayload> {
  const payload = `operationId outcome confirmedBy user { ${user} } errors { ${error} }`;
  return call(door, `patchUser(input: $input) { ${payload} }`, input, token) as Promise<PatchPayload>;
}

function plan(door: FrontDoor, input: object, token: string): Promise<unknown> {
  const payload = `errors { ${error} } requests { body } changes { path before after }`;
  return call(door, `planPatchUser(input: $input) { ${payload} }`, input, token);
}

/** Asserts that a patch and its plan are refused with these errors, and that no provider is called for them. */
export async function refuses(
  door: FrontDoor,
  input: object,
  token: string,
  errors: readonly ExpectedError[],
  planErrors = errors,
): Promise<void> {
  const where = JSON.stringify(input);
  door.forgetRequests();
  const before = written(door).length;
  if (errors.length > 0) {
    const { operationId: _, ...payload } = await patch(door, input, token);
    expect(payload, where).toEqual({ outcome: 'NOT_APPLIED', confirmedBy: null, user: null, errors });
  }
  if (planErrors.length > 0) {
    const payload = await plan(door, input, token);
    expect(payload, where).toEqual({ errors: planErrors, requests: [], changes: [] });
  }
  expect([arrived(door), written(door).length], where).toEqual([[], before]);
}
