import { createSlidingWindow, windowMs } from './sliding-window.ts';

/** What a permit was taken from, for whoever gave it; undefined where it does not matter. */
export type Permit = object | undefined;

/** Who a permit is for, the first before the others: see HttpTime.priority. */
export type Purpose = 'first' | 'write' | 'read';

/** How many permits are waited for, by purpose; each at least 0. */
export type Wanted = Readonly<Record<Purpose, number>>;

/**
 * Gives out the requests of a quota. A permit counts from when it is taken until a minute after its request ended:
 * the request reaches the provider at some moment in between, so the provider, whatever minute it counts by, never
 * counts more than the quota.
 */
export interface Permits {
  /** How many may be taken now. */
  free(now: number, purpose: Purpose): number;
  /** Takes one of those that are free. */
  take(now: number, purpose: Purpose): Permit;
  /** The request of this permit has ended; it may have left. */
  spent(permit: Permit, now: number): void;
  /** Nothing left by this permit, and nothing will. */
  unspent(permit: Permit, now: number): void;
  /** Milliseconds until so many may be free as far as it is known; 0 where it is not. */
  msUntilFree(now: number, count: number, purpose: Purpose): number;
  /** Has more brought, where they are brought from elsewhere: `onChange` says when to look again. */
  bring?(wanted: Wanted, now: number): void;
  /** Has others who share the quota hold back, too. */
  holdOthers?(ms: number, now: number): void;
}

/**
 * The share of a quota that writes leave for what goes first, and the one that reads leave for writes beside that: a
 * page that lists users shall not keep a patch from being sent, nor patches each other from being seen. Our own
 * choice.
 */
const shares = { first: 0.01, write: 0.1 };

/** How much of a quota is left for others by those who ask for this purpose; of a quota of 2 writes leave nothing. */
export function leftFor(perMinute: number, purpose: Purpose): number {
  if (purpose === 'first') return 0;
  const first = Math.min(perMinute - 2, Math.ceil(perMinute * shares.first));
  if (purpose === 'write') return first;
  return Math.min(perMinute - 1, first + Math.ceil(perMinute * shares.write));
}

/** Gives out the permits of this process alone. `limit` may change, as those who share a quota come and go. */
export function createLocalPermits(limit: () => number): Permits {
  const window = createSlidingWindow();
  let underWay = 0;
  const free: Permits['free'] = (now, purpose) => {
    const perMinute = limit();
    return perMinute - leftFor(perMinute, purpose) - underWay - window.used(now);
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
    msUntilFree(now, count, purpose) {
      const missing = count - free(now, purpose);
      if (missing <= 0) return 0;
      // What is under way leaves the window a whole window after it has ended.
      return missing > window.used(now) ? windowMs : window.msUntilLeft(now, missing);
    },
  };
}
