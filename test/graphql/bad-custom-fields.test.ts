import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  type DirectoryName,
  descope,
  directoryNames,
  type ExpectedError,
  eiam,
  invalidInput,
  refuses,
  says,
  someUser,
  unsupported,
} from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor();
});
afterAll(() => door.close());

/** The custom fields of each directory, as its errors list them, and the choices of `grade`. */
const fields: Record<DirectoryName, string> = {
  employees: 'nick_name, age, vip, grade',
  contractors: 'nick_name, age, vip, grade',
  customers: 'plan, age, newsletter, nick, tags, birthday',
};
const grades: Partial<Record<DirectoryName, string>> = {
  employees: 'p5, p6, p7, p8',
  contractors: 'junior, senior, lead',
};

/** A path below `customFields`, a message in which %s and %f stand for the directory and its fields, and a code. */
type Problem = readonly [path: string, message: string, error?: typeof invalidInput];
type Row = readonly [
  what: string,
  operations: unknown,
  problems: readonly Problem[],
  where?: readonly DirectoryName[],
];

const expected = (directory: DirectoryName, problems: readonly Problem[]) =>
  problems.map(([path, message, error = invalidInput]) => {
    const text = message
      .replace('%s', directory)
      .replace('%f', fields[directory])
      .replace('%g', grades[directory] ?? '');
    return error(text, 'patch', 'customFields', ...path.split('.').filter(Boolean));
  });

const noSuchField = 'The directory "%s" has no such custom field. It has: %f.';
const none = 'Name at least one operation: remove clears custom fields, one by one.';
const noList = 'Only a list has values to remove one by one: leave them out to remove the whole value.';
const wrongType = (type: string, kind: string) =>
  `The custom field is of type ${type}: give its value as ${kind}.`;
const assign = (operation: 'add' | 'replace', field: string, value: object) => ({
  [operation]: { field, value },
});
const replace = (field: string, value: object) => assign('replace', field, value);
const add = (field: string, value: object) => assign('add', field, value);
const remove = (field: string, values?: readonly string[] | null) => ({
  remove: { field, ...(values === undefined ? {} : { values }) },
});
const nullValues: Problem = [
  '0.remove.values',
  'Must not be null: name the values to remove, or leave the list out.',
];
const many = Array.from({ length: 1_001 }, (_, index) => `canary${index}`);

