import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { arrived, type DirectoryName, directoryNames, written } from '../harness/expected.ts';
import { wholeUser } from '../harness/front-door.ts';
import {
  administrator,
  openPolicyDoor,
  type PatchPayload,
  patch,
  seeds,
  type TestCaller,
  tokenOf,
  userIdOf,
} from './policy-door.ts';
import { type Cell, cellsOf } from './policy-fields.ts';
import { accessOf, readRefusalOf, refusalsOf } from './policy-oracle.ts';

// The data of each user contains their id, so that an answer shows whose data it has; no patch changes `mark`.
const door = await openPolicyDoor({}, (directory) =>
  seeds[directory].slice(0, 3).map((user) => ({
    ...user,
    displayName: `canary ${user.userId}`,
    email: { address: `canary-${user.userId.toLowerCase()}@example.com`, verified: true },
    customFields: { ...user.customFields, mark: `canary ${user.userId}` },
  })),
);
afterAll(() => door.close());

const anyDirectory = fc.constantFrom(...directoryNames);
/** Of a seeded user; the last one is nobody's. */
const index = fc.nat(3);
/** Every right and every directory now and then, so that enough is applied with any seed. */
const someOf = <T>(all: readonly T[]) => fc.oneof(fc.subarray([...all]), fc.constant([...all]));
const anyCaller = fc.record(
  {
    rights: someOf(administrator.rights),
    directories: someOf(directoryNames),
    self: fc
      .record({ directory: anyDirectory, index, list: fc.constantFrom('some' as const, 'others' as const) })
      .map(({ index, ...self }) => ({ ...self, userId: userAt(self.directory, index) })),
  },
  { requiredKeys: ['rights', 'directories'] },
);

/** A user by id or by login, and some cells as one patch; of two cells with the same field the last one counts. */
const anyTarget = anyDirectory.chain((directory) =>
  fc.record({
    directory: fc.constant(directory),
    index,
    by: fc.constantFrom('id' as const, 'id' as const, 'login' as const),
    cells: fc.array(fc.constantFrom(...cellsOf(directory)), { minLength: 1, maxLength: 3 }),
  }),
);
type Target = typeof anyTarget extends fc.Arbitrary<infer T> ? T : never;

const nobody = 'user_nobody';
const userAt = (directory: DirectoryName, index: number) => (index < 3 ? userIdOf(directory, index) : nobody);
const idOf = ({ directory, index }: Target) => `${directory}:${userAt(directory, index)}`;

function inputOf(target: Target) {
  const { directory, index, by, cells } = target;
  const login = index < 3 ? seeds[directory][index]?.username : nobody;
  return {
    user: by === 'id' ? { id: idOf(target) } : { login: { directory, login } },
    patch: Object.assign({}, ...cells.map(({ patch }) => patch)) as Cell['patch'],
  };
}

function needsOf({ cells }: Target): Cell['needs'] {
  const last = cells.flatMap((cell) => Object.keys(cell.patch).map((field) => [field, cell] as const));
  return [...new Map(last).values()].flatMap(({ needs }) => needs);
}

/** The ids, in lower case, of the users whose data a text contains. */
function shownIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/canary[ -]([a-z0-9_]+)/gi)].map(([, id = '']) => id.toLowerCase()))];
}

/** Asserts that a text contains data of no user whom the caller may not read. */
function expectReadable(caller: TestCaller, text: string): void {
  const readable = directoryNames.flatMap((directory) =>
    [0, 1, 2]
      .map((index) => userIdOf(directory, index))
      .filter((userId) => accessOf(caller, directory, userId).mayRead)
      .map((userId) => userId.toLowerCase()),
  );
  expect(shownIn(text).filter((id) => !readable.includes(id))).toEqual([]);
}

const seen = { applied: 0, denied: 0, read: 0, inPayload: 0 };

it('no patch and no read gives any caller more than the rights of the token', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyCaller,
      fc.array(anyTarget, { minLength: 1, maxLength: 3 }),
      async (caller, targets) => {
        const token = await tokenOf(door, caller);
        for (const target of targets) await checkPatch(caller, target, token);
        await checkReads(caller, targets, token);
      },
    ),
    { numRuns: 150 },
  );
  expect(seen.applied).toBeGreaterThan(12);
  expect(seen.denied).toBeGreaterThan(50);
  expect(seen.read).toBeGreaterThan(12);
  expect(seen.inPayload).toBeGreaterThan(6);
});

