import { fieldNames, knownFields } from './custom-fields.ts';
import type { Provider } from './main.ts';

/** A user as Descope gives it: https://docs.descope.com/api/user-management/users. */
export type DescopeUser = ReturnType<typeof newDescopeUser>;

/** A user before anything was patched. Every id stands for one: there are as many users as are asked for. */
export const newDescopeUser = (userId: string) => ({
  ...{ loginIds: [`${userId}@example.com`], userId, name: 'Nobody', email: `${userId}@example.com` },
  ...{ phone: '', verifiedEmail: true, verifiedPhone: false, roleNames: ['editor'], userTenants: [] },
  ...{ status: 'enabled', externalIds: [`${userId}@example.com`], picture: '', test: false },
  ...{
    customAttributes: {} as Readonly<Record<string, unknown>>,
    createdTime: 1_700_000_000,
    TOTP: false,
    SAML: false,
    OAuth: {},
  },
  ...{ webauthn: false, password: false, ssoAppIds: [], givenName: '', middleName: '', familyName: '' },
  ...{ editable: true, SCIM: false, push: false, permissions: [], consentExpiration: 0 },
});

/** The user after a patch: its members take the place of what was there, attributes one by one. */
export function patchedDescopeUser(user: DescopeUser, patch: Partial<DescopeUser>): DescopeUser {
  const customAttributes = { ...user.customAttributes, ...patch.customAttributes };
  return { ...user, ...patch, customAttributes };
}

/** The calls of Descope's management API that a patch and a read make. */
export function createDescope(): Provider {
  const users = new Map<string, DescopeUser>();
  const userOf = (id: string) => users.get(id) ?? newDescopeUser(id);
  const data = fieldNames(knownFields).map((name) => ({ name, type: 1, displayName: name, options: [] }));
  const patch = (change: Partial<DescopeUser>) => {
    const user = patchedDescopeUser(userOf(String(change.userId)), change);
    users.set(user.userId, user);
    return user;
  };
  return ({ path, body }) => {
    switch (path) {
      case '/v1/mgmt/user/patch':
        return { user: patch(JSON.parse(body)) };
      case '/v1/mgmt/user/patch/batch':
        return { patchedUsers: JSON.parse(body).users.map(patch), failedUsers: [] };
      case '/v1/mgmt/user/customattributes':
        return { data, total: data.length };
      case '/v1/mgmt/users/load':
        return { users: JSON.parse(body).userIds.map(userOf) };
      default:
        return undefined;
    }
  };
}
