import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { z } from 'zod';

const emptyText = 'An empty text is not a value: null clears the field, where the directory can clear it.';

/** Half of a character that needs two: it would reach the provider as U+FFFD. */
const wellFormed = (text: string) => text.isWellFormed();
const brokenText = 'The text has half of a character (a lone surrogate).';

/** Control characters, line and paragraph separators, and what changes the direction of the text around it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** A name: one line of printable text. Accents, CJK, Arabic, emoji and any normal form are kept as they are. */
export const name = z
  .string()
  .min(1, emptyText)
  .refine(wellFormed, brokenText)
  .refine((text) => !unprintable.test(text), 'The text has control or direction-changing characters.')
  .refine((text) => !/^[\p{Z}\p{Cf}]+$/u.test(text), 'The text shows nothing: it is all spaces.')
  .max(1_024, 'At most 1024 characters.');

/** Letters of one script, or of those that one language writes together. */
const scriptsTogether: readonly RegExp[] = [
  /^\p{Script=Latin}$/u,
  /^\p{Script=Cyrillic}$/u,
  /^\p{Script=Greek}$/u,
  /^\p{Script=Arabic}$/u,
  /^\p{Script=Hebrew}$/u,
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]$/u,
];

/**
 * A name that stands for an account, so that no two look the same: PRECIS's UsernameCasePreserved (RFC 8265) as
 * far as it can be said here. Nothing that NFKC changes, nothing invisible, letters of one script.
 */
export const username = name
  .refine(
    (text) => text.normalize('NFKC') === text,
    'Expected plain characters: some have another form (NFKC).',
  )
  .refine((text) => !/\p{Default_Ignorable_Code_Point}/u.test(text), 'The name has invisible characters.')
  .refine(isOfOneScript, 'The name mixes letters of several scripts.');

function isOfOneScript(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  const scripts = letters.map((letter) => scriptsTogether.findIndex((script) => script.test(letter)));
  return new Set(scripts).size <= 1;
}

/** A custom field's text: any text but the empty one, line breaks included. */
export const text = z
  .string()
  .min(1, emptyText)
  .refine(wellFormed, brokenText)
  .refine((value) => !value.includes('\0'), 'The text has a NUL character.')
  .max(16_384, 'At most 16384 characters.');

/** An email address: something, an @, and a domain with a dot. The provider has the last word. */
export const emailAddress = name.refine(
  (address) => z.regexes.unicodeEmail.test(address) && /@[^@]+\.[^@.]+$/.test(address),
  'Expected an email address, such as name@example.com.',
);

/** A phone number in E.164, in the one way of writing it, that its country's numbering plan has room for. */
export const phoneNumber = name.refine((number) => {
  const phone = parsePhoneNumberFromString(number);
  return phone?.number === number && phone.isPossible();
}, 'Expected a phone number in E.164, such as +8615612345678: a plus sign, the country code, digits only.');

/** The address of a picture: http or https and nothing that a page would run. */
export const pictureUrl = name.refine(
  (url) => /^https?:\/\//i.test(url) && URL.canParse(url),
  'Expected the address of a picture: https://…',
);

/** A number that arrives as it was said: finite, no negative zero, no whole number past ±(2^53 − 1). */
export const number = z
  .unknown()
  .refine((value) => typeof value === 'number' && Number.isFinite(value), 'Expected a finite number.')
  .refine(
    (value) => !Number.isInteger(value) || Number.isSafeInteger(value),
    'A whole number beyond ±9007199254740991 would be rounded.',
  )
  .refine((value) => !Object.is(value, -0), 'Negative zero would not survive: say 0.') as z.ZodType<number>;

/** A key that a caller makes up for one call. */
export const idempotencyKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16,255}$/, 'Expected 16 to 255 letters, digits, _ or -.');

/** Members of one list at most: far more than any user has. Our own choice. */
const maxMembers = 1_000;

/** Of a list: no more than it may have. */
export const maxListLength = [maxMembers, { message: `At most ${maxMembers} in one list.` }] as [
  number,
  { message: string },
];

/** True for a list in which nothing is twice. */
export function isUnique(list: readonly unknown[]): boolean {
  return new Set(list).size === list.length;
}
