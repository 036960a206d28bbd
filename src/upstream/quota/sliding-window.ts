/** Milliseconds in which a quota is counted. */
export const windowMs = 60_000;

/** How many permits are in use, by the second in which they are free again, up to a second late. */
export type Uses = Map<number, number>;

/** Moments are milliseconds by one clock. */
export function addUse(uses: Uses, freeAt: number, count = 1): void {
  const second = Math.ceil(freeAt / 1_000);
  uses.set(second, (uses.get(second) ?? 0) + count);
}

/** How many are in use; forgets the others. */
export function countUses(uses: Uses, now: number): number {
  let sum = 0;
  for (const [second, count] of uses) {
    if (second * 1_000 <= now) uses.delete(second);
    else sum += count;
  }
  return sum;
}

/** Milliseconds until so many are free again, of uses in order; a window where fewer are in use. */
export function msUntilFree(
  uses: readonly (readonly [number, number])[],
  count: number,
  now: number,
): number {
  if (count <= 0) return 0;
  let left = count;
  for (const [second, ended] of uses) {
    left -= ended;
    if (left <= 0) return second * 1_000 - now;
  }
  return windowMs;
}
