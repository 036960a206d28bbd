/** Milliseconds in which a quota is counted. */
export const windowMs = 60_000;

/** Counts permits in use by the second in which they are free again, up to a second late. Moments are milliseconds. */
export class SlidingWindow {
  readonly #bySecond = new Map<number, number>();
  #sum = 0;

  /** Permits that are free again at a moment, which is no earlier than that of the call before. */
  add(freeAt: number, count = 1): void {
    const second = Math.ceil(freeAt / 1_000);
    this.#bySecond.set(second, this.endingIn(second) + count);
    this.#sum += count;
  }

  /** How many are in use; forgets the others. */
  count(now: number): number {
    for (const [second, count] of this.#bySecond) {
      if (second * 1_000 > now) break;
      this.#bySecond.delete(second);
      this.#sum -= count;
    }
    return this.#sum;
  }

  endingIn(second: number): number {
    return this.#bySecond.get(second) ?? 0;
  }

  /** As it goes into the ledger: milliseconds from `now`, and how many are free again then. */
  after(now: number): [ms: number, count: number][] {
    return [...this.#bySecond].map(([second, count]) => [Math.ceil(second * 1_000 - now), count]);
  }
}
