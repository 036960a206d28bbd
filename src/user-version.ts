import { createHash } from 'node:crypto';
import type { WholeUser } from './user.ts';

/**
 * A digest of everything that is known of a user: 32 characters of base64url. Equal for equal users, whatever
 * the order of their lists; what the provider itself changes on every write (updatedAt) counts as well.
 */
export function userVersion(user: WholeUser): string {
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
  };
  const entries = Object.entries(canonical).toSorted(byFirst);
  return createHash('sha256').update(JSON.stringify(entries)).digest('base64url').slice(0, 32);
}

function byFirst(one: readonly unknown[], other: readonly unknown[]): number {
  return String(one[0]) < String(other[0]) ? -1 : 1;
}
