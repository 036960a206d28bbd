import type { CallOptions, HttpClient, Priority, Reservation, SendResult, Throttled } from '../client.ts';
import { sendDeadline } from '../client.ts';
import { retryAfterMs } from '../retry-after.ts';
import { type Permits, priorities } from './permits.ts';

/** Keeps the requests of one quota within it: they wait for permits in order, no longer than their own time. */
export interface Throttle {
  /** Makes a client whose every request, retries too, needs a permit. `onWaited` gets the milliseconds of each wait. */
  limit(client: HttpClient, onWaited?: (ms: number) => void): HttpClient;
  /** Requests that wait now. */
  readonly waiting: number;
}

/**
 * Milliseconds for which a provider's 429 pauses everybody at most: a whole window of its quota. A longer Retry-After
 * may concern that one request, and nobody would try whether it is over. Our own choice.
 */
const maxPauseMs = 60_000;

/** Milliseconds after which waiting requests are checked again at the latest. */
const recheckMs = 1_000;

interface Waiter {
  readonly time: CallOptions;
  /** As it was when the request began to wait. */
  readonly priority: Priority;
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

/** `connect` makes the permits, given a callback for when they change and for how many milliseconds to pause. */
export function createThrottle(connect: (onChange: (pauseMs: number) => void) => Permits): Throttle {
  const waiters = new Set<Waiter>();
  /** The permits that waiters need, kept as they come and go: a crowd must not be counted for each of its requests. */
  const wanted = { urgent: 0, write: 0, read: 0 };
  const waitersOf = { urgent: 0, write: 0, read: 0 };
  /** Each has a permit for its read-back. */
  const reservations = new Set<Reservation>();
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const permits = connect(pause);

  function pause(ms: number): void {
    pausedUntil = Math.max(pausedUntil, performance.now() + ms);
    serve();
  }

  function tryTake(time: CallOptions, now: number): boolean {
    const count = permitsFor(time);
    if (now < pausedUntil || permits.free(now, priorityOf(time)) < count) return false;
    permits.take();
    if (time.reservation && count === 2) reserve(time.reservation);
    return true;
  }

  function reserve(reservation: Reservation): void {
    permits.take();
    reservations.add(reservation);
    reservation.release = () => {
      if (!redeem(reservation)) return;
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
    if (waiters.size === 0) return;
    const now = performance.now();
    releaseOverdue(now);
    const queue = [...waiters].sort((one, other) => compare(one.time, other.time));
    let granted = 0;
    for (const { time, settle } of queue) {
      if (!tryTake(time, now)) break;
      settle();
      granted += 1;
    }
    // As if all reservations were released; those that are rejected are not ahead of the rest.
    const left: Waiter[] = [];
    for (const waiter of queue.slice(granted)) {
      const rejection = rejectionOf(waiter.time, left.length - reservations.size, now);
      if (rejection) waiter.settle(rejection);
      else left.push(waiter);
    }
    // From the last on: where all writes in progress wait for each other, the last makes room for the others.
    const stuck = new Set<Reservation>();
    for (const [ahead, { time, settle }] of [...left.entries()].reverse()) {
      if (time.reservation?.release) stuck.add(time.reservation);
      const rejection = rejectionOf(time, ahead + stuck.size - reservations.size, now);
      if (!rejection) continue;
      settle(rejection);
      if (time.reservation) stuck.delete(time.reservation);
    }
    const next = left.find((waiter) => waiters.has(waiter));
    if (next) recheckLater(next.time, now);
  }

  /** Undefined where there may be permits in time behind so many other requests. */
  function rejectionOf(time: CallOptions, ahead: number, now: number): Throttled | undefined {
    const ms = msUntilTurn(time, ahead, now);
    return now + ms >= sendDeadline(time).endsAt ? throttled(ms) : undefined;
  }

  function msUntilTurn(time: CallOptions, ahead: number, now: number): number {
    const ms = permits.msUntilFree(now, ahead + permitsFor(time), priorityOf(time));
    return Math.max(0, pausedUntil - now, ms);
  }

  function recheckLater(next: CallOptions, now: number): void {
    if (now >= pausedUntil) permits.refill?.({ ...wanted }, now);
    const recheck = () => {
      timer = undefined;
      serve();
    };
    const ms = Math.min(recheckMs, msUntilTurn(next, 0, now) || recheckMs);
    timer ??= setTimeout(recheck, Math.ceil(ms)).unref();
  }

  /** How many waiters a new request has ahead; among urgent ones, which are few, by their order. */
  function waitersAhead(time: CallOptions, priority: Priority): number {
    if (priority !== 'urgent')
      return waitersOf.urgent + waitersOf.write + (priority === 'read' ? waitersOf.read : 0);
    let ahead = 0;
    if (waitersOf.urgent > 0)
      for (const waiter of waiters)
        if (waiter.priority === 'urgent' && compare(waiter.time, time) <= 0) ahead += 1;
    return ahead;
  }

  /** Resolves when the request has its permits, with its rejection where it gets none; at once where that is known. */
  function acquire(time: CallOptions, onWaited?: (ms: number) => void) {
    // Even during a pause: without its read-back a write stays in doubt.
    if (time.priority === 'urgent' && time.reservation && redeem(time.reservation)) return undefined;
    const now = performance.now();
    releaseOverdue(now);
    const priority = priorityOf(time);
    const ahead = waitersAhead(time, priority);
    if (ahead === 0 && tryTake(time, now)) return undefined;
    // As if all reservations were released: a needless rejection costs more than a wait in vain.
    const rejection = rejectionOf(time, ahead - reservations.size, now);
    if (rejection) return rejection;
    return new Promise<Throttled | undefined>((resolve) => {
      const expire = () => waiter.settle(throttled(msUntilTurn(time, 0, performance.now())));
      const cancel = sendDeadline(time).onExpiry(expire);
      const needed = permitsFor(time);
      const waiter: Waiter = {
        time,
        priority,
        settle(rejection) {
          if (!waiters.delete(waiter)) return;
          waitersOf[priority] -= 1;
          wanted[priority] -= needed;
          cancel();
          onWaited?.(performance.now() - now);
          resolve(rejection);
        },
      };
      waiters.add(waiter);
      waitersOf[priority] += 1;
      wanted[priority] += needed;
      if (time.reservation?.release) serve();
      else recheckLater(time, now);
    });
  }

  function ended(result: SendResult | undefined): void {
    const now = performance.now();
    if (result?.kind === 'not-sent') permits.rollback();
    else permits.commit(now);
    const askedMs = result?.kind === 'answered' && result.status === 429 ? retryAfterMs(result) : null;
    const pauseMs = Math.min(askedMs ?? 0, maxPauseMs);
    if (pauseMs > 0) {
      permits.pauseAll?.(pauseMs, now);
      pause(pauseMs);
    } else if (waitersOf.urgent > 0 || (now >= pausedUntil && permits.free(now, 'urgent') > 0)) serve();
  }

  return {
    get waiting() {
      return waiters.size;
    },
    limit: (client, onWaited) => ({
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
        for (const waiter of waiters) waiter.settle(throttled(recheckMs));
        clearTimeout(timer);
        return client.close();
      },
    }),
  };
}

function throttled(ms: number): Throttled {
  return { kind: 'not-sent', reason: 'throttled', retryAfterMs: ms };
}
