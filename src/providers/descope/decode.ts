import type {
  CustomField,
  CustomFieldValue,
  User,
  UserStatus,
  UserWithCustomFields,
} from '../../domain/user.ts';
import { epoch, text } from '../decode.ts';
import type { CustomFieldDefinition, CustomFieldType } from '../provider.ts';
import type { WireAttribute, WireUser } from './wire.ts';

const statuses: ReadonlyMap<unknown, UserStatus> = new Map([
  ['enabled', 'ENABLED'],
  ['disabled', 'DISABLED'],
  ['invited', 'INVITED'],
  ['expired', 'EXPIRED'],
]);

/** Decodes a user without custom fields, which need the definitions. */
export function decodeUser(directory: string, user: WireUser): User {
  return {
    directory,
    userId: user.userId,
    username: null,
    loginIds: user.loginIds ?? [],
    displayName: text(user.name),
    givenName: text(user.givenName),
    middleName: text(user.middleName),
    familyName: text(user.familyName),
    email: user.email ? { address: user.email, verified: user.verifiedEmail ?? false } : null,
    phone: user.phone ? { number: user.phone, verified: user.verifiedPhone ?? false } : null,
    picture: text(user.picture),
    status: statuses.get(user.status) ?? null,
    roleNames: user.roleNames ?? [],
    tenants: (user.userTenants ?? []).map((tenant) => ({
      tenantId: tenant.tenantId,
      name: text(tenant.tenantName),
      roleNames: tenant.roleNames ?? [],
    })),
    ssoAppIds: user.ssoAppIds ?? [],
    createdAt: epoch(user.createdTime, 1000),
    updatedAt: null,
  };
}

/** Decodes a user with custom fields. Only the definitions tell a date from a number: both are numbers on the wire. */
export function decodeUserWithCustomFields(
  directory: string,
  user: WireUser,
  definitions: readonly CustomFieldDefinition[],
): UserWithCustomFields {
  const types = new Map(definitions.map(({ field, type }) => [field, type]));
  const customFields = Object.entries(user.customAttributes ?? {}).flatMap(([field, raw]): CustomField[] => {
    const value = attributeValue(raw, types.get(field));
    return value ? [{ field, value }] : [];
  });
  return { ...decodeUser(directory, user), customFields };
}

/** True where a custom attribute's value cannot be read without its definition. */
export function needsDefinitions(user: WireUser): boolean {
  return Object.values(user.customAttributes ?? {}).some((value) => typeof value === 'number');
}

function attributeValue(raw: unknown, type: CustomFieldType | undefined): CustomFieldValue | undefined {
  if (typeof raw === 'string') return raw === '' ? undefined : { kind: 'text', value: raw };
  if (typeof raw === 'boolean') return { kind: 'boolean', value: raw };
  if (typeof raw === 'number') {
    // JSON's 1e400 parses to Infinity, which GraphQL cannot return as a number.
    if (!Number.isFinite(raw)) return { kind: 'text', value: String(raw) };
    const date = new Date(raw);
    return type === 'DATE' && !Number.isNaN(date.getTime())
      ? { kind: 'date', value: date }
      : { kind: 'number', value: raw };
  }
  if (Array.isArray(raw) && raw.every((one) => typeof one === 'string')) {
    return raw.length === 0 ? undefined : { kind: 'texts', value: raw };
  }
  // A value of an undocumented kind is returned as its JSON: it must not look absent.
  return raw === null || raw === undefined ? undefined : { kind: 'text', value: JSON.stringify(raw) };
}

/** Attribute types by their number on the wire. */
const attributeTypes: Readonly<Record<number, CustomFieldType>> = {
  1: 'TEXT',
  2: 'NUMBER',
  3: 'BOOLEAN',
  4: 'CHOICE',
  5: 'TEXTS',
  6: 'DATE',
};

/** Decodes the definition of a custom attribute; undefined for an unknown type, which cannot be written. */
export function decodeAttribute(attribute: WireAttribute): CustomFieldDefinition | undefined {
  const type = attributeTypes[attribute.type];
  if (!type) return undefined;
  const chosen = type === 'CHOICE' || type === 'TEXTS';
  return {
    field: attribute.name,
    type,
    label: text(attribute.displayName),
    choices:
      chosen && attribute.options && attribute.options.length > 0
        ? attribute.options.map(({ value, label }) => ({ value, label: text(label) }))
        : null,
    operations: ['ADD', 'REPLACE', 'REMOVE'],
  };
}
