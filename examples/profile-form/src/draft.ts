import type {
  CustomFieldDefinition,
  CustomFieldOperation,
  CustomFieldType,
  CustomFieldValueInput,
  Directory,
  PatchField,
  Tenant,
  User,
  UserPatch,
} from './idpatch.ts';

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
  PatchField,
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
  ['roleNames', 'Access', 'Roles', 'list', 'One a line.'],
  ['ssoAppIds', 'Access', 'Applications', 'list', 'Ids for single sign-on, one a line.'],
  ['tenants', 'Access', 'Tenants', 'tenants'],
];

/** The form's fields for a directory: what it cannot do is locked, with the reason. `typed`: custom names typed in. */
export function fieldsOf(directory: Directory, user: User, typed: readonly string[]): readonly Field[] {
  const can = (name: string) => directory.capabilities.find(({ field }) => field === name);
  const fixed = builtIn.map(([key, group, label, kind, hint], index): Field => {
    const { settable = false, clearable = false, maxLength = null } = can(key) ?? {};
    const locked = settable || clearable ? undefined : 'This directory does not hold it.';
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
      locked: locked ? undefined : 'This directory does not let it be set.',
      custom: definition,
      ...(type === 'DATE' ? { hint: 'In UTC.' } : texts ? { hint: 'One a line.' } : {}),
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

/** The patch of a draft: only what was changed, null for what was emptied; or why there is none, by field. */
export function toPatch(
  draft: Draft,
  fields: readonly Field[],
  user: User,
): { readonly patch: UserPatch; readonly wrong: Readonly<Record<string, string>> } {
  const patch: Record<string, unknown> = {};
  const customFields: CustomFieldOperation[] = [];
  const wrong: Record<string, string> = {};
  for (const field of fields) {
    const value = draft[field.key];
    if (value === undefined) continue;
    if (!field.custom) {
      patch[field.key] = inputOf(field, value);
      continue;
    }
    const operation = operationOf(field.custom, value, shownBy(user, field));
    if (typeof operation === 'string') wrong[field.key] = operation;
    else customFields.push(operation);
  }
  return { patch: customFields.length > 0 ? { ...patch, customFields } : patch, wrong };
}

function inputOf({ key }: Field, value: Value): unknown {
  if (typeof value === 'string') return value === '' ? null : value;
  if (isContact(value)) {
    const { text, verified } = value;
    if (text === '') return null;
    return key === 'email' ? { address: text, verified } : { number: text, verified };
  }
  return value.every((entry) => typeof entry === 'string')
    ? tidy(value)
    : value.map(({ tenantId, roleNames }) => ({ tenantId, roleNames: tidy(roleNames) }));
}

/** The operation that turns one value into another; a text where there is none, to say why. */
function operationOf(
  definition: CustomFieldDefinition,
  value: Value,
  before: Value,
): CustomFieldOperation | string {
  const { field, type, operations } = definition;
  if (type === 'TEXTS')
    return listOperation(definition, tidy(value as readonly string[]), before as readonly string[]);
  if (value === '') return { remove: { field } };
  const input = valueInput(type, value as string);
  if (typeof input === 'string') return input;
  const adds = before === '' ? operations.includes('ADD') : !operations.includes('REPLACE');
  return adds ? { add: { field, value: input } } : { replace: { field, value: input } };
}

/** Names the members that come or go where it can, so that what others do to the list meanwhile stays. */
function listOperation(
  { field, operations }: CustomFieldDefinition,
  texts: readonly string[],
  before: readonly string[],
): CustomFieldOperation {
  if (texts.length === 0) return { remove: { field } };
  const come = texts.filter((text) => !before.includes(text));
  const go = before.filter((text) => !texts.includes(text));
  if (come.length > 0 && go.length === 0 && operations.includes('ADD'))
    return { add: { field, value: { texts: come } } };
  if (go.length > 0 && come.length === 0 && operations.includes('REMOVE'))
    return { remove: { field, values: go } };
  return { replace: { field, value: { texts } } };
}

function valueInput(type: CustomFieldType, text: string): CustomFieldValueInput | string {
  if (type === 'BOOLEAN') return { boolean: text === 'true' };
  if (type === 'DATE') {
    const date = new Date(`${text}Z`);
    return Number.isNaN(date.getTime()) ? 'This is no date and time.' : { date: date.toISOString() };
  }
  if (type !== 'NUMBER') return { text };
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) return 'This is no number: digits, with a point for decimals.';
  // Read here it would already be another number: the server cannot see what was typed.
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) return 'At most ±9007199254740991.';
  return { number };
}

/** The field that a path of the input lies in; undefined where it is about the call as a whole. */
export function keyOfPath(
  [top, field = '', index = '']: readonly string[],
  patch: UserPatch,
): string | undefined {
  if (top !== 'patch' || field === '') return undefined;
  if (field !== 'customFields') return field;
  const operation = patch.customFields?.[Number(index)];
  const [named] = Object.values(operation ?? {}) as { field: string }[];
  return named && `customFields.${named.field}`;
}

/** A value in words. */
export function say({ kind, custom }: Field, value: Value): string {
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
    const told =
      text === null ? {} : (JSON.parse(text) as { address?: string; number?: string; verified?: boolean });
    return { text: (key === 'email' ? told.address : told.number) ?? '', verified: told.verified ?? false };
  }
  if (kind === 'list' || kind === 'tenants' || kind === 'TEXTS') return text === null ? [] : JSON.parse(text);
  return kind === 'DATE' ? (text?.slice(0, 19) ?? '') : (text ?? '');
}
