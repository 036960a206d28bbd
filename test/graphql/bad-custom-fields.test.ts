import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  type BadPatch,
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

/** The custom fields that each directory has, as its refusals list them. */
const fields: Record<DirectoryName, string> = {
  employees: 'nick_name, age, vip, grade',
  contractors: 'nick_name, age, vip, grade',
  customers: 'plan, age, newsletter, nick, tags, birthday',
};
const noSuchField = (directory: DirectoryName, ...path: readonly string[]) =>
  invalidInput(
    `The directory "${directory}" has no such custom field. It has: ${fields[directory]}.`,
    'patch',
    'customFields',
    ...path,
    'field',
  );
const at = (index: number, operation: string, ...rest: readonly string[]) =>
  ['patch', 'customFields', String(index), operation, ...rest] as const;

const rows: readonly BadPatch[] = [
  ...[[], null].map(
    (none): BadPatch => [
      `custom fields ${JSON.stringify(none)}`,
      { customFields: none },
      () => [
        invalidInput(
          'Name at least one operation: remove clears custom fields, one by one.',
          ...['patch', 'customFields'],
        ),
      ],
    ],
  ),
  [
    'more operations than a patch may have',
    { customFields: Array.from({ length: 1000 }, (_, index) => ({ remove: { field: `canary${index}` } })) },
    () => [invalidInput('At most 50 operations in one patch.', 'patch', 'customFields')],
  ],
  [
    'more that is wrong than an answer names',
    { customFields: Array.from({ length: 1000 }, () => ({ remove: { field: '' } })) },
    () =>
      Array.from({ length: 100 }, (_, index) =>
        invalidInput(
          'Must not be empty. To clear the field, use null, if the directory supports it.',
          ...['patch', 'customFields', String(index), 'remove', 'field'],
        ),
      ),
  ],
  [
    'custom fields that the directory does not have',
    {
      customFields: [
        { replace: { field: 'canary', value: { text: 'canary' } } },
        { add: { field: '__proto__', value: { text: 'canary' } } },
        { remove: { field: 'constructor' } },
        { replace: { field: 'toString', value: { boolean: true } } },
      ],
    },
    (directory) => [
      noSuchField(directory, '0', 'replace'),
      noSuchField(directory, '1', 'add'),
      noSuchField(directory, '2', 'remove'),
      noSuchField(directory, '3', 'replace'),
    ],
  ],
  [
    'the same custom field twice',
    { customFields: [{ replace: { field: 'age', value: { number: 1 } } }, { remove: { field: 'age' } }] },
    () => [invalidInput(says.twice, ...at(1, 'remove', 'field'))],
  ],
  [
    'values of the wrong type',
    {
      customFields: [
        { replace: { field: 'age', value: { text: 'canary' } } },
        { add: { field: 'vip', value: { text: 'canary' } } },
        { replace: { field: 'nick_name', value: { number: 4711 } } },
        { replace: { field: 'grade', value: { texts: ['canary'] } } },
      ],
    },
    () => [
      invalidInput(
        'The custom field is of type NUMBER: give its value as number.',
        ...at(0, 'replace', 'value'),
      ),
      invalidInput(
        'The custom field is of type BOOLEAN: give its value as boolean.',
        ...at(1, 'add', 'value'),
      ),
      invalidInput('The custom field is of type TEXT: give its value as text.', ...at(2, 'replace', 'value')),
      invalidInput(
        'The custom field is of type CHOICE: give its value as text.',
        ...at(3, 'replace', 'value'),
      ),
    ],
    eiam,
  ],
  [
    'values of the wrong type',
    {
      customFields: [
        { replace: { field: 'birthday', value: { number: 0 } } },
        { add: { field: 'tags', value: { text: 'vip' } } },
        { replace: { field: 'newsletter', value: { text: 'true' } } },
        { replace: { field: 'plan', value: { boolean: true } } },
      ],
    },
    () => [
      invalidInput('The custom field is of type DATE: give its value as date.', ...at(0, 'replace', 'value')),
      invalidInput('The custom field is of type TEXTS: give its value as texts.', ...at(1, 'add', 'value')),
      invalidInput(
        'The custom field is of type BOOLEAN: give its value as boolean.',
        ...at(2, 'replace', 'value'),
      ),
      invalidInput(
        'The custom field is of type CHOICE: give its value as text.',
        ...at(3, 'replace', 'value'),
      ),
    ],
    descope,
  ],
  [
    'a choice that is not offered',
    { customFields: [{ replace: { field: 'grade', value: { text: 'canary' } } }] },
    (directory) => [
      invalidInput(
        `Not one of the choices: ${directory === 'employees' ? 'p5, p6, p7, p8' : 'junior, senior, lead'}.`,
        ...at(0, 'replace', 'value', 'text'),
      ),
    ],
    eiam,
  ],
  [
    'choices that are not offered',
    {
      customFields: [
        { replace: { field: 'plan', value: { text: 'canary' } } },
        { add: { field: 'tags', value: { texts: ['vip', 'canary', 'CANARY'] } } },
      ],
    },
    () => [
      invalidInput('Not one of the choices: free, pro, enterprise.', ...at(0, 'replace', 'value', 'text')),
      ...['1', '2'].map((index) =>
        invalidInput(
          'Not one of the choices: beta, vip, partner, press.',
          ...at(1, 'add', 'value', 'texts', index),
        ),
      ),
    ],
    descope,
  ],
  [
    'values to remove from what is no list',
    { customFields: [{ remove: { field: 'age', values: ['canary'] } }] },
    () => [
      unsupported(
        'Only a list has values to remove one by one: leave them out to remove the whole value.',
        ...at(0, 'remove', 'values'),
      ),
    ],
  ],
  [
    'empty, repeated and broken members of lists',
    {
      customFields: [
        { add: { field: 'tags', value: { texts: [] } } },
        { remove: { field: 'plan', values: [] } },
        { replace: { field: 'nick', value: { text: '' } } },
        { replace: { field: 'age', value: { text: 'canary\0' } } },
        { remove: { field: '' } },
      ],
    },
    () => [
      invalidInput(
        'An empty list is not a value: remove the field instead.',
        ...at(0, 'add', 'value', 'texts'),
      ),
      invalidInput(
        'Name at least one value, or leave the list out to remove the whole value.',
        ...at(1, 'remove', 'values'),
      ),
      invalidInput(says.empty, ...at(2, 'replace', 'value', 'text')),
      invalidInput('Must not contain a NUL character.', ...at(3, 'replace', 'value', 'text')),
      invalidInput(says.empty, ...at(4, 'remove', 'field')),
      unsupported(
        'Only a list has values to remove one by one: leave them out to remove the whole value.',
        ...at(1, 'remove', 'values'),
      ),
      invalidInput(
        'The custom field is of type NUMBER: give its value as number.',
        ...at(3, 'replace', 'value'),
      ),
    ],
    descope,
  ],
  ...(['tags', 'age', 'canary'] as const).map(
    (field): BadPatch => [
      `no list of values to remove from ${field}`,
      { customFields: [{ remove: { field, values: null } }] },
      (directory) => [
        invalidInput(
          'Must not be null: name the values to remove, or leave the list out.',
          ...at(0, 'remove', 'values'),
        ),
        ...(fields[directory].split(', ').includes(field) ? [] : [noSuchField(directory, '0', 'remove')]),
      ],
    ],
  ),
  [
    'a text longer than any custom field takes',
    { customFields: [{ replace: { field: 'nick', value: { text: 'n'.repeat(16_385) } } }] },
    () => [invalidInput('At most 16384 characters.', ...at(0, 'replace', 'value', 'text'))],
    descope,
  ],
  [
    'a text of a list twice',
    { customFields: [{ replace: { field: 'tags', value: { texts: ['vip', 'vip'] } } }] },
    () => [invalidInput('The list contains the same text twice.', ...at(0, 'replace', 'value', 'texts'))],
    descope,
  ],
];

