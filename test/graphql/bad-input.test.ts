import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DirectoryName,
  descope,
  directoryNames,
  eiam,
  invalidInput,
  notApplied,
  postRaw,
  refuses,
  says,
  someUser,
  unsupported,
  written,
} from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor, payload } from '../harness/front-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor();
});
afterAll(() => door.close());

/** A path below `patch`, a message in which %s is the directory's name, and a code if it is not INVALID_INPUT. */
type Problem = readonly [path: string, message: string, error?: typeof invalidInput];
type Row = readonly [
  what: string,
  patch: object,
  problems: readonly Problem[],
  where?: readonly DirectoryName[],
];

const expected = (directory: DirectoryName, problems: readonly Problem[]) =>
  problems.map(([path, message, error = invalidInput]) =>
    error(message.replace('%s', directory), 'patch', ...path.split('.').filter(Boolean)),
  );

const lacks = (...fields: readonly string[]) =>
  fields.map((field): Problem => [field, `The directory "%s" has no ${field} to set.`, unsupported]);
const cannotClear = (...fields: readonly string[]) =>
  fields.map(
    (field): Problem => [field, `The directory "%s" cannot clear ${field}; it can set it.`, unsupported],
  );

const names = ['givenName', 'middleName', 'familyName'];
const lists = ['roleNames', 'tenants', 'ssoAppIds'];
const otherForm = 'Must be in normal form NFKC: some characters have a plainer form.';
const invisible = 'Must not contain invisible characters.';
const mixed = 'Must not mix letters of different scripts.';
const same = 'The list contains the same name twice.';
const email = (address: string) => ({ email: { address, verified: false } });
const phone = (number: string) => ({ phone: { number, verified: false } });
const allEmpty: readonly Problem[] = [
  ...['username', 'displayName', ...names, 'email.address'].map((path): Problem => [path, says.empty]),
  ['email.address', says.address],
  ['phone.number', says.empty],
  ['phone.number', says.e164],
  ['picture', says.empty],
  ['picture', says.picture],
];
const twice: readonly Problem[] = [
  ['roleNames.2', says.empty],
  ['roleNames', same],
  ['tenants.0.roleNames', same],
  ['tenants.1.roleNames.0', says.empty],
  ['tenants', 'The list contains the same tenant twice.'],
  ['ssoAppIds', same],
];
const allEmptyPatch = {
  ...{ displayName: '', username: '', givenName: '', middleName: '', familyName: '', picture: '' },
  ...{ email: { address: '', verified: true }, phone: { number: '', verified: true } },
};
const twicePatch = {
  roleNames: ['canary', 'canary', ''],
  tenants: [
    { tenantId: 'canary', roleNames: ['canary', 'canary'] },
    { tenantId: 'canary', roleNames: [''] },
  ],
  ssoAppIds: ['canary', 'canary'],
};

