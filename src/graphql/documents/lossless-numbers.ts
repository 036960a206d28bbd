/**
 * True where a number's literal, of JSON or of GraphQL, is the number that JavaScript makes of it, or where that
 * is told elsewhere: infinity is no Float, and whole numbers past ±(2^53 − 1) are refused with their path.
 */
export function isLossless(literal: string): boolean {
  const value = Number(literal);
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return true;
  return decimal(literal) === decimal(String(value));
}

/** One way to write a decimal, whatever its zeros, exponent and sign: 12.50 and 125e-1 are both `125e-1`. */
function decimal(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = withoutZerosAtEnd(digits);
  if (significant === '') return '0';
  return `${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

/** By hand: a regular expression would look from every zero to the end of its run. */
function withoutZerosAtEnd(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

/**
 * Finds what may be a fraction that does not survive, also inside of a text: fifteen digits always survive, so it
 * takes seventeen characters or an exponent.
 */
const suspect = /(?:^|[:,[\s])-?(?:[\d.]{17}|[\d.]+e)/i;

/** True where `parseExactly` may give another value than JSON.parse. */
export function mayBeRounded(json: string): boolean {
  return suspect.test(json);
}

/**
 * JSON.parse with NaN, which JSON cannot say, in the place of each fraction that would be rounded: so that
 * GraphQL refuses it where it stands. It goes as deep as the value does: look at that first.
 * @throws SyntaxError
 */
export function parseLossless(json: string): unknown {
  const revive = (_key: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' && context?.source !== undefined && !isLossless(context.source)
      ? Number.NaN
      : value;
  return JSON.parse(json, revive);
}
