import type { Canary } from './plants.ts';

/** How a canary was found: whose it is, and in which form. */
export type Finding = string;

/**
 * Searches for canaries in whatever came out. A mark is looked for as it is and in the forms that something else
 * could have made of it (base64 in any position, hexadecimal, UTF-16 of these); what came out is looked at as it
 * is and with its escapes undone (JSON's, a URL's once and twice, HTML's, UTF-16's zero bytes, the separators in a
 * phone number). Letters are the same in either case, but for base64. Gives one finding for each canary and form.
 */
export function search(found: string | Uint8Array, canaries: readonly Canary[]): Finding[] {
  const looks = looksAt(Buffer.from(found as string));
  const findings = canaries.flatMap(({ name, marks }) =>
    marks.flatMap((mark) => {
      const forms = formsOf(mark);
      return looks.flatMap(([look, text, lower]) =>
        forms.flatMap(([form, needle, exact]) =>
          (exact ? text : lower).includes(needle) ? [`${name}: ${form}${look}`] : [],
        ),
      );
    }),
  );
  return [...new Set(findings)];
}

type Form = readonly [form: string, needle: string, exact: boolean];

const formsKept = new Map<string, readonly Form[]>();

function formsOf(mark: string): readonly Form[] {
  const kept = formsKept.get(mark);
  if (kept) return kept;
  const [utf8, utf16] = [Buffer.from(mark), Buffer.from(mark, 'utf16le')];
  const forms: Form[] = [
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
  formsKept.set(mark, forms);
  return forms;
}

/** What base64 makes of these bytes after `offset` others, without the characters that their neighbours share. */
function base64Within(bytes: Buffer, offset: number, encoding: 'base64' | 'base64url'): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
  const usable = whole.length - (whole.length % 3);
  const encoded = whole.subarray(0, usable).toString(encoding);
  return encoded.slice(offset === 0 ? 0 : 4);
}

type Look = readonly [look: string, text: string, lower: string];

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
    [', UTF-16', bytes.toString('utf16le')],
    [', UTF-16', bytes.subarray(1).toString('utf16le')],
    [', UTF-16', swapped(bytes)],
    [', UTF-16', swapped(bytes.subarray(1))],
    [', with separators', unescaped.replace(/(?<=\d)[ ().\-/+,:"'\\]{1,3}(?=\d)/g, '')],
  ];
  const seen = new Set<string>();
  return looks.flatMap(([look, one]) => {
    if (seen.has(one)) return [];
    seen.add(one);
    return [[look, one, one.toLowerCase()] as const];
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

function swapped(bytes: Buffer): string {
  const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  return even.swap16().toString('utf16le');
}
