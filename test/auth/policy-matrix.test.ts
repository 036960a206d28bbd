import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrived, type DirectoryName, directoryNames, written } from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  administrator,
  openPolicyDoor,
  patch,
  refuses,
  type TestCaller,
  tokenOf,
  userIdOf,
} from './policy-door.ts';
import { cellsOf } from './policy-fields.ts';
import { accessOf, planRefusalsOf, refusalsOf } from './policy-oracle.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openPolicyDoor();
});
afterAll(() => door.close());

const [read, write, privileged] = administrator.rights;

/** Every set of rights in this directory, with and without rights elsewhere and an own record. */
function callersOf(directory: DirectoryName): readonly TestCaller[] {
  const directories = directoryNames.filter((name) => name !== directory);
  const [elsewhere = directory] = directories;
  const some = { self: { directory, list: 'some' } } as const;
  const others = { self: { directory, list: 'others' } } as const;
  return [
    {},
    ...[[read], [write], [privileged], [read, write], [read, privileged], [write, privileged]].map(
      (rights) => ({ rights }),
    ),
    administrator,
    { ...administrator, directories },
    some,
    others,
    { ...some, rights: [read] },
    { ...others, rights: [write] },
    { ...others, rights: [privileged] },
    { ...some, ...administrator },
    { self: { directory, list: 'some', userId: userIdOf(directory, 1) } },
    { self: { directory: elsewhere, list: 'some' }, ...administrator, directories },
  ];
}

describe.each(directoryNames)('patches of a user of %s', (directory) => {
  const user = { id: `${directory}:${userIdOf(directory)}` };
  const cells = cellsOf(directory);

  it.each(callersOf(directory))('by %j', async (caller) => {
    const token = await tokenOf(door, caller);
    const access = accessOf(caller, directory);
    const isAllowed = (cell: (typeof cells)[0]) => refusalsOf(cell, access, directory).length === 0;
    const applied = cells.filter((cell) => isAllowed(cell) && !cell.refused);
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
      const before = written(door).length;
      const { operationId: _, ...payload } = await patch(door, { user, patch: cell.patch }, token);
      const wrote = written(door).slice(before);
      if (cell.refused) {
        const errors = [cell.refused];
        expect(payload, cell.what).toEqual({ outcome: 'NOT_APPLIED', confirmedBy: null, user: null, errors });
        expect(wrote, cell.what).toEqual([]);
      } else {
        expect(payload, cell.what).toEqual({
          ...{ outcome: 'APPLIED', errors: [], user: access.mayRead ? user : null },
          confirmedBy: directory === 'customers' ? 'RESPONSE' : 'READ_BACK',
        });
        expect(wrote.map(({ userId }) => userId)).toEqual([userIdOf(directory)]);
        expect(new Set(arrived(door).map((one) => one.split(' ')[0]))).toEqual(new Set([directory]));
      }
    }
  });
});
