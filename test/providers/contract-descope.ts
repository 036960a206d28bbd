import { expect } from 'vitest';
import type { EmulatorRequest } from '../../src/sandbox/emulator.ts';
import type { Case, ProviderFixture } from './contract.ts';
import { descopeNoAnswers, descopeRefusals, patchCall, userId } from './contract-descope-answers.ts';
import {
  type CapturedRequest,
  customField,
  customFieldsWith,
  type Json,
  type WireFormat,
} from './contract-door.ts';

export const attributesCall = 'GET /v1/mgmt/user/customattributes';
const loadCall = `GET /v1/mgmt/user?userId=${userId}`;

export const wireFormat: WireFormat = { directory: 'customers', read, writes: /^PATCH / };

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

function read({ method, url, headers, body }: EmulatorRequest): CapturedRequest {
  expect(headers.accept).toBe('application/json');
  return { call: `${method} ${url}`, ...(body === '' ? {} : { body: JSON.parse(body) as unknown }) };
}

/** One case of one field: `wire` is what is sent and, unless `stores` says otherwise, stored. */
const one = (does: string, patch: Json, wire: Json, shows: Json = patch, stores: Json = wire): Case => ({
  does,
  patch,
  sends: [{ call: patchCall, body: { userId, ...wire } }],
  stores: [stores],
  shows,
});

const texts = (field: string, member = field): Case[] => {
  const value = 'https://example.com/Zoë😀';
  const cleared = one(`clears ${field}`, { [field]: null }, { [member]: '' }, undefined, { [member]: null });
  return [one(`sets ${field}`, { [field]: value }, { [member]: value }), cleared];
};

const contact = (field: string, part: string, value: string, flag: string): Case[] => [
  ...[true, false].map((verified) =>
    one(
      `sets ${field}, verified ${verified}`,
      { [field]: { [part]: value, verified } },
      { [field]: value, [flag]: verified },
    ),
  ),
  one(`clears ${field}`, { [field]: null }, { [field]: '' }, undefined, { [field]: null, [flag]: false }),
];

const list = (field: string, values: readonly string[]): Case[] => [
  one(`replaces ${field}`, { [field]: values }, { [field]: values }),
  ...emptied(field, field),
];

const emptied = (field: string, member: string): Case[] =>
  [[], null].map((none) =>
    one(`empties ${field} by ${JSON.stringify(none)}`, { [field]: none }, { [member]: [] }, { [field]: [] }),
  );

const twoTenants = [
  { tenantId: 'acme', roleNames: [] },
  { tenantId: 'globex', roleNames: ['dispatcher'] },
];
const tenantNames = ['Acme Supplies', 'Globex Logistics'];
const tenants: Case[] = [
  one(
    'replaces tenants, roles in them too',
    { tenants: twoTenants },
    { userTenants: twoTenants },
    { tenants: twoTenants.map((tenant, at) => ({ ...tenant, name: tenantNames[at] })) },
    { userTenants: twoTenants.map((tenant, at) => ({ ...tenant, tenantName: tenantNames[at] })) },
  ),
  ...emptied('tenants', 'userTenants'),
];

const attribute = (does: string, operation: Json, field: string, wire: unknown, shown?: Json): Case =>
  one(
    does,
    { customFields: [operation] },
    { customAttributes: { [field]: wire } },
    { customFields: customFieldsWith(ada, field, shown) },
  );

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

const allTags = ['vip', 'beta', 'press'];
const lists: Case[] = [
  tags('adds to a list what is missing', 'add', { value: { texts: ['press', 'vip'] } }, allTags),
  {
    ...tags('adds to a list what it has', 'add', { value: { texts: ['beta'] } }, ['vip', 'beta']),
    already: true,
  },
  tags('removes from a list what is named', 'remove', { values: ['beta', 'partner'] }, ['vip']),
  tags('removes the last of a list', 'remove', { values: ['beta', 'vip'] }, []),
];

/** Members that are the same in the patch, on the wire and in the user. */
const same = {
  givenName: 'New',
  middleName: 'M',
  familyName: 'Name',
  picture: 'https://pictures.example.com/new.png',
  roleNames: ['support'],
  ssoAppIds: ['helpdesk'],
};
const asked = {
  ...same,
  displayName: 'New Name',
  email: { address: 'new@example.com', verified: false },
  phone: { number: '+447700900999', verified: false },
  status: 'DISABLED',
};
const globex = { tenantId: 'globex', roleNames: [] };
const wire = {
  ...same,
  ...{ name: 'New Name', email: 'new@example.com', verifiedEmail: false, status: 'disabled' },
  ...{ phone: '+447700900999', verifiedPhone: false, userTenants: [globex] },
  customAttributes: { plan: 'pro', age: 42, nick: null, tags: allTags },
};
const everything: Case = one(
  'sets everything at once',
  {
    ...asked,
    tenants: [globex],
    customFields: [
      { add: { field: 'plan', value: { text: 'pro' } } },
      { replace: { field: 'age', value: { number: 42 } } },
      { remove: { field: 'nick' } },
      { add: { field: 'tags', value: { texts: ['press'] } } },
    ],
  },
  wire,
  {
    ...asked,
    tenants: [{ ...globex, name: 'Globex Logistics' }],
    customFields: [
      customField('plan', { text: 'pro' }),
      customField('age', { number: 42 }),
      customField('newsletter', { boolean: true }),
      customField('tags', { texts: allTags }),
      customField('birthday', { date: '1984-02-29T00:00:00.000Z' }),
    ],
  },
  { ...wire, userTenants: [{ ...globex, tenantName: 'Globex Logistics' }] },
);

