import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { customers } from '../../src/sandbox/descope/customers.ts';
import { contractors } from '../../src/sandbox/eiam/contractors.ts';
import { employees } from '../../src/sandbox/eiam/employees.ts';
import type { SeedUser } from '../../src/sandbox/emulator.ts';
import { arrived, type DirectoryName, directoryNames, written } from '../harness/expected.ts';
import { type FrontDoor, wholeUser } from '../harness/front-door.ts';
import { type Asker, openPolicyDoor, tokenOf, userIdOf } from './policy-door.ts';
import { type Cell, cellsOf } from './policy-fields.ts';
import { held, refusalsOf } from './policy-oracle.ts';

const seeds: Readonly<Record<DirectoryName, readonly SeedUser[]>> = {
  employees: employees.users,
  contractors: contractors.users,
  customers: customers.users,
};

/** Each user's data names the user, so that it shows whose data an answer has; no patch here changes `mark`. */
function marked(directory: DirectoryName): readonly SeedUser[] {
  return seeds[directory].slice(0, 3).map((user) => ({
    ...user,
    displayName: `canary ${user.userId}`,
    email: { address: `canary-${user.userId.toLowerCase()}@example.com`, verified: true },
    customFields: { ...user.customFields, mark: `canary ${user.userId}` },
  }));
}

let door: FrontDoor;
beforeAll(async () => {
  const mark = { name: 'mark', type: 'string' } as const;
  const configured = (...choices: readonly string[]) => ({
    customFields: {
      ...{ nick_name: 'text', age: 'number', vip: 'boolean', mark: 'text' },
      grade: { type: 'choice', choices },
    },
  });
  door = await openPolicyDoor({
    employees: { users: marked('employees'), customFields: [...employees.customFields, mark] },
    contractors: { users: marked('contractors'), customFields: [...contractors.customFields, mark] },
    customers: {
      users: marked('customers'),
      attributes: [...customers.attributes, { ...mark, type: 1, displayName: 'Mark' }],
    },
    directories: { employees: configured('p5', 'p7'), contractors: configured('junior', 'lead') },
  });
});
afterAll(() => door.close());

const anyDirectory = fc.constantFrom(...directoryNames);
const which = fc.nat(2);
const all = ['users:read', 'users:write', 'users:write:privileged'] as const;
/** Everything and everywhere now and then, so that enough is applied whatever the seed. */
const anyAsker = fc.record({
  rights: fc.oneof(fc.subarray([...all]), fc.constant([...all])),
  directories: fc.oneof(fc.subarray([...directoryNames]), fc.constant([...directoryNames])),
  own: fc.option(
    fc.record({ directory: anyDirectory, which, list: fc.constantFrom('some' as const, 'others' as const) }),
  ),
});

/** A user, said in one of two ways, and some cells as one patch. The same field twice: the last counts. */
const anyTarget = anyDirectory.chain((directory) =>
  fc.record({
    directory: fc.constant(directory),
    which,
    by: fc.constantFrom('id' as const, 'id' as const, 'login' as const),
    cells: fc.array(fc.constantFrom(...cellsOf(directory)), { minLength: 1, maxLength: 3 }),
  }),
);
type Target = typeof anyTarget extends fc.Arbitrary<infer T> ? T : never;

function inputOf({ directory, which, by, cells }: Target) {
  const login = seeds[directory][which]?.username;
  const userId = userIdOf(door, directory, which);
  return {
    user: by === 'id' ? { id: `${directory}:${userId}` } : { login: { directory, login } },
    patch: Object.assign({}, ...cells.map(({ patch }) => patch)) as Cell['patch'],
  };
}

/** What of the patch needs a right: the cells whose field none after them names again. */
function asksOf({ cells }: Target): Cell['asks'] {
  const last = new Map(
    cells.flatMap((cell) => Object.keys(cell.patch).map((field) => [field, cell] as const)),
  );
  return [...last.values()].flatMap(({ asks }) => asks);
}

interface Told {
  readonly outcome: string;
  readonly user: { readonly id: string } | null;
  readonly errors: readonly { readonly code: string }[];
}

/** The users whose data a text has, by their id in small letters. */
function shownIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/canary[ -]([a-z0-9_]+)/gi)].map(([, id = '']) => id.toLowerCase()))];
}

function readableBy(asker: Asker): ReadonlySet<string> {
  const users = directoryNames.flatMap((directory) =>
    [0, 1, 2].map((one) => [directory, userIdOf(door, directory, one)] as const),
  );
  const readable = users.filter(([directory, userId]) => held(door, asker, directory, userId).mayRead);
  return new Set(readable.map(([, userId]) => userId.toLowerCase()));
}

