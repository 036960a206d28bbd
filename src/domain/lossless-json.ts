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

/** Finds what may be a number that a double rounds, in strings too: a number of fifteen digits is always exact. */
const suspect = /(?:^|[:,[\s])-?(?:[\d.]{16}|[\d.]+e)/i;

/** True where `parseLossless` may give another value than JSON.parse. */
export function mayBeRounded(text: string): boolean {
  return suspect.test(text);
}

/**
 * Parses JSON; `instead` gives what stands for a number that a double would round, by default a RawNumber. It recurses
 * as deep as the value is nested. Throws where the text is not JSON.
 */
export function parseLossless(text: string, instead: (literal: string) => unknown = json.rawJSON): unknown {
  if (!mayBeRounded(text)) return JSON.parse(text);
  return json.parse(text, (_name, value, { source }) =>
    typeof value === 'number' && source !== undefined && exactNumber(source) === undefined
      ? instead(source)
      : value,
  );
}

export const isRawNumber = json.isRawJSON;
