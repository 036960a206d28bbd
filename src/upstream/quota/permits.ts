import type { Priority } from '../client.ts';
import { addUse, countUses, msUntilFree, type Uses, windowMs } from './sliding-window.ts';

/** The first before the others. */
export const priorities = ['urgent', 'write', 'read'] as const satisfies readonly Priority[];

export type ByPriority = Readonly<Record<Priority, number>>;

/**
 * Permits to send the requests of a quota. A permit is in use from when it is taken until a minute after its request
 * ended: the provider counts the request at some moment in between, and so never more of them than the quota.
 */
export interface Permits {
  /** How many a request of this priority may take now; none where it is negative. */
  free(now: number, priority: Priority): number;
  take(): void;
  /** The request of a permit has ended. */
  commit(now: number): void;
  /** The request of a permit was not sent and will not be. */
  rollback(): void;
  /** Milliseconds until so many may be free, as far as it is known; 0 where it is not. */
  msUntilFree(now: number, count: number, priority: Priority): number;
  /** Asks for permits where they come from elsewhere. */
  refill?(wanted: ByPriority, now: number): void;
  /** Tells those who share the quota to pause. */
  pauseAll?(ms: number, now: number): void;
}

/** How much of a quota requests of this priority may use up: 1 % is left for urgent ones, and by reads 10 % for writes. */
export function usableBy(priority: Priority, perMinute: number): number {
  const byWrites = Math.max(2, perMinute - Math.ceil(perMinute * 0.01));
  const byReads = Math.max(1, byWrites - Math.ceil(perMinute * 0.1));
  return Math.min(perMinute, { urgent: perMinute, write: byWrites, read: byReads }[priority]);
}

/** The permits of one process: at most `limit` in a minute, which may change, together with what `others` use. */
export function createLocalPermits(limit: (now: number) => number, others: Uses = new Map()) {
  const ended: Uses = new Map();
  let inFlight = 0;
  let endedCount = 0;
  let sorted: { readonly now: number; readonly uses: readonly (readonly [number, number])[] } = {
    now: Number.NaN,
    uses: [],
  };
  function used(now: number): number {
    // The oldest are the first.
    for (const [second, count] of ended) {
      if (second * 1_000 > now) break;
      ended.delete(second);
      endedCount -= count;
    }
    return inFlight + endedCount + countUses(others, now);
  }
  const free = (now: number, priority: Priority) => usableBy(priority, limit(now)) - used(now);
  return {
    /** Permits of requests that have ended. */
    ended,
    /** Permits of requests that have not, and of reservations. */
    inFlight: () => inFlight,
    free,
    take() {
      inFlight += 1;
    },
    commit(now) {
      inFlight -= 1;
      endedCount += 1;
      addUse(ended, now + windowMs);
      sorted = { ...sorted, now: Number.NaN };
    },
    rollback() {
      inFlight -= 1;
    },
    msUntilFree(now, count, priority) {
      // A pass over all waiters asks for the same moment.
      if (sorted.now !== now)
        sorted = { now, uses: [...ended, ...others].sort(([one], [other]) => one - other) };
      return msUntilFree(sorted.uses, count - free(now, priority), now);
    },
  } satisfies Permits & Record<string, unknown>;
}