const rows: readonly Row[] = [
  ['an empty list', [], [['', none]]],
  ['null', null, [['', none]]],
  [
    '1000 operations',
    many.slice(1).map((field) => remove(field)),
    [['', 'At most 50 operations in one patch.']],
  ],
  [
    '1000 errors, of which 100 are named',
    Array(1_000).fill(remove('')),
    Array.from({ length: 100 }, (_, index) => [`${index}.remove.field`, says.empty]),
  ],
  [
    'unknown fields',
    [
      replace('canary', { text: 'canary' }),
      add('__proto__', { text: 'canary' }),
      remove('constructor'),
      replace('toString', { boolean: true }),
    ],
    [
      ['0.replace.field', noSuchField],
      ['1.add.field', noSuchField],
      ['2.remove.field', noSuchField],
      ['3.replace.field', noSuchField],
    ],
  ],
  ['a field twice', [replace('age', { number: 1 }), remove('age')], [['1.remove.field', says.twice]]],
  [
    'values of another type',
    [
      replace('age', { text: 'canary' }),
      add('vip', { text: 'canary' }),
      replace('nick_name', { number: 4711 }),
      replace('grade', { texts: ['canary'] }),
    ],
    [
      ['0.replace.value', wrongType('NUMBER', 'number')],
      ['1.add.value', wrongType('BOOLEAN', 'boolean')],
      ['2.replace.value', wrongType('TEXT', 'text')],
      ['3.replace.value', wrongType('CHOICE', 'text')],
    ],
    eiam,
  ],
  [
    'values of another type',
    [
      replace('birthday', { number: 0 }),
      add('tags', { text: 'vip' }),
      replace('newsletter', { text: 'true' }),
      replace('plan', { boolean: true }),
    ],
    [
      ['0.replace.value', wrongType('DATE', 'date')],
      ['1.add.value', wrongType('TEXTS', 'texts')],
      ['2.replace.value', wrongType('BOOLEAN', 'boolean')],
      ['3.replace.value', wrongType('CHOICE', 'text')],
    ],
    descope,
  ],
  [
    'another choice',
    [replace('grade', { text: 'canary' })],
    [['0.replace.value.text', 'Not one of the choices: %g.']],
    eiam,
  ],
  [
    'other choices',
    [replace('plan', { text: 'canary' }), add('tags', { texts: ['vip', 'canary', 'CANARY'] })],
    [
      ['0.replace.value.text', 'Not one of the choices: free, pro, enterprise.'],
      ['1.add.value.texts.1', 'Not one of the choices: beta, vip, partner, press.'],
      ['1.add.value.texts.2', 'Not one of the choices: beta, vip, partner, press.'],
    ],
    descope,
  ],
  ['values to remove from a number', [remove('age', ['canary'])], [['0.remove.values', noList, unsupported]]],
  [
    'empty, repeated and malformed members',
    [
      add('tags', { texts: [] }),
      remove('plan', []),
      replace('nick', { text: '' }),
      replace('age', { text: 'canary\0' }),
      remove(''),
    ],
    [
      ['0.add.value.texts', 'An empty list is not a value: remove the field instead.'],
      ['1.remove.values', 'Name at least one value, or leave the list out to remove the whole value.'],
      ['2.replace.value.text', says.empty],
      ['3.replace.value.text', 'Must not contain a NUL character.'],
      ['4.remove.field', says.empty],
      ['1.remove.values', noList, unsupported],
      ['3.replace.value', wrongType('NUMBER', 'number')],
    ],
    descope,
  ],
  ['null for the values of a number', [remove('age', null)], [nullValues]],
  ['null for the values of a list', [remove('tags', null)], [nullValues], descope],
  [
    'null for the values of an unknown field',
    [remove('canary', null)],
    [nullValues, ['0.remove.field', noSuchField]],
  ],
  [
    'a text that is too long',
    [replace('nick', { text: 'n'.repeat(16_385) })],
    [['0.replace.value.text', 'At most 16384 characters.']],
    descope,
  ],
  [
    'a text of 64 KB',
    [replace('nick_name', { text: 'n'.repeat(65_536) })],
    [['0.replace.value.text', 'At most 16384 characters.']],
    eiam,
  ],
  [
    'a repeated member',
    [replace('tags', { texts: ['vip', 'vip'] })],
    [['0.replace.value.texts', 'The list contains the same text twice.']],
    descope,
  ],
];

describe.each(directoryNames)('custom fields of %s are refused with', (directory) => {
  const own = rows.filter(([, , , where = directoryNames]) => where.includes(directory));
  it.each(own.map(([what, customFields, problems]) => ({ what, customFields, problems })))(
    '$what',
    ({ customFields, problems }) =>
      refuses(door, { id: someUser(door, directory) }, { customFields }, expected(directory, problems)),
  );

  it('errors of the schema, the capabilities and the definitions, all at once', () => {
    const [other, value] =
      directory === 'customers' ? ['username', 'canary'] : ['picture', 'https://example.com/a.png'];
    const lacks = unsupported(`The directory "${directory}" has no ${other} to set.`, 'patch', other);
    const status = invalidInput(
      'Expected ENABLED or DISABLED: no other status can be set.',
      'patch',
      'status',
    );
    const rounded = 'Must be within ±9007199254740991: a larger integer would be rounded.';
    const patch = {
      ...{ displayName: '', status: 'EXPIRED', email: { address: 'canary', verified: false } },
      [other]: value,
      customFields: [replace('age', { text: 'canary' }), replace('canary', { number: 1e300 }), remove('age')],
    };
    return refuses(door, { id: someUser(door, directory) }, patch, [
      invalidInput(says.empty, 'patch', 'displayName'),
      invalidInput(says.address, 'patch', 'email', 'address'),
      ...expected(directory, [['1.replace.value.number', rounded]]),
      lacks,
      status,
      ...expected(directory, [
        ['0.replace.value', wrongType('NUMBER', 'number')],
        ['1.replace.field', noSuchField],
        ['2.remove.field', says.twice],
      ]),
    ]);
  });
});

it('lists of more than 1000 members are refused', () => {
  const patch = {
    ...{ roleNames: many, tenants: many.map((tenantId) => ({ tenantId, roleNames: [] })), ssoAppIds: many },
    customFields: [add('tags', { texts: many })],
  };
  const paths = [['roleNames'], ['tenants'], ['ssoAppIds'], ['customFields', '0', 'add', 'value', 'texts']];
  const errors = paths.map((path): ExpectedError => invalidInput('At most 1000 members.', 'patch', ...path));
  return refuses(door, { id: someUser(door, 'customers') }, patch, errors);
});
