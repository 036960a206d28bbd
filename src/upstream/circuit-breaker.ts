import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
  type IBackoff,
} from 'cockatiel';
import {
  type CallOptions,
  type HttpClient,
  type Reservation,
  type SendResult,
  sendDeadline,
  tooLate,
} from './client.ts';
import { createHttpClient } from './undici-client.ts';

/** What keeps one directory's trouble from becoming everybody's. Our own choices, for no provider publishes any. */
const defaults = {
  connections: 16,
  /** Connections beside those, for what must not wait behind others. */
  connectionsApart: 16,
  connectTimeoutMs: 3_000,
  answerBytes: 8 * 1024 * 1024,
  /** Requests that may wait for a connection, but for what need not. */
  waiting: 512,
  /** Faults of the provider in a row after which nothing is sent for a while. */
  faults: 10,
  /** Milliseconds after which one request may try again. */
  probeAfterMs: 2_000,
} as const;

/** A client that says how it fares. */
export interface ProtectedClient extends HttpClient {
  readonly state: {
    /** Whether nothing is sent for now, after too many faults in a row. */
    isOpen(): boolean;
    /** Requests that wait for a connection. */
    waiting(): number;
  };
}

/**
 * An HTTP client with a bulkhead and a breaker of its own. What they hold back is `not-sent`. The breaker counts
 * only what is the provider's fault: no connection, a connection that broke, a 5xx; not a refusal, and not a
 * caller's deadline.
 *
 * Neither holds back the look of a write that was begun: without it the write stays in doubt, and there are no more of
 * them than connections that wrote. The look of a key that is called again is held back, for there may be any number of
 * those. What all others wait for, such as a token, does not wait behind them either.
 */
export function createProtectedClient(origin: string): ProtectedClient {
  const { connections: most, connectionsApart } = defaults;
  const client = createHttpClient(origin, { ...defaults, connections: most + connectionsApart });
  const faulty = handleWhenResult((result) => isFault(result as SendResult));
  const connections = bulkhead(most, defaults.waiting);
  const breaker = circuitBreaker(faulty, {
    halfOpenAfter: { next: () => steadyPause(defaults.probeAfterMs) },
    breaker: new ConsecutiveBreaker(defaults.faults),
  });
  const begun = new WeakSet<Reservation>();
  const isLook = ({ priority, reservation }: CallOptions) =>
    priority === 'urgent' && reservation && begun.has(reservation);
  const isForAll = ({ priority, reservation }: CallOptions) => priority === 'urgent' && !reservation;

  function holdBack(make: () => Promise<SendResult>, time: CallOptions): Promise<SendResult> {
    // While one request tries whether the provider is back, the breaker would have it wait for that one's answer.
    if (isLook(time) && breaker.state !== CircuitState.Closed) return make();
    // What comes too late tries nothing, so that it is no sign of the provider's health to the breaker.
    const attempt = () => (sendDeadline(time).isExpired() ? Promise.resolve(tooLate) : breaker.execute(make));
    return isLook(time) || isForAll(time) ? attempt() : connections.execute(attempt);
  }

  return {
    send(request, time) {
      const start = { isMade: false, isTooLate: false };
      const { promise: answer, resolve, reject } = Promise.withResolvers<SendResult>();
      const make = () => {
        start.isMade = true;
        // Whoever was told that nothing was sent was told the truth.
        if (start.isTooLate) return Promise.resolve(tooLate);
        if (time.reservation && !request.purpose?.isRead) begun.add(time.reservation);
        // Its place is free when the client has let go of it, and not when its time is over: where no connection can
        // be had, any number of requests would wait for one, each long after its caller has left.
        return client.send(request, time, () => resolve(tooLate));
      };
      holdBack(make, time).then(resolve, (error: unknown) => {
        if (error instanceof BulkheadRejectedError) resolve({ kind: 'not-sent', reason: 'crowded' });
        else if (error instanceof BrokenCircuitError) resolve({ kind: 'not-sent', reason: 'broken' });
        else reject(error);
      });
      // Once started, the client sees to the time; the bulkhead goes on waiting when it is over.
      return start.isMade ? answer : unlessTooLate(answer, time, start);
    },
    close: () => client.close(),
    state: {
      isOpen: () => breaker.state !== CircuitState.Closed,
      waiting: () => defaults.waiting - connections.queueSlots,
    },
  };
}

/**
 * A pause of the breaker that begins now. cockatiel compares `duration` with what went by since then by the system's
 * clock (CircuitBreakerPolicy.execute), and one that is set back would keep it open for as long; so this says, by a
 * clock that nobody sets back, whether it is over.
 */
function steadyPause(ms: number): IBackoff<unknown> {
  const endsAt = performance.now() + ms;
  return {
    get duration() {
      return performance.now() < endsAt ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    },
    next: () => steadyPause(ms),
  };
}

/** What comes of a request that waits to be started; `not-sent` as soon as it is too late for that. */
async function unlessTooLate(
  waiting: Promise<SendResult>,
  time: CallOptions,
  start: { readonly isMade: boolean; isTooLate: boolean },
): Promise<SendResult> {
  const { promise: over, resolve } = Promise.withResolvers<SendResult>();
  const takeBack = sendDeadline(time).onExpiry(() => {
    if (start.isMade) return;
    start.isTooLate = true;
    resolve(tooLate);
  });
  try {
    return await Promise.race([waiting, over]);
  } finally {
    takeBack();
  }
}

function isFault(exchange: SendResult): boolean {
  switch (exchange.kind) {
    case 'not-sent':
      return exchange.reason === 'unreachable' || exchange.reason === 'untrusted';
    case 'no-answer':
      return !exchange.waited;
    case 'answered':
      return exchange.status >= 500;
  }
}
