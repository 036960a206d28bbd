/** A text; null where it is absent or empty. */
export function text(value: string | null | undefined): string | null {
  return value ? value : null;
}

/** A date from epoch milliseconds, or from units of `unitMs`; null where it is absent or out of range. */
export function epoch(value: number | null | undefined, unitMs = 1): Date | null {
  const date = new Date((value ?? Number.NaN) * unitMs);
  return value && !Number.isNaN(date.getTime()) ? date : null;
}
