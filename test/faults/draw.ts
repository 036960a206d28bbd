import { createHash } from 'node:crypto';

/** A number from 0 up to 1 that depends on the words alone, so that it is the same in whatever order things come. */
export function draw(...words: readonly (string | number)[]): number {
  return createHash('sha256').update(words.join(' ')).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** A whole number from `from` up to and including `to`. */
export function drawInt(from: number, to: number, ...words: readonly (string | number)[]): number {
  return from + Math.floor(draw(...words) * (to - from + 1));
}

/** One of a list. */
export function drawOne<T>(list: readonly [T, ...T[]], ...words: readonly (string | number)[]): T {
  return list[Math.floor(draw(...words) * list.length)] ?? list[0];
}

/** A UUID made of the words. */
export function drawUuid(...words: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(words.join(' ')).digest('hex');
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
