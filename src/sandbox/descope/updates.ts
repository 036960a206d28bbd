import { boolean, type Members, Refusal, required, string, strings } from './refusal.ts';
import type { DescopeEmulatorSettings } from './settings.ts';
import type { DescopeUser } from './user-form.ts';
import type { DescopeUsers } from './users.ts';

/** Answers one call from the members of its body and of its query. */
export type Answer = (body: Members, query: Members) => unknown;

/** Makes of an answer one that refuses members it does not know. */
export type Knowing = (members: readonly string[], answer: Answer) => Answer;

/** The members of which one says who is meant. */
export const who: readonly string[] = ['loginId', 'userId'];

/** The calls under `user/update`, each of which changes one thing, by method and path. */
export function createUpdateCalls(users: DescopeUsers, knowing: Knowing): Readonly<Record<string, Answer>> {
  /** A call that changes one thing; there "" is documented to clear. */
  function single(
    members: readonly string[],
    toPatch: (body: Members, user: DescopeUser) => Members,
    overrides: (body: Members) => Partial<DescopeEmulatorSettings> = () => ({}),
  ): Answer {
    return knowing([...who, ...members], (body) => {
      const user = users.find(body);
      const clears = { emptyString: 'clears', emptyTenants: 'removesAll' } as const;
      return { user: users.patch(user, toPatch(body, user), { ...clears, ...overrides(body) }) };
    });
  }

  const conflict = (body: Members): Partial<DescopeEmulatorSettings> =>
    // Without the flag the service merges the two users, say its clients; no emulator should take part in that.
    boolean(body, 'failOnConflict')
      ? { uniqueEmail: true, uniquePhone: true, conflictErrorCode: 'E111127' }
      : {};

  const rolesOf = (body: Members, user: DescopeUser, combine: Combine): Members => {
    const given = required(strings(body, 'roleNames'), 'roleNames');
    const tenantId = string(body, 'tenantId');
    if (!tenantId) return { roleNames: combine(user.roleNames, given) };
    if (!user.userTenants.some((tenant) => tenant.tenantId === tenantId))
      throw new Refusal('E011004', 'user does not belong to the tenant');
    return {
      userTenants: user.userTenants.map((tenant) => ({
        tenantId: tenant.tenantId,
        roleNames: tenant.tenantId === tenantId ? combine(tenant.roleNames, given) : tenant.roleNames,
      })),
    };
  };
  const roles = (combine: Combine) =>
    single(['roleNames', 'tenantId'], (body, user) => rolesOf(body, user, combine));
  const apps = (combine: Combine) =>
    single(['ssoAppIds'], (body, user) => ({
      ssoAppIds: combine(user.ssoAppIds, required(strings(body, 'ssoAppIds'), 'ssoAppIds')),
    }));
  const tenant = (combine: Combine) =>
    single(['tenantId'], (body, user) => {
      const before = user.userTenants.map(({ tenantId, roleNames }) => ({ tenantId, roleNames }));
      const ids = combine(
        before.map((one) => one.tenantId),
        [required(string(body, 'tenantId'), 'tenantId')],
      );
      return { userTenants: ids.map((id) => before.find((one) => one.tenantId === id) ?? { tenantId: id }) };
    });

  return {
    'POST /v1/mgmt/user/update/status': single(['status'], (body) => ({
      status: required(string(body, 'status'), 'status'),
    })),
    'POST /v1/mgmt/user/update/customAttribute': single(
      ['attributeKey', 'attributeValue'],
      (body) => ({
        customAttributes: Object.fromEntries([
          [required(string(body, 'attributeKey'), 'attributeKey'), body.attributeValue ?? null],
        ]),
      }),
      () => ({ customAttributes: 'merge' }),
    ),
    'POST /v1/mgmt/user/update/email': single(
      ['email', 'verified', 'failOnConflict'],
      (body) => ({ email: string(body, 'email') ?? '', verifiedEmail: boolean(body, 'verified') ?? false }),
      conflict,
    ),
    'POST /v1/mgmt/user/update/phone': single(
      ['phone', 'verified', 'failOnConflict'],
      (body) => ({ phone: string(body, 'phone') ?? '', verifiedPhone: boolean(body, 'verified') ?? false }),
      conflict,
    ),
    'POST /v1/mgmt/user/update/name': single(
      ['name', 'displayName', 'givenName', 'middleName', 'familyName'],
      ({ loginId: _loginId, userId: _userId, ...names }) => names,
    ),
    'POST /v1/mgmt/user/update/picture': single(['picture'], (body) => ({
      picture: string(body, 'picture') ?? '',
    })),
    'POST /v1/mgmt/user/update/loginid': knowing([...who, 'newLoginId'], (body) => ({
      user: users.rename(users.find(body), string(body, 'newLoginId') ?? ''),
    })),
    'POST /v1/mgmt/user/update/role/set': roles(set),
    'POST /v2/mgmt/user/update/role/add': roles(add),
    'POST /v1/mgmt/user/update/role/remove': roles(remove),
    'POST /v1/mgmt/user/update/ssoapp/set': apps(set),
    'POST /v1/mgmt/user/update/ssoapp/add': apps(add),
    'POST /v1/mgmt/user/update/ssoapp/remove': apps(remove),
    'POST /v1/mgmt/user/update/tenant/add': tenant(add),
    'POST /v1/mgmt/user/update/tenant/remove': tenant(remove),
  };
}

type Combine = (before: readonly string[], given: readonly string[]) => readonly string[];
const set: Combine = (_before, given) => given;
const add: Combine = (before, given) => [...new Set([...before, ...given])];
const remove: Combine = (before, given) => before.filter((one) => !given.includes(one));
