import type { EmulatorRequest } from '../../src/sandbox/emulator.ts';
import type { Case, Subject } from './contract.ts';
import { descopeRefusals, says } from './contract-descope-refusals.ts';
import { customField, customFieldsWith, type Dialect, type Json, type Sent } from './contract-door.ts';

export const userId = 'U2u8jzPde0IgxLd6GncfBAepfJB';
export const patchCall = 'PATCH /v1/mgmt/user/patch';
export const attributesCall = 'GET /v1/mgmt/user/customattributes';
const loadCall = `GET /v1/mgmt/user?userId=${userId}`;

export const dialect: Dialect = { directory: 'customers', read, writes: /^PATCH / };

/** The user whom the suite changes. */
export const ada = {
  id: `customers:${userId}`,
  userId,
  directory: { name: 'customers' },
  username: null,
  loginIds: ['ada.okafor@example.com'],
  displayName: 'Ada Okafor',
  givenName: 'Ada',
  middleName: 'Chioma',
  familyName: 'Okafor',
  email: { address: 'ada.okafor@example.com', verified: true },
  phone: { number: '+15555550101', verified: true },
  picture: 'https://pictures.example.com/ada.png',
  status: 'ENABLED',
  roleNames: ['member', 'editor'],
  tenants: [{ tenantId: 'acme', name: 'Acme Supplies', roleNames: ['Tenant Admin', 'approver'] }],
  ssoAppIds: ['helpdesk', 'storefront'],
  customFields: [
    customField('plan', { text: 'enterprise' }),
    customField('age', { number: 41 }),
    customField('newsletter', { boolean: true }),
    customField('nick', { text: 'ada' }),
    customField('tags', { texts: ['vip', 'beta'] }),
    customField('birthday', { date: '1984-02-29T00:00:00.000Z' }),
  ],
  createdAt: '2024-03-04T00:00:00.000Z',
};

function read({ method, url, body }: EmulatorRequest): Sent {
  return { call: `${method} ${url}`, ...(body === '' ? {} : { body: JSON.parse(body) as unknown }) };
}

function patched(members: Json): Sent[] {
  return [{ call: patchCall, body: { userId, ...members } }];
}

const text = (field: string, member = field): Case[] => [
  {
    does: `sets ${field}`,
    patch: { [field]: 'https://example.com/Zoë 😀' },
    sends: patched({ [member]: 'https://example.com/Zoë 😀' }),
    stores: [{ [member]: 'https://example.com/Zoë 😀' }],
    shows: { [field]: 'https://example.com/Zoë 😀' },
  },
  {
    does: `clears ${field}`,
    patch: { [field]: null },
    sends: patched({ [member]: '' }),
    stores: [{ [member]: null }],
    shows: { [field]: null },
  },
];

const contact = (field: string, part: string, value: string, flag: string): Case[] => [
  ...[true, false].map((verified) => ({
    does: `sets ${field}, verified ${verified}`,
    patch: { [field]: { [part]: value, verified } },
    sends: patched({ [field]: value, [flag]: verified }),
    stores: [{ [field]: value, [flag]: verified }],
    shows: { [field]: { [part]: value, verified } },
  })),
  {
    does: `clears ${field}`,
    patch: { [field]: null },
    sends: patched({ [field]: '' }),
    stores: [{ [field]: null, [flag]: false }],
    shows: { [field]: null },
  },
];

const list = (field: string, values: readonly string[]): Case[] => [
  {
    does: `replaces ${field}`,
    patch: { [field]: values },
    sends: patched({ [field]: values }),
    stores: [{ [field]: values }],
    shows: { [field]: values },
  },
  ...[[], null].map((none) => ({
    does: `empties ${field} by ${JSON.stringify(none)}`,
    patch: { [field]: none },
    sends: patched({ [field]: [] }),
    stores: [{ [field]: [] }],
    shows: { [field]: [] },
  })),
];

const tenants: Case[] = [
  {
    does: 'replaces tenants, roles in them too',
    patch: {
      tenants: [
        { tenantId: 'acme', roleNames: [] },
        { tenantId: 'globex', roleNames: ['dispatcher'] },
      ],
    },
    sends: patched({
      userTenants: [
        { tenantId: 'acme', roleNames: [] },
        { tenantId: 'globex', roleNames: ['dispatcher'] },
      ],
    }),
    stores: [
      {
        userTenants: [
          { tenantId: 'acme', tenantName: 'Acme Supplies', roleNames: [] },
          { tenantId: 'globex', tenantName: 'Globex Logistics', roleNames: ['dispatcher'] },
        ],
      },
    ],
    shows: {
      tenants: [
        { tenantId: 'acme', name: 'Acme Supplies', roleNames: [] },
        { tenantId: 'globex', name: 'Globex Logistics', roleNames: ['dispatcher'] },
      ],
    },
  },
  ...[[], null].map((none) => ({
    does: `empties tenants by ${JSON.stringify(none)}`,
    patch: { tenants: none },
    sends: patched({ userTenants: [] }),
    stores: [{ userTenants: [] }],
    shows: { tenants: [] },
  })),
];

