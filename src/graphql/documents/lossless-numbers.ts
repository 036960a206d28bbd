import { exactNumber } from '../../domain/decimal.ts';

/** Said of a number that is not lossless. */
export const notLossless = 'The number would be rounded: write at most 15 significant digits.';

/**
 * True if parsing the literal, of JSON or of GraphQL, to a double loses no digits. Infinity and unsafe integers are
 * rejected elsewhere.
 */
export function isLossless(literal: string): boolean {
  const value = Number(literal);
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return true;
  return exactNumber(literal) !== undefined;
}
