import { hash } from 'node:crypto';
import type { PatchError } from './errors.ts';
import type { UserWithCustomFields } from './user.ts';

/**
 * A digest of all of a user's fields: 32 characters of base64url. The order of lists does not matter; updatedAt, which
 * the provider changes on every write, does.
 */
export function userVersion(user: UserWithCustomFields): string {
  const canonical = {
    ...user,
    loginIds: user.loginIds.toSorted(),
    roleNames: user.roleNames.toSorted(),
    ssoAppIds: user.ssoAppIds.toSorted(),
    tenants: user.tenants
      .map((tenant) => [tenant.tenantId, tenant.name, tenant.roleNames.toSorted()])
      .toSorted(byFirst),
    customFields: user.customFields
      .map(({ field, value }) => [field, value.kind === 'texts' ? value.value.toSorted() : value.value])
      .toSorted(byFirst),
    ...(user.unreadable && { unreadable: [...user.unreadable].toSorted(byFirst) }),
  };
  const entries = Object.entries(canonical).toSorted(byFirst);
  return hash('sha256', JSON.stringify(entries), 'base64url').slice(0, 32);
}

/** The error where the user is not at the version that the caller named; undefined where it is, or none was named. */
export function staleError(
  user: UserWithCustomFields,
  ifVersion: string | undefined,
): PatchError<'STALE_VERSION'> | undefined {
  const version = userVersion(user);
  if (ifVersion === undefined || ifVersion === version) return undefined;
  const message = 'The user has changed since this version: read the user again before you decide.';
  return { code: 'STALE_VERSION', message, path: ['ifVersion'], currentVersion: version };
}

function byFirst(one: readonly unknown[], other: readonly unknown[]): number {
  return String(one[0]) < String(other[0]) ? -1 : 1;
}