describe.each(directoryNames)('a patch of %s with', (directory) => {
  for (const [what, patch, errors, where = directoryNames] of rows) {
    if (where.includes(directory)) {
      it(what, () => refuses(door, { id: someUser(door, directory) }, patch, errors(directory)));
    }
  }

  it('faults of every layer at once is told them all', () =>
    refuses(
      door,
      { id: someUser(door, directory) },
      {
        displayName: '',
        status: 'EXPIRED',
        [directory === 'customers' ? 'username' : 'picture']:
          directory === 'customers' ? 'canary' : 'https://example.com/canary.png',
        email: { address: 'canary', verified: false },
        customFields: [
          { replace: { field: 'age', value: { text: 'canary' } } },
          { replace: { field: 'canary', value: { number: 1e300 } } },
          { remove: { field: 'age' } },
        ],
      },
      [
        // the schema of the input
        invalidInput(says.empty, 'patch', 'displayName'),
        invalidInput(says.address, 'patch', 'email', 'address'),
        invalidInput(
          'Must be within ±9007199254740991: a larger integer would be rounded.',
          ...at(1, 'replace', 'value', 'number'),
        ),
        // the capabilities
        ...(directory === 'customers'
          ? [unsupported('The directory "customers" has no username to set.', 'patch', 'username')]
          : [unsupported(`The directory "${directory}" has no picture to set.`, 'patch', 'picture')]),
        invalidInput('Expected ENABLED or DISABLED: no other status can be set.', 'patch', 'status'),
        // the definitions of the custom fields
        invalidInput(
          'The custom field is of type NUMBER: give its value as number.',
          ...at(0, 'replace', 'value'),
        ),
        noSuchField(directory, '1', 'replace'),
        invalidInput(says.twice, ...at(2, 'remove', 'field')),
      ].toSorted((one, other) => layer(one) - layer(other)),
    ));
});

it('lists that are longer than any user has are refused, each where it stands', async () => {
  const many = Array.from({ length: 1001 }, (_, index) => `canary${index}`);
  const patch = {
    roleNames: many,
    tenants: many.map((tenantId) => ({ tenantId, roleNames: [] })),
    ssoAppIds: many,
    customFields: [{ add: { field: 'tags', value: { texts: many } } }],
  };
  const paths = [['roleNames'], ['tenants'], ['ssoAppIds'], ['customFields', '0', 'add', 'value', 'texts']];
  await refuses(
    door,
    { id: someUser(door, 'customers') },
    patch,
    paths.map((path) => invalidInput('At most 1000 members.', 'patch', ...path)),
  );
});

/** The plan's errors come in the order of the fields, behind the input schema's own. */
function layer({ path, message }: ExpectedError): number {
  const order = ['username', 'displayName', 'email', 'picture', 'status', 'customFields'];
  const own = message === says.empty || message === says.address || message.startsWith('Must be within');
  return (own ? 0 : 100) + order.indexOf(path[1] ?? '');
}
