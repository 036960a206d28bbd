import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { z } from 'zod';
import { type InputPath, invalidInput, type PatchError } from '../../domain/errors.ts';
import type { PatchField } from '../../domain/user.ts';

const emptyText = 'Must not be empty. To clear the field, use null, if the directory supports it.';

/** A lone surrogate would reach the provider as U+FFFD. */
const wellFormed = (text: string) => text.isWellFormed();
const brokenText = 'Must not contain a lone surrogate (half of a character).';

/** Control characters, line and paragraph separators, and bidirectional controls. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the rule rejects them
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** Separators, what is never shown, such as U+3164 HANGUL FILLER, and U+2800 BRAILLE PATTERN BLANK. */
const invisible = /^[\p{Z}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]+$/u;

/** A name: one line of printable text in any script and any normal form. */
const name = z
  .string()
  .min(1, emptyText)
  .refine(wellFormed, brokenText)
  .refine((text) => !unprintable.test(text), 'Must not contain control or direction-changing characters.')
  .refine((text) => !invisible.test(text), 'Must contain a visible character.')
  .max(1_024, 'At most 1024 characters.');

/**
 * Scripts in common modern use (UAX #31, table 5), those together that one language uses together; any other is the
 * last one.
 */
const scripts: readonly RegExp[] = [
  'Han Hiragana Katakana Hangul Bopomofo',
  ...'Arabic Armenian Bengali Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Hebrew Kannada'.split(
    ' ',
  ),
  ...'Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan'.split(' '),
].map((names) => new RegExp(`[${names.replace(/\w+ ?/g, (name) => `\\p{Script=${name.trim()}}`)}]`, 'u'));

/** Of no script: marks, and letters that several scripts use, such as the prolonged sound mark of Japanese. */
const ofNoScript = /[\p{Script=Common}\p{Script=Inherited}]/u;

/** A username, unlikely to look like another: close to the UsernameCasePreserved profile of PRECIS (RFC 8265). */
const username = name
  .refine(
    (text) => text.normalize('NFKC') === text,
    'Must be in normal form NFKC: some characters have a plainer form.',
  )
  .refine(isVisible, 'Must not contain invisible characters.')
  .refine(isOfOneScript, 'Must not mix letters of different scripts.');

function isVisible(text: string): boolean {
  return !/\p{Default_Ignorable_Code_Point}/u.test(text);
}

function isOfOneScript(text: string): boolean {
  // The common case: ASCII's letters are Latin.
  if (/^[ -~]*$/.test(text)) return true;
  const letters = (text.match(/\p{L}/gu) ?? []).filter((letter) => !ofNoScript.test(letter));
  return new Set(letters.map((letter) => scripts.findIndex((script) => script.test(letter)))).size <= 1;
}

/** A custom field's text: any text that is not empty, also of several lines. */
const text = z
  .string()
  .min(1, emptyText)
  .refine(wellFormed, brokenText)
  .refine((value) => !value.includes('\0'), 'Must not contain a NUL character.')
  .max(16_384, 'At most 16384 characters.');

/** A part of an email address between dots, as RFC 5321 has it without quotes: an Atom of RFC 6531, and a label. */
const atom = '[^\\s@.,:;<>()\\[\\]\\\\"]+';
const label = '(?!-)[\\p{L}\\p{M}\\p{N}-]+(?<!-)';
const dotAtoms = new RegExp(`^${atom}(\\.${atom})*@${label}(\\.${label})+$`, 'u');

/** An email address whose domain has a dot. Providers may be stricter. */
const emailAddress = name
  .refine(
    (address) => z.regexes.unicodeEmail.test(address) && dotAtoms.test(address),
    'Must be an email address, such as name@example.com.',
  )
  .refine(isVisible, 'Must not contain invisible characters.')
  // Of each part: a local part may be in another script than the domain.
  .refine(
    (address) => address.split(/[@.]/).every(isOfOneScript),
    'Must not mix letters of different scripts.',
  );

/**
 * A phone number in E.164. Numbering plans change faster than what is known of them: the country code must exist, and
 * the length be one of E.164.
 */
const phoneNumber = name
  .refine(
    (number) => /^\+[1-9]\d{1,14}$/.test(number),
    'Must be a phone number in E.164, such as +8615612345678: a plus sign, the country code, digits only.',
  )
  .refine(
    (number) => !/^\+[1-9]\d{1,14}$/.test(number) || parsePhoneNumberFromString(number)?.number === number,
    'There is no such country code, or no number of that country has this length.',
  );

