import { exactNumber } from './decimal.ts';

/** A number of JSON that no double has, as it is written; JSON.stringify writes it so again. */
interface RawNumber {
  readonly rawJSON: string;
}

// https://github.com/tc39/proposal-json-parse-with-source, in Node since 21.
const json = JSON as unknown as {
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

/** Digits of a double that need no more to tell it from every other: a number with fewer is exact, or rounds to itself. */
const mayBeRounded = /\d[\d.]{15}|\d[eE][+-]?\d/;

/** Parses JSON; a number that a double would round is a RawNumber. Throws where the text is not JSON. */
export function parseLossless(text: string): unknown {
  if (!mayBeRounded.test(text)) return JSON.parse(text);
  return json.parse(text, (_name, value, { source }) =>
    typeof value === 'number' && source !== undefined && exactNumber(source) === undefined
      ? json.rawJSON(source)
      : value,
  );
}

export const isRawNumber = json.isRawJSON;
