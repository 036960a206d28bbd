/** Milliseconds in which a quota is counted. */
export const windowMs = 60_000;

/** Milliseconds that are counted together: memory stays the same however high the quota is. */
const bucketMs = 100;

/** The buckets that reach into the last `windowMs`, with the one that has begun. */
const size = windowMs / bucketMs + 1;

/** How much happened in the last minute, whichever minute that is: nothing is forgotten early, up to 100 ms late. */
export interface SlidingWindow {
  /** Counts one at this moment. */
  add(now: number): void;
  /** How many are in the window. */
  used(now: number): number;
  /** Milliseconds until so many of those in the window, at least 1, have left it; a whole window where there are fewer. */
  msUntilLeft(now: number, count: number): number;
}

/** Makes an empty window. Moments are milliseconds by one clock that does not go back. */
export function createSlidingWindow(): SlidingWindow {
  const counts = new Uint32Array(size);
  let newest = 0;
  let total = 0;

  function advance(now: number): void {
    const bucket = Math.floor(now / bucketMs);
    if (bucket - newest >= size) {
      counts.fill(0);
      total = 0;
      newest = bucket;
    }
    while (newest < bucket) {
      newest += 1;
      total -= counts[newest % size] ?? 0;
      counts[newest % size] = 0;
    }
  }

  return {
    add(now) {
      advance(now);
      counts[newest % size] = (counts[newest % size] ?? 0) + 1;
      total += 1;
    },
    used(now) {
      advance(now);
      return total;
    },
    msUntilLeft(now, count) {
      advance(now);
      let left = 0;
      for (let bucket = newest - size + 1; bucket <= newest; bucket += 1) {
        // Before the clock's beginning there was nothing.
        if (bucket >= 0) left += counts[bucket % size] ?? 0;
        if (left >= count) return (bucket + size) * bucketMs - now;
      }
      return windowMs;
    },
  };
}