const status: Case[] = [
  {
    does: 'disables',
    patch: { status: 'DISABLED' },
    sends: patched({ status: 'disabled' }),
    stores: [{ status: 'disabled' }],
    shows: { status: 'DISABLED' },
  },
  {
    does: 'enables who is enabled',
    patch: { status: 'ENABLED' },
    sends: patched({ status: 'enabled' }),
    stores: [{ status: 'enabled' }],
    shows: {},
    already: true,
  },
];

const attribute = (does: string, operation: Json, field: string, wire: unknown, shown?: Json): Case => ({
  does,
  patch: { customFields: [operation] },
  sends: patched({ customAttributes: { [field]: wire } }),
  stores: [{ customAttributes: { [field]: wire } }],
  shows: { customFields: customFieldsWith(ada, field, shown) },
});

const moment = '2001-02-03T04:05:06.789Z';

/** A field of every type, a value for it, and how the value travels. */
const values: readonly { readonly field: string; readonly value: Json; readonly wire: unknown }[] = [
  { field: 'nick', value: { text: 'Zoë\n😀' }, wire: 'Zoë\n😀' },
  { field: 'age', value: { number: -0.5 }, wire: -0.5 },
  { field: 'newsletter', value: { boolean: false }, wire: false },
  { field: 'plan', value: { text: 'free' }, wire: 'free' },
  { field: 'tags', value: { texts: ['press', 'vip'] }, wire: ['press', 'vip'] },
  { field: 'birthday', value: { date: moment }, wire: Date.parse(moment) },
];

const customFields: Case[] = values.flatMap(({ field, value, wire }) => [
  ...(field === 'tags' ? [] : [attribute(`adds ${field}`, { add: { field, value } }, field, wire, value)]),
  attribute(`replaces ${field}`, { replace: { field, value } }, field, wire, value),
  attribute(`removes ${field}`, { remove: { field } }, field, null),
]);

const tags = (does: string, operation: string, members: Json, left: readonly string[]): Case =>
  attribute(
    does,
    { [operation]: { field: 'tags', ...members } },
    'tags',
    left,
    left.length > 0 ? { texts: left } : undefined,
  );

const lists: Case[] = [
  tags('adds to a list what is missing', 'add', { value: { texts: ['press', 'vip'] } }, [
    'vip',
    'beta',
    'press',
  ]),
  {
    ...tags('adds to a list what it has', 'add', { value: { texts: ['beta'] } }, ['vip', 'beta']),
    already: true,
  },
  tags('removes from a list what is named', 'remove', { values: ['beta', 'partner'] }, ['vip']),
  tags('removes the last of a list', 'remove', { values: ['beta', 'vip'] }, []),
];

const everything: Case = {
  does: 'sets everything at once',
  patch: {
    displayName: 'New Name',
    givenName: 'New',
    middleName: 'M',
    familyName: 'Name',
    email: { address: 'new@example.com', verified: false },
    phone: { number: '+447700900999', verified: false },
    picture: 'https://pictures.example.com/new.png',
    status: 'DISABLED',
    roleNames: ['support'],
    tenants: [{ tenantId: 'globex', roleNames: [] }],
    ssoAppIds: ['helpdesk'],
    customFields: [
      { add: { field: 'plan', value: { text: 'pro' } } },
      { replace: { field: 'age', value: { number: 42 } } },
      { remove: { field: 'nick' } },
      { add: { field: 'tags', value: { texts: ['press'] } } },
    ],
  },
  sends: patched({
    name: 'New Name',
    givenName: 'New',
    middleName: 'M',
    familyName: 'Name',
    email: 'new@example.com',
    verifiedEmail: false,
    phone: '+447700900999',
    verifiedPhone: false,
    picture: 'https://pictures.example.com/new.png',
    status: 'disabled',
    roleNames: ['support'],
    userTenants: [{ tenantId: 'globex', roleNames: [] }],
    ssoAppIds: ['helpdesk'],
    customAttributes: { plan: 'pro', age: 42, nick: null, tags: ['vip', 'beta', 'press'] },
  }),
  stores: [
    {
      name: 'New Name',
      givenName: 'New',
      middleName: 'M',
      familyName: 'Name',
      email: 'new@example.com',
      verifiedEmail: false,
      phone: '+447700900999',
      verifiedPhone: false,
      picture: 'https://pictures.example.com/new.png',
      status: 'disabled',
      roleNames: ['support'],
      userTenants: [{ tenantId: 'globex', tenantName: 'Globex Logistics', roleNames: [] }],
      ssoAppIds: ['helpdesk'],
      customAttributes: { plan: 'pro', age: 42, nick: null, tags: ['vip', 'beta', 'press'] },
    },
  ],
  shows: {
    displayName: 'New Name',
    givenName: 'New',
    middleName: 'M',
    familyName: 'Name',
    email: { address: 'new@example.com', verified: false },
    phone: { number: '+447700900999', verified: false },
    picture: 'https://pictures.example.com/new.png',
    status: 'DISABLED',
    roleNames: ['support'],
    tenants: [{ tenantId: 'globex', name: 'Globex Logistics', roleNames: [] }],
    ssoAppIds: ['helpdesk'],
    customFields: [
      customField('plan', { text: 'pro' }),
      customField('age', { number: 42 }),
      customField('newsletter', { boolean: true }),
      customField('tags', { texts: ['vip', 'beta', 'press'] }),
      customField('birthday', { date: '1984-02-29T00:00:00.000Z' }),
    ],
  },
};

