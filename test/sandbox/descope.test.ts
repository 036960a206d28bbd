import { readFileSync } from 'node:fs';
import DescopeClient from '@descope/node-sdk';
import { afterEach, describe, expect, test } from 'vitest';
import { customers } from '../../src/sandbox/descope/customers.ts';
import { startDescopeEmulator } from '../../src/sandbox/descope/emulator.ts';
import type { DescopeEmulatorSettings } from '../../src/sandbox/descope/settings.ts';
import type { Emulator } from '../../src/sandbox/emulator.ts';

interface Recorded {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}
const recorded: readonly Recorded[] = JSON.parse(
  readFileSync(new URL('../recorded/descope.json', import.meta.url), 'utf8'),
).requests;

const projectId = 'P2IXGvOoNZYW2mZp0zVZomHFwUbb';
const managementKey = 'K2-sandbox-key';
const license = '/v1/mgmt/license';

const project: DescopeEmulatorSettings = {
  projectId,
  managementKey,
  roles: ['r1', 'r2'],
  tenants: [
    { id: 't1', name: 'Tenant One', roleNames: ['tr'] },
    { id: 't2', name: 'Tenant Two', roleNames: [] },
  ],
  ssoApps: ['app1', 'app2'],
  attributes: [
    {
      name: 'plan',
      type: 4,
      displayName: 'Plan',
      options: [
        { value: 'free', label: 'Free' },
        { value: 'pro', label: 'Pro' },
      ],
    },
    { name: 'age', type: 2, displayName: 'Age' },
    { name: 'ok', type: 3, displayName: 'OK' },
    { name: 'gone', type: 1, displayName: 'Gone' },
    { name: 'a', type: 1, displayName: 'A' },
    { name: 'b', type: 1, displayName: 'B' },
    {
      name: 'tags',
      type: 5,
      displayName: 'Tags',
      options: [
        { value: 'a', label: 'A' },
        { value: 'b', label: 'B' },
      ],
    },
    { name: 'd', type: 5, displayName: 'D', options: [{ value: 'x', label: 'X' }] },
    { name: 'birthday', type: 6, displayName: 'Birthday' },
  ],
  users: [
    {
      userId: 'U1',
      username: 'a@x.io',
      displayName: 'Anna',
      givenName: 'An',
      middleName: 'N',
      familyName: 'Na',
      email: { address: 'a@x.io', verified: true },
      phone: { region: '1', number: '5555550111', verified: true },
      picture: 'https://x/a.png',
      status: 'enabled',
      roleNames: ['r2'],
      tenants: [{ tenantId: 't2', roleNames: ['r1'] }],
      ssoAppIds: ['app2'],
      customFields: { gone: 'still here', age: 7, birthday: 951_782_400_000 },
      createdAt: 1_700_000_000_999,
    },
    {
      userId: 'U2abc',
      username: 'u2',
      email: { address: 'u2@x.io', verified: true },
      phone: { region: '44', number: '7700900123', verified: false },
      givenName: 'You',
      picture: 'https://x/u.png',
      status: 'invited',
      roleNames: ['r1'],
      tenants: [{ tenantId: 't1', roleNames: ['tr'] }],
      customFields: { a: 'A', b: 'B', d: ['x'] },
      createdAt: 1_700_000_001_000,
    },
    { userId: 'U3', username: 'zoë+1@x.io', status: 'disabled', createdAt: 1_700_000_002_000 },
  ],
};

const blank = {
  name: '',
  givenName: '',
  middleName: '',
  familyName: '',
  email: '',
  phone: '',
  verifiedEmail: false,
  verifiedPhone: false,
  roleNames: [],
  userTenants: [],
  picture: '',
  test: false,
  customAttributes: {},
  TOTP: false,
  SAML: false,
  OAuth: {},
  webauthn: false,
  password: false,
  ssoAppIds: [],
  editable: true,
};
const anna = {
  ...blank,
  loginIds: ['a@x.io'],
  userId: 'U1',
  name: 'Anna',
  givenName: 'An',
  middleName: 'N',
  familyName: 'Na',
  email: 'a@x.io',
  phone: '+15555550111',
  verifiedEmail: true,
  verifiedPhone: true,
  roleNames: ['r2'],
  userTenants: [{ tenantId: 't2', tenantName: 'Tenant Two', roleNames: ['r1'] }],
  status: 'enabled',
  externalIds: ['a@x.io'],
  picture: 'https://x/a.png',
  customAttributes: { gone: 'still here', age: 7, birthday: 951_782_400_000 },
  createdTime: 1_700_000_000,
  ssoAppIds: ['app2'],
};
const u2 = {
  ...blank,
  loginIds: ['u2'],
  userId: 'U2abc',
  givenName: 'You',
  email: 'u2@x.io',
  phone: '+447700900123',
  verifiedEmail: true,
  roleNames: ['r1'],
  userTenants: [{ tenantId: 't1', tenantName: 'Tenant One', roleNames: ['tr'] }],
  status: 'invited',
  externalIds: ['u2'],
  picture: 'https://x/u.png',
  customAttributes: { a: 'A', b: 'B', d: ['x'] },
  createdTime: 1_700_000_001,
};
const zoe = {
  ...blank,
  loginIds: ['zoë+1@x.io'],
  userId: 'U3',
  status: 'disabled',
  externalIds: ['zoë+1@x.io'],
  createdTime: 1_700_000_002,
};

const started: Emulator[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((emulator) => emulator.close()));
});