async function checkPatch(caller: TestCaller, target: Target, token: string): Promise<void> {
  const { directory, by } = target;
  // The policy decides before a login is resolved, so that a login is never the caller's own record.
  const access = accessOf(caller, directory, by === 'id' ? userAt(directory, target.index) : 'a login');
  const refusals = refusalsOf({ needs: needsOf(target) }, access, directory, by);
  const before = { writes: written(door).length, log: door.log.length };
  door.forgetRequests();
  const payload: PatchPayload = await patch(door, inputOf(target), token, wholeUser);
  const { outcome, user, errors } = payload;
  const isDenied = errors.some(({ code }) => code === 'FORBIDDEN');
  expect(isDenied).toBe(refusals.length > 0);
  if (isDenied) {
    seen.denied += 1;
    expect({ outcome, user }).toEqual({ outcome: 'NOT_APPLIED', user: null });
    const sorted = (all: readonly object[]) => all.map((one) => JSON.stringify(one, errorKeys)).toSorted();
    expect(sorted(errors)).toEqual(sorted(refusals));
    expect(arrived(door)).toEqual([]);
  }
  if (outcome === 'APPLIED') seen.applied += 1;
  if (isDenied || outcome === 'NOT_APPLIED') expect(written(door)).toHaveLength(before.writes);
  expect(arrived(door).filter((line) => !line.startsWith(directory))).toEqual([]);
  if (user) seen.inPayload += 1;
  expectReadable(caller, JSON.stringify(payload));
  expect(shownIn(door.log.slice(before.log).join(''))).toEqual([]);
}

const errorKeys = ['__typename', 'code', 'message', 'path', 'retryable'];

interface ReadError {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

async function checkReads(caller: TestCaller, targets: readonly Target[], token: string): Promise<void> {
  const [first] = targets;
  if (!first) return;
  door.forgetRequests();
  const input = inputOf(first);
  const answer = await door.graphql(
    `query ($ids: [ID!]!, $by: UserBy!, $input: PatchUserInput!, $name: String!) {
      users(ids: $ids) { ...u } user(by: $by) { ...u } directories { name customFields { field } }
      directory(name: $name) { name customFields { field } }
      planPatchUser(input: $input) { errors { message } requests { path body } changes { before after } }
    } fragment u on User { ${wholeUser} }`,
    { ids: targets.map(idOf), by: input.user, input, name: first.directory },
    token,
  );
  const { users, user, directories, directory } = answer.data as {
    users: readonly ({ readonly userId: string } | null)[];
    user: object | null;
    directories: readonly { readonly name: string }[];
    directory: { readonly name: string } | null;
  };
  const errorAt = (...path: readonly (string | number)[]) =>
    (answer.errors as readonly ReadError[] | undefined)?.find((error) => error.path.join() === path.join())
      ?.message;
  for (const [at, { directory, index }] of targets.entries()) {
    const userId = userAt(directory, index);
    const refusal = readRefusalOf(accessOf(caller, directory, userId), directory);
    const shown = refusal === undefined && index < 3;
    expect([users[at]?.userId, errorAt('users', at)]).toEqual([shown ? userId : undefined, refusal]);
    if (!shown) continue;
    seen.read += 1;
    expect(shownIn(JSON.stringify(users[at]))).toContain(userId.toLowerCase());
  }
  const byId = first.by === 'id' ? userAt(first.directory, first.index) : 'a login';
  const refusal = readRefusalOf(accessOf(caller, first.directory, byId), first.directory);
  expect(errorAt('user')).toBe(refusal);
  if (refusal) expect(user).toBeNull();
  const visible = accessOf(caller, first.directory).seen;
  expect(directories.map(({ name }) => name)).toEqual(visible);
  expect(directory?.name).toBe(visible.find((name) => name === first.directory));
  expect(arrived(door).filter((line) => !visible.some((name) => line.startsWith(name)))).toEqual([]);
  expectReadable(caller, JSON.stringify(answer));
}