const parts = {
  name: ['patch', 'displayName'],
  givenName: ['patch', 'givenName'],
  middleName: ['patch', 'middleName'],
  familyName: ['patch', 'familyName'],
  email: ['patch', 'email'],
  verifiedEmail: ['patch', 'email'],
  phone: ['patch', 'phone'],
  verifiedPhone: ['patch', 'phone'],
  picture: ['patch', 'picture'],
  status: ['patch', 'status'],
  roleNames: ['patch', 'roleNames'],
  userTenants: ['patch', 'tenants'],
  ssoAppIds: ['patch', 'ssoAppIds'],
  'customAttributes.plan': ['patch', 'customFields', '0', 'add'],
  'customAttributes.age': ['patch', 'customFields', '1', 'replace'],
  'customAttributes.nick': ['patch', 'customFields', '2', 'remove'],
  'customAttributes.tags': ['patch', 'customFields', '3', 'add'],
};

const name = ['patch', 'displayName'];

const changesList = (patch: Json): boolean =>
  /"(add|remove)":\{"field":"tags","va/.test(JSON.stringify(patch));

/** What is known of Descope, for the suite that every provider passes. */
export const descopeSubject: Subject = {
  ...dialect,
  user: ada,
  confirmedBy: 'RESPONSE',
  // Numbers and dates are told apart by the definitions, which are asked for once.
  calls: (writes, patch) =>
    patch.customFields
      ? [attributesCall, ...(changesList(patch) ? [loadCall] : []), ...writes]
      : [...writes, attributesCall],
  cases: [
    ...text('displayName', 'name'),
    ...text('givenName'),
    ...text('middleName'),
    ...text('familyName'),
    ...text('picture'),
    ...contact('email', 'address', 'new+1@example.com', 'verifiedEmail'),
    ...contact('phone', 'number', '+447700900999', 'verifiedPhone'),
    ...list('roleNames', ['support', 'member']),
    ...list('ssoAppIds', ['storefront']),
    ...tenants,
    ...status,
    ...customFields,
    ...lists,
    {
      does: 'says of the same email that it is not verified',
      patch: { email: { address: 'ada.okafor@example.com', verified: false } },
      sends: patched({ email: 'ada.okafor@example.com', verifiedEmail: false }),
      stores: [{ email: 'ada.okafor@example.com', verifiedEmail: false }],
      shows: { email: { address: 'ada.okafor@example.com', verified: false } },
    },
  ],
  everything,
  parts,
  unsupported: ['username'],
  notClearable: ['status'],
  refusals: descopeRefusals,
  lies: [
    {
      does: 'a name in other letters',
      patch: { displayName: 'New Name' },
      stores: { name: 'NEW NAME' },
      outcome: 'UNKNOWN',
      paths: [name],
    },
    {
      does: 'a phone that is said to be verified',
      patch: { displayName: 'New Name', phone: { number: '+447700900999', verified: false } },
      stores: { verifiedPhone: true },
      outcome: 'PARTIAL',
      paths: [['patch', 'phone']],
    },
    {
      does: 'one role more',
      patch: { roleNames: ['member'] },
      stores: { roleNames: ['member', 'support'] },
      outcome: 'UNKNOWN',
      paths: [['patch', 'roleNames']],
    },
    {
      does: 'one role in a tenant more',
      patch: { displayName: 'New Name', tenants: [{ tenantId: 'acme', roleNames: [] }] },
      stores: { userTenants: [{ tenantId: 'acme', tenantName: 'Acme Supplies', roleNames: ['buyer'] }] },
      outcome: 'PARTIAL',
      paths: [['patch', 'tenants']],
    },
    {
      does: 'a rounded number',
      patch: { customFields: [{ replace: { field: 'age', value: { number: 41.5 } } }] },
      stores: { customAttributes: { age: 42 } },
      outcome: 'UNKNOWN',
      paths: [['patch', 'customFields', '0', 'replace']],
    },
    {
      does: 'a date without its milliseconds',
      patch: { customFields: [{ add: { field: 'birthday', value: { date: moment } } }] },
      stores: { customAttributes: { birthday: Date.parse('2001-02-03T04:05:06Z') } },
      outcome: 'UNKNOWN',
      paths: [['patch', 'customFields', '0', 'add']],
    },
    {
      does: 'a list that is replaced where it was to be added to',
      patch: { displayName: 'New', customFields: [{ add: { field: 'tags', value: { texts: ['press'] } } }] },
      stores: { customAttributes: { tags: ['press'] } },
      outcome: 'PARTIAL',
      paths: [['patch', 'customFields', '0', 'add']],
    },
    {
      does: 'a boolean as a text',
      patch: { customFields: [{ replace: { field: 'newsletter', value: { boolean: false } } }] },
      stores: { customAttributes: { newsletter: 'false' } },
      outcome: 'UNKNOWN',
      paths: [['patch', 'customFields', '0', 'replace']],
    },
  ],
  noAnswers: {
    nothing: { status: 200 },
    'no content': { status: 204 },
    'an empty object': { status: 200, body: {} },
    'no user': { status: 200, body: { user: null } },
    'another user': {
      status: 200,
      body: { user: { userId: 'U2d0Kh8oOOL8dKLzdocJ2isAjIh', name: 'New Name' } },
    },
    created: { status: 201, body: { user: { userId, name: 'New Name' } } },
    'a code without a status of its own': { status: 500, body: says('E011003') },
  },
  yesAnswers: {},
  logins: [
    {
      login: 'ada.okafor@example.com',
      userId,
      asks: ['GET /v1/mgmt/user?loginId=ada.okafor%40example.com', attributesCall],
    },
    {
      login: 'zoe+shop@example.com',
      userId: 'U2KtJ0RlgLKOmxgJTeKdNnFRIBX',
      asks: ['GET /v1/mgmt/user?loginId=zoe%2Bshop%40example.com'],
    },
    {
      login: '+15555550105',
      userId: 'U2hGAkWvj7FAc9QeWJKY40uvSwM',
      asks: ['GET /v1/mgmt/user?loginId=%2B15555550105', attributesCall],
    },
    {
      login: 'yuki',
      userId: 'U2CzJr4i0B3JrTAwR4y9ojfljoQ',
      asks: ['GET /v1/mgmt/user?loginId=yuki', attributesCall],
    },
  ],
  // An email that is no login id, letters in another case, and another user's id, which the service takes.
  strangers: ['yuki.sato@example.com', 'Yuki', 'nobody', 'U2d0Kh8oOOL8dKLzdocJ2isAjIh'],
  nobody: 'U2nobody',
  many: {
    userId: (index) => `U2${String(index).padStart(25, '0')}`,
    sends: (alone) => ({ call: `${patchCall}/batch`, body: { users: alone.map(({ body }) => body) } }),
    most: 100,
    answer: (written, failed) => ({
      status: 200,
      body: {
        patchedUsers: written,
        failedUsers: failed.map((userId) => ({ failure: 'Vendor text', user: { userId } })),
        additionalErrors: {},
      },
    }),
    refusesAll: {
      'the key': [{ status: 401, body: says('E011003') }, 'PROVIDER_AUTH'],
      'the right': [{ status: 403, body: says('E000001') }, 'PROVIDER_AUTH'],
      'the pace': [{ status: 429, headers: { 'retry-after': '60' }, body: says('E130429') }, 'RATE_LIMITED'],
    },
    refusesTogether: {
      'an argument': { status: 400, body: says('E011003') },
      'a user': { status: 404, body: says('E112102') },
      'a value that is taken': { status: 409, body: says('E062107') },
      'as too large': { status: 413, body: says('E999999') },
      'with a 200': { status: 200, body: says('E011001') },
    },
    noAnswers: {
      nothing: { status: 200 },
      'no content': { status: 204 },
      'no lists': { status: 200, body: {} },
      'no list of users': { status: 200, body: { patchedUsers: 'all', failedUsers: null } },
      'an answer to one': { status: 200, body: { user: { userId, name: 'New Name' } } },
      'a code without a status of its own': { status: 500, body: says('E011003') },
    },
  },
};
