import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  arrived,
  type DirectoryName,
  directoryNames,
  type ExpectedError,
  written,
} from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  type Asker,
  forbidden,
  noPlan,
  openPolicyDoor,
  patch,
  plan,
  tells,
  tokenOf,
  userIdOf,
} from './policy-door.ts';
import { type Cell, cellsOf } from './policy-fields.ts';
import { held, planRefusalsOf, refusalsOf } from './policy-oracle.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openPolicyDoor();
});
afterAll(() => door.close());

const [read, write, privileged] = ['users:read', 'users:write', 'users:write:privileged'] as const;

/** The sets of rights: those over this directory, and those over the others and the own record beside. */
const sets: Readonly<Record<string, (directory: DirectoryName) => Asker>> = {
  nothing: () => ({}),
  read: () => ({ rights: [read] }),
  write: () => ({ rights: [write] }),
  privileged: () => ({ rights: [privileged] }),
  'read and write': () => ({ rights: [read, write] }),
  'read and privileged': () => ({ rights: [read, privileged] }),
  'write and privileged': () => ({ rights: [write, privileged] }),
  'all three': () => ({ rights: [read, write, privileged] }),
  'all three in the other directories': (directory) => ({
    rights: [read, write, privileged],
    directories: directoryNames.filter((name) => name !== directory),
  }),
  'own record with some fields': (directory) => ({ own: { directory, list: 'some' } }),
  'own record with the other fields': (directory) => ({ own: { directory, list: 'others' } }),
  'own record, and read': (directory) => ({ own: { directory, list: 'some' }, rights: [read] }),
  'own record, and write': (directory) => ({ own: { directory, list: 'others' }, rights: [write] }),
  'own record, and privileged': (directory) => ({ own: { directory, list: 'others' }, rights: [privileged] }),
  'own record, and all three': (directory) => ({
    ...{ own: { directory, list: 'some' }, rights: [read, write, privileged] },
  }),
  'own record of somebody else': (directory) => ({
    own: { directory, list: 'some', userId: userIdOf(door, directory, 1) },
  }),
  'own record elsewhere, and all three elsewhere': (directory) => ({
    own: { directory: directory === 'customers' ? 'employees' : 'customers', list: 'some' },
    rights: [read, write, privileged],
    directories: directoryNames.filter((name) => name !== directory),
  }),
};

/** Where in the matrix an assertion failed. */
const here = (cell: Cell, set: string) => `${set}: ${cell.what}`;

/** Sends a patch and gives what was told, and what it did at the providers. */
async function tried(input: object, token: string) {
  door.forgetRequests();
  const before = written(door).length;
  const { operationId: _, ...told } = await patch(door, input, token);
  return { told, arrived: arrived(door), written: written(door).slice(before) };
}

async function plannedBy(input: object, token: string) {
  door.forgetRequests();
  return { told: await plan(door, input, token), arrived: arrived(door) };
}

const refusal = (errors: readonly ExpectedError[]) => ({
  told: { outcome: 'NOT_APPLIED', confirmedBy: null, user: null, errors },
  arrived: [],
  written: [],
});

describe.each(directoryNames)('a patch of a user of %s', (directory) => {
  const cells = cellsOf(directory);
  const input = (of: Cell['patch']) => ({
    user: { id: `${directory}:${userIdOf(door, directory)}` },
    patch: of,
  });

  it.each(Object.keys(sets))('by whoever has %s', async (set) => {
    const asker = sets[set]?.(directory) ?? {};
    const token = await tokenOf(door, asker);
    const has = held(door, asker, directory);
    for (const cell of cells) {
      const refused = refusalsOf(cell, has, directory);
      const refusedPlan = planRefusalsOf(cell, has, directory);
      if (refusedPlan.length > 0) {
        const planned = await plannedBy(input(cell.patch), token);
        expect(planned, here(cell, set)).toEqual({ told: noPlan(...refusedPlan), arrived: [] });
      }
      const result = await tried(input(cell.patch), token);
      if (refused.length > 0) {
        expect(result, here(cell, set)).toEqual(refusal(refused));
      } else if (cell.refused) {
        // Only who may change the field learns that the directory has no place for it.
        expect(result.told, here(cell, set)).toEqual(refusal([cell.refused]).told);
        expect(result.written, here(cell, set)).toEqual([]);
      } else {
        expect(result.told, here(cell, set)).toEqual({
          outcome: 'APPLIED',
          confirmedBy: directory === 'customers' ? 'RESPONSE' : 'READ_BACK',
          user: has.mayRead ? { id: input({}).user.id } : null,
          errors: [],
        });
        expect(new Set(result.arrived.map((one) => one.split(' ')[0]))).toEqual(new Set([directory]));
        expect(result.written.map(({ userId }) => userId)).toEqual([userIdOf(door, directory)]);
      }
    }
  });

  it.each(Object.keys(sets))('that is allowed but for one field is refused whole to %s', async (set) => {
    const asker = sets[set]?.(directory) ?? {};
    const token = await tokenOf(door, asker);
    const has = held(door, asker, directory);
    const isAllowed = (cell: Cell) => refusalsOf(cell, has, directory).length === 0;
    const allowed = cells.filter((cell) => isAllowed(cell) && !cell.refused);
    for (const denied of cells.filter((cell) => !isAllowed(cell))) {
      const beside = allowed.filter(({ patch }) =>
        Object.keys(patch).every((field) => !Object.hasOwn(denied.patch, field)),
      );
      const mixed = Object.assign({}, ...beside.map((cell) => cell.patch), denied.patch);
      const errors = refusalsOf(denied, has, directory);
      expect(await tried(input(mixed), token), here(denied, set)).toEqual(refusal(errors));
    }
  });
});

describe('one custom field operation of several', () => {
  it.each(directoryNames)(
    'that is not left to the owner keeps the others in %s from being done',
    async (directory) => {
      const [listed, other] = directory === 'customers' ? ['nick', 'plan'] : ['vip', 'nick_name'];
      const token = await tokenOf(door, { own: { directory, list: 'some' } });
      const customFields = [
        { remove: { field: listed } },
        { remove: { field: other } },
        { replace: { field: 'age', value: { number: 50 } } },
        { add: { field: 'no such field', value: { text: 'x' } } },
      ];
      const user = { id: `${directory}:${userIdOf(door, directory)}` };
      expect(await tried({ user, patch: { customFields } }, token)).toEqual(
        refusal([
          forbidden(tells.ownField, 'patch', 'customFields', '1', 'remove', 'field'),
          forbidden(tells.ownField, 'patch', 'customFields', '3', 'add', 'field'),
        ]),
      );
    },
  );
});
