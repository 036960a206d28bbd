import type { CallOptions, Consumer, Priority, Reservation, SendResult } from '../client.ts';
import { createPermits, type Quota } from './permits.ts';
import { createShares, defaultBurst, type Supply } from './shares.ts';

/** A provider's request quota. */
export interface Pace {
  /** Requests in any 60 seconds. */
  readonly perMinute: number;
  /** The part of them that is given out as it is asked for: see shares.ts. */
  readonly burst?: number;
}

/** A request, and how much its caller will have used for its weight when it gets its turn. */
export interface Ranked {
  readonly time: CallOptions;
  rank: number;
}

/** Requests that have their turn before another; `beyond`: those of callers beyond their share. */
export interface Ahead {
  within: number;
  beyond: number;
}

export type Throttled = Extract<SendResult, { readonly reason: 'throttled' }>;

/** Milliseconds ahead of a turn in a share for which a permit is leased. Our own choice. */
const soonMs = 200;

/** Requests of a write in progress go before new writes. */
export function priorityOf({ priority = 'read', reservation }: CallOptions): Priority {
  return priority === 'write' && reservation?.release ? 'urgent' : priority;
}

/** A new write takes the permit of its read-back along. */
function permitsFor(time: CallOptions): 1 | 2 {
  return time.reservation && priorityOf(time) === 'write' ? 2 : 1;
}

/** Shares hold up no write in progress, and nothing that others wait for. */
function isShared(time: CallOptions): boolean {
  return priorityOf(time) !== 'urgent';
}

/** Grants requests the permits of a quota within their callers' shares. `onChange` is called when there may be more. */
export function createGrants({ burst = defaultBurst, ...quota }: Pace & Quota, onChange: () => void) {
  const shares = createShares(burst);
  const permits = createPermits(quota, onChange, shares);
  /** Each has a permit for its read-back. */
  const reservations = new Set<Reservation>();

  /** What there is once reservations are released, and so many more are taken. */
  function supplyFor(time: CallOptions, now: number, more = 0): Supply {
    const supply = permits.supply(now, priorityOf(time));
    return { ...supply, used: supply.used - reservations.size + more };
  }

  function isBeyond({ time, rank }: Ranked, now: number): boolean {
    return isShared(time) && shares.isBeyond(time.caller, rank, supplyFor(time, now), now);
  }

  function take(caller: Consumer | undefined): void {
    permits.take();
    shares.take(caller);
  }

  function rollback(caller: Consumer | undefined): void {
    permits.rollback();
    shares.rollback(caller);
  }

  function reserve(reservation: Reservation, caller: Consumer | undefined): void {
    take(caller);
    reservations.add(reservation);
    reservation.release = () => {
      redeem(reservation);
      rollback(caller);
      onChange();
    };
  }

  /** Takes the permit for the read-back out of a reservation, where it has one. */
  function redeem(reservation: Reservation): boolean {
    if (!reservations.delete(reservation)) return false;
    reservation.release = undefined;
    return true;
  }

  /** The rejection of a request that cannot wait for its turn behind others, once reservations are released. */
  function turnOf(one: Ranked, { within, beyond }: Ahead, now: number): Throttled {
    const isShare = isBeyond(one, now);
    const isKnown = isShare && !permits.isStale(now);
    const flowMs = isKnown ? shares.msUntilFlow(beyond, supplyFor(one.time, now), now) : 0;
    const count = within + (isShare ? beyond : 0) + permitsFor(one.time);
    return throttled(Math.max(flowMs, permits.msUntilFree(now, count, priorityOf(one.time))), isShare);
  }

  return {
    /** How much the caller of a request has used for its weight, once so many others of it have their permits. */
    rank: ({ caller }: CallOptions, ahead: number, now: number): number => shares.rank(caller, ahead, now),
    isBeyond,
    redeem,
    turnOf,
    /** As `turnOf`, as if all reservations were released; undefined where that is before the moment. */
    turnAfter(endsAt: number, one: Ranked, { within, beyond }: Ahead, now: number): Throttled | undefined {
      const turn = turnOf(one, { within: within - reservations.size, beyond }, now);
      return now + turn.retryAfterMs >= endsAt ? turn : undefined;
    },
    /** Takes the permits of a request: none where there are too few, or where its caller must wait for its turn. */
    take({ time, rank }: Ranked, now: number): 'taken' | 'short' | 'held' {
      const count = permitsFor(time);
      if (permits.free(now, priorityOf(time)) < count) return 'short';
      const supply = supplyFor(time, now);
      if (!isShared(time)) shares.charge(time.caller, supply, now);
      else if (!shares.admit(time.caller, rank, supply, now)) return 'held';
      take(time.caller);
      if (time.reservation && count === 2) reserve(time.reservation, time.caller);
      return 'taken';
    },
    ended({ caller }: CallOptions, isSent: boolean, now: number): void {
      if (isSent) {
        permits.commit(now);
        shares.commit(caller, now);
      } else rollback(caller);
    },
    releaseOverdue(now: number): void {
      for (const { endsAt, release } of reservations) {
        if (endsAt > now) return;
        release?.();
      }
    },
    /** Leases permits for those that wait in this order, where they are leased: none for turns that are not near. */
    refill(queue: readonly Ranked[], now: number): void {
      permits.refill(() => {
        const held = new Set<Priority>();
        let [more, fromFlow] = [0, 0];
        return queue.flatMap(({ time, rank }) => {
          const priority = priorityOf(time);
          if (held.has(priority)) return [];
          const supply = supplyFor(time, now, more);
          if (isShared(time) && !shares.isAdmitted(time.caller, rank, supply, now)) {
            if (shares.msUntilFlow(fromFlow, supplyFor(time, now), now) > soonMs) {
              held.add(priority);
              return [];
            }
            fromFlow += 1;
          }
          more += 1;
          return Array<Priority>(permitsFor(time)).fill(priority);
        });
      }, now);
    },
    /** Tells other processes of the weight of the callers that wait beyond their shares. */
    report: shares.wait,
    hasFree: (now: number): boolean => permits.free(now, 'urgent') > 0,
    pause: permits.pause,
  };
}

export function throttled(retryAfterMs: number, isShare: boolean): Throttled {
  return { kind: 'not-sent', reason: 'throttled', retryAfterMs, isShare };
}
