import { afterAll, describe, expect, it } from 'vitest';
import { arrived, type DirectoryName, directoryNames } from '../harness/expected.ts';
import { wholeUser } from '../harness/front-door.ts';
import {
  administrator,
  openPolicyDoor,
  type PatchPayload,
  patch,
  refuses,
  seeds,
  type TestCaller,
  tokenOf,
  userIdOf,
} from './policy-door.ts';
import { type Cell, cellsOf } from './policy-fields.ts';
import { accessOf, planRefusalsOf, readRefusalOf, refusalsOf } from './policy-oracle.ts';

const door = await openPolicyDoor();
afterAll(() => door.close());

const [read, write, privileged] = administrator.rights;

/** Each right in this directory, with and without rights elsewhere and an own record. */
function callersOf(directory: DirectoryName): readonly TestCaller[] {
  const directories = directoryNames.filter((name) => name !== directory);
  const [elsewhere = directory] = directories;
  const some = { self: { directory, list: 'some' } } as const;
  const others = { self: { directory, list: 'others' } } as const;
  return [
    {},
    ...[[read], [write], [privileged]].map((rights) => ({ rights })),
    administrator,
    { ...administrator, directories },
    some,
    others,
    { ...some, rights: [read] },
    { ...others, rights: [write] },
    { ...some, rights: [read, privileged], directories },
    { self: { directory, list: 'some', userId: userIdOf(directory, 1) } },
    { self: { directory: elsewhere, list: 'some' }, ...administrator, directories },
  ];
}

const isForbidden = ({ errors }: PatchPayload) => errors.some(({ code }) => code === 'FORBIDDEN');

describe.each(directoryNames)('patches of a user of %s', async (directory) => {
  const user = { id: `${directory}:${userIdOf(directory)}` };
  const cells = cellsOf(directory);
  /** What the directory can do: the outcome where the caller has every right. */
  const possible = new Map<Cell, string>();
  for (const cell of cells) {
    const payload = await patch(door, { user, patch: cell.patch }, await tokenOf(door, administrator));
    possible.set(cell, payload.outcome);
  }
  const outcomes = Map.groupBy(possible.values(), (outcome) => outcome);
  expect([...outcomes.keys()].toSorted()).toEqual(['APPLIED', 'NOT_APPLIED']);
  expect(outcomes.get('APPLIED')?.length).toBeGreaterThan(10);

  it.each(callersOf(directory))('by %j', async (caller) => {
    const token = await tokenOf(door, caller);
    const access = accessOf(caller, directory);
    const allowed = cells.filter((cell) => refusalsOf(cell, access, directory).length === 0);
    const applied = allowed.filter((cell) => possible.get(cell) === 'APPLIED');
    for (const cell of cells) {
      const refusals = refusalsOf(cell, access, directory);
      const planRefusals = planRefusalsOf(cell, access, directory);
      // A patch with one forbidden field is refused whole, whatever allowed fields are beside it.
      const beside = applied.filter(({ patch }) =>
        Object.keys(patch).every((field) => !(field in cell.patch)),
      );
      const mixed = { user, patch: Object.assign({}, ...beside.map(({ patch }) => patch), cell.patch) };
      await refuses(door, mixed, token, refusals, planRefusals);
      if (refusals.length > 0) continue;
      door.forgetRequests();
      const { writes } = door.emulators[directory];
      const before = writes.length;
      const payload = await patch(door, { user, patch: cell.patch }, token);
      const isApplied = possible.get(cell) === 'APPLIED';
      expect([payload.outcome, isForbidden(payload)], cell.what).toEqual([possible.get(cell), false]);
      expect(payload.user, cell.what).toEqual(isApplied && access.mayRead ? user : null);
      const wrote = writes.slice(before);
      expect(wrote.map(({ userId }) => userId)).toEqual(isApplied ? [userIdOf(directory)] : []);
      expect(arrived(door).filter((one) => !one.startsWith(`${directory} `))).toEqual([]);
    }
    // The policy decides before a login is resolved, so that a login is never the caller's own record.
    const blind = accessOf(caller, directory, 'a login');
    const login = { login: { directory, login: seeds[directory][0]?.username } };
    for (const cell of cells.slice(0, 12)) {
      const refusals = refusalsOf(cell, blind, directory, 'login');
      if (refusals.length > 0) await refuses(door, { user: login, patch: cell.patch }, token, refusals, []);
    }
    await readsOnly(caller, token);
  });
});

/** Asserts what a caller gets of each directory, of their own record, of somebody else and of nobody, by id and by login. */
async function readsOnly(caller: TestCaller, token: string): Promise<void> {
  const users = directoryNames.flatMap((directory) =>
    [userIdOf(directory), userIdOf(directory, 1), 'user_nobody'].map((userId) => ({ directory, userId })),
  );
  const byLogin = directoryNames.map((name) => {
    const login = JSON.stringify(seeds[name][2]?.username);
    return `${name}: user(by: { login: { directory: "${name}", login: ${login} } }) { ${wholeUser} }
      ${name}_itself: directory(name: "${name}") { name customFields { field } }`;
  });
  door.forgetRequests();
  const { data, errors = [] } = await door.graphql(
    `query ($ids: [ID!]!) { users(ids: $ids) { ${wholeUser} } directories { name } ${byLogin.join(' ')} }`,
    { ids: users.map(({ directory, userId }) => `${directory}:${userId}`) },
    token,
  );
  const messages = (errors as readonly { readonly path: readonly unknown[]; readonly message: string }[]).map(
    ({ path, message }) => [path.join(), message] as const,
  );
  const { users: shown, ...more } = data as { users: readonly ({ userId: string } | null)[] };
  const refused = (directory: DirectoryName, userId: string) =>
    readRefusalOf(accessOf(caller, directory, userId), directory);
  const mayRead = users.map(({ directory, userId }) => refused(directory, userId) === undefined);
  expect(shown.map((one) => one?.userId)).toEqual(
    users.map(({ userId }, at) => (mayRead[at] && userId !== 'user_nobody' ? userId : undefined)),
  );
  const { seen } = accessOf(caller, directoryNames[0] ?? 'employees');
  expect(more).toEqual({
    directories: seen.map((name) => ({ name })),
    ...Object.fromEntries(
      directoryNames.flatMap((name) => [
        [name, refused(name, 'a login') ? null : expect.objectContaining({ userId: userIdOf(name, 2) })],
        [`${name}_itself`, seen.includes(name) ? expect.objectContaining({ name }) : null],
      ]),
    ),
  });
  const expected = [
    ...users.map(({ directory, userId }, at) => [`users,${at}`, refused(directory, userId)]),
    ...directoryNames.map((name) => [name, refused(name, 'a login')]),
  ];
  expect(messages.toSorted()).toEqual(expected.filter(([, message]) => message !== undefined).toSorted());
  expect(arrived(door).filter((line) => !seen.some((name) => line.startsWith(name)))).toEqual([]);
}
