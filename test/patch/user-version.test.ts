import { describe, expect, it } from 'vitest';
import type { UserWithCustomFields } from '../../src/domain/user.ts';
import { userVersion } from '../../src/domain/user-version.ts';

const user: UserWithCustomFields = {
  directory: 'customers',
  userId: 'U1',
  username: 'ada',
  loginIds: ['ada', 'ada@example.com'],
  displayName: 'Ada',
  givenName: 'Augusta',
  middleName: 'King',
  familyName: 'Lovelace',
  email: { address: 'ada@example.com', verified: true },
  phone: { number: '+15555550101', verified: false },
  picture: 'https://example.com/ada.png',
  status: 'ENABLED',
  roleNames: ['member', 'editor'],
  tenants: [
    { tenantId: 'acme', name: 'Acme', roleNames: ['buyer', 'approver'] },
    { tenantId: 'globex', name: null, roleNames: [] },
  ],
  ssoAppIds: ['helpdesk', 'storefront'],
  customFields: [
    { field: 'nick', value: { kind: 'text', value: 'ada' } },
    { field: 'age', value: { kind: 'number', value: 36 } },
    { field: 'vip', value: { kind: 'boolean', value: true } },
    { field: 'tags', value: { kind: 'texts', value: ['beta', 'vip'] } },
    { field: 'birthday', value: { kind: 'date', value: new Date(0) } },
  ],
  createdAt: new Date(1),
  updatedAt: new Date(2),
};

/** Other values of each field, which all make another version. */
const changes: Readonly<Record<keyof UserWithCustomFields, readonly Partial<UserWithCustomFields>[]>> = {
  directory: [{ directory: 'others' }],
  userId: [{ userId: 'U2' }],
  username: [{ username: null }, { username: 'Ada' }],
  loginIds: [{ loginIds: ['ada'] }, { loginIds: ['ada,ada@example.com'] }],
  displayName: [{ displayName: null }, { displayName: 'Ada ' }],
  givenName: [{ givenName: null }, { givenName: user.familyName }],
  middleName: [{ middleName: null }, { middleName: '' }],
  familyName: [{ familyName: null }, { familyName: user.givenName }],
  email: [
    null,
    { address: 'ada@example.com', verified: false },
    { address: 'Ada@example.com', verified: true },
  ].map((email) => ({ email })),
  phone: [null, { number: '+15555550101', verified: true }, { number: '+15555550102', verified: false }].map(
    (phone) => ({ phone }),
  ),
  picture: [{ picture: null }],
  status: [{ status: null }, { status: 'DISABLED' }],
  roleNames: [{ roleNames: [] }, { roleNames: user.ssoAppIds, ssoAppIds: user.roleNames }],
  tenants: [
    { tenants: [] },
    { tenants: user.tenants.map((one) => ({ ...one, name: 'Other' })) },
    { tenants: user.tenants.map((one) => ({ ...one, roleNames: ['buyer'] })) },
  ],
  ssoAppIds: [{ ssoAppIds: ['helpdesk'] }],
  unreadable: ['{}', '[1]'].map((json) => ({ unreadable: new Map([['picture', json]]) })),
  customFields: [
    { customFields: [] },
    ...(
      [
        ['nick', { kind: 'text', value: 'Ada' }],
        ['age', { kind: 'number', value: 37 }],
        ['age', { kind: 'text', value: '36' }],
        ['vip', { kind: 'boolean', value: false }],
        ['tags', { kind: 'texts', value: ['beta'] }],
        ['tags', { kind: 'texts', value: [] }],
        ['birthday', { kind: 'date', value: new Date(1) }],
      ] as const
    ).map(([name, value]) => ({
      customFields: user.customFields.map((one) => (one.field === name ? { field: name, value } : one)),
    })),
  ],
  createdAt: [{ createdAt: null }],
  updatedAt: [{ updatedAt: null }, { updatedAt: new Date(3) }],
};

describe('the version of a user', () => {
  it('is 32 characters of base64url', () => {
    expect(userVersion(user)).toMatch(/^[A-Za-z0-9_-]{32}$/);
  });

  it.each(Object.entries(changes))('changes with %s', (_, others) => {
    const versions = [user, ...others.map((other) => ({ ...user, ...other }))].map(userVersion);
    expect(new Set(versions).size).toBe(versions.length);
  });

  it('does not depend on the order of lists and members', () => {
    const { tenants, customFields, ...plain } = user;
    const reordered = {
      customFields: customFields.toReversed().map(({ field, value }) => ({
        ...{ value: value.kind === 'texts' ? { value: value.value.toReversed(), kind: value.kind } : value },
        field,
      })),
      tenants: tenants.toReversed().map((one) => ({ ...one, roleNames: one.roleNames.toReversed() })),
      ...Object.fromEntries(
        Object.entries(plain)
          .toReversed()
          .map(([field, value]) => [field, Array.isArray(value) ? value.toReversed() : value]),
      ),
    };
    expect(userVersion(reordered as unknown as UserWithCustomFields)).toBe(userVersion(user));
  });
});