async function start(settings: Partial<DescopeEmulatorSettings> = {}): Promise<Emulator> {
  const emulator = await startDescopeEmulator({ ...project, ...settings });
  started.push(emulator);
  return emulator;
}

const silent = { log: () => {}, error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
function officialClient(emulator: Emulator, key = managementKey) {
  return DescopeClient({ projectId, managementKey: key, baseUrl: emulator.url, logger: silent }).management;
}
type Management = ReturnType<typeof officialClient>;

function arrived(emulator: Emulator) {
  return emulator.requests
    .filter((request) => request.url !== license)
    .map(({ method, url, body }) => ({ method, url, body: body === '' ? null : JSON.parse(body) }));
}

async function send(emulator: Emulator, method: string, path: string, body?: unknown, key = managementKey) {
  const response = await fetch(`${emulator.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${projectId}:${key}` },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const answer = (await response.json()) as {
    user: Record<string, unknown>;
    errorCode?: string;
    total?: unknown;
  };
  return { status: response.status, headers: response.headers, body: answer };
}
const patch = (emulator: Emulator, body: unknown) => send(emulator, 'PATCH', '/v1/mgmt/user/patch', body);

/** Every recorded request, made again by the official client: what it hears back and what was written. */
interface Witness {
  readonly call: (management: Management) => Promise<{ code?: number; data?: unknown }>;
  readonly settings?: Partial<DescopeEmulatorSettings>;
  readonly code?: number;
  readonly data?: unknown;
  readonly writes?: Emulator['writes'];
}

const fullChange = {
  name: 'Full Name',
  givenName: 'G',
  middleName: 'M',
  familyName: 'F',
  picture: 'https://x/p.png',
  email: 'b@x.io',
  verifiedEmail: true,
  phone: '+15555550100',
  verifiedPhone: false,
  status: 'disabled',
  roleNames: ['r1'],
  ssoAppIds: ['app1'],
  userTenants: [{ tenantId: 't1', tenantName: 'Tenant One', roleNames: ['tr'] }],
  loginIds: ['a@x.io', 'x2'],
};
const definitions = (attributes: DescopeEmulatorSettings['attributes']) =>
  attributes.map(({ name, type, displayName, options = [] }) => ({
    name,
    type,
    displayName,
    options,
    defaultValue: null,
    viewPermissions: [],
    editPermissions: [],
    editable: true,
  }));
const planOnly = [
  { name: 'plan', type: 4, displayName: 'Plan', options: [{ value: 'pro', label: 'Pro' }] },
] as const;
const withB = [
  ...project.users,
  { userId: 'U4', username: 'b@x.io', status: 'invited', createdAt: 0 } as const,
];
const b = { ...blank, userId: 'U4', loginIds: ['b@x.io'], externalIds: ['b@x.io'], createdTime: 0 };

const witnesses: Readonly<Record<string, Witness>> = {
  'patch full': {
    call: ({ user }) =>
      user.patch('a@x.io', {
        email: 'b@x.io',
        phone: '+15555550100',
        displayName: 'Full Name',
        givenName: 'G',
        middleName: 'M',
        familyName: 'F',
        roles: ['r1'],
        userTenants: [{ tenantId: 't1', roleNames: ['tr'] }],
        customAttributes: { plan: 'pro', age: 42, ok: true, tags: ['a', 'b'], gone: null },
        picture: 'https://x/p.png',
        verifiedEmail: true,
        verifiedPhone: false,
        ssoAppIds: ['app1'],
        scim: false,
        status: 'disabled',
        additionalIdentifiers: ['x2'],
      }),
    data: {
      ...anna,
      ...fullChange,
      customAttributes: { age: 42, birthday: 951_782_400_000, plan: 'pro', ok: true, tags: ['a', 'b'] },
    },
    writes: [
      {
        userId: 'U1',
        change: {
          ...fullChange,
          customAttributes: { plan: 'pro', age: 42, ok: true, tags: ['a', 'b'], gone: null },
        },
      },
    ],
  },
  'patch nulls/empties': {
    call: ({ user }) =>
      user.patch('U2abc', {
        email: '',
        phone: null,
        givenName: null,
        roles: [],
        userTenants: null,
        customAttributes: { a: null, b: '', d: [] },
        picture: '',
      } as unknown as Parameters<typeof user.patch>[1]),
    data: {
      ...u2,
      email: '',
      verifiedEmail: false,
      roleNames: [],
      picture: '',
      customAttributes: { b: '', d: [] },
    },
    writes: [
      {
        userId: 'U2abc',
        change: {
          email: null,
          verifiedEmail: false,
          roleNames: [],
          picture: null,
          customAttributes: { a: null, b: '', d: [] },
        },
      },
    ],
  },
  'patch empty options': { call: ({ user }) => user.patch('a@x.io', {}), data: anna },
  'patch unicode': {
    call: ({ user }) => user.patch('zoë+1@x.io', { familyName: 'Ünï 😀' }),
    data: { ...zoe, familyName: 'Ünï 😀' },
    writes: [{ userId: 'U3', change: { familyName: 'Ünï 😀' } }],
  },
  patchBatch: {
    settings: { users: withB },
    call: ({ user }) =>
      user.patchBatch([
        { loginIdOrUserId: 'a@x.io', customAttributes: { plan: 'pro' } },
        { loginIdOrUserId: 'b@x.io', status: 'enabled' },
      ]),
    data: {
      patchedUsers: [
        { ...anna, customAttributes: { ...anna.customAttributes, plan: 'pro' } },
        { ...b, status: 'enabled' },
      ],
      failedUsers: [],
      additionalErrors: {},
    },
    writes: [
      { userId: 'U1', change: { customAttributes: { plan: 'pro' } } },
      { userId: 'U4', change: { status: 'enabled' } },
    ],
  },
  // The call that resets what it does not name has no place in this project, nor in its emulator.
  update: {
    call: ({ user }) =>
      user.update('a@x.io', {
        email: 'b@x.io',
        displayName: 'N',
        customAttributes: { plan: 'pro' },
        roles: ['r1'],
      }),
    code: 404,
  },
  load: { call: ({ user }) => user.load('zoë+1@x.io'), data: zoe },
  loadByUserId: { call: ({ user }) => user.loadByUserId('U2abc'), data: u2 },
  loadUsers: { call: ({ user }) => user.loadUsers(['U1', 'U2'], true), data: [anna] },
  search: {
    settings: {
      users: project.users.map((user) =>
        user.userId === 'U1' ? { ...user, roleNames: ['r1'], customFields: { plan: 'free' } } : user,
      ),
    },
    call: ({ user }) =>
      user.search({
        userIds: ['U1', 'U2'],
        loginIds: ['a@x.io'],
        limit: 100,
        page: 0,
        customAttributes: { plan: ['pro', 'free'] },
        statuses: ['enabled'],
        sort: [{ field: 'name', desc: true }],
        roles: ['r1'],
      } as unknown as Parameters<typeof user.search>[0]),
    data: { users: [{ ...anna, roleNames: ['r1'], customAttributes: { plan: 'free' } }], total: 1 },
  },
  updateCustomAttribute: {
    call: ({ user }) => user.updateCustomAttribute('a@x.io', 'plan', 'pro'),
    data: { ...anna, customAttributes: { ...anna.customAttributes, plan: 'pro' } },
    writes: [{ userId: 'U1', change: { customAttributes: { plan: 'pro' } } }],
  },
  'updateCustomAttribute null': {
    settings: {
      users: project.users.map((user) =>
        user.userId === 'U1' ? { ...user, customFields: { plan: 'free', age: 7 } } : user,
      ),
    },
    call: ({ user }) => user.updateCustomAttribute('a@x.io', 'plan', null),
    data: { ...anna, customAttributes: { age: 7 } },
    writes: [{ userId: 'U1', change: { customAttributes: { plan: null } } }],
  },
  getCustomAttributes: {
    call: ({ user }) => user.getCustomAttributes(),
    data: definitions(project.attributes),
  },
  createCustomAttributes: {
    settings: { attributes: [], users: [] },
    call: ({ user }) =>
      user.createCustomAttributes([
        { name: 'plan', type: 4, options: [{ value: 'pro', label: 'Pro' }], displayName: 'Plan' },
      ]),
    data: definitions(planOnly),
  },
  deleteCustomAttributes: {
    settings: {
      attributes: planOnly,
      users: [
        { userId: 'U9', username: 'n', status: 'enabled', customFields: { plan: 'pro' }, createdAt: 0 },
        { userId: 'U10', username: 'm', status: 'enabled', createdAt: 0 },
      ],
    },
    call: ({ user }) => user.deleteCustomAttributes(['plan']),
    data: [],
    writes: [{ userId: 'U9', change: { customAttributes: { plan: null } } }],
  },
  activate: {
    call: ({ user }) => user.activate('a@x.io'),
    data: anna,
    writes: [{ userId: 'U1', change: { status: 'enabled' } }],
  },
  deactivate: {
    call: ({ user }) => user.deactivate('a@x.io'),
    data: { ...anna, status: 'disabled' },
    writes: [{ userId: 'U1', change: { status: 'disabled' } }],
  },
  updateLoginId: {
    call: ({ user }) => user.updateLoginId('a@x.io', 'c@x.io'),
    data: { ...anna, loginIds: ['c@x.io'], externalIds: ['c@x.io'] },
    writes: [{ userId: 'U1', change: { loginIds: ['c@x.io'] } }],
  },
  updateEmail: {
    call: ({ user }) => user.updateEmail('a@x.io', 'c@x.io', true, true),
    data: { ...anna, email: 'c@x.io' },
    writes: [{ userId: 'U1', change: { email: 'c@x.io', verifiedEmail: true } }],
  },
  updatePhone: {
    call: ({ user }) => user.updatePhone('a@x.io', '+15555550100', false),
    data: { ...anna, phone: '+15555550100', verifiedPhone: false },
    writes: [{ userId: 'U1', change: { phone: '+15555550100', verifiedPhone: false } }],
  },
  updateDisplayName: {
    call: ({ user }) => user.updateDisplayName('a@x.io', 'N', 'G'),
    data: { ...anna, name: 'N', givenName: 'G' },
    writes: [{ userId: 'U1', change: { name: 'N', givenName: 'G' } }],
  },
  updateUserNames: {
    call: ({ user }) => user.updateUserNames('a@x.io', 'G', '', 'F'),
    data: { ...anna, givenName: 'G', middleName: '', familyName: 'F' },
    writes: [{ userId: 'U1', change: { givenName: 'G', middleName: null, familyName: 'F' } }],
  },
  updatePicture: {
    call: ({ user }) => user.updatePicture('a@x.io', ''),
    data: { ...anna, picture: '' },
    writes: [{ userId: 'U1', change: { picture: null } }],
  },
  setRoles: {
    call: ({ user }) => user.setRoles('a@x.io', ['r1']),
    data: { ...anna, roleNames: ['r1'] },
    writes: [{ userId: 'U1', change: { roleNames: ['r1'] } }],
  },
  addRoles: {
    call: ({ user }) => user.addRoles('a@x.io', ['r1']),
    data: { ...anna, roleNames: ['r2', 'r1'] },
    writes: [{ userId: 'U1', change: { roleNames: ['r2', 'r1'] } }],
  },
  addTenant: {
    call: ({ user }) => user.addTenant('a@x.io', 't1'),
    data: {
      ...anna,
      userTenants: [...anna.userTenants, { tenantId: 't1', tenantName: 'Tenant One', roleNames: [] }],
    },
    writes: [
      {
        userId: 'U1',
        change: {
          userTenants: [...anna.userTenants, { tenantId: 't1', tenantName: 'Tenant One', roleNames: [] }],
        },
      },
    ],
  },
  create: {
    settings: { users: [], now: () => 1_720_000_000_500 },
    call: ({ user }) =>
      user.create('a@x.io', {
        email: 'a@x.io',
        displayName: 'N',
        customAttributes: { plan: 'pro' },
        roles: ['r1'],
      }),
    data: {
      ...blank,
      loginIds: ['a@x.io'],
      externalIds: ['a@x.io'],
      userId: expect.stringMatching(/^U2[A-Za-z0-9]{25}$/),
      email: 'a@x.io',
      verifiedEmail: true,
      name: 'N',
      roleNames: ['r1'],
      status: 'invited',
      customAttributes: { plan: 'pro' },
      createdTime: 1_720_000_000,
    },
    writes: [
      {
        userId: expect.stringMatching(/^U2/),
        change: {
          loginIds: ['a@x.io'],
          status: 'invited',
          email: 'a@x.io',
          verifiedEmail: true,
          name: 'N',
          roleNames: ['r1'],
          customAttributes: { plan: 'pro' },
        },
      },
    ],
  },
  delete: {
    call: ({ user }) => user.delete('a@x.io'),
    data: {},
    writes: [{ userId: 'U1', change: { userId: null } }],
  },
  deleteByUserId: {
    call: ({ user }) => user.deleteByUserId('U2abc'),
    data: {},
    writes: [{ userId: 'U2abc', change: { userId: null } }],
  },
};

describe('the official client', () => {
  test('has a witness for every recorded request', () => {
    expect(Object.keys(witnesses).sort()).toEqual(recorded.map((request) => request.name).sort());
  });

  test.each(recorded)('$name', async ({ name, method, url, body }) => {
    const { call, settings = {}, code = 200, data, writes = [] } = witnesses[name] as Witness;
    const emulator = await start(settings);
    const answer = await call(officialClient(emulator));
    expect({ code: answer.code, data: answer.data }).toEqual({ code, data });
    expect(arrived(emulator)).toEqual([{ method, url, body }]);
    expect(emulator.writes).toEqual(writes);
    for (const request of emulator.requests)
      expect(request.headers.authorization).toBe(`Bearer ${projectId}:${managementKey}`);
  });

  test('learns the plan tier when it is constructed and names it from then on', async () => {
    const emulator = await start({ rateLimitTier: 'tier3' });
    const management = officialClient(emulator);
    await expect.poll(() => emulator.requests.map((request) => request.url)).toEqual([license]);
    await expect
      .poll(async () => {
        await management.user.load('a@x.io');
        return emulator.requests.at(-1)?.headers['x-descope-license'];
      })
      .toBe('tier3');
  });

  test('is refused with a wrong key, at every call', async () => {
    const emulator = await start();
    const { user } = officialClient(emulator, 'wrong');
    const refused = {
      ok: false,
      code: 401,
      error: {
        errorCode: 'E011003',
        errorDescription: 'Request is invalid',
        errorMessage: 'the management key is not valid for the project',
      },
    };
    expect(await user.patch('a@x.io', { displayName: 'X' })).toMatchObject(refused);
    expect(await user.load('a@x.io')).toMatchObject(refused);
    expect(await user.getCustomAttributes()).toMatchObject(refused);
    expect(emulator.writes).toEqual([]);
  });

  test('hears of a user who is not there, and of one who is', async () => {
    const { user } = officialClient(await start());
    expect(await user.patch('nobody', { displayName: 'X' })).toMatchObject({
      code: 404,
      error: { errorCode: 'E112102' },
    });
    expect(await user.create('a@x.io', {})).toMatchObject({ code: 400, error: { errorCode: 'E062107' } });
    expect(await user.updateEmail('a@x.io', 'u2@x.io', true, true)).toMatchObject({
      code: 400,
      error: { errorCode: 'E111127' },
    });
  });

  test('gets roles in a tenant, apps and a tenant set, added and removed', async () => {
    const emulator = await start();
    const { user } = officialClient(emulator);
    const tenants = (...roles: string[]) => [{ ...anna.userTenants[0], roleNames: roles }];
    const answers = [
      await user.addTenantRoles('a@x.io', 't2', ['r2']),
      await user.removeTenantRoles('a@x.io', 't2', ['r1']),
      await user.setTenantRoles('a@x.io', 't2', []),
      await user.removeRoles('a@x.io', ['r2']),
      await user.addSSOapps('a@x.io', ['app1']),
      await user.removeSSOapps('a@x.io', ['app2']),
      await user.setSSOapps('a@x.io', []),
      await user.removeTenant('a@x.io', 't2'),
    ];
    expect(answers.map(({ code }) => code)).toEqual(answers.map(() => 200));
    expect(emulator.writes.map(({ change }) => change)).toEqual([
      { userTenants: tenants('r1', 'r2') },
      { userTenants: tenants('r2') },
      { userTenants: tenants() },
      { roleNames: [] },
      { ssoAppIds: ['app2', 'app1'] },
      { ssoAppIds: ['app1'] },
      { ssoAppIds: [] },
      { userTenants: [] },
    ]);
    expect((await user.addTenantRoles('a@x.io', 't2', ['r1'])).code).toBe(400);
  });

  test('gets those of a batch that could be patched, and the others', async () => {
    const emulator = await start();
    const { data } = await officialClient(emulator).user.patchBatch([
      { loginIdOrUserId: 'nobody', status: 'enabled' },
      { loginIdOrUserId: 'u2', customAttributes: { age: 'old' } },
      { loginIdOrUserId: 'a@x.io', familyName: 'Z' },
    ]);
    expect(data).toEqual({
      patchedUsers: [{ ...anna, familyName: 'Z' }],
      failedUsers: [
        { failure: 'user not found', user: expect.objectContaining({ loginIds: ['nobody'] }) },
        {
          failure: 'custom attribute age has a value of the wrong type',
          user: expect.objectContaining({ loginIds: ['u2'] }),
        },
      ],
      additionalErrors: {},
    });
    expect(emulator.writes).toEqual([{ userId: 'U1', change: { familyName: 'Z' } }]);
  });

  test('does not get disabled users in a load of many unless it asks for them', async () => {
    const { user } = officialClient(await start());
    expect((await user.loadUsers(['U1', 'U3'])).data).toEqual([anna]);
    expect((await user.loadUsers(['U3', 'U1'], true)).data).toEqual([zoe, anna]);
  });

  test('finds by search what is older than the lag, in pages', async () => {
    let now = 1_720_000_000_000;
    const emulator = await start({ now: () => now, searchLagMs: 500 });
    const { user } = officialClient(emulator);
    const found = async (request: Parameters<typeof user.search>[0]) =>
      (await user.search(request)).data?.users.map(({ userId, name }) => [userId, name]);
    await user.patch('U2abc', { displayName: 'Later' });
    expect(await found({ loginIds: ['u2'] })).toEqual([['U2abc', '']]);
    now += 499;
    expect(await found({ loginIds: ['u2'] })).toEqual([['U2abc', '']]);
    now += 1;
    expect(await found({ loginIds: ['u2'] })).toEqual([['U2abc', 'Later']]);
    const byName = [{ field: 'name', desc: true }];
    expect(await found({ limit: 2, sort: byName })).toEqual([
      ['U2abc', 'Later'],
      ['U1', 'Anna'],
    ]);
    expect(await found({ limit: 2, page: 1, sort: byName })).toEqual([['U3', '']]);
    expect(await found({ statuses: ['disabled'] })).toEqual([['U3', '']]);
    expect(await found({ emails: ['a@x.io'], tenantIds: ['t1'] })).toEqual([]);
  });
});

describe('a patch', () => {
  test('takes name as well as displayName, and a user id by either member', async () => {
    const emulator = await start();
    expect((await patch(emulator, { userId: 'U1', name: 'By id' })).body).toEqual({
      user: { ...anna, name: 'By id' },
    });
    expect((await patch(emulator, { loginId: 'U1', displayName: 'By login' })).body.user.name).toBe(
      'By login',
    );
    expect((await patch(emulator, { userId: 'U1', loginId: 'u2', name: 'X' })).status).toBe(404);
    expect((await patch(emulator, { userId: 'a@x.io', name: 'X' })).status).toBe(404);
  });

  test('makes a phone E.164, and verified where it is not told otherwise', async () => {
    const emulator = await start();
    const { body } = await patch(emulator, { loginId: 'u2', phone: '+1 (555) 555-0177' });
    expect(body.user).toEqual({ ...u2, phone: '+15555550177', verifiedPhone: true });
    expect(emulator.writes).toEqual([
      { userId: 'U2abc', change: { phone: '+15555550177', verifiedPhone: true } },
    ]);
  });

  test('replaces the tenants whole', async () => {
    const emulator = await start();
    const userTenants = [{ tenantId: 't1', roleNames: ['tr', 'r1'] }];
    const { body } = await patch(emulator, { loginId: 'a@x.io', userTenants });
    expect(body.user.userTenants).toEqual([
      { tenantId: 't1', tenantName: 'Tenant One', roleNames: ['tr', 'r1'] },
    ]);
  });

  test.each([
    ['an attribute that is not defined', { customAttributes: { nick: 'x' } }, 'E011003'],
    ['the removal of one', { customAttributes: { nick: null } }, 'E011003'],
    ['a name that every object has', { customAttributes: { constructor: 'x' } }, 'E011003'],
    ['text for a number', { customAttributes: { age: '7' } }, 'E011003'],
    ['a number for a text', { customAttributes: { a: 7 } }, 'E011003'],
    ['text for a boolean', { customAttributes: { ok: 'true' } }, 'E011003'],
    ['a choice that is not offered', { customAttributes: { plan: 'gold' } }, 'E011003'],
    ['one of several that is not', { customAttributes: { tags: ['a', 'z'] } }, 'E011003'],
    ['text for a list', { customAttributes: { tags: 'a' } }, 'E011003'],
    ['a date as text', { customAttributes: { birthday: '2000-02-29' } }, 'E011003'],
    ['a date beyond all dates', { customAttributes: { birthday: 8.64e15 + 1 } }, 'E011003'],
    ['attributes that are no object', { customAttributes: [] }, 'E011001'],
    ['an unknown role', { roleNames: ['r1', 'r9'] }, 'E011004'],
    ['a tenant role as a role', { roleNames: ['tr'] }, 'E011004'],
    ['an unknown tenant', { userTenants: [{ tenantId: 't9' }] }, 'E011004'],
    ['the role of another tenant', { userTenants: [{ tenantId: 't2', roleNames: ['tr'] }] }, 'E011004'],
    ['a tenant twice', { userTenants: [{ tenantId: 't1' }, { tenantId: 't1' }] }, 'E011004'],
    ['no tenant id', { userTenants: [{ roleNames: [] }] }, 'E011002'],
    ['an unknown app', { ssoAppIds: ['app9'] }, 'E011004'],
    ['an unknown status', { status: 'ENABLED' }, 'E011004'],
    ['a phone with letters', { phone: '+1555CALLNOW' }, 'E011004'],
    ['a phone without its country', { phone: '5555550100' }, 'E011004'],
    ['an email that is none', { email: 'nobody' }, 'E011004'],
    ['two names', { name: 'A', displayName: 'B' }, 'E011004'],
    ['a number for a string', { givenName: 7 }, 'E011001'],
    ['text for a flag', { verifiedEmail: 'true' }, 'E011001'],
    ['text for a list of roles', { roleNames: 'r1' }, 'E011001'],
    ['a member that is not known', { givenname: 'x' }, 'E011001'],
    ["another user's login id for an email", { email: 'A@x.io' }, 'E011001'],
    ["another user's login id for its own", { additionalIdentifiers: ['a@x.io'] }, 'E011001'],
  ])('with %s is refused whole', async (_what, members, errorCode) => {
    const emulator = await start();
    const before = emulator.users();
    const answer = await patch(emulator, { loginId: 'u2', familyName: 'Never', ...members });
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 400,
      body: { errorCode, errorDescription: expect.any(String), errorMessage: expect.any(String) },
    });
    expect(emulator.users()).toEqual(before);
    expect(emulator.writes).toEqual([]);
  });

  test('keeps an attribute named __proto__ intact', async () => {
    const emulator = await start({
      attributes: [{ name: '__proto__', type: 1, displayName: 'P' }],
      users: [],
    });
    await send(emulator, 'POST', '/v1/mgmt/user/create', { loginId: 'p' });
    await patch(emulator, '{"loginId":"p","customAttributes":{"__proto__":"kept"}}');
    expect(JSON.stringify([...emulator.users().values()][0]?.customAttributes)).toBe('{"__proto__":"kept"}');
    expect(JSON.stringify(emulator.writes.at(-1)?.change)).toBe('{"customAttributes":{"__proto__":"kept"}}');
  });

  test('is stored and logged as distort has it, and not at all where that leaves nothing', async () => {
    const emulator = await start({
      distort: ({ change }) =>
        change.name === 'lost' ? {} : { ...change, name: 'Other', status: 'expired' },
    });
    const { body } = await patch(emulator, { loginId: 'a@x.io', name: 'Asked', picture: '' });
    expect(body.user).toEqual({ ...anna, name: 'Other', status: 'expired', picture: '' });
    expect((await patch(emulator, { loginId: 'u2', name: 'lost' })).body.user).toEqual(u2);
    expect(emulator.writes).toEqual([
      { userId: 'U1', change: { name: 'Other', status: 'expired', picture: null } },
    ]);
  });
});

