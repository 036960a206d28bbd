import type { CallOptions, HttpClient, Priority, Reservation, SendResult } from '../client.ts';
import { sendDeadline } from '../client.ts';
import { retryAfterMs } from '../retry-after.ts';
import {
  type Ahead,
  createGrants,
  type Pace,
  priorityOf,
  type Ranked,
  type Throttled,
  throttled,
} from './grants.ts';
import { priorities, type Quota } from './permits.ts';

/**
 * Milliseconds for which a provider's 429 pauses everybody at most: a whole window of its quota. A longer Retry-After
 * may concern that one request, and nobody would try whether it is over. Our own choice.
 */
const maxPauseMs = 60_000;

/** Milliseconds after which waiting requests are checked again at the latest. */
const recheckMs = 1_000;

interface Waiter extends Ranked {
  settle(rejection?: Throttled): void;
}

const nobodyAhead: Ahead = { within: 0, beyond: 0 };

/**
 * The order in which requests get permits, and the one place that decides it: by priority, the writes in progress by
 * their end, all others by what their caller has used for its weight, and as they came.
 */
function compare(one: Ranked, other: Ranked): number {
  const byPriority = priorities.indexOf(priorityOf(one.time)) - priorities.indexOf(priorityOf(other.time));
  const endOf = ({ time: { reservation } }: Ranked) => (reservation?.release ? reservation.endsAt : 0);
  return byPriority || endOf(one) - endOf(other) || one.rank - other.rank;
}

