import { afterAll, describe, expect, it } from 'vitest';
import type { UserPatchInput } from '../generated/graphql.ts';
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
import { openFrontDoor } from '../harness/front-door.ts';
import { type RefusedRow, rowsOf } from './refused-rows.ts';

const door = await openFrontDoor();
afterAll(() => door.close());

/** Rows with one text at a path; ` | ` parts texts. */
function texts(
  where: readonly DirectoryName[],
  path: string,
  messages: string | readonly string[],
  ...values: readonly string[]
): readonly RefusedRow[] {
  const [field = '', member] = path.split('.');
  const problems = [messages].flat().map((message) => `${path} → ${message}`);
  return values
    .flatMap((some) => some.split(' | '))
    .map((text) => {
      const patch = { [field]: member === undefined ? text : { [member]: text, verified: false } };
      return [`the ${path} ${JSON.stringify(text.slice(0, 20))}`, patch, problems, where];
    });
}

const lacks = (...fields: readonly string[]) =>
  fields.map((field) => `${field} → The directory "%s" has no ${field} to set.`);
const cannotClear = (...fields: readonly string[]) =>
  fields.map((field) => `${field} → The directory "%s" cannot clear ${field}; it can set it.`);

const names = ['givenName', 'middleName', 'familyName'];
const lists = ['roleNames', 'tenants', 'ssoAppIds'];
const otherForm = 'Must be in normal form NFKC: some characters have a plainer form.';
const invisible = 'Must not contain invisible characters.';
const mixed = 'Must not mix letters of different scripts.';
const only = 'In the directory "%s" it must contain only';
const same = 'The list contains the same name twice.';

const allEmptyPatch = {
  ...{ displayName: '', username: '', givenName: '', middleName: '', familyName: '', picture: '' },
  ...{ email: { address: '', verified: true }, phone: { number: '', verified: true } },
};
const allEmpty = [
  ...['username', 'displayName', ...names, 'email.address'].map((path) => `${path} → ${says.empty}`),
  ...[`email.address → ${says.address}`, `phone.number → ${says.empty}`, `phone.number → ${says.e164}`],
  ...[`picture → ${says.empty}`, `picture → ${says.picture}`],
];
const twicePatch = {
  ...{ roleNames: ['canary', 'canary', ''], ssoAppIds: ['canary', 'canary'] },
  tenants: [['canary', 'canary'], ['']].map((roleNames) => ({ tenantId: 'canary', roleNames })),
};
const twice = [
  ...[`roleNames.2 → ${says.empty}`, `roleNames → ${same}`, `tenants.0.roleNames → ${same}`],
  ...[`tenants.1.roleNames.0 → ${says.empty}`, 'tenants → The list contains the same tenant twice.'],
  `ssoAppIds → ${same}`,
];

const noSuchNumber = 'There is no such country code, or no number of that country has this length.';

