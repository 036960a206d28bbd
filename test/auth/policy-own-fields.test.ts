import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customers } from '../../src/sandbox/descope/customers.ts';
import { contractors } from '../../src/sandbox/eiam/contractors.ts';
import { employees } from '../../src/sandbox/eiam/employees.ts';
import { arrived, directoryNames, written } from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import { forbidden, openPolicyDoor, patch, tells, tokenOf, userIdOf } from './policy-door.ts';

/** `__proto__` is on the one list of an owner's fields, `constructor` on the other, the rest on none. */
const odd = [
  '__proto__',
  'constructor',
  'toString',
  'customFields',
  'displayName',
  'email.verified',
  'verified',
];

let door: FrontDoor;
beforeAll(async () => {
  const oddFields = odd.map((name) => ({ name, type: 'string' as const }));
  const configured = Object.fromEntries([...odd, 'nick_name'].map((name) => [name, 'text']));
  const attributes = odd.map((name) => ({ name, type: 1 as const, displayName: name }));
  door = await openPolicyDoor({
    employees: { customFields: [...employees.customFields, ...oddFields] },
    contractors: { customFields: [...contractors.customFields, ...oddFields] },
    customers: { attributes: [...customers.attributes, ...attributes] },
    directories: { employees: { customFields: configured }, contractors: { customFields: configured } },
  });
});
afterAll(() => door.close());

const operations = [
  ['add', { value: { text: 'mine' } }],
  ['replace', { value: { text: 'my own' } }],
  ['remove', {}],
] as const;

describe.each(directoryNames)(
  'a custom field of %s with a name that means something to a program',
  (directory) => {
    const user = () => ({ id: `${directory}:${userIdOf(door, directory)}` });

    /** Does all three operations and gives what was told. */
    async function tried(field: string, list: 'some' | 'others') {
      const token = await tokenOf(door, { own: { directory, list } });
      const before = written(door).length;
      door.forgetRequests();
      const told = [];
      for (const [operation, rest] of operations) {
        const customFields = [{ [operation]: { field, ...rest } }];
        const { outcome, errors } = await patch(door, { user: user(), patch: { customFields } }, token);
        told.push({ outcome, errors });
      }
      return { told, arrived: arrived(door).length, written: written(door).slice(before) };
    }

    it.each([
      ['__proto__', 'some'],
      ['constructor', 'others'],
    ] as const)('%s is changed by its owner where it is on their list', async (field, list) => {
      const { told, written: writes } = await tried(field, list);
      expect(told).toEqual(operations.map(() => ({ outcome: 'APPLIED', errors: [] })));
      expect(writes).toHaveLength(3);
      const change = JSON.stringify(writes[0]);
      expect(change).toContain(`"${field}"`);
      expect(change).toContain('mine');
    });

    it.each([
      ['__proto__', 'others'],
      ['constructor', 'some'],
      ...odd.slice(2).flatMap((field) => [[field, 'some'] as const, [field, 'others'] as const]),
      ['no such field', 'some'],
      ['nick_name ', 'others'],
      ['Nick_name', 'others'],
      ['customFields.nick_name', 'others'],
      ['*', 'others'],
    ] as const)('%s is not where it is not on it: list %s', async (field, list) => {
      expect(await tried(field, list)).toEqual({
        told: operations.map(([operation]) => ({
          outcome: 'NOT_APPLIED',
          errors: [forbidden(tells.ownField, 'patch', 'customFields', '0', operation, 'field')],
        })),
        arrived: 0,
        written: [],
      });
    });
  },
);
