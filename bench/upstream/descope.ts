import { type Upstream, yes } from './answer.ts';
import { fieldName } from './settings.ts';

/** A user as Descope gives it: https://docs.descope.com/api/user-management/users. */
export interface DescopeUser {
  readonly userId: string;
  readonly loginIds: readonly string[];
  readonly name: string;
  readonly email: string;
  readonly verifiedEmail: boolean;
  readonly customAttributes: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** A user before anything was patched. Every id stands for one: there are as many users as are asked for. */
export function newDescopeUser(userId: string): DescopeUser {
  return {
    ...{ loginIds: [`${userId}@example.com`], userId, name: 'Nobody', email: `${userId}@example.com` },
    ...{ phone: '', verifiedEmail: true, verifiedPhone: false, roleNames: ['editor'], userTenants: [] },
    ...{ status: 'enabled', externalIds: [`${userId}@example.com`], picture: '', test: false },
    ...{ customAttributes: {}, createdTime: 1_700_000_000, TOTP: false, SAML: false, OAuth: {} },
    ...{ webauthn: false, password: false, ssoAppIds: [], givenName: '', middleName: '', familyName: '' },
    ...{ editable: true, SCIM: false, push: false, permissions: [], consentExpiration: 0 },
  };
}

/** The user after a patch: its members take the place of what was there, attributes one by one. */
export function patchedDescopeUser(user: DescopeUser, patch: Partial<DescopeUser>): DescopeUser {
  const customAttributes = { ...user.customAttributes, ...patch.customAttributes };
  return { ...user, ...patch, customAttributes };
}

/** The calls of Descope's management API that a patch and a read make. */
export function createDescope(fields: number): Upstream {
  const users = new Map<string, DescopeUser>();
  const userOf = (id: string) => users.get(id) ?? newDescopeUser(id);
  const data = Array.from({ length: fields }, (_, index) => ({
    ...{ name: fieldName(index + 1), type: 1, displayName: `Plan ${index + 1}`, options: [] },
  }));
  const patch = (change: Partial<DescopeUser>) => {
    const user = patchedDescopeUser(userOf(String(change.userId)), change);
    users.set(user.userId, user);
    return user;
  };
  return ({ method, path, body }) => {
    if (!path.startsWith('/v1/mgmt/user')) return undefined;
    if (method === 'PATCH' && path === '/v1/mgmt/user/patch') return yes({ user: patch(JSON.parse(body)) });
    if (path === '/v1/mgmt/user/patch/batch') {
      const { users: changes } = JSON.parse(body) as { users: readonly Partial<DescopeUser>[] };
      return yes({ patchedUsers: changes.map(patch), failedUsers: [] });
    }
    if (path === '/v1/mgmt/user/customattributes') return yes({ data, total: data.length });
    if (path === '/v1/mgmt/users/load') {
      const { userIds } = JSON.parse(body) as { userIds: readonly string[] };
      return yes({ users: userIds.map(userOf), total: userIds.length });
    }
    const userId = /^\/v1\/mgmt\/user\?userId=([^&]+)$/.exec(path)?.[1];
    return userId === undefined ? undefined : yes({ user: userOf(decodeURIComponent(userId)) });
  };
}
