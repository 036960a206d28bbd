import type { Reservation } from '../client.ts';
import type { Permit, Permits } from './permits.ts';

/** The room that is kept for looks, each by the write that is to be looked at. */
export interface KeptLooks {
  /** How many are kept. */
  readonly size: number;
  /** Whose they are, in about the order in which they must end. */
  writes(): Iterable<Reservation>;
  /** Keeps a permit until it is taken, or given up: by `write.release`, which this sets, or when the write is overdue. */
  keep(write: Reservation, permit: Permit): void;
  /** Takes what is kept for this write; undefined where nothing is. */
  take(write: Reservation): { readonly permit: Permit } | undefined;
  /** Gives up what is kept for writes that must have ended by now, although nobody said so; whether there were any. */
  giveUpOverdue(now: number): boolean;
}

/** Keeps none at first. What is given up goes back to `permits`; `onGivenUp` hears of each that its own write gave up. */
export function createKeptLooks(permits: Permits, clock: () => number, onGivenUp: () => void): KeptLooks {
  const kept = new Map<Reservation, Permit>();

  const take: KeptLooks['take'] = (write) => {
    if (!kept.has(write)) return undefined;
    const permit = kept.get(write);
    kept.delete(write);
    write.release = undefined;
    return { permit };
  };

  function release(write: Reservation, now: number): void {
    const taken = take(write);
    if (taken) permits.unspent(taken.permit, now);
  }

  return {
    get size() {
      return kept.size;
    },
    writes: () => kept.keys(),
    keep(write, permit) {
      kept.set(write, permit);
      write.release = () => {
        release(write, clock());
        onGivenUp();
      };
    },
    take,
    giveUpOverdue(now) {
      const before = kept.size;
      for (const write of kept.keys()) {
        if (write.endsAt > now) break;
        release(write, now);
      }
      return kept.size < before;
    },
  };
}
