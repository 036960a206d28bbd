import { plainDecimal } from '../../domain/decimal.ts';

/** Said of a number that is not lossless. */
export const notLossless = 'The number would be rounded: write at most 15 significant digits.';

/**
 * True if parsing the literal, of JSON or of GraphQL, to a double loses no digits. Infinity and unsafe integers are
 * rejected elsewhere.
 */
export function isLossless(literal: string): boolean {
  const value = Number(literal);
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return true;
  return plainDecimal(literal) === plainDecimal(String(value));
}

/**
 * Finds what may be a lossy fraction, in strings too: fifteen digits are always lossless, so that one has seventeen
 * characters or an exponent.
 */
const suspect = /(?:^|[:,[\s])-?(?:[\d.]{17}|[\d.]+e)/i;

/** True if `parseLossless` may give another value than JSON.parse. */
export function mayBeLossy(json: string): boolean {
  return suspect.test(json);
}

/**
 * JSON.parse with NaN, which JSON does not have, in place of each number that is not lossless: GraphQL rejects it at
 * its path. It recurses as deep as the value is nested: check that first.
 * @throws SyntaxError
 */
export function parseLossless(json: string): unknown {
  const revive = (_key: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' && context?.source !== undefined && !isLossless(context.source)
      ? Number.NaN
      : value;
  return JSON.parse(json, revive);
}
