import type { CustomFieldType, UserPatchInput } from './generated/graphql.ts';
import type { CustomFieldDefinition, Directory, Tenant, User } from './idpatch.ts';

/** An address or number and whether it is verified. */
export interface Contact {
  readonly text: string;
  readonly verified: boolean;
}

/** What a control holds. The empty text and the empty list: no value. Numbers and dates are held as they are typed. */
export type Value = string | readonly string[] | Contact | readonly Tenant[];

/** Values that differ from the user's, by the field's key. */
export type Draft = Readonly<Record<string, Value>>;

/** One field of the form. */
export interface Field {
  /** As UserPatchInput names it; `customFields.<name>` for a custom one. */
  readonly key: string;
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly kind: 'contact' | 'status' | 'list' | 'tenants' | CustomFieldType;
  readonly clearable: boolean;
  readonly maxLength: number | null;
  readonly hint?: string;
  /** Why it cannot be changed here; undefined where it can. */
  readonly locked?: string | undefined;
  readonly custom?: CustomFieldDefinition;
}

const builtIn: readonly (readonly [
  keyof UserPatchInput,
  group: string,
  label: string,
  Field['kind'],
  hint?: string,
])[] = [
  ['displayName', 'Name', 'Display name', 'TEXT'],
  ['givenName', 'Name', 'Given name', 'TEXT'],
  ['middleName', 'Name', 'Middle name', 'TEXT'],
  ['familyName', 'Name', 'Family name', 'TEXT'],
  ['username', 'Name', 'Username', 'TEXT'],
  ['email', 'Contact', 'Email', 'contact'],
  ['phone', 'Contact', 'Phone', 'contact', 'With the country code, such as +8615612345678.'],
  ['picture', 'Contact', 'Picture address', 'TEXT', 'https://…'],
  ['status', 'Access', 'Status', 'status'],
  ['roleNames', 'Access', 'Roles', 'list', 'One per line.'],
  ['ssoAppIds', 'Access', 'Applications', 'list', 'Ids for single sign-on, one per line.'],
  ['tenants', 'Access', 'Tenants', 'tenants'],
];

/** The form's fields for a directory: what it cannot do is locked, with the reason. `typed`: custom names typed in. */
export function fieldsOf(directory: Directory, user: User, typed: readonly string[]): readonly Field[] {
  const can = (name: string) => directory.capabilities.find(({ field }) => field === name);
  const fixed = builtIn.map(([key, group, label, kind, hint], index): Field => {
    const { settable = false, clearable = false, maxLength = null } = can(key) ?? {};
    const locked = settable || clearable ? undefined : 'This directory does not have this field.';
    return {
      key,
      id: `field-${index}`,
      group,
      label,
      kind,
      clearable,
      maxLength,
      locked,
      ...(hint ? { hint } : {}),
    };
  });
  const custom = (directory.customFields ?? guessed(user, typed)).map((definition, index): Field => {
    const { field, type, label, operations } = definition;
    const texts = type === 'TEXTS' && !definition.choices;
    const locked = can('customFields')?.settable && operations.some((operation) => operation !== 'REMOVE');
    return {
      key: `customFields.${field}`,
      id: `field-${fixed.length + index}`,
      group: 'Custom fields',
      label: label ?? field,
      kind: type,
      clearable: operations.includes('REMOVE'),
      maxLength: null,
      locked: locked ? undefined : 'This directory does not allow setting this field.',
      custom: definition,
      ...(type === 'DATE' ? { hint: 'In UTC.' } : texts ? { hint: 'One per line.' } : {}),
    };
  });
  return [...fixed, ...custom];
}

/** Where a directory cannot say which custom fields it has: those of the user and those typed in, as texts. */
function guessed(user: User, typed: readonly string[]): readonly CustomFieldDefinition[] {
  const names = new Set([...user.customFields.map(({ field }) => field), ...typed]);
  return [...names].map((field) => ({
    field,
    type: 'TEXT',
    label: null,
    choices: null,
    operations: ['ADD', 'REPLACE', 'REMOVE'],
  }));
}