const change = (index: number, kind: string) => ['patch', 'customFields', String(index), kind];
const parts: ProviderFixture['parts'] = {
  ...Object.fromEntries([...Object.keys(same), 'status'].map((field) => [field, ['patch', field]])),
  ...Object.fromEntries(['email', 'verifiedEmail'].map((member) => [member, ['patch', 'email']])),
  ...Object.fromEntries(['phone', 'verifiedPhone'].map((member) => [member, ['patch', 'phone']])),
  name: ['patch', 'displayName'],
  userTenants: ['patch', 'tenants'],
  'customAttributes.plan': change(0, 'add'),
  'customAttributes.age': change(1, 'replace'),
  'customAttributes.nick': change(2, 'remove'),
  'customAttributes.tags': change(3, 'add'),
};

const renamed = { displayName: 'New Name' };
const custom = (operation: string, field: string, value: Json) => ({
  customFields: [{ [operation]: { field, value } }],
});

const changesList = (patch: Json): boolean =>
  /"(add|remove)":\{"field":"tags","va/.test(JSON.stringify(patch));

const login = (login: string, userId: string, ...more: readonly string[]) => ({
  login,
  userId,
  asks: [`GET /v1/mgmt/user?loginId=${encodeURIComponent(login)}`, ...more],
});

/** What is known of Descope, for the suite that every provider passes. */
export const descopeFixture: ProviderFixture = {
  ...wireFormat,
  user: ada,
  confirmedBy: 'RESPONSE',
  // Numbers and dates are told apart by the definitions, which are asked for once.
  calls: (writes, patch) =>
    patch.customFields
      ? [attributesCall, ...(changesList(patch) ? [loadCall] : []), ...writes]
      : [...writes, attributesCall],
  cases: [
    ...texts('displayName', 'name'),
    ...['givenName', 'middleName', 'familyName', 'picture'].flatMap((field) => texts(field)),
    ...contact('email', 'address', 'new+1@example.com', 'verifiedEmail'),
    ...contact('phone', 'number', '+447700900999', 'verifiedPhone'),
    ...list('roleNames', ['support', 'member']),
    ...list('ssoAppIds', ['storefront']),
    ...tenants,
    one('disables', { status: 'DISABLED' }, { status: 'disabled' }),
    { ...one('enables who is enabled', { status: 'ENABLED' }, { status: 'enabled' }), already: true },
    ...customFields,
    ...lists,
    one(
      'says of the same email that it is not verified',
      { email: { address: 'ada.okafor@example.com', verified: false } },
      { email: 'ada.okafor@example.com', verifiedEmail: false },
    ),
  ],
  everything,
  parts,
  unsupported: ['username'],
  notClearable: ['status'],
  refusals: descopeRefusals,
  storedDifferently: {
    'a name in other letters': [renamed, { name: 'NEW NAME' }],
    'a phone that is said to be verified': [
      { ...renamed, phone: { number: '+447700900999', verified: false } },
      { verifiedPhone: true },
    ],
    'one role more': [{ roleNames: ['member'] }, { roleNames: ['member', 'support'] }],
    'one role in a tenant more': [
      { ...renamed, tenants: [{ tenantId: 'acme', roleNames: [] }] },
      { userTenants: [{ tenantId: 'acme', tenantName: 'Acme Supplies', roleNames: ['buyer'] }] },
    ],
    'a rounded number': [custom('replace', 'age', { number: 41.5 }), { customAttributes: { age: 42 } }],
    'a date without its milliseconds': [
      custom('add', 'birthday', { date: moment }),
      { customAttributes: { birthday: Date.parse('2001-02-03T04:05:06Z') } },
    ],
    'a list that is replaced where it was to be added to': [
      { ...renamed, ...custom('add', 'tags', { texts: ['press'] }) },
      { customAttributes: { tags: ['press'] } },
    ],
    'a boolean as a text': [
      custom('replace', 'newsletter', { boolean: false }),
      { customAttributes: { newsletter: 'false' } },
    ],
  },
  noAnswers: descopeNoAnswers,
  yesAnswers: {},
  logins: [
    login('ada.okafor@example.com', userId, attributesCall),
    login('zoe+shop@example.com', 'U2KtJ0RlgLKOmxgJTeKdNnFRIBX'),
    login('+15555550105', 'U2hGAkWvj7FAc9QeWJKY40uvSwM', attributesCall),
    login('yuki', 'U2CzJr4i0B3JrTAwR4y9ojfljoQ', attributesCall),
  ],
  // An email that is no login id, letters in another case, and another user's id, which the service takes.
  unknownLogins: ['yuki.sato@example.com', 'Yuki', 'nobody', 'U2d0Kh8oOOL8dKLzdocJ2isAjIh'],
  unknownUserId: 'U2nobody',
  sendsMany: (alone) => ({ call: `${patchCall}/batch`, body: { users: alone.map(({ body }) => body) } }),
};