const rows: readonly Row[] = [
  ['no field', {}, [['', 'The patch names no field: name at least one to change.']]],
  ['"" for every text', allEmptyPatch, [...allEmpty, ...lacks('username')], descope],
  ['"" for every text', allEmptyPatch, [...allEmpty, ...lacks(...names, 'picture')], eiam],
  ...[
    'canary',
    'canary@localhost',
    'can ary@example.com',
    '@example.com',
    'a@b@example.com',
    'a@example.',
  ].map((bad): Row => [`the email ${bad}`, email(bad), [['email.address', says.address]]]),
  ...[
    '12345',
    '+86 156 1234 5678',
    '008615612345678',
    '+999123456789',
    '+861',
    '+٨٦١٥٦١٢٣٤٥٦٧٨',
    'canary',
  ].map((bad): Row => [`the phone number ${bad}`, phone(bad), [['phone.number', says.e164]]]),
  ...[
    'javascript:alert("canary")',
    'data:image/png;base64,canary',
    '//canary.example',
    'https://',
    'HTTPS://',
  ].map((bad): Row => [`the picture ${bad}`, { picture: bad }, [['picture', says.picture]], descope]),
  ...['https://canary .example', 'ftp://canary.example/a.png', 'vbscript:canary'].map(
    (bad): Row => [`the picture ${bad}`, { picture: bad }, [['picture', says.picture]], descope],
  ),
  ...Object.entries({
    [says.control]: [
      ...['can\0ary', 'canary\r\nX-Canary: 1', '\u001b[31mcanary', 'canary\u0085', 'canary\u2028'],
      ...['canary\u202egpj.exe', 'canary\u2066'],
    ],
    [says.showsNothing]: [' \u3000\u00a0', '\u200b\u200d\ufeff'],
    [says.half]: ['canary\ud83d', '\ude00canary'],
    'At most 1024 characters.': ['n'.repeat(1025), 'n'.repeat(65_536)],
  }).flatMap(([message, bad]) =>
    bad.map(
      (name): Row => [
        `the name ${JSON.stringify(name.slice(0, 20))}`,
        { displayName: name },
        [['displayName', message]],
      ],
    ),
  ),
  ...(
    [
      ['ﬁona', [otherForm]],
      ['ｆｉｏｎａ', [otherForm]],
      ['Zoe\u0308', [otherForm]],
      ['аdmin', [mixed]],
      ['adminλ', [mixed]],
      ['ad\u034fmin', [invisible]],
      ['can\u200bary', [invisible]],
      ['\ufb01\u200bа', [otherForm, invisible, mixed]],
    ] as const
  ).map(
    ([username, messages]): Row => [
      `the username ${JSON.stringify(username)}`,
      { username },
      messages.map((message): Problem => ['username', message]),
      eiam,
    ],
  ),
  [
    'a status that only the provider sets',
    { status: 'INVITED' },
    [['status', 'Expected ENABLED or DISABLED: no other status can be set.']],
  ],
  ['the status null', { status: null }, cannotClear('status')],
  ['repeated and empty members of lists', twicePatch, twice, descope],
  ['repeated and empty members of lists', twicePatch, [...twice, ...lacks(...lists)], eiam],
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
    { displayName: '名'.repeat(257), username: 'n'.repeat(257) },
    ['username', 'displayName'].map((field) => [field, 'At most 256 characters in the directory "%s".']),
    eiam,
  ],
  [
    'characters that EIAM does not take',
    { username: 'can ary', ...email('can+ary@example.com') },
    [
      ['username', 'In the directory "%s" it must contain only letters, digits and _ . @ -.'],
      ['email.address', 'In the directory "%s" it must contain only letters, digits and . _ - before the @.'],
    ],
    eiam,
  ],
  [
    'a phone number that is too short for EIAM',
    phone('+29022158'),
    [['phone.number', '6 to 15 digits after the country code in the directory "%s".']],
    eiam,
  ],
];

describe.each(directoryNames)('a patch of %s is refused with', (directory) => {
  const own = rows.filter(([, , , where = directoryNames]) => where.includes(directory));
  it.each(own.map(([what, patch, problems]) => ({ what, patch, problems })))('$what', ({ patch, problems }) =>
    refuses(door, { id: someUser(door, directory) }, patch, expected(directory, problems)),
  );
});

const notFinite = 'Must be a finite number.';
const rounded = 'Must be within ±9007199254740991: a larger integer would be rounded.';
const negativeZero = 'Must not be negative zero: use 0.';

describe.each(directoryNames)('a number for %s', (directory) => {
  const mutation = (number: string, variables = '') =>
    `mutation ${variables} { patchUser(input: { user: { id: "${someUser(door, directory)}" }, patch: {
      customFields: [{ replace: { field: "age", value: { number: ${number} } } }] } }) { ${payload} } }`;
  const inVariable = (number: string) => {
    const query = JSON.stringify(mutation('$number', '($number: Float)'));
    return postRaw(door, `{ "query": ${query}, "variables": { "number": ${number} } }`);
  };

  it.each([
    ['1e400', notFinite],
    ['-1e400', notFinite],
    ['9007199254740992', rounded],
    ['-9007199254740993', rounded],
    ['1e300', rounded],
    ['-0', negativeZero],
    ['-0.0', negativeZero],
  ])('%s is refused, in the document and in a variable', async (number, message) => {
    const error = invalidInput(message, 'patch', 'customFields', '0', 'replace', 'value', 'number');
    const refused = { data: { patchUser: notApplied(error) } };
    expect(await door.graphql(mutation(number))).toEqual(refused);
    const { data, errors } = await inVariable(number);
    // Infinity is no Float for GraphQL.
    if (message === notFinite) expect([data, errors]).toEqual([undefined, [expect.anything()]]);
    else expect({ data }).toEqual(refused);
    expect(written(door)).toEqual([]);
  });
});