const seen = { applied: 0, denied: 0, shown: 0, told: 0 };

it('whatever rights and whatever patches: nothing is sent that is not allowed, and nobody shown who is not to be', async () => {
  await fc.assert(
    fc.asyncProperty(anyAsker, fc.array(anyTarget, { minLength: 1, maxLength: 3 }), async (one, targets) => {
      const own = one.own && { ...one.own, userId: userIdOf(door, one.own.directory, one.own.which) };
      const asker: Asker = { rights: one.rights, directories: one.directories, ...(own ? { own } : {}) };
      const token = await tokenOf(door, asker);
      const readable = readableBy(asker);
      await patchesAreAllowed(asker, targets, token, readable);
      await readsAreAllowed(asker, targets, token, readable);
    }),
    { numRuns: 300 },
  );
  expect(seen.applied).toBeGreaterThan(30);
  expect(seen.denied).toBeGreaterThan(100);
  expect(seen.shown).toBeGreaterThan(30);
  expect(seen.told).toBeGreaterThan(15);
});

async function patchesAreAllowed(
  asker: Asker,
  targets: readonly Target[],
  token: string,
  readable: ReadonlySet<string>,
): Promise<void> {
  for (const target of targets) {
    const userId = target.by === 'id' ? userIdOf(door, target.directory, target.which) : 'known by login';
    const has = held(door, asker, target.directory, userId);
    const refusals = refusalsOf({ asks: asksOf(target) }, has, target.directory, target.by);
    const before = { writes: written(door).length, log: door.log.length };
    door.forgetRequests();
    const document = `mutation ($input: PatchUserInput!) {
      told: patchUser(input: $input) { outcome user { ${wholeUser} } errors { __typename code message path retryable } }
    }`;
    const answer = await door.graphql(document, { input: inputOf(target) }, token);
    const { outcome, user, errors } = (answer.data as { told: Told }).told;
    const isDenied = errors.some(({ code }) => code === 'FORBIDDEN');
    expect(isDenied).toBe(refusals.length > 0);
    if (isDenied) {
      seen.denied += 1;
      expect({ outcome, user }).toEqual({ outcome: 'NOT_APPLIED', user: null });
      expect(errors.toSorted(byPath)).toEqual(refusals.toSorted(byPath));
      expect(arrived(door)).toEqual([]);
    }
    if (outcome === 'APPLIED') seen.applied += 1;
    const wrote = written(door).slice(before.writes);
    if (isDenied || outcome === 'NOT_APPLIED') expect(wrote).toEqual([]);
    expect(arrived(door).filter((line) => !line.startsWith(target.directory))).toEqual([]);
    if (user) seen.told += 1;
    expect(shownIn(JSON.stringify(answer)).filter((id) => !readable.has(id))).toEqual([]);
    expect(shownIn(door.log.slice(before.log).join(''))).toEqual([]);
  }
}

const byPath = (one: object, other: object) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);

async function readsAreAllowed(
  asker: Asker,
  targets: readonly Target[],
  token: string,
  readable: ReadonlySet<string>,
): Promise<void> {
  door.forgetRequests();
  const ids = targets.map(({ directory, which }) => `${directory}:${userIdOf(door, directory, which)}`);
  const [first] = targets;
  if (!first) return;
  const document = `query ($ids: [ID!]!, $by: UserBy!, $input: PatchUserInput!) {
    users(ids: $ids) { ...u } user(by: $by) { ...u } directories { name customFields { field } }
    planPatchUser(input: $input) { errors { message } requests { path body } changes { before after } }
  } fragment u on User { ${wholeUser} }`;
  const input = inputOf(first);
  const answer = await door.graphql(document, { ids, by: input.user, input }, token);
  const { users, directories } = answer.data as {
    users: readonly ({ readonly userId: string } | null)[];
    directories: readonly { readonly name: string }[];
  };
  for (const [index, user] of users.entries()) {
    const { directory, which } = targets[index] ?? first;
    const userId = userIdOf(door, directory, which);
    expect(user?.userId).toBe(readable.has(userId.toLowerCase()) ? userId : undefined);
    if (user) {
      seen.shown += 1;
      expect(shownIn(JSON.stringify(user))).toContain(userId.toLowerCase());
    }
  }
  const visible = held(door, asker, first.directory).seen;
  expect(directories.map(({ name }) => name)).toEqual(visible);
  expect(arrived(door).filter((line) => !visible.some((name) => line.startsWith(name)))).toEqual([]);
  expect(shownIn(JSON.stringify(answer)).filter((id) => !readable.has(id))).toEqual([]);
}
