import DescopeClient from '@descope/node-sdk';
import { expect } from 'vitest';
import type { DescopeEmulatorSettings } from '../../../src/sandbox/descope/settings.ts';
import type { Emulator } from '../../../src/sandbox/emulator.ts';
import {
  anna,
  blank,
  definitions,
  managementKey,
  project,
  projectId,
  u2,
  zoe,
} from '../../sandbox/descope-project.ts';

const silent = { log: () => {}, error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
/** The management client of `@descope/node-sdk`, at an emulator. */
export function officialClient(emulator: Emulator, key = managementKey) {
  return DescopeClient({ projectId, managementKey: key, baseUrl: emulator.url, logger: silent }).management;
}
type Management = ReturnType<typeof officialClient>;

/** One call of the official client: what it hears back and what was written. */
export interface Witness {
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
const planOnly = [
  { name: 'plan', type: 4, displayName: 'Plan', options: [{ value: 'pro', label: 'Pro' }] },
] as const;
const withB = [
  ...project.users,
  { userId: 'U4', username: 'b@x.io', status: 'invited', createdAt: 0 } as const,
];
const b = { ...blank, userId: 'U4', loginIds: ['b@x.io'], externalIds: ['b@x.io'], createdTime: 0 };

/** Every recorded request, made again by the official client. */
export const witnesses: Readonly<Record<string, Witness>> = {
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