/** Keeps the requests of one quota within it: they wait for permits in order, no longer than their own time. */
export function createThrottle(quota: Pace & Quota) {
  const grants = createGrants(quota, serve);
  /** In order, but for those whose write has begun since. */
  const queue: Waiter[] = [];
  /** Whether the first that waits lacks permits, and not only its turn among callers. */
  let isShort = false;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;

  function tryTake(one: Ranked, now: number): boolean {
    const result = grants.take(one, now);
    isShort = result === 'short';
    return result === 'taken';
  }

  /** Grants permits in order while there are any, and rejects requests that would wait in vain. */
  function serve(): void {
    if (queue.length === 0) return;
    const now = performance.now();
    grants.releaseOverdue(now);
    sort(now);
    grant(now);
    rejectInVain(now);
    recheckLater(now);
  }

  function sort(now: number): void {
    const waiting = new Map<string | undefined, number>();
    for (const waiter of queue) {
      const id = waiter.time.caller?.id;
      const ahead = waiting.get(id) ?? 0;
      waiter.rank = grants.rank(waiter.time, ahead, now);
      waiting.set(id, ahead + 1);
    }
    queue.sort(compare);
  }

  function grant(now: number): void {
    const held = new Set<Priority>();
    for (const waiter of queue.slice()) {
      if (held.has(priorityOf(waiter.time))) continue;
      if (tryTake(waiter, now)) waiter.settle();
      else if (isShort) return;
      // The callers behind have used more.
      else held.add(priorityOf(waiter.time));
    }
  }

  function rejectInVain(now: number): void {
    // Those that are rejected are not ahead of the rest.
    const ahead = { within: 0, beyond: 0 };
    const beyond = new Map<string, number>();
    const left: [Waiter, Ahead][] = [];
    for (const waiter of queue.slice()) {
      if (reject(waiter, ahead, now)) continue;
      left.push([waiter, { ...ahead }]);
      const isBeyond = grants.isBeyond(waiter, now);
      ahead[isBeyond ? 'beyond' : 'within'] += 1;
      const { caller } = waiter.time;
      if (isBeyond && caller) beyond.set(caller.id, caller.weight);
    }
    grants.report([...beyond.values()].reduce((sum, weight) => sum + weight, 0));
    // From the last on: where all writes in progress wait for each other, the last makes room for the others.
    const stuck = new Set<Reservation>();
    for (const [waiter, { within, beyond }] of left.toReversed()) {
      const { reservation } = waiter.time;
      if (reservation?.release) stuck.add(reservation);
      if (reject(waiter, { within: within + stuck.size, beyond }, now) && reservation)
        stuck.delete(reservation);
    }
  }

  function reject(waiter: Waiter, ahead: Ahead, now: number): boolean {
    const rejection = rejectionOf(waiter, ahead, now);
    if (rejection) waiter.settle(rejection);
    return rejection !== undefined;
  }

  /** Undefined where there may be permits in time behind so many other requests, once reservations are released. */
  function rejectionOf(one: Ranked, ahead: Ahead, now: number): Throttled | undefined {
    return grants.turnAfter(sendDeadline(one.time).endsAt, one, ahead, now);
  }

  function recheckLater(now: number): void {
    const [next] = queue;
    if (!next) return;
    grants.refill(queue, now);
    const { retryAfterMs } = grants.turnOf(next, nobodyAhead, now);
    const ms = Math.ceil(Math.min(recheckMs, retryAfterMs || recheckMs));
    if (now + ms >= timerAt) return;
    clearTimeout(timer);
    timerAt = now + ms;
    timer = setTimeout(() => {
      timerAt = Number.POSITIVE_INFINITY;
      serve();
    }, ms).unref();
  }

  /** Resolves when the request has its permits, with its rejection where it gets none; at once where that is known. */
  function acquire(time: CallOptions, onWaited?: (ms: number) => void) {
    // Even during a pause: without its read-back a write stays in doubt.
    if (time.priority === 'urgent' && time.reservation && grants.redeem(time.reservation)) return undefined;
    const now = performance.now();
    grants.releaseOverdue(now);
    const own = queue.filter((waiter) => waiter.time.caller?.id === time.caller?.id).length;
    const one: Ranked = { time, rank: grants.rank(time, own, now) };
    const index = queue.findLastIndex((waiter) => compare(waiter, one) <= 0) + 1;
    // Those ahead may only wait for their turn among callers.
    if ((index === 0 || (!isShort && !grants.isBeyond(one, now))) && tryTake(one, now)) return undefined;
    const beyond = queue.slice(0, index).filter((waiter) => grants.isBeyond(waiter, now)).length;
    const rejection = rejectionOf(one, { within: index - beyond, beyond }, now);
    if (rejection) return rejection;
    return new Promise<Throttled | undefined>((resolve) => {
      const expire = () => waiter.settle(grants.turnOf(waiter, nobodyAhead, performance.now()));
      const cancel = sendDeadline(time).onExpiry(expire);
      const waiter: Waiter = {
        ...one,
        settle(rejection) {
          queue.splice(queue.indexOf(waiter), 1);
          cancel();
          onWaited?.(performance.now() - now);
          resolve(rejection);
        },
      };
      queue.splice(index, 0, waiter);
      // A crowd must not be checked for each of its requests.
      if (time.reservation?.release) serve();
      else recheckLater(now);
    });
  }

  function ended(time: CallOptions, result: SendResult | undefined): void {
    const now = performance.now();
    grants.ended(time, result?.kind !== 'not-sent', now);
    const pauseMs = result?.kind === 'answered' && result.status === 429 ? retryAfterMs(result) : null;
    if (pauseMs !== null) grants.pause(Math.min(pauseMs, maxPauseMs), now);
    const [next] = queue;
    if (!next) return;
    const mayGo = priorityOf(next.time) === 'urgent' || (isShort && grants.hasFree(now));
    if (pauseMs !== null || mayGo) serve();
  }

  return {
    /** Requests that wait now. */
    get waiting() {
      return queue.length;
    },
    /** Makes a client whose every request, retries too, needs a permit. `onWaited` gets the milliseconds of each wait. */
    limit: (client: HttpClient, onWaited?: (ms: number) => void): HttpClient => ({
      async send(request, time) {
        // The client itself reports that the time is over.
        if (sendDeadline(time).isExpired()) return client.send(request, time);
        const rejection = await acquire(time, onWaited);
        if (rejection) return rejection;
        let result: SendResult | undefined;
        try {
          result = await client.send(request, time);
          return result;
        } finally {
          ended(time, result);
        }
      },
      close() {
        for (const { settle } of queue.slice()) settle(throttled(recheckMs, false));
        clearTimeout(timer);
        return client.close();
      },
    }),
  };
}
