import type { Canary } from './plants.ts';

/** How a canary was found: whose it is, and in which form. */
export type Finding = string;

/**
 * Searches for canaries in whatever came out. A mark is looked for as it is and in the forms that something else
 * could have made of it (base64 in any position, hexadecimal, UTF-16 of these); what came out is looked at as it
 * is and with its escapes undone (JSON's, a URL's once and twice, HTML's, UTF-16's zero bytes, the separators in a
 * phone number). Letters are the same in either case, but for base64. Gives one finding for each canary.
 */
export function search(found: string | Uint8Array, canaries: readonly Canary[]): Finding[] {
  const index = indexOf(canaries);
  const findings = new Map<string, Finding>();
  const scan = (look: string, text: string, needles: Needles) => {
    for (let at = 0; at + shortest <= text.length; at += 1) {
      for (const { name, form, needle } of needles.get(text.slice(at, at + shortest)) ?? []) {
        if (text.startsWith(needle, at) && !findings.has(name)) findings.set(name, `${name}: ${form}${look}`);
      }
    }
  };
  for (const [look, text] of looksAt(Buffer.from(found as string))) {
    scan(look, text, index.exact);
    scan(look, text.toLowerCase(), index.folded);
  }
  return [...findings.values()];
}

/** The length of the shortest mark, and of what the index is made by. */
const shortest = 8;

/** What is looked for, by its first characters. */
type Needles = Map<string, { readonly name: string; readonly form: string; readonly needle: string }[]>;

/** All forms of all marks: those whose case counts apart from the others. */
interface Index {
  count: number;
  readonly exact: Needles;
  readonly folded: Needles;
}

const indexes = new WeakMap<readonly Canary[], Index>();

/** The index of a list, which may have grown since. */
function indexOf(canaries: readonly Canary[]): Index {
  const index = indexes.get(canaries) ?? { count: 0, exact: new Map(), folded: new Map() };
  indexes.set(canaries, index);
  for (const { name, marks } of canaries.slice(index.count)) {
    for (const [form, needle, isExact] of marks.flatMap(formsOf)) {
      if (needle.length < shortest)
        throw new Error(`What is planted as ${name} is too short to be known again.`);
      const kept = index[isExact ? 'exact' : 'folded'];
      const start = needle.slice(0, shortest);
      kept.set(start, [...(kept.get(start) ?? []), { name, form, needle }]);
    }
  }
  index.count = canaries.length;
  return index;
}

type Form = readonly [form: string, needle: string, isExact: boolean];

function formsOf(mark: string): readonly Form[] {
  const [utf8, utf16] = [Buffer.from(mark), Buffer.from(mark, 'utf16le')];
  return [
    ['plain', mark.toLowerCase(), false],
    ['hexadecimal', utf8.toString('hex'), false],
    ['hexadecimal UTF-16', utf16.toString('hex'), false],
    ...[utf8, utf16].flatMap((bytes) =>
      [0, 1, 2].flatMap((offset): Form[] => [
        ['base64', base64Within(bytes, offset, 'base64'), true],
        ['base64url', base64Within(bytes, offset, 'base64url'), true],
      ]),
    ),
  ];
}

/** What base64 makes of these bytes after `offset` others, without the characters that their neighbours share. */
function base64Within(bytes: Buffer, offset: number, encoding: 'base64' | 'base64url'): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
  const usable = whole.length - (whole.length % 3);
  const encoded = whole.subarray(0, usable).toString(encoding);
  return encoded.slice(offset === 0 ? 0 : 4);
}

type Look = readonly [look: string, text: string];

function looksAt(bytes: Buffer): readonly Look[] {
  const text = bytes.toString('utf8');
  const unescaped = withoutJsonEscapes(text);
  const url = withoutUrlEscapes(unescaped);
  const looks: readonly (readonly [string, string])[] = [
    ['', text],
    [', JSON-escaped', unescaped],
    [', URL-encoded', url],
    [', URL-encoded twice', withoutUrlEscapes(url)],
    [', HTML-escaped', withoutHtmlEscapes(unescaped)],
    [', UTF-16', withoutZeroBytes(bytes)],
    ...[pairs(bytes), pairs(bytes.subarray(1))].flatMap((even) => [
      [', UTF-16', even.toString('utf16le')] as const,
      [', UTF-16', even.swap16().toString('utf16le')] as const,
    ]),
    [', with separators', unescaped.replace(/(?<=\d)[ ().\-/+,:"'\\]{1,3}(?=\d)/g, '')],
  ];
  const seen = new Set<string>();
  return looks.flatMap(([look, one]) => {
    if (seen.has(one)) return [];
    seen.add(one);
    return [[look, one] as const];
  });
}

function withoutJsonEscapes(text: string): string {
  return text
    .replace(/\\+u\{?([0-9a-fA-F]{4})\}?/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\+x([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\+(["/])/g, '$1');
}

/** Leaves what is no escape as it is; bytes that are no UTF-8 become what they look like. */
function withoutUrlEscapes(text: string): string {
  return text.replace(/(%[0-9a-fA-F]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

function withoutHtmlEscapes(text: string): string {
  return text.replace(/&#(x?)([0-9a-fA-F]{2,6});/g, (whole, x, digits) => {
    const code = Number.parseInt(digits, x ? 16 : 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function withoutZeroBytes(bytes: Buffer): string {
  return Buffer.from(bytes.filter((byte) => byte !== 0)).toString('utf8');
}

/** A copy of whole pairs of bytes: Node 24 writes past its memory where it decodes UTF-16 from an odd address. */
function pairs(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
}
