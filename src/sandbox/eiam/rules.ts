import { type EiamCustomField, type EiamEmulatorSettings, type EiamRecord, eiamLimits } from './settings.ts';

/** A refusal of the emulated service. */
export class EiamRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** `InvalidParameter.X` */
export const invalid = (what: string): EiamRefusal =>
  new EiamRefusal(400, `InvalidParameter.${what}`, `The specified parameter: ${what} is not valid.`);
/** `MissingParameter.X` */
export const missing = (what: string): EiamRefusal =>
  new EiamRefusal(400, `MissingParameter.${what}`, `The required parameter: ${what} is missing.`);
/** `displayName` → `DisplayName` */
export const pascal = (member: string): string => member.charAt(0).toUpperCase() + member.slice(1);

/** The new value of a member; `null` removes it. */
export type EiamValue = string | boolean | null;

/** The members that a patch can change. */
export const patchMembers = new Map<string, 'string' | 'boolean'>([
  ['username', 'string'],
  ['displayName', 'string'],
  ['phoneRegion', 'string'],
  ['phoneNumber', 'string'],
  ['phoneNumberVerified', 'boolean'],
  ['email', 'string'],
  ['emailVerified', 'boolean'],
]);
const customFieldMembers = ['fieldName', 'fieldValue', 'operation'];

/** Checks the plain members of a patch and returns what to store. `has` is true for a member that the account has. */
export function checkMembers(
  settings: EiamEmulatorSettings,
  body: EiamRecord,
  has: (member: string) => boolean,
): Map<string, EiamValue> {
  const limits = { ...eiamLimits, ...settings.limits };
  const wanted = new Map<string, EiamValue>();
  for (const [member, value] of Object.entries(body)) {
    if (member === 'customFields' || value === undefined) continue;
    const type = patchMembers.get(member);
    if (type === undefined) throw invalid(pascal(member));
    // The official clients cannot send a null: a guess that it changes nothing.
    if (value === null) continue;
    const policy = value === '' ? (settings.emptyString ?? 'clears') : 'set';
    if (policy === 'unchanged') continue;
    if (policy === 'refused' || (policy === 'set' && typeof value !== type)) throw invalid(pascal(member));
    if (policy === 'clears' && (member === 'username' || type === 'boolean')) throw invalid(pascal(member));
    wanted.set(member, policy === 'clears' ? null : (value as string | boolean));
  }
  const fits = (member: string, rule: (value: string) => boolean) => {
    const value = wanted.get(member);
    if (typeof value === 'string' && !rule(value)) throw invalid(pascal(member));
  };
  fits('username', (name) => /^[A-Za-z0-9_.@-]+$/.test(name) && name.length <= limits.username);
  // In code points: a guess, as no page says which unit the limit counts.
  fits('displayName', (name) => [...name].length <= limits.displayName);
  fits('phoneRegion', (region) => /^[1-9]\d{0,3}$/.test(region));
  fits('phoneNumber', (digits) => /^\d+$/.test(digits) && digits.length >= limits.phoneNumberMin);
  fits('phoneNumber', (digits) => digits.length <= limits.phoneNumberMax);
  fits('email', (email) =>
    /^[A-Za-z0-9._-]+@([A-Za-z0-9-]+\.)+([A-Za-z]{2,}|xn--[A-Za-z0-9-]+)$/.test(email),
  );
  for (const [leading, companions] of [
    ['phoneNumber', ['phoneRegion', 'phoneNumberVerified']],
    ['email', ['emailVerified']],
  ] as const) {
    const value = wanted.get(leading);
    for (const companion of companions) {
      const flag = companion.endsWith('Verified');
      if (value === null) wanted.set(companion, flag ? false : null);
      else if (value !== undefined && (wanted.get(companion) ?? null) === null)
        throw missing(pascal(companion));
      else if (value === undefined && wanted.has(companion)) {
        if (!has(leading)) throw missing(pascal(leading));
        if (wanted.get(companion) === null) throw invalid(pascal(companion));
      }
    }
  }
  return wanted;
}

function fitsField({ type, choices }: EiamCustomField, value: string): boolean {
  if (type === 'number' && !/^-?\d+(\.\d+)?$/.test(value)) return false;
  if (type === 'boolean' && value !== 'true' && value !== 'false') return false;
  return choices === undefined || choices.some((choice) => choice.value === value);
}

/** Checks the custom field entries of a patch and returns what to store, `null` for a value that is removed. */
export function checkCustomFields(
  settings: EiamEmulatorSettings,
  entries: unknown,
  stored: ReadonlyMap<string, string>,
): Map<string, string | null> {
  if (!Array.isArray(entries)) throw invalid('CustomFields');
  const change = new Map<string, string | null>();
  for (const entry of entries as unknown[]) {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw invalid('CustomFields');
    const unknown = Object.keys(entry).find((member) => !customFieldMembers.includes(member));
    if (unknown !== undefined) throw invalid(pascal(unknown));
    const { fieldName, fieldValue, operation = 'replace' } = entry as Record<string, unknown>;
    if (typeof fieldName !== 'string' || fieldName === '') throw missing('FieldName');
    const field = settings.customFields.find(({ name }) => name === fieldName);
    const wrong = () => invalid(`CustomField.${fieldName}`);
    if (field === undefined || typeof (fieldValue ?? '') !== 'string') throw wrong();
    const value = (fieldValue ?? undefined) as string | undefined;
    if (operation !== 'add' && operation !== 'replace' && operation !== 'remove') throw invalid('Operation');
    const had = change.has(fieldName) ? change.get(fieldName) : stored.get(fieldName);
    let removes = operation === 'remove';
    if (!removes) {
      if (value === undefined) throw missing(`CustomField.${fieldName}`);
      if (value === '' && settings.emptyString === 'refused') throw wrong();
      if (value === '' && settings.emptyString === 'unchanged') continue;
      removes = value === '';
      if (!removes && !fitsField(field, value)) throw wrong();
      if (operation === 'add' && had != null && settings.addWhereValueExists === 'refused') throw wrong();
      if (operation === 'add' && had != null && settings.addWhereValueExists === 'keeps') continue;
    }
    if (removes && field.required) throw missing(`CustomField.${fieldName}`);
    change.set(fieldName, removes ? null : (value as string));
  }
  return change;
}
