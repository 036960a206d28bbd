import type { InputPath } from '../domain/errors.ts';
import type { CustomFieldValue, Email, Phone, UserTenant, UserWithCustomFields } from '../domain/user.ts';
import type { Change } from '../providers/provider.ts';

/**
 * How the user shows a change: to the character, where lists of names are sets; in the form into which a provider turns
 * it; or not at all. A provider that keeps addresses in lower case shows no capitals, so a user with capitals still has
 * the former value.
 */
export function howShown(change: Change, user: UserWithCustomFields): 'exactly' | 'adjusted' | 'not' {
  if (wantedForm(change, exact) === shownForm(change, user, exact)) return 'exactly';
  const shown = shownForm(change, user, close);
  if (wantedForm(change, close) === shown) return 'adjusted';
  const normalized = shownForm(change, user, normal);
  return wantedForm(change, normal) === normalized && normalized === shown ? 'adjusted' : 'not';
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
 * What a change asks of its field, as text: equal to `shownForm` of a user who shows it in this form. Lists are sets,
 * because no provider keeps their order, and an empty one is no value.
 */
export function wantedForm(change: Change, form: Form): string {
  const value = change.field === 'customFields' && change.operation === 'REMOVE' ? null : change.value;
  return JSON.stringify(write(change.field, value, form));
}

/** What a user has in a field, as text. */
export function shownForm(name: FieldName, user: UserWithCustomFields, form: Form): string {
  const path = name.field === 'customFields' ? `customFields.${name.name}` : name.field;
  const value =
    name.field === 'customFields'
      ? user.customFields.find(({ field }) => field === name.name)?.value
      : user[name.field];
  // Where the list was not fully readable, an absent field may be hidden in it. The text equals no JSON.
  const mayBeHidden = value === undefined && user.unreadable?.has(name.field);
  if (mayBeHidden || user.unreadable?.has(path)) return 'unreadable';
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

/** As it is, but for what never makes another value: the case of a domain and the spelling of a number. */
export const close: Form = {
  text: asItIs,
  address: (address) => address.replace(/@[^@]*$/, (domain) => domain.toLowerCase()),
  phone: (number) => number.replace(/[^0-9]/g, ''),
};

/** The form in which a provider may keep a value. Only the case of an address may differ, not that of other texts. */
export const normal: Form = {
  text: (text) => text.replaceAll('\r\n', '\n').trim().normalize('NFC'),
  address: (address) => normal.text(address).toLowerCase(),
  phone: close.phone,
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