/** What a control shows of the user. */
export function shownBy(user: User, { key, kind, custom }: Field): Value {
  if (custom) {
    const value = user.customFields.find(({ field }) => field === custom.field)?.value;
    if (kind === 'TEXTS') return value?.texts ?? [];
    if (kind === 'DATE') return value?.date?.slice(0, 19) ?? '';
    return String(value?.text ?? value?.number ?? value?.boolean ?? '');
  }
  switch (key) {
    case 'email':
      return { text: user.email?.address ?? '', verified: user.email?.verified ?? false };
    case 'phone':
      return { text: user.phone?.number ?? '', verified: user.phone?.verified ?? false };
    case 'tenants':
      return user.tenants.map(({ tenantId, roleNames }) => ({ tenantId, roleNames }));
    case 'roleNames':
    case 'ssoAppIds':
      return user[key];
    default:
      return user[key as 'displayName'] ?? '';
  }
}

/** The lines of a list without the empty ones, which are only there while somebody types. */
export function tidy(list: readonly string[]): readonly string[] {
  return list.filter((line) => line.trim() !== '');
}

/** True where two values say the same: lists in any order, an empty contact whether verified or not. */
export function isSame(one: Value, other: Value): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: Value): string {
  if (typeof value === 'string') return value;
  if (isContact(value)) return value.text === '' ? '' : JSON.stringify([value.text, value.verified]);
  const entries = value.map((entry) =>
    typeof entry === 'string' ? entry : JSON.stringify([entry.tenantId, tidy(entry.roleNames).toSorted()]),
  );
  return JSON.stringify(tidy(entries).toSorted());
}

export function isContact(value: Value): value is Contact {
  return typeof value === 'object' && 'verified' in value;
}

/** The draft without what the user shows already. */
export function rebase(draft: Draft, fields: readonly Field[], user: User): Draft {
  const kept = fields.filter(({ key }) => key in draft);
  return Object.fromEntries(
    kept.flatMap((field) => {
      const value = draft[field.key];
      return value === undefined || isSame(value, shownBy(user, field)) ? [] : [[field.key, value]];
    }),
  );
}

/** A value in words. */
export function display({ kind, custom }: Field, value: Value): string {
  const named = (text: string) => custom?.choices?.find((choice) => choice.value === text)?.label ?? text;
  if (isContact(value))
    return value.text === '' ? 'nothing' : `${value.text} (${value.verified ? 'verified' : 'not verified'})`;
  if (typeof value === 'string') {
    if (value === '') return 'nothing';
    if (kind === 'BOOLEAN') return value === 'true' ? 'Yes' : 'No';
    if (kind === 'DATE') return `${value.replace('T', ' ')} UTC`;
    if (kind === 'status') return `${value.slice(0, 1)}${value.slice(1).toLowerCase()}`;
    return named(value);
  }
  const entries = value.map((entry) =>
    typeof entry === 'string'
      ? named(entry)
      : `${entry.tenantId} (${tidy(entry.roleNames).join(', ') || 'no roles'})`,
  );
  return tidy(entries).join(', ') || 'nothing';
}

/** A value as a plan gives it: text as it is, anything else as JSON. */
export function plannedValue({ kind, key }: Field, text: string | null): Value {
  if (kind === 'contact') {
    const planned =
      text === null ? {} : (JSON.parse(text) as { address?: string; number?: string; verified?: boolean });
    return {
      text: (key === 'email' ? planned.address : planned.number) ?? '',
      verified: planned.verified ?? false,
    };
  }
  if (kind === 'list' || kind === 'tenants' || kind === 'TEXTS') return text === null ? [] : JSON.parse(text);
  return kind === 'DATE' ? (text?.slice(0, 19) ?? '') : (text ?? '');
}
