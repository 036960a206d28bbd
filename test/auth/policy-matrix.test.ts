import { afterAll, describe, expect, it } from 'vitest';
import { arrived, type DirectoryName, directoryNames } from '../harness/expected.ts';
import {
  administrator,
  openPolicyDoor,
  type PatchPayload,
  patch,
  refuses,
  type TestCaller,
  tokenOf,
  userIdOf,
} from './policy-door.ts';
import { type Cell, cellsOf } from './policy-fields.ts';
import { accessOf, planRefusalsOf, refusalsOf } from './policy-oracle.ts';

const door = await openPolicyDoor();
afterAll(() => door.close());

const [read, write, privileged] = administrator.rights;

/** Each right in this directory, with and without rights elsewhere and an own record; the property combines them. */
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
  });
});
