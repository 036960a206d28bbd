import type {
  CustomField,
  CustomFieldValue,
  User,
  UserStatus,
  UserTenant,
  UserWithCustomFields,
} from '../../domain/user.ts';
import { epoch, isObject, Members, type ReportUnreadable, text } from '../decode.ts';
import type { CustomFieldDefinition, CustomFieldType } from '../provider.ts';
import { attribute as attributeSchema, type WireUser } from './wire.ts';

const statuses: ReadonlyMap<unknown, UserStatus> = new Map([
  ['enabled', 'ENABLED'],
  ['disabled', 'DISABLED'],
  ['invited', 'INVITED'],
  ['expired', 'EXPIRED'],
]);

/** Decodes a user without custom fields, which need the definitions. */
export function decodeUser(directory: string, user: WireUser, report: ReportUnreadable): User {
  const read = new Members(user, report);
  const [address, number] = [text(read.text('email')), text(read.text('phone'))];
  const emailVerified = read.flag('verifiedEmail', 'email') ?? false;
  const phoneVerified = read.flag('verifiedPhone', 'phone') ?? false;
  const attributes = user.customAttributes ?? {};
  if (!isObject(attributes)) read.note('customAttributes', 'customFields', attributes);
  return {
    directory,
    userId: user.userId,
    username: null,
    loginIds: read.texts('loginIds'),
    displayName: text(read.text('name', 'displayName')),
    givenName: text(read.text('givenName')),
    middleName: text(read.text('middleName')),
    familyName: text(read.text('familyName')),
    email: address === null ? null : { address, verified: emailVerified },
    phone: number === null ? null : { number, verified: phoneVerified },
    picture: text(read.text('picture')),
    status: statuses.get(read.text('status')) ?? null,
    roleNames: read.texts('roleNames'),
    tenants: read.list('userTenants', 'tenants', (wire): UserTenant | undefined => {
      if (!isObject(wire) || typeof wire.tenantId !== 'string') return undefined;
      const tenant = new Members(wire, report);
      const [name, roleNames] = [text(tenant.text('tenantName')), tenant.texts('roleNames')];
      if (tenant.unreadable?.has('roleNames')) read.note('userTenants', 'tenants', wire);
      return { tenantId: wire.tenantId, name, roleNames };
    }),
    ssoAppIds: read.texts('ssoAppIds'),
    createdAt: epoch(read.number('createdTime', 'createdAt'), 1000),
    updatedAt: null,
    ...(read.unreadable && { unreadable: read.unreadable }),
  };
}

/** Decodes a user with custom fields. Only the definitions tell a date from a number: both are numbers on the wire. */
export function decodeUserWithCustomFields(
  directory: string,
  user: WireUser,
  definitions: readonly CustomFieldDefinition[],
  report: ReportUnreadable,
): UserWithCustomFields {
  const types = new Map(definitions.map(({ field, type }) => [field, type]));
  const customFields = attributesOf(user).flatMap(([field, raw]): CustomField[] => {
    const value = attributeValue(raw, types.get(field));
    return value ? [{ field, value }] : [];
  });
  return { ...decodeUser(directory, user, report), customFields };
}

function attributesOf({ customAttributes }: WireUser): readonly (readonly [string, unknown])[] {
  return isObject(customAttributes) ? Object.entries(customAttributes) : [];
}

/** True where a custom attribute's value cannot be read without its definition. */
export function needsDefinitions(user: WireUser): boolean {
  return attributesOf(user).some(([, value]) => typeof value === 'number');
}

function attributeValue(raw: unknown, type: CustomFieldType | undefined): CustomFieldValue | undefined {
  if (typeof raw === 'string') return raw === '' ? undefined : { kind: 'text', value: raw };
  if (typeof raw === 'boolean') return { kind: 'boolean', value: raw };
  if (typeof raw === 'number') {
    const date = new Date(raw);
    return type === 'DATE' && !Number.isNaN(date.getTime())
      ? { kind: 'date', value: date }
      : { kind: 'number', value: raw };
  }
  if (Array.isArray(raw) && raw.every((one) => typeof one === 'string')) {
    return raw.length === 0 ? undefined : { kind: 'texts', value: raw };
  }
  // A value of an undocumented kind, or a number that no double has, is returned as its JSON: it must not look absent.
  return raw === null || raw === undefined ? undefined : { kind: 'text', value: JSON.stringify(raw), raw };
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

/**
 * Decodes the definition of a custom attribute; undefined for one that cannot be read, and for an unknown type, which
 * cannot be written.
 */
export function decodeAttribute(wire: unknown, report: ReportUnreadable): CustomFieldDefinition | undefined {
  const attribute = attributeSchema.safeParse(wire).data;
  if (!attribute) {
    report('attribute');
    return undefined;
  }
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
