import type { CustomFieldValue, UserWithCustomFields } from '../domain/user.ts';
import type { Change } from '../providers/provider.ts';

/**
 * The changes that this user does not show; empty where the user shows all of them. Values are compared exactly, to the
 * character; lists of names as sets, because no provider keeps their order.
 */
export function unconfirmed(changes: readonly Change[], user: UserWithCustomFields): readonly Change[] {
  return changes.filter((change) => !matches(user, change));
}

function matches(user: UserWithCustomFields, change: Change): boolean {
  switch (change.field) {
    case 'email':
      return change.value === null
        ? user.email === null
        : user.email?.address === change.value.address && user.email.verified === change.value.verified;
    case 'phone':
      return change.value === null
        ? user.phone === null
        : user.phone?.number === change.value.number && user.phone.verified === change.value.verified;
    case 'roleNames':
    case 'ssoAppIds':
      return sameSet(user[change.field], change.value);
    case 'tenants':
      return (
        user.tenants.length === change.value.length &&
        change.value.every((wanted) => {
          const tenant = user.tenants.find(({ tenantId }) => tenantId === wanted.tenantId);
          return tenant !== undefined && sameSet(tenant.roleNames, wanted.roleNames);
        })
      );
    case 'customFields': {
      const value = user.customFields.find(({ field }) => field === change.name)?.value;
      if (change.operation === 'REMOVE') return value === undefined;
      // Providers do not distinguish an empty list from no value.
      if (value === undefined) return change.value.kind === 'texts' && change.value.value.length === 0;
      return sameValue(value, change.value);
    }
    default:
      return user[change.field] === change.value;
  }
}

function sameValue(one: CustomFieldValue, other: CustomFieldValue): boolean {
  if (one.kind === 'texts') return other.kind === 'texts' && sameSet(one.value, other.value);
  if (one.kind === 'date') return other.kind === 'date' && one.value.getTime() === other.value.getTime();
  return one.kind === other.kind && one.value === other.value;
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  const [left, right] = [new Set(one), new Set(other)];
  return left.size === right.size && other.every((text) => left.has(text));
}
