import DescopeClient from '@descope/node-sdk';
import { onTestFinished } from 'vitest';
import { startDescopeEmulator } from '../../../src/sandbox/descope/emulator.ts';
import type { DescopeEmulatorSettings } from '../../../src/sandbox/descope/settings.ts';
import type { Emulator } from '../../../src/sandbox/emulator.ts';

const projectId = 'P2IXGvOoNZYW2mZp0zVZomHFwUbb';
const managementKey = 'K2-sandbox-key';
export const authorization = `Bearer ${projectId}:${managementKey}`;
/** The official client asks for it when it is made, and works without it. */
const licenseCall = '/v1/mgmt/license';

const options = (...values: readonly string[]) => values.map((value) => ({ value, label: value }));

/** A project with everything that the recorded requests name. */
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
    { name: 'plan', type: 4, displayName: 'Plan', options: options('free', 'pro') },
    { name: 'age', type: 2, displayName: 'Age' },
    { name: 'ok', type: 3, displayName: 'OK' },
    { name: 'gone', type: 1, displayName: 'Gone' },
    { name: 'a', type: 1, displayName: 'A' },
    { name: 'b', type: 1, displayName: 'B' },
    { name: 'tags', type: 5, displayName: 'Tags', options: options('a', 'b') },
    { name: 'd', type: 5, displayName: 'D', options: options('x') },
    { name: 'birthday', type: 6, displayName: 'Birthday' },
    { name: '__proto__', type: 1, displayName: 'P' },
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

/** The first user, as the service answers. */
export const anna = {
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
  test: false,
  customAttributes: { gone: 'still here', age: 7, birthday: 951_782_400_000 },
  createdTime: 1_700_000_000,
  ...{ TOTP: false, SAML: false, OAuth: {}, webauthn: false, password: false },
  ssoAppIds: ['app2'],
  editable: true,
};

/** An emulator of the project until the test ends, and the official client's calls to it. */
export async function start(settings: Partial<DescopeEmulatorSettings> = {}, key = managementKey) {
  const emulator = await startDescopeEmulator({ ...project, ...settings });
  onTestFinished(() => emulator.close());
  const silent = { log: () => {}, error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
  const { management } = DescopeClient({
    ...{ projectId, managementKey: key, baseUrl: emulator.url, logger: silent },
  });
  return { emulator, user: management.user };
}

/** The requests that arrived, but the one for the license. */
export function arrived(emulator: Emulator) {
  return emulator.requests
    .filter(({ url }) => url !== licenseCall)
    .map(({ method, url, body }) => ({ method, url, body: body === '' ? null : JSON.parse(body) }));
}