const rows: readonly RefusedRow[] = [
  ['no field', {}, ['→ The patch names no field: name at least one to change.']],
  ['"" for every text', allEmptyPatch, [...allEmpty, ...lacks('username')], descope],
  ['"" for every text', allEmptyPatch, [...allEmpty, ...lacks(...names, 'picture')], eiam],
  ...texts(directoryNames, 'email.address', says.address, 'canary | canary@localhost | can ary@example.com'),
  ...texts(directoryNames, 'email.address', says.address, '@example.com | a@b@example.com | a@example.'),
  ...texts(
    directoryNames,
    'email.address',
    says.address,
    'a..b@example.com | .a@example.com | a.@example.com',
  ),
  ...texts(directoryNames, 'email.address', says.address, 'a@-example.com | mailto:a@example.com'),
  ...['\u200b', '\u200d', '\u00ad', '\u200f'].flatMap((mark) =>
    texts(descope, 'email.address', invisible, `na${mark}me@example.com`),
  ),
  ...texts(descope, 'email.address', mixed, 'p\u0430ypal@example.com'),
  ...texts(directoryNames, 'phone.number', says.e164, '12345 | 008615612345678'),
  ...texts(directoryNames, 'phone.number', says.e164, '+86 156 1234 5678 | +٨٦١٥٦١٢٣٤٥٦٧٨ | canary'),
  ...texts(directoryNames, 'phone.number', noSuchNumber, '+999123456789 | +861'),
  ...texts(descope, 'picture', says.picture, 'javascript:alert("canary") | data:image/png;base64,canary'),
  ...texts(
    descope,
    'picture',
    says.picture,
    '//canary.example | https:// | HTTPS:// | ftp://canary.example/a',
  ),
  ...texts(descope, 'picture', says.picture, 'https://canary .example | https:///e.example/p'),
  ...texts(
    descope,
    'picture',
    says.picture,
    'https://e.example\\p.png',
    'https://e.example/p ',
    'https://x/"><b>',
  ),
  ...texts(
    directoryNames,
    'displayName',
    says.control,
    'can\0ary | canary\r\nX-Canary: 1 | \u001b[31mcanary',
  ),
  ...texts(
    directoryNames,
    'displayName',
    says.control,
    'canary\u0085 | canary\u2028 | a\u202egpj.exe | a\u2066',
  ),
  ...texts(
    directoryNames,
    'displayName',
    says.showsNothing,
    ' \u3000\u00a0 | \u200b\u200d\ufeff | \u3164 | \u2800',
  ),
  ...texts(directoryNames, 'displayName', says.half, 'canary\ud83d | \ude00canary'),
  ...texts(directoryNames, 'displayName', 'At most 1024 characters.', 'n'.repeat(1025), 'n'.repeat(65_536)),
  ...texts(eiam, 'username', otherForm, 'ﬁona | ｆｉｏｎａ | Zoe\u0308'),
  ...texts(eiam, 'username', mixed, 'аdmin | adminλ | ไทยहिन्दी | p\u0430ypal'),
  ...texts(eiam, 'username', invisible, 'ad\u034fmin | can\u200bary'),
  ...texts(eiam, 'username', [otherForm, invisible, mixed], '\ufb01\u200bа'),
  [
    'a status that only the provider sets',
    { status: 'INVITED' },
    ['status → Expected ENABLED or DISABLED: no other status can be set.'],
  ],
  ['the status null', { status: null }, cannotClear('status')],
  ['repeated and empty members of lists', twicePatch, twice, descope],
  ['repeated and empty members of lists', twicePatch, [...twice, ...lacks(...lists)], eiam],
  [
    'fields that EIAM does not have',
    {
      ...{ givenName: 'canary', middleName: null, familyName: 'canary' },
      roleNames: [],
      tenants: [],
      ssoAppIds: [],
    },
    lacks(...names, ...lists),
    eiam,
  ],
  [
    'null for what EIAM cannot clear',
    { username: null, displayName: null, email: null, phone: null },
    cannotClear('username', 'displayName', 'email', 'phone'),
    eiam,
  ],
  ['a username at Descope', { username: 'canary' }, lacks('username'), descope],
  [
    'names that are too long for EIAM',
    { displayName: '\u{1f989}'.repeat(257), username: 'n'.repeat(257) },
    ['username', 'displayName'].map((field) => `${field} → At most 256 characters in the directory "%s".`),
    eiam,
  ],
  ...texts(eiam, 'username', `${only} letters, digits and _ . @ -.`, 'can ary'),
  ...texts(eiam, 'email.address', `${only} letters, digits and . _ - before the @.`, 'can+ary@example.com'),
  ...texts(eiam, 'phone.number', '6 to 15 digits after the country code in the directory "%s".', '+29022158'),
];

describe.each(directoryNames)('a patch of %s is refused with', (directory) => {
  it.each(rowsOf(rows, directory))('$what', ({ patch, errors }) =>
    refuses(door, { id: someUser(door, directory) }, patch, errors),
  );
});

/** Values that real names, addresses and numbers have, and that look like bad ones. */
it.each<readonly [DirectoryName, UserPatchInput]>([
  ...['ユーザー', 'メアリー', 'コーヒー', '〆木', 'kaʻiulani', 'ไทย', '김민준', 'Ólafur'].map(
    (name) => ['contractors', { username: name.replaceAll(/[^\p{L}\p{M}\p{N}_.@-]/gu, '') }] as const,
  ),
  ...[
    ['employees', 'user@xn--e1afmkfd.xn--p1ai'] as const,
    ['customers', 'иван@пример.рф'] as const,
    ['customers', "o'neil+tag@example.com"] as const,
  ].map(([directory, address]) => [directory, { email: { address, verified: false } }] as const),
  ['customers', { phone: { number: '+22985751234', verified: false } }],
  ['customers', { displayName: 'O\u2019Neil \u{1f468}\u200d\u{1f469}' }],
  ['customers', { picture: 'https://pictures.example.com/ü.png?size=1#top' }],
  ['employees', { displayName: '\u{1f989}'.repeat(200) }],
  ['employees', { customFields: [{ replace: { field: 'age', value: { number: 1e-7 } } }] }],
])('a patch of %s is accepted with %j', async (directory, patch) => {
  const plan = await planPatchUser(door, { user: { id: someUser(door, directory) }, patch });
  expect(plan.errors).toEqual([]);
});
