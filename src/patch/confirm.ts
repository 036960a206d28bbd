import type { InputPath } from '../domain/errors.ts';
import type { CustomFieldValue, Email, Phone, UserTenant, UserWithCustomFields } from '../domain/user.ts';
import type { Change } from '../providers/provider.ts';

/**
 * How the user shows a change: to the character, where lists of names are sets; in the provider's own form, such as a
 * trimmed text or an address in lower case; or not at all.
 */
export function howShown(change: Change, user: UserWithCustomFields): 'exactly' | 'adjusted' | 'not' {
  if (wantedForm(change, exact) === shownForm(change, user, exact)) return 'exactly';
  return wantedForm(change) === shownForm(change, user) ? 'adjusted' : 'not';
}

/** The paths of the changes that the user shows in the provider's own form. */
export function adjustedPaths(changes: readonly Change[], user: UserWithCustomFields): readonly InputPath[] {
  return changes.filter((change) => howShown(change, user) === 'adjusted').map(({ path }) => path);
}

/** A field of a user; `name`: of a custom field. */
export type FieldName =
  | { readonly field: Exclude<Change['field'], 'customFields'> }
  | { readonly field: 'customFields'; readonly name: string };

/**
 * What a change asks of its field, as text: equal to `shownForm` of a user who shows it. Lists are sets, because no
 * provider keeps their order, and an empty one is no value.
 */
export function wantedForm(change: Change, form: Form = normal): string {
  const value = change.field === 'customFields' && change.operation === 'REMOVE' ? null : change.value;
  return JSON.stringify(write(change.field, value, form));
}

/** What a user has in a field, as text. */
export function shownForm(name: FieldName, user: UserWithCustomFields, form: Form = normal): string {
  const path = name.field === 'customFields' ? `customFields.${name.name}` : name.field;
  if (user.unreadable?.has(path)) return 'unreadable';
  const value =
    name.field === 'customFields'
      ? user.customFields.find(({ field }) => field === name.name)?.value
      : user[name.field];
  return JSON.stringify(write(name.field, value ?? null, form));
}

/** How texts are written, so that those that mean the same are equal. */
interface Form {
  text(text: string): string;
  address(address: string): string;
  phone(number: string): string;
}

const asItIs = (text: string) => text;

const exact: Form = { text: asItIs, address: asItIs, phone: asItIs };

/** The forms in which a provider may keep a value. Only the case of an address may differ, not that of other texts. */
const normal: Form = {
  text: (text) => text.replaceAll('\r\n', '\n').trim().normalize('NFC'),
  address: (address) => normal.text(address).toLowerCase(),
  phone: (number) => number.replace(/[^0-9]/g, ''),
};

type Value =
  | string
  | Email
  | Phone
  | readonly string[]
  | readonly Omit<UserTenant, 'name'>[]
  | CustomFieldValue
  | null;

function write(field: Change['field'], value: Value, form: Form): unknown {
  if (value === null) return null;
  if (typeof value === 'string') return form.text(value);
  if ('address' in value) return [form.address(value.address), value.verified];
  if ('number' in value) return [form.phone(value.number), value.verified];
  if ('kind' in value) return writeCustom(value, form);
  // Role names and ids are identifiers, which have one form.
  return field === 'tenants'
    ? (value as readonly UserTenant[])
        .map(({ tenantId, roleNames }) => [tenantId, set(roleNames)] as const)
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
    : set(value as readonly string[]);
}

function writeCustom(value: CustomFieldValue, form: Form): unknown {
  switch (value.kind) {
    case 'text':
      return ['text', form.text(value.value)];
    case 'texts':
      return value.value.length === 0 ? null : ['texts', set(value.value.map(form.text))];
    case 'date':
      return ['date', value.value.getTime()];
    default:
      return [value.kind, value.value];
  }
}

function set(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted();
}
