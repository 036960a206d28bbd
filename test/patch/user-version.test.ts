import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CustomField, UserWithCustomFields } from '../../src/domain/user.ts';
import { userVersion } from '../../src/domain/user-version.ts';
import { customers } from '../../src/sandbox/descope/customers.ts';
import { versionOf } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

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

const withField = (changed: CustomField): UserWithCustomFields => ({
  ...user,
  customFields: user.customFields.map((one) => (one.field === changed.field ? changed : one)),
});

/** The user with one thing changed, by the path of what it is. */
const changed: Readonly<Record<string, readonly UserWithCustomFields[]>> = {
  directory: [{ ...user, directory: 'others' }],
  userId: [{ ...user, userId: 'U2' }],
  username: [
    { ...user, username: null },
    { ...user, username: 'Ada' },
  ],
  loginIds: [
    { ...user, loginIds: ['ada'] },
    { ...user, loginIds: ['ada,ada@example.com'] },
  ],
  displayName: [
    { ...user, displayName: null },
    { ...user, displayName: 'Ada ' },
  ],
  givenName: [
    { ...user, givenName: null },
    { ...user, givenName: user.familyName },
  ],
  middleName: [
    { ...user, middleName: null },
    { ...user, middleName: '' },
  ],
  familyName: [
    { ...user, familyName: null },
    { ...user, familyName: user.givenName },
  ],
  email: [
    { ...user, email: null },
    { ...user, email: { address: 'ada@example.com', verified: false } },
    { ...user, email: { address: 'Ada@example.com', verified: true } },
  ],
  phone: [
    { ...user, phone: null },
    { ...user, phone: { number: '+15555550101', verified: true } },
    { ...user, phone: { number: '+15555550102', verified: false } },
  ],
  picture: [{ ...user, picture: null }],
  status: [
    { ...user, status: null },
    { ...user, status: 'DISABLED' },
  ],
  roleNames: [
    { ...user, roleNames: [] },
    { ...user, roleNames: user.ssoAppIds, ssoAppIds: user.roleNames },
  ],
  tenants: [
    { ...user, tenants: [] },
    { ...user, tenants: user.tenants.map((one) => ({ ...one, name: 'Other' })) },
    { ...user, tenants: user.tenants.map((one) => ({ ...one, roleNames: ['buyer'] })) },
  ],
  ssoAppIds: [{ ...user, ssoAppIds: ['helpdesk'] }],
  customFields: [
    { ...user, customFields: [] },
    { ...user, customFields: user.customFields.slice(1) },
    withField({ field: 'nick', value: { kind: 'text', value: 'Ada' } }),
    withField({ field: 'age', value: { kind: 'number', value: 37 } }),
    withField({ field: 'age', value: { kind: 'text', value: '36' } }),
    withField({ field: 'vip', value: { kind: 'boolean', value: false } }),
    withField({ field: 'tags', value: { kind: 'texts', value: ['beta'] } }),
    withField({ field: 'tags', value: { kind: 'texts', value: [] } }),
    withField({ field: 'birthday', value: { kind: 'date', value: new Date(1) } }),
  ],
  createdAt: [{ ...user, createdAt: null }],
  updatedAt: [
    { ...user, updatedAt: null },
    { ...user, updatedAt: new Date(3) },
  ],
};

describe('the version of a user', () => {
  it('is 32 characters that say nothing of the user', () => {
    expect(userVersion(user)).toMatch(/^[A-Za-z0-9_-]{32}$/);
  });

  it('depends on every field that a user has', () => {
    expect(Object.keys(changed).toSorted()).toEqual(Object.keys(user).toSorted());
  });

  it.each(Object.entries(changed))('is another where %s is', (_, others) => {
    const versions = [user, ...others].map(userVersion);
    expect(new Set(versions).size).toBe(versions.length);
  });

  it('is the same in whatever order lists and members come', () => {
    const shuffled = <T>(list: readonly T[]) =>
      fc.shuffledSubarray([...list], { minLength: list.length, maxLength: list.length });
    const inAnyOrder = fc
      .record({
        loginIds: shuffled(user.loginIds),
        roleNames: shuffled(user.roleNames),
        ssoAppIds: shuffled(user.ssoAppIds),
        tenants: shuffled(user.tenants),
        tenantRoles: shuffled(user.tenants[0]?.roleNames ?? []),
        customFields: shuffled(user.customFields),
        tags: shuffled(['beta', 'vip']),
        keys: shuffled(Object.keys(user)),
      })
      .map(({ tenants, tenantRoles, customFields, tags, keys, ...lists }) => {
        const one: UserWithCustomFields = {
          ...user,
          ...lists,
          tenants: tenants.map((tenant) =>
            tenant.tenantId === 'acme' ? { ...tenant, roleNames: tenantRoles } : tenant,
          ),
          customFields: customFields.map((field) =>
            field.field === 'tags' ? { field: 'tags', value: { kind: 'texts', value: tags } } : field,
          ),
        };
        return Object.fromEntries(
          keys.map((key) => [key, one[key as keyof UserWithCustomFields]]),
        ) as unknown as UserWithCustomFields;
      });
    fc.assert(
      fc.property(inAnyOrder, (one) => {
        expect(userVersion(one)).toBe(userVersion(user));
      }),
    );
  });

  it('is the same where the provider gives the lists in another order, whatever is selected', async () => {
    const [seed] = customers.users;
    const versions: string[] = [];
    for (const users of [
      [seed],
      [
        {
          ...seed,
          roleNames: seed.roleNames.toReversed(),
          ssoAppIds: seed.ssoAppIds.toReversed(),
          tenants: seed.tenants.map((tenant) => ({ ...tenant, roleNames: tenant.roleNames.toReversed() })),
          customFields: Object.fromEntries(
            Object.entries({ ...seed.customFields, tags: seed.customFields.tags.toReversed() }).toReversed(),
          ),
        },
      ],
    ]) {
      const door = await openFrontDoor({ customers: { users } });
      const id = `customers:${seed.userId}`;
      const query = `{ user(by: { id: "${id}" }) { roleNames customFields(names: []) { field } version } }`;
      const { data } = await door.graphql(query);
      versions.push(await versionOf(door, id), (data as { user: { version: string } }).user.version);
      await door.close();
    }
    expect(new Set(versions).size).toBe(1);
  });
});