/** The URL of a picture: http or https, so that no page runs it as a script; with the characters of a URL alone. */
const pictureUrl = name.refine(
  (url) => /^https?:\/\/[^\s/?#\\"<>^`{|}][^\s\\"<>^`{|}]*$/i.test(url) && URL.canParse(url),
  'Must be the URL of a picture: https://…',
);

/** A number that JSON transports without loss: finite, no negative zero, no integer beyond ±(2^53 − 1). */
const number = z
  .unknown()
  .refine((value) => typeof value === 'number' && Number.isFinite(value), 'Must be a finite number.')
  .refine(
    (value) => !Number.isInteger(value) || Number.isSafeInteger(value),
    'Must be within ±9007199254740991: a larger integer would be rounded.',
  )
  .refine((value) => !Object.is(value, -0), 'Must not be negative zero: use 0.') as z.ZodType<number>;

/** A key that the caller chooses for one call. */
const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/, 'Must be 1 to 255 printable ASCII characters.');

/** `repeated`: the message for a list with two equal members, which are compared by `keyOf`. */
function listOf<Member>(
  member: z.ZodType<Member>,
  repeated: string,
  keyOf: (member: Member) => unknown = (one) => one,
) {
  return z.array(member).refine((list) => new Set(list.map(keyOf)).size === list.length, repeated);
}

const names = listOf(name, 'The list contains the same name twice.');
const texts = listOf(text, 'The list contains the same text twice.');

const value = z.object({
  text: text.nullish(),
  number: number.nullish(),
  texts: texts.min(1, 'An empty list is not a value: remove the field instead.').nullish(),
  date: z.date('Must be a date that exists.').nullish(),
});

const assignment = z.object({ field: name, value }).nullish();

const noValues = 'Name at least one value, or leave the list out to remove the whole value.';

const removal = z
  .object({ field: name, values: texts.min(1, noValues).nullish() })
  // A variable that is null by mistake must not clear the whole field.
  .refine(({ values }) => values !== null, {
    message: 'Must not be null: name the values to remove, or leave the list out.',
    path: ['values'],
  })
  .nullish();

const tenants = listOf(
  z.object({ tenantId: name, roleNames: names }),
  'The list contains the same tenant twice.',
  ({ tenantId }) => tenantId,
);

/** What the values of each field must be beside their GraphQL type. */
const patch = {
  username: username.nullish(),
  displayName: name.nullish(),
  givenName: name.nullish(),
  middleName: name.nullish(),
  familyName: name.nullish(),
  email: z.object({ address: emailAddress }).nullish(),
  phone: z.object({ number: phoneNumber }).nullish(),
  picture: pictureUrl.nullish(),
  status: z.unknown().optional(),
  roleNames: names.nullish(),
  tenants: tenants.nullish(),
  ssoAppIds: names.nullish(),
  customFields: z.array(z.object({ add: assignment, replace: assignment, remove: removal })).nullish(),
} as const satisfies Readonly<Record<PatchField, z.ZodType>>;

/** The rules for UserBy. */
export const userBy = z.object({ login: z.object({ login: name }).nullish() });

/** The rules for PatchUserInput. */
export const patchUserInput = z.object({
  user: userBy,
  patch: z.object(patch),
  ifVersion: name.nullish(),
  idempotencyKey: idempotencyKey.nullish(),
});

/** The arguments of a field that is validated by `checkedInput`. */
interface CheckedArgs<Input> {
  readonly input: Input;
  readonly checked: { readonly input: Input; readonly inputErrors: readonly PatchError[] };
}

/**
 * plugin-zod's option for a field with an argument `input`. Nothing is thrown: `checkedOf` gives the input and its
 * errors, to be reported together with all later ones.
 */
export const checkedInput = {
  // Not a transform, which an asynchronous parse would wait for.
  schema: z.unknown().overwrite((args) => {
    const { input } = args as { readonly input: unknown };
    return { input: nothingToCopy, checked: { input, inputErrors: errorsIn(patchUserInput, input) } };
  }) as z.ZodType as z.ZodType<never>,
};

/**
 * After the option's schema the plugin copies the argument by validators of its own, one for each input object, which
 * check only that it is an object. They take as long as all the rules above: here is nothing for them to copy.
 */
const nothingToCopy = { user: {}, patch: {} };

/** The input of a field that is validated by `checkedInput`, and its errors. */
export function checkedOf<Input>(args: { readonly input: Input }): CheckedArgs<Input>['checked'] {
  return (args as CheckedArgs<Input>).checked;
}

/** The errors of an input by its rules. `at`: the path of the input, if it is not `input`. */
export function errorsIn(rules: z.ZodType, input: unknown, at: InputPath = []): readonly PatchError[] {
  const { error } = rules.safeParse(input);
  return error?.issues.map(({ message, path }) => invalidInput(message, [...at, ...path.map(String)])) ?? [];
}
