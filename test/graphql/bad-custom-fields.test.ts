import { afterAll, describe, expect, it } from 'vitest';
import {
  type DirectoryName,
  descope,
  directoryNames,
  eiam,
  planPatchUser,
  refuses,
  says,
  someUser,
} from '../harness/expected.ts';
import { openDoor, openFrontDoor } from '../harness/front-door.ts';
import { errorsOf, type RefusedRow, rowsOf } from './refused-rows.ts';

const door = await openFrontDoor();
afterAll(() => door.close());

const noSuchField = 'The directory "%s" has no such custom field. It has: %f.';
const none = 'Name at least one operation: remove clears custom fields, one by one.';
const noList = 'Only a list has values to remove one by one: leave them out to remove the whole value.';
const nullValues = 'Must not be null: name the values to remove, or leave the list out.';
const tooLong = 'At most 16384 characters.';
const notListed = 'Not one of the choices: beta, vip, partner, press.';
const wrongType = (type: string, kind: string) =>
  `The custom field is of type ${type}: give its value as ${kind}.`;
const replace = (field: string, value: object) => ({ replace: { field, value } });
const add = (field: string, value: object) => ({ add: { field, value } });
const remove = (field: string, values?: readonly string[] | null) => ({
  remove: { field, ...(values === undefined ? {} : { values }) },
});
const many = Array.from({ length: 1_001 }, (_, index) => `canary${index}`);

/** A row of operations; the paths of its problems are below `customFields`. */
const row = (
  what: string,
  customFields: unknown,
  problems: readonly string[],
  where: readonly DirectoryName[] = directoryNames,
): RefusedRow => [
  what,
  { customFields },
  problems.map((problem) => `customFields${problem.startsWith('→') ? ' ' : '.'}${problem}`),
  where,
];

const rows: readonly RefusedRow[] = [
  row('an empty list', [], [`→ ${none}`]),
  row('null', null, [`→ ${none}`]),
  row(
    '1000 operations',
    many.slice(1).map((field) => remove(field)),
    ['→ At most 50 operations in one patch.'],
  ),
  row(
    '1000 errors, of which 100 are named',
    Array(1_000).fill(remove('')),
    Array.from({ length: 100 }, (_, index) => `${index}.remove.field → ${says.empty}`),
  ),
  row(
    'unknown fields',
    [replace('canary', { text: 'canary' }), add('__proto__', { text: 'canary' }), remove('constructor')],
    ['0.replace', '1.add', '2.remove'].map((path) => `${path}.field → ${noSuchField}`),
  ),
  row('a field twice', [replace('age', { number: 1 }), remove('age')], [`1.remove.field → ${says.twice}`]),
  row(
    'values of another type',
    [
      ...[replace('age', { text: 'canary' }), add('vip', { text: 'canary' })],
      ...[replace('nick_name', { number: 4711 }), replace('grade', { texts: ['canary'] })],
    ],
    [
      `0.replace.value → ${wrongType('NUMBER', 'number')}`,
      `1.add.value → ${wrongType('BOOLEAN', 'boolean')}`,
      `2.replace.value → ${wrongType('TEXT', 'text')}`,
      `3.replace.value → ${wrongType('CHOICE', 'text')}`,
    ],
    eiam,
  ),
  row(
    'values of another type',
    [
      ...[replace('birthday', { number: 0 }), add('tags', { text: 'vip' })],
      ...[replace('newsletter', { text: 'true' }), replace('plan', { boolean: true })],
    ],
    [
      `0.replace.value → ${wrongType('DATE', 'date')}`,
      `1.add.value → ${wrongType('TEXTS', 'texts')}`,
      `2.replace.value → ${wrongType('BOOLEAN', 'boolean')}`,
      `3.replace.value → ${wrongType('CHOICE', 'text')}`,
    ],
    descope,
  ),
  row(
    'another choice',
    [replace('grade', { text: 'canary' })],
    ['0.replace.value.text → Not one of the choices: %g.'],
    eiam,
  ),
  row(
    'other choices',
    [replace('plan', { text: 'canary' }), add('tags', { texts: ['vip', 'canary', 'CANARY'] })],
    [
      '0.replace.value.text → Not one of the choices: free, pro, enterprise.',
      ...[1, 2].map((index) => `1.add.value.texts.${index} → ${notListed}`),
    ],
    descope,
  ),
  row('values to remove from a number', [remove('age', ['canary'])], [`0.remove.values → ${noList}`]),
  row(
    'empty, repeated and malformed members',
    [
      ...[add('tags', { texts: [] }), remove('plan', []), replace('nick', { text: '' })],
      ...[replace('age', { text: 'canary\0' }), remove('')],
    ],
    [
      '0.add.value.texts → An empty list is not a value: remove the field instead.',
      '1.remove.values → Name at least one value, or leave the list out to remove the whole value.',
      `2.replace.value.text → ${says.empty}`,
      '3.replace.value.text → Must not contain a NUL character.',
      `4.remove.field → ${says.empty}`,
      `1.remove.values → ${noList}`,
      `3.replace.value → ${wrongType('NUMBER', 'number')}`,
    ],
    descope,
  ),
  row('null for the values of a number', [remove('age', null)], [`0.remove.values → ${nullValues}`]),
  row('null for the values of a list', [remove('tags', null)], [`0.remove.values → ${nullValues}`], descope),
  row(
    'null for the values of an unknown field',
    [remove('canary', null)],
    [`0.remove.values → ${nullValues}`, `0.remove.field → ${noSuchField}`],
  ),
  row(
    'a text that is too long',
    [replace('nick', { text: 'n'.repeat(16_385) })],
    [`0.replace.value.text → ${tooLong}`],
    descope,
  ),
  row(
    'a text of 64 KB',
    [replace('nick_name', { text: 'n'.repeat(65_536) })],
    [`0.replace.value.text → ${tooLong}`],
    eiam,
  ),
  row(
    'a date that no calendar has, beside another error',
    [replace('birthday', { date: '2024-02-30T00:00:00Z' }), replace('nick', { text: '' })],
    ['0.replace.value.date → Must be a date that exists.', `1.replace.value.text → ${says.empty}`],
    descope,
  ),
  row(
    'a repeated member',
    [replace('tags', { texts: ['vip', 'vip'] })],
    ['0.replace.value.texts → The list contains the same text twice.'],
    descope,
  ),
];

