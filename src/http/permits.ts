import { createPaceWindow, windowMs } from './pace-window.ts';

/** What a permit was taken from, for whoever gave it; undefined where it does not matter. */
export type Permit = object | undefined;

/** What waits for permits, each at least 0. */
export interface Wanted {
  /** Permits that writes wait for. */
  readonly writes: number;
  /** Permits that reads wait for. */
  readonly reads: number;
}

/**
 * Gives out the requests of a quota. A permit counts from when it is taken until a minute after its request ended:
 * the request reaches the provider at some moment in between, so the provider, whatever minute it counts by, never
 * counts more than the quota.
 */
export interface Permits {
  /** How many may be taken now by a write, and by a read. */
  free(now: number, isRead: boolean): number;
  /** Takes one of those that are free. */
  take(now: number, isRead: boolean): Permit;
  /** The request of this permit has ended; it may have left. */
  spent(permit: Permit, now: number): void;
  /** Nothing left by this permit, and nothing will. */
  unspent(permit: Permit, now: number): void;
  /** Milliseconds until so many may be free as far as it is known; 0 where it is not. */
  msUntilFree(now: number, count: number, isRead: boolean): number;
  /** Has more brought, where they are brought from elsewhere: `onChange` says when to look again. */
  bring?(wanted: Wanted, now: number): void;
  /** Has others who share the quota hold back, too. */
  holdOthers?(ms: number, now: number): void;
}

/**
 * The share of a quota that reads leave for writes, which else would find it used up by a page that lists users.
 * Our own choice.
 */
const leftForWrites = 0.1;

/** How much of a quota reads leave for writes: some of every quota that is more than one. */
export function reserveOf(perMinute: number): number {
  return Math.min(perMinute - 1, Math.ceil(perMinute * leftForWrites));
}

/** Gives out the permits of this process alone. `limit` may change, as those who share a quota come and go. */
export function createLocalPermits(limit: () => number): Permits {
  const window = createPaceWindow();
  let underWay = 0;
  const free: Permits['free'] = (now, isRead) => {
    const perMinute = limit();
    return perMinute - (isRead ? reserveOf(perMinute) : 0) - underWay - window.used(now);
  };
  return {
    free,
    take() {
      underWay += 1;
      return undefined;
    },
    spent(_permit, now) {
      underWay -= 1;
      window.add(now);
    },
    unspent() {
      underWay -= 1;
    },
    msUntilFree(now, count, isRead) {
      const missing = count - free(now, isRead);
      if (missing <= 0) return 0;
      // What is under way leaves the window a whole window after it has ended.
      return missing > window.used(now) ? windowMs : window.msUntilLeft(now, missing);
    },
  };
}
