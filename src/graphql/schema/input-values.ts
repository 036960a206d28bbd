import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { z } from 'zod';

const emptyText = 'Must not be empty. To clear the field, use null, if the directory supports it.';

/** A lone surrogate would reach the provider as U+FFFD. */
const wellFormed = (text: string) => text.isWellFormed();
const brokenText = 'Must not contain a lone surrogate (half of a character).';

/** Control characters, line and paragraph separators, and bidirectional controls. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the rule rejects them
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** A name: one line of printable text in any script and any normal form. */
export const name = z
  .string()
  .min(1, emptyText)
  .refine(wellFormed, brokenText)
  .refine((text) => !unprintable.test(text), 'Must not contain control or direction-changing characters.')
  .refine((text) => !/^[\p{Z}\p{Cf}]+$/u.test(text), 'Must contain a visible character.')
  .max(1_024, 'At most 1024 characters.');

/** Scripts whose letters may be mixed: those that one language uses together. */
const scriptsTogether: readonly RegExp[] = [
  /^\p{Script=Latin}$/u,
  /^\p{Script=Cyrillic}$/u,
  /^\p{Script=Greek}$/u,
  /^\p{Script=Arabic}$/u,
  /^\p{Script=Hebrew}$/u,
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]$/u,
];

/** A username, unlikely to look like another: close to the UsernameCasePreserved profile of PRECIS (RFC 8265). */
export const username = name
  .refine(
    (text) => text.normalize('NFKC') === text,
    'Must be in normal form NFKC: some characters have a plainer form.',
  )
  .refine((text) => !/\p{Default_Ignorable_Code_Point}/u.test(text), 'Must not contain invisible characters.')
  .refine(isOfOneScript, 'Must not mix letters of different scripts.');

function isOfOneScript(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  const scripts = letters.map((letter) => scriptsTogether.findIndex((script) => script.test(letter)));
  return new Set(scripts).size <= 1;
}

/** A custom field's text: any text that is not empty, also of several lines. */
export const text = z
  .string()
  .min(1, emptyText)
  .refine(wellFormed, brokenText)
  .refine((value) => !value.includes('\0'), 'Must not contain a NUL character.')
  .max(16_384, 'At most 16384 characters.');

/** An email address whose domain has a dot. Providers may be stricter. */
export const emailAddress = name.refine(
  (address) => z.regexes.unicodeEmail.test(address) && /@[^@]+\.[^@.]+$/.test(address),
  'Must be an email address, such as name@example.com.',
);

/** A phone number in E.164, of a length that its country's numbering plan allows. */
export const phoneNumber = name.refine((number) => {
  const phone = parsePhoneNumberFromString(number);
  return phone?.number === number && phone.isPossible();
}, 'Must be a phone number in E.164, such as +8615612345678: a plus sign, the country code, digits only.');

/** The URL of a picture: http or https, so that no page runs it as a script. */
export const pictureUrl = name.refine(
  (url) => /^https?:\/\//i.test(url) && URL.canParse(url),
  'Must be the URL of a picture: https://…',
);

/** A number that JSON transports without loss: finite, no negative zero, no integer beyond ±(2^53 − 1). */
export const number = z
  .unknown()
  .refine((value) => typeof value === 'number' && Number.isFinite(value), 'Must be a finite number.')
  .refine(
    (value) => !Number.isInteger(value) || Number.isSafeInteger(value),
    'Must be within ±9007199254740991: a larger integer would be rounded.',
  )
  .refine((value) => !Object.is(value, -0), 'Must not be negative zero: use 0.') as z.ZodType<number>;

/** A key that the caller chooses for one call. */
export const idempotencyKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16,255}$/, 'Must be 16 to 255 letters, digits, _ or -.');