describe('the service', () => {
  test('answers 429 with the seconds to wait, until they are over', async () => {
    let now = 1_720_000_000_000;
    const emulator = await start({ requestsPerMinute: 2, now: () => now });
    const body = { loginId: 'a@x.io', name: 'X' };
    expect((await patch(emulator, body)).status).toBe(200);
    now += 10_400;
    expect((await patch(emulator, body)).status).toBe(200);
    const refused = await patch(emulator, body);
    expect([refused.status, refused.headers.get('retry-after'), refused.body]).toEqual([
      429,
      '50',
      {
        errorCode: 'E130429',
        errorDescription: 'API rate limit exceeded',
        errorMessage: 'too many requests',
      },
    ]);
    expect(emulator.writes).toHaveLength(2);
    now += 49_600;
    expect((await patch(emulator, body)).status).toBe(200);
  });

  test('counts creations and searches by themselves, and the license not', async () => {
    const emulator = await start({ requestsPerMinute: 1, createsPerMinute: 1, searchesPerMinute: 1 });
    const statuses = async (method: string, path: string, body?: (n: number) => unknown) => [
      (await send(emulator, method, path, body?.(1))).status,
      (await send(emulator, method, path, body?.(2))).status,
    ];
    expect(await statuses('GET', license)).toEqual([200, 200]);
    expect(await statuses('POST', '/v1/mgmt/user/create', (n) => ({ loginId: `n${n}` }))).toEqual([200, 429]);
    expect(await statuses('POST', '/v2/mgmt/user/search', () => ({}))).toEqual([200, 429]);
    expect(await statuses('GET', '/v1/mgmt/user?loginId=u2')).toEqual([200, 429]);
  });

  test('asks for the project and the key before anything else', async () => {
    const emulator = await start();
    const paths = [license, '/v1/mgmt/user?loginId=u2', '/v1/mgmt/user/customattributes', '/nowhere'];
    for (const path of paths)
      for (const authorization of [
        undefined,
        `Bearer ${managementKey}`,
        `Bearer ${projectId}:wrong`,
        `Bearer P2other:${managementKey}`,
        `Basic ${projectId}:${managementKey}`,
      ]) {
        const response = await fetch(`${emulator.url}${path}`, {
          headers: authorization === undefined ? {} : { authorization },
        });
        expect(response.status).toBe(401);
        expect(await response.json()).toMatchObject({ errorCode: 'E011003' });
      }
    const other = await start({ badKeyStatus: 403, badKeyErrorCode: 'E999' });
    const refused = await send(other, 'GET', license, undefined, 'wrong');
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'E999']);
  });

  test.each([
    ['PATCH', '/v1/mgmt/user/patch', '{"loginId":"u2",', 400, 'E011001'],
    ['PATCH', '/v1/mgmt/user/patch', '', 400, 'E011001'],
    ['PATCH', '/v1/mgmt/user/patch', '[]', 400, 'E011001'],
    ['PATCH', '/v1/mgmt/user/patch', '{"name":"x"}', 400, 'E011002'],
    ['PATCH', '/v1/mgmt/user/patch', '{"loginId":"","name":"x"}', 400, 'E011002'],
    ['PATCH', '/v1/mgmt/user/patch', '{"loginId":7,"name":"x"}', 400, 'E011001'],
    ['PATCH', '/v1/mgmt/user/patch/batch', '{"users":[]}', 400, 'E011002'],
    ['POST', '/v1/mgmt/users/load', '{"userIds":[]}', 400, 'E011002'],
    ['POST', '/v1/mgmt/users/load', '{"userIds":["U1"],"loginIds":[]}', 400, 'E011001'],
    ['POST', '/v2/mgmt/user/search', '{"limit":-1}', 400, 'E011001'],
    ['POST', '/v1/mgmt/user/create', '{"loginId":"n","status":"enabled"}', 400, 'E011001'],
    ['POST', '/v1/mgmt/user/create', '{}', 400, 'E011002'],
    ['POST', '/v1/mgmt/user/delete', '{"loginId":"nobody"}', 404, 'E112102'],
    ['POST', '/v1/mgmt/user/update/status', '{"loginId":"u2"}', 400, 'E011002'],
    [
      'POST',
      '/v1/mgmt/user/customattribute/create',
      '{"attributes":[{"name":"x","type":7}]}',
      400,
      'E011004',
    ],
    [
      'POST',
      '/v1/mgmt/user/customattribute/create',
      '{"attributes":[{"name":"age","type":2}]}',
      400,
      'E011001',
    ],
    ['POST', '/v1/mgmt/user/customattribute/delete', '{"names":["age","x"]}', 400, 'E011001'],
    ['GET', '/v1/mgmt/user', undefined, 400, 'E011002'],
    ['GET', '/v1/mgmt/user?userId=a%40x.io', undefined, 404, 'E112102'],
    ['GET', '/v1/mgmt/user/patch', undefined, 405, undefined],
    ['GET', '/v1/mgmt/user/', undefined, 404, undefined],
  ])('refuses %s %s %s', async (method, path, body, status, errorCode) => {
    const emulator = await start();
    const answer = await send(emulator, method, path, body);
    expect([answer.status, answer.body.errorCode]).toEqual([status, errorCode]);
    expect(emulator.writes).toEqual([]);
  });

  test('loads no more than its maximum', async () => {
    const emulator = await start({ loadMaximum: 2 });
    const load = (...userIds: string[]) => send(emulator, 'POST', '/v1/mgmt/users/load', { userIds });
    expect((await load('U1', 'U2abc')).body).toEqual({ users: [anna, u2], total: 2 });
    expect((await load('U1', 'U2abc', 'U3')).body.errorCode).toBe('E011004');
  });

  test('gives the number of attribute definitions as text', async () => {
    const { body } = await send(await start(), 'GET', '/v1/mgmt/user/customattributes');
    expect(body).toEqual({ data: definitions(project.attributes), total: '9' });
  });

  test('lets nobody change its state through what it gives away', async () => {
    const emulator = await start();
    (emulator.users() as Map<string, unknown>).clear();
    expect([...emulator.users().values()]).toEqual([anna, u2, zoe]);
  });

  test('leaves an intercepted request without effect', async () => {
    const emulator = await start({ intercept: () => ({ status: 503, body: { oops: true } }) });
    expect((await patch(emulator, { loginId: 'u2', name: 'X' })).status).toBe(503);
    expect([emulator.writes, emulator.requests.length]).toEqual([[], 1]);
  });
});

