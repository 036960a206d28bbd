/**
 * A number in JSON's form (RFC 8259) without an exponent and without zeros that say nothing: `1.50e-3` is `0.0015`.
 * Undefined where the text is not a number in that form, or is too long to be written out.
 */
export function plainDecimal(text: string): string | undefined {
  if (text.length > maxLength) return undefined;
  const [, minus, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const shift = Number(exponent);
  if (minus === undefined) return undefined;
  if (/^0*$/.test(whole + fraction)) return '0';
  if (Math.abs(shift) > maxShift) return undefined;
  const point = whole.length + shift;
  const digits = (whole + fraction).padEnd(point, '0');
  const padded = point < 1 ? '0'.repeat(1 - point) + digits : digits;
  const at = Math.max(point, 1);
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, '');
  const right = padded.slice(at).replace(/0+$/, '');
  return minus + (right === '' ? left : `${left}.${right}`);
}

/** Beyond those of any double. */
const maxShift = 400;
const maxLength = 800;

/** The double that the text says exactly; undefined where it is not a number, or would be rounded. */
export function exactNumber(text: string): number | undefined {
  const value = Number(text);
  const plain = plainDecimal(text);
  return plain !== undefined && plain === plainDecimal(String(value)) ? value : undefined;
}
