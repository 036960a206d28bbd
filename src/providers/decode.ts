import { exactNumber } from '../domain/decimal.ts';
import { isRawNumber } from '../domain/lossless-json.ts';

/** A JSON object of an answer. */
export type WireObject = Readonly<Record<string, unknown>>;

/** Called with the name of a member of an answer that cannot be read. */
export type ReportUnreadable = (member: string) => void;

/** A text; null where it is absent or empty. */
export function text(value: string | null | undefined): string | null {
  return value ? value : null;
}

/** A date from epoch milliseconds, or from units of `unitMs`; null where it is absent or out of range. */
export function epoch(value: number | null | undefined, unitMs = 1): Date | null {
  const date = new Date((value ?? Number.NaN) * unitMs);
  return value && !Number.isNaN(date.getTime()) ? date : null;
}

export function isObject(value: unknown): value is WireObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}

/** An object with a text `userId`: all that a user needs to be read. */
export function isUser(value: unknown): value is WireObject & { readonly userId: string } {
  return isObject(value) && typeof value.userId === 'string' && value.userId !== '';
}

/**
 * Reads the members of an object one by one, so that one of an odd type hides no other: texts, numbers and booleans are
 * cast into each other, as the vendors' own clients do. `unreadable` has what is none of these, as JSON by the field of
 * the domain's user that it belongs to: such a field is shown as null or left out, and confirms nothing.
 */
export class Members {
  readonly #wire: WireObject;
  readonly #report: ReportUnreadable;
  unreadable: Map<string, string> | undefined;

  constructor(wire: WireObject, report: ReportUnreadable) {
    this.#wire = wire;
    this.#report = report;
  }

  note(member: string, field: string, value: unknown): void {
    this.unreadable ??= new Map();
    this.unreadable.set(field, JSON.stringify(value));
    this.#report(member);
  }

  text(member: string, field = member): string | null {
    return this.#read(asText, member, field);
  }

  flag(member: string, field = member): boolean | null {
    return this.#read(asFlag, member, field);
  }

  number(member: string, field = member): number | null {
    return this.#read(asNumber, member, field);
  }

  list<T>(member: string, field: string, cast: (item: unknown) => T | undefined): readonly T[] {
    const value = this.#wire[member];
    if (value === undefined || value === null) return [];
    const read = Array.isArray(value) ? value.map(cast) : [undefined];
    if (read.includes(undefined)) this.note(member, field, value);
    return read.filter((item) => item !== undefined);
  }

  texts(member: string, field = member): readonly string[] {
    return this.list(member, field, asText);
  }

  #read<T>(cast: (value: unknown) => T | undefined, member: string, field: string): T | null {
    const value = this.#wire[member];
    if (value === undefined || value === null) return null;
    const read = cast(value);
    if (read === undefined) this.note(member, field, value);
    return read ?? null;
  }
}

/** The text of a text, a number or a boolean. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return isRawNumber(value) ? value.rawJSON : undefined;
}

function asFlag(value: unknown): boolean | undefined {
  const flag = asText(value);
  if (flag === 'true' || flag === '1') return true;
  return flag === 'false' || flag === '0' ? false : undefined;
}

function asNumber(value: unknown): number | undefined {
  return exactNumber(asText(value) ?? '');
}
