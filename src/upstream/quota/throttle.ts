import type { CallOptions, HttpClient, Priority, Reservation, SendResult } from '../client.ts';
import { sendDeadline } from '../client.ts';
import { retryAfterMs } from '../retry-after.ts';
import { createPermits, priorities, type Quota } from './permits.ts';

/**
 * Milliseconds for which a provider's 429 pauses everybody at most: a whole window of its quota. A longer Retry-After
 * may concern that one request, and nobody would try whether it is over. Our own choice.
 */
const maxPauseMs = 60_000;

/** Milliseconds after which waiting requests are checked again at the latest. */
const recheckMs = 1_000;

type Throttled = Extract<SendResult, { readonly reason: 'throttled' }>;

interface Waiter {
  readonly time: CallOptions;
  settle(rejection?: Throttled): void;
}

/**
 * The order in which requests get permits, and the one place that decides it: by priority, the writes in progress by
 * their end, and all others as they came.
 */
function compare(one: CallOptions, other: CallOptions): number {
  const byPriority = priorities.indexOf(priorityOf(one)) - priorities.indexOf(priorityOf(other));
  const endOf = ({ reservation }: CallOptions) => (reservation?.release ? reservation.endsAt : 0);
  return byPriority || endOf(one) - endOf(other);
}

/** Requests of a write in progress go before new writes. */
function priorityOf({ priority = 'read', reservation }: CallOptions): Priority {
  return priority === 'write' && reservation?.release ? 'urgent' : priority;
}

/** A new write takes the permit of its read-back along. */
function permitsFor(time: CallOptions): 1 | 2 {
  return time.reservation && priorityOf(time) === 'write' ? 2 : 1;
}

/** Keeps the requests of one quota within it: they wait for permits in order, no longer than their own time. */
export function createThrottle(quota: Quota) {
  const permits = createPermits(quota, serve);
  /** In order, but for those whose write has begun since. */
  const queue: Waiter[] = [];
  /** Each has a permit for its read-back. */
  const reservations = new Set<Reservation>();
  let timer: NodeJS.Timeout | undefined;

  function tryTake(time: CallOptions, now: number): boolean {
    const count = permitsFor(time);
    if (permits.free(now, priorityOf(time)) < count) return false;
    permits.take();
    if (time.reservation && count === 2) reserve(time.reservation);
    return true;
  }

  function reserve(reservation: Reservation): void {
    permits.take();
    reservations.add(reservation);
    reservation.release = () => {
      redeem(reservation);
      permits.rollback();
      serve();
    };
  }

  /** Takes the permit for the read-back out of a reservation, where it has one. */
  function redeem(reservation: Reservation): boolean {
    if (!reservations.delete(reservation)) return false;
    reservation.release = undefined;
    return true;
  }

  function releaseOverdue(now: number): void {
    for (const { endsAt, release } of reservations) {
      if (endsAt > now) return;
      release?.();
    }
  }

  /** Grants permits in order while there are any, and rejects requests that would wait in vain. */
  function serve(): void {
    if (queue.length === 0) return;
    const now = performance.now();
    releaseOverdue(now);
    queue.sort((one, other) => compare(one.time, other.time));
    for (const { time, settle } of queue.slice()) {
      if (!tryTake(time, now)) break;
      settle();
    }
    // As if all reservations were released; those that are rejected are not ahead of the rest.
    let ahead = 0;
    for (const waiter of queue.slice()) if (!reject(waiter, ahead, now)) ahead += 1;
    // From the last on: where all writes in progress wait for each other, the last makes room for the others.
    const stuck = new Set<Reservation>();
    for (const waiter of queue.toReversed()) {
      const { reservation } = waiter.time;
      if (reservation?.release) stuck.add(reservation);
      ahead -= 1;
      if (reject(waiter, ahead + stuck.size, now) && reservation) stuck.delete(reservation);
    }
    recheckLater(now);
  }

  function reject({ time, settle }: Waiter, ahead: number, now: number): boolean {
    const rejection = rejectionOf(time, ahead, now);
    if (rejection) settle(rejection);
    return rejection !== undefined;
  }

  /** Undefined where there may be permits in time behind so many other requests, once reservations are released. */
  function rejectionOf(time: CallOptions, ahead: number, now: number): Throttled | undefined {
    const ms = msUntilTurn(time, ahead - reservations.size, now);
    return now + ms >= sendDeadline(time).endsAt ? throttled(ms) : undefined;
  }

  function msUntilTurn(time: CallOptions, ahead: number, now: number): number {
    return permits.msUntilFree(now, ahead + permitsFor(time), priorityOf(time));
  }

  function recheckLater(now: number): void {
    const [next] = queue;
    if (!next) return;
    permits.refill(() => queue.flatMap(({ time }) => Array(permitsFor(time)).fill(priorityOf(time))), now);
    const recheck = () => {
      timer = undefined;
      serve();
    };
    const ms = Math.min(recheckMs, msUntilTurn(next.time, 0, now) || recheckMs);
    timer ??= setTimeout(recheck, Math.ceil(ms)).unref();
  }

  /** Resolves when the request has its permits, with its rejection where it gets none; at once where that is known. */
  function acquire(time: CallOptions, onWaited?: (ms: number) => void) {
    // Even during a pause: without its read-back a write stays in doubt.
    if (time.priority === 'urgent' && time.reservation && redeem(time.reservation)) return undefined;
    const now = performance.now();
    releaseOverdue(now);
    const ahead = queue.findLastIndex((waiter) => compare(waiter.time, time) <= 0) + 1;
    if (ahead === 0 && tryTake(time, now)) return undefined;
    const rejection = rejectionOf(time, ahead, now);
    if (rejection) return rejection;
    return new Promise<Throttled | undefined>((resolve) => {
      const expire = () => waiter.settle(throttled(msUntilTurn(time, 0, performance.now())));
      const cancel = sendDeadline(time).onExpiry(expire);
      const waiter: Waiter = {
        time,
        settle(rejection) {
          queue.splice(queue.indexOf(waiter), 1);
          cancel();
          onWaited?.(performance.now() - now);
          resolve(rejection);
        },
      };
      queue.splice(ahead, 0, waiter);
      // A crowd must not be checked for each of its requests.
      if (time.reservation?.release) serve();
      else recheckLater(now);
    });
  }

  function ended(result: SendResult | undefined): void {
    const now = performance.now();
    if (result?.kind === 'not-sent') permits.rollback();
    else permits.commit(now);
    const pauseMs = result?.kind === 'answered' && result.status === 429 ? retryAfterMs(result) : null;
    if (pauseMs !== null) permits.pause(Math.min(pauseMs, maxPauseMs), now);
    const [next] = queue;
    if (!next) return;
    if (pauseMs !== null || priorityOf(next.time) === 'urgent' || permits.free(now, 'urgent') > 0) serve();
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
          ended(result);
        }
      },
      close() {
        for (const { settle } of queue.slice()) settle(throttled(recheckMs));
        clearTimeout(timer);
        return client.close();
      },
    }),
  };
}

function throttled(ms: number): Throttled {
  return { kind: 'not-sent', reason: 'throttled', retryAfterMs: ms };
}