describe.each(directoryNames)('custom fields of %s are refused with', (directory) => {
  const user = () => ({ id: someUser(door, directory) });

  it.each(rowsOf(rows, directory))('$what', ({ patch, errors }) => refuses(door, user(), patch, errors));

  it('errors of the schema, the capabilities and the definitions, all at once', () => {
    const [other, value] =
      directory === 'customers' ? ['username', 'canary'] : ['picture', 'https://example.com/a.png'];
    const patch = {
      ...{ displayName: '', status: 'EXPIRED', email: { address: 'canary', verified: false } },
      [other]: value,
      customFields: [replace('age', { text: 'canary' }), replace('canary', { number: 1e300 }), remove('age')],
    };
    const problems = [
      `displayName → ${says.empty}`,
      `email.address → ${says.address}`,
      'customFields.1.replace.value.number → Must be within ±9007199254740991: a larger integer would be rounded.',
      `${other} → The directory "%s" has no ${other} to set.`,
      'status → Expected ENABLED or DISABLED: no other status can be set.',
      `customFields.0.replace.value → ${wrongType('NUMBER', 'number')}`,
      `customFields.1.replace.field → ${noSuchField}`,
      `customFields.2.remove.field → ${says.twice}`,
    ];
    return refuses(door, user(), patch, errorsOf(directory, problems));
  });
});

it('lists of more members than the configuration has it are refused', async () => {
  const door = await openDoor({ limits: { membersPerList: 999 } });
  const patch = {
    ...{ roleNames: many, tenants: many.map((tenantId) => ({ tenantId, roleNames: [] })), ssoAppIds: many },
    customFields: [add('tags', { texts: many })],
  };
  const problems = ['roleNames', 'tenants', 'ssoAppIds', 'customFields.0.add.value.texts'].map(
    (path) => `${path} → At most 999 members in one list.`,
  );
  return refuses(door, { id: someUser(door, 'customers') }, patch, errorsOf('customers', problems));
});

it('a value to remove from a list with choices is one of them, or held by the user', async () => {
  const user = { id: someUser(door, 'customers') };
  const plan = (...values: string[]) =>
    planPatchUser(door, { user, patch: { customFields: [{ remove: { field: 'tags', values } }] } });
  const problem = 'customFields.0.remove.values.0 → Neither one of the choices nor a value of the user.';
  expect((await plan('VIP', 'vip')).errors).toEqual(errorsOf('customers', [problem]));
  expect((await plan('vip')).errors).toEqual([]);
});

it('the order of a list makes no change', async () => {
  const user = { id: someUser(door, 'customers') };
  const roleNames = ['member', 'support'];
  expect(await door.patch(user, { roleNames })).toMatchObject({ outcome: 'APPLIED' });
  const plan = await planPatchUser(door, { user, patch: { roleNames: roleNames.toReversed() } });
  expect([plan.errors, plan.changes]).toEqual([[], []]);
});
