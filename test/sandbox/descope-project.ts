import { onTestFinished } from 'vitest';
import { startDescopeEmulator } from '../../src/sandbox/descope/emulator.ts';
import type { DescopeEmulatorSettings } from '../../src/sandbox/descope/settings.ts';
import type { Emulator } from '../../src/sandbox/emulator.ts';

export const projectId = 'P2IXGvOoNZYW2mZp0zVZomHFwUbb';
export const managementKey = 'K2-sandbox-key';
export const license = '/v1/mgmt/license';

/** A small project that has something of everything. */
export const project: DescopeEmulatorSettings = {
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

/** A user who has nothing, as the API gives one. */
export const blank = {
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
/** The project’s users, as the API gives them. */
export const anna = {
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
export const u2 = {
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
export const zoe = {
  ...blank,
  loginIds: ['zoë+1@x.io'],
  userId: 'U3',
  status: 'disabled',
  externalIds: ['zoë+1@x.io'],
  createdTime: 1_700_000_002,
};

/** An emulator of the project, changed so, until the test ends. */
export async function start(settings: Partial<DescopeEmulatorSettings> = {}): Promise<Emulator> {
  const emulator = await startDescopeEmulator({ ...project, ...settings });
  onTestFinished(() => emulator.close());
  return emulator;
}

/** Asks an emulator; what it answers. */
export async function send(
  emulator: Emulator,
  method: string,
  path: string,
  body?: unknown,
  key = managementKey,
) {
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
/** Asks for a patch. */
export const patch = (emulator: Emulator, body: unknown) =>
  send(emulator, 'PATCH', '/v1/mgmt/user/patch', body);

/** Attributes as the API lists them. */
export const definitions = (attributes: DescopeEmulatorSettings['attributes']) =>
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
