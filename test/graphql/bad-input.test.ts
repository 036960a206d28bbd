import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  type BadPatch,
  type DirectoryName,
  descope,
  directoryNames,
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

/** What the capabilities say of these fields, behind what the input's schema found: of those that are not there. */
const notThere = (directory: DirectoryName, ...fields: readonly string[]) => {
  const missing: Readonly<Record<DirectoryName, readonly string[]>> = {
    employees: eiamLacks,
    contractors: eiamLacks,
    customers: ['username'],
  };
  return fields
    .filter((field) => missing[directory].includes(field))
    .map((field) => unsupported(`The directory "${directory}" has no ${field} to set.`, 'patch', field));
};
const eiamLacks = [
  ...['givenName', 'middleName', 'familyName', 'picture', 'roleNames', 'tenants', 'ssoAppIds'],
];

const rows: readonly BadPatch[] = [
  [
    'an empty patch',
    {},
    () => [invalidInput('The patch names no field: name at least one to change.', 'patch')],
  ],
  ['"" for a name', { displayName: '' }, () => [invalidInput(says.empty, 'patch', 'displayName')]],
  [
    '"" for every text',
    {
      ...{ displayName: '', email: { address: '', verified: true }, phone: { number: '', verified: true } },
      ...{ username: '', givenName: '', middleName: '', familyName: '', picture: '' },
    },
    (directory) => [
      ...['username', 'displayName', 'givenName', 'middleName', 'familyName'].map((field) =>
        invalidInput(says.empty, 'patch', field),
      ),
      invalidInput(says.empty, 'patch', 'email', 'address'),
      invalidInput(says.address, 'patch', 'email', 'address'),
      invalidInput(says.empty, 'patch', 'phone', 'number'),
      invalidInput(says.e164, 'patch', 'phone', 'number'),
      invalidInput(says.empty, 'patch', 'picture'),
      invalidInput(says.picture, 'patch', 'picture'),
      ...notThere(directory, 'username', 'givenName', 'middleName', 'familyName', 'picture'),
    ],
  ],
  [
    'an email that is none',
    { email: { address: 'canary', verified: true } },
    () => [invalidInput(says.address, 'patch', 'email', 'address')],
  ],
  ...['canary@localhost', 'can ary@example.com', '@example.com', 'a@b@example.com', 'canary@example.'].map(
    (bad): BadPatch => [
      `the email ${bad}`,
      { email: { address: bad, verified: false } },
      () => [invalidInput(says.address, 'patch', 'email', 'address')],
    ],
  ),
  ...[
    '12345',
    '+86 156 1234 5678',
    '008615612345678',
    '+999123456789',
    '+861',
    '+٨٦١٥٦١٢٣٤٥٦٧٨',
    'canary',
  ].map(
    (bad): BadPatch => [
      `the phone number ${bad}`,
      { phone: { number: bad, verified: false } },
      () => [invalidInput(says.e164, 'patch', 'phone', 'number')],
    ],
  ),
  ...['javascript:alert("canary")', 'data:image/png;base64,canary', '//canary.example', 'https://'].map(
    (bad): BadPatch => [
      `the picture ${bad}`,
      { picture: bad },
      (directory) => [invalidInput(says.picture, 'patch', 'picture'), ...notThere(directory, 'picture')],
    ],
  ),
  ...(
    [
      ['NUL', 'can\0ary', says.control],
      ['a line break', 'canary\r\nX-Canary: 1', says.control],
      ['an ANSI escape', '\u001b[31mcanary', says.control],
      ['a C1 control', 'canary\u0085', says.control],
      ['a line separator', 'canary\u2028', says.control],
      ['a right-to-left override', 'canary\u202egpj.exe', says.control],
      ['a direction isolate', 'canary\u2066', says.control],
      ['nothing but spaces', ' \u3000\u00a0', says.showsNothing],
      ['nothing but joiners', '\u200b\u200d\ufeff', says.showsNothing],
      ['more characters than a name has', 'n'.repeat(1025), 'At most 1024 characters.'],
      ['half of an emoji', 'canary\ud83d', says.half],
      ['the other half', '\ude00canary', says.half],
    ] as const
  ).map(
    ([what, bad, message]): BadPatch => [
      `${what} in a name`,
      { displayName: bad },
      () => [invalidInput(message, 'patch', 'displayName')],
    ],
  ),
  [
    'a status that only the provider brings about',
    { status: 'INVITED' },
    () => [invalidInput('Expected ENABLED or DISABLED: no other status can be set.', 'patch', 'status')],
  ],
  [
    'no status at all',
    { status: null },
    (directory) => [
      unsupported(`The directory "${directory}" cannot clear status; it can set it.`, 'patch', 'status'),
    ],
  ],
  [
    'a role, a tenant and an app twice or empty',
    {
      roleNames: ['canary', 'canary', ''],
      tenants: [
        { tenantId: 'canary', roleNames: ['canary', 'canary'] },
        { tenantId: 'canary', roleNames: [''] },
      ],
      ssoAppIds: ['canary', 'canary'],
    },
    (directory) => [
      invalidInput(says.empty, 'patch', 'roleNames', '2'),
      invalidInput('The list contains the same name twice.', 'patch', 'roleNames'),
      invalidInput('The list contains the same name twice.', 'patch', 'tenants', '0', 'roleNames'),
      invalidInput(says.empty, 'patch', 'tenants', '1', 'roleNames', '0'),
      invalidInput('The list contains the same tenant twice.', 'patch', 'tenants'),
      invalidInput('The list contains the same name twice.', 'patch', 'ssoAppIds'),
      ...notThere(directory, 'roleNames', 'tenants', 'ssoAppIds'),
    ],
  ],
  [
    'fields that EIAM does not have',
    {
      givenName: 'canary',
      middleName: null,
      familyName: 'canary',
      roleNames: [],
      tenants: [],
      ssoAppIds: [],
    },
    (directory) =>
      ['givenName', 'middleName', 'familyName', 'roleNames', 'tenants', 'ssoAppIds'].map((field) =>
        unsupported(`The directory "${directory}" has no ${field} to set.`, 'patch', field),
      ),
    eiam,
  ],
  [
    'null for what EIAM cannot clear',
    { username: null, displayName: null, email: null, phone: null },
    (directory) =>
      ['username', 'displayName', 'email', 'phone'].map((field) =>
        unsupported(`The directory "${directory}" cannot clear ${field}; it can set it.`, 'patch', field),
      ),
    eiam,
  ],
  [
    'a username at Descope',
    { username: 'canary' },
    () => [unsupported('The directory "customers" has no username to set.', 'patch', 'username')],
    descope,
  ],
  [
    'a name that is too long for EIAM',
    { displayName: '名'.repeat(257), username: 'n'.repeat(257) },
    (directory) => [
      invalidInput(`At most 256 characters in the directory "${directory}".`, 'patch', 'username'),
      invalidInput(`At most 256 characters in the directory "${directory}".`, 'patch', 'displayName'),
    ],
    eiam,
  ],
  [
    'a username and an email of other characters than EIAM takes',
    { username: 'can ary', email: { address: 'can+ary@example.com', verified: true } },
    (directory) => [
      invalidInput(
        `In the directory "${directory}" it must contain only letters, digits and _ . @ -.`,
        ...['patch', 'username'],
      ),
      invalidInput(
        `In the directory "${directory}" it must contain only letters, digits and . _ - before the @.`,
        ...['patch', 'email', 'address'],
      ),
    ],
    eiam,
  ],
  [
    'a username with an invisible character',
    { username: 'can\u200bary' },
    () => [invalidInput('Must not contain invisible characters.', 'patch', 'username')],
    eiam,
  ],
  [
    'a phone number of fewer digits than EIAM takes',
    { phone: { number: '+29022158', verified: false } },
    (directory) => [
      invalidInput(
        `6 to 15 digits after the country code in the directory "${directory}".`,
        'patch',
        'phone',
        'number',
      ),
    ],
    eiam,
  ],
];

describe.each(directoryNames)('a patch of %s with', (directory) => {
  for (const [what, patch, errors, where = directoryNames] of rows) {
    if (where.includes(directory)) {
      it(what, () => refuses(door, { id: someUser(door, directory) }, patch, errors(directory)));
    }
  }
});