describe('the other answer to what is not known', () => {
  test.each<[Partial<DescopeEmulatorSettings>, object, object | undefined]>([
    [{}, { email: null, roleNames: null, userTenants: null, customAttributes: null }, undefined],
    [{ nullForString: 'clears' }, { email: null }, { email: null, verifiedEmail: false }],
    [{ nullForString: 'clears' }, { name: null }, { name: null }],
    [{ nullForList: 'clears' }, { roleNames: null, userTenants: null }, { roleNames: [], userTenants: [] }],
    [{}, { email: '', picture: '' }, { email: null, verifiedEmail: false, picture: null }],
    [{ emptyString: 'unchanged' }, { email: '', picture: '' }, undefined],
    [{}, { userTenants: [] }, { userTenants: [] }],
    [{ emptyTenants: 'unchanged' }, { userTenants: [] }, undefined],
    [{}, { email: 'n@x.io' }, { email: 'n@x.io', verifiedEmail: true }],
    [{ emailWithoutFlag: 'unverified' }, { email: 'n@x.io' }, { email: 'n@x.io', verifiedEmail: false }],
    [{}, { verifiedPhone: true }, { verifiedPhone: true }],
    [{}, { customAttributes: { a: 'x' } }, { customAttributes: { a: 'x' } }],
    [
      { customAttributes: 'replaceAll' },
      { customAttributes: { a: 'x' } },
      { customAttributes: { a: 'x', b: null, d: null } },
    ],
    [{}, { customAttributes: { a: null } }, { customAttributes: { a: null } }],
    [{ nullAttribute: 'unchanged' }, { customAttributes: { a: null } }, undefined],
    [{}, { customAttributes: { b: '', d: [] } }, { customAttributes: { b: '', d: [] } }],
    [
      { emptyAttribute: 'removes' },
      { customAttributes: { b: '', d: [] } },
      { customAttributes: { b: null, d: null } },
    ],
    [{ unknownMember: 'ignored' }, { nickname: 'x', name: 'y' }, { name: 'y' }],
    [{}, { email: 'q@x.io' }, { email: 'q@x.io', verifiedEmail: true }],
    [{}, { phone: '+15555550111' }, { phone: '+15555550111', verifiedPhone: true }],
  ])('with %j, %j writes %j', async (settings, members, change) => {
    const more = { userId: 'U5', username: 'q', status: 'enabled', createdAt: 0 } as const;
    const emulator = await start({
      users: [...project.users, { ...more, email: { address: 'q@x.io', verified: true } }],
      ...settings,
    });
    expect((await patch(emulator, { loginId: 'u2', ...members })).status).toBe(200);
    expect(emulator.writes).toEqual(change === undefined ? [] : [{ userId: 'U2abc', change }]);
    const { customAttributes, ...rest } = (change ?? {}) as { customAttributes?: Record<string, unknown> };
    const stored = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value ?? '']));
    const kept = Object.entries({ ...u2.customAttributes, ...customAttributes });
    expect(emulator.users().get('U2abc')).toEqual({
      ...u2,
      ...stored,
      customAttributes: Object.fromEntries(kept.filter(([, value]) => value !== null)),
    });
  });

  test.each<[Partial<DescopeEmulatorSettings>, object, number, string]>([
    [{ nullAttribute: 'refused' }, { customAttributes: { a: null } }, 400, 'E011003'],
    [{ attributeErrorCode: 'E1' }, { customAttributes: { nick: 'x' } }, 400, 'E1'],
    [{ unknownReferenceErrorCode: 'E2' }, { roleNames: ['r9'] }, 400, 'E2'],
    [{ uniqueEmail: true }, { email: 'q@x.io' }, 400, 'E011001'],
    [{ uniquePhone: true }, { phone: '+1 555 555 0111' }, 400, 'E011001'],
    [{ conflictErrorCode: 'E3', conflictStatus: 409 }, { email: 'a@x.io' }, 409, 'E3'],
  ])('with %j, %j is refused with %d %s', async (settings, members, status, errorCode) => {
    const more = { userId: 'U5', username: 'q', status: 'enabled', createdAt: 0 } as const;
    const emulator = await start({
      users: [...project.users, { ...more, email: { address: 'q@x.io', verified: true } }],
      ...settings,
    });
    const answer = await patch(emulator, { loginId: 'u2', ...members });
    expect([answer.status, answer.body.errorCode]).toEqual([status, errorCode]);
    expect(emulator.writes).toEqual([]);
  });

  test("a login id that is another user's id means either", async () => {
    const users = [
      { userId: 'U7', username: 'seven', status: 'enabled', createdAt: 0 },
      { userId: 'U8', username: 'U7', status: 'enabled', createdAt: 0 },
    ] as const;
    const meant = async (settings: Partial<DescopeEmulatorSettings>) =>
      (await send(await start({ users, ...settings }), 'GET', '/v1/mgmt/user?loginId=U7')).body.user.userId;
    expect(await meant({})).toBe('U8');
    expect(await meant({ ambiguousLoginId: 'userId' })).toBe('U7');
  });

  test('an attribute name has its greatest length', async () => {
    const create = async (settings: Partial<DescopeEmulatorSettings>) => {
      const attributes = [
        { name: 'fits', type: 1 },
        { name: 'x'.repeat(21), type: 1 },
      ];
      const emulator = await start({ attributes: [], users: [], ...settings });
      const { status } = await send(emulator, 'POST', '/v1/mgmt/user/customattribute/create', { attributes });
      return [status, (await send(emulator, 'GET', '/v1/mgmt/user/customattributes')).body.total];
    };
    expect(await create({})).toEqual([400, '0']);
    expect(await create({ attributeNameLimit: 21 })).toEqual([200, '2']);
  });
});

describe('the customers of the sandbox', () => {
  test('are all there, in every status and with every type of attribute', async () => {
    const emulator = await start(customers);
    const users = [...emulator.users().values()];
    expect(users).toHaveLength(12);
    expect(new Set(users.map((user) => user.status))).toEqual(
      new Set(['enabled', 'disabled', 'invited', 'expired']),
    );
    expect(new Set(customers.attributes.map(({ type }) => type))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    for (const user of users) expect(user.userId).toMatch(/^U2[A-Za-z0-9]{25}$/);
    expect(customers.projectId).toMatch(/^P2[A-Za-z0-9]{26}$/);
  });

  test('cannot take the email of another', async () => {
    const emulator = await start(customers);
    const answer = await patch(emulator, {
      loginId: 'ada.okafor@example.com',
      email: 'yuki.sato@example.com',
    });
    expect(answer.body.errorCode).toBe('E011001');
  });

  test('must be sound: a project with a mistake does not start', async () => {
    const ada = customers.users[0];
    await expect(start({ ...customers, users: [ada, { ...ada, userId: 'U2x' }] })).rejects.toThrow('loginId');
    await expect(start({ ...customers, roles: [] })).rejects.toThrow('roleNames');
  });
});
