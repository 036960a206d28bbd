import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
  type IBackoff,
} from 'cockatiel';
import type { Budget } from './budget.ts';
import {
  type CallOptions,
  type HttpClient,
  type Reservation,
  type SendResult,
  sendDeadline,
  tooLate,
} from './client.ts';
import { createFairQueue } from './fair-queue.ts';
import { createHttpClient } from './undici-client.ts';

/** Bounds of a directory's client. Our own choices: no provider publishes any. */
const defaults = {
  connections: 16,
  /** Further connections, for urgent requests. */
  urgentConnections: 16,
  connectTimeoutMs: 3_000,
  answerBytes: 8 * 1024 * 1024,
  /** Requests waiting for a connection, without urgent ones. */
  waiting: 512,
  /** Consecutive faults that open the breaker. */
  faults: 10,
  /** Milliseconds until an open breaker lets a probe through. */
  probeAfterMs: 2_000,
} as const;

/** The result of a request that had no place in the queue. */
const crowded = { kind: 'not-sent', reason: 'crowded' } as const satisfies SendResult;

/** A client with a bulkhead and a circuit breaker. */
export interface ProtectedClient extends HttpClient {
  readonly state: {
    /** True while the breaker is open or half open. */
    isOpen(): boolean;
    /** Requests waiting for a connection. */
    waiting(): number;
  };
}

/**
 * Creates an HTTP client with its own bulkhead and breaker; requests that they reject are `not-sent`. The bulkhead is
 * shared fairly by callers, which that of cockatiel and p-queue are not: they know no callers. The breaker
 * counts faults of the provider only (no connection, a broken connection, 5xx), no refusals and no own deadlines.
 *
 * Neither applies to the read-back of a started write: without it the outcome stays unknown, and there are never more
 * of them than connections that wrote. They do apply to the read-back for a repeated key, of which there may be any
 * number. A request that all others wait for, such as a token, skips the bulkhead.
 */
export function createProtectedClient(origin: string, answerBudget?: Budget): ProtectedClient {
  const client = createHttpClient(origin, {
    ...defaults,
    ...(answerBudget ? { answerBudget } : {}),
    connections: defaults.connections + defaults.urgentConnections,
  });
  const faulty = handleWhenResult((result) => isFault(result as SendResult));
  const connections = createFairQueue(defaults.connections, defaults.waiting);
  const breaker = circuitBreaker(faulty, {
    halfOpenAfter: { next: () => monotonicPause(defaults.probeAfterMs) },
    breaker: new ConsecutiveBreaker(defaults.faults),
  });
  const startedWrites = new WeakSet<Reservation>();
  const isReadBack = ({ priority, reservation }: CallOptions) =>
    priority === 'urgent' && reservation && startedWrites.has(reservation);
  const isShared = ({ priority, reservation }: CallOptions) => priority === 'urgent' && !reservation;

  async function protect(make: () => Promise<SendResult>, options: CallOptions): Promise<SendResult> {
    // A half-open breaker would make the read-back wait for the probe.
    if (isReadBack(options) && breaker.state !== CircuitState.Closed) return make();
    // An expired request must not count as a success of the provider.
    const attempt = () =>
      sendDeadline(options).isExpired() ? Promise.resolve(tooLate) : breaker.execute(make);
    if (isReadBack(options) || isShared(options)) return attempt();
    return (await connections.run(options.caller, attempt)) ?? crowded;
  }

  return {
    send(request, options) {
      let [isMade, isTooLate] = [false, false];
      const { promise: answer, resolve, reject } = Promise.withResolvers<SendResult>();
      const make = () => {
        isMade = true;
        // Already reported as not sent, so it must not be sent now.
        if (isTooLate) return Promise.resolve(tooLate);
        if (options.reservation && !request.purpose?.isRead) startedWrites.add(options.reservation);
        // The bulkhead's slot is held until the client has released the request, not until its deadline: otherwise any
        // number of expired requests would queue for a connection.
        return client.send(request, options, () => resolve(tooLate));
      };
      protect(make, options).then(resolve, (error: unknown) => {
        if (error instanceof BrokenCircuitError) resolve({ kind: 'not-sent', reason: 'broken' });
        else reject(error);
      });
      // Once started, the client observes the deadline; the bulkhead does not.
      if (isMade) return answer;
      const cancel = sendDeadline(options).onExpiry(() => {
        isTooLate = !isMade;
        if (isTooLate) resolve(tooLate);
      });
      return answer.finally(cancel);
    },
    close: () => client.close(),
    state: {
      isOpen: () => breaker.state !== CircuitState.Closed,
      waiting: () => connections.waiting,
    },
  };
}

/**
 * A breaker pause by a monotonic clock. cockatiel compares `duration` with the time elapsed by the system clock
 * (CircuitBreakerPolicy.execute), so a clock that is set back would keep the breaker open.
 */
function monotonicPause(ms: number): IBackoff<unknown> {
  const endsAt = performance.now() + ms;
  return {
    get duration() {
      return performance.now() < endsAt ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    },
    next: () => monotonicPause(ms),
  };
}

function isFault(result: SendResult): boolean {
  switch (result.kind) {
    case 'not-sent':
      return result.reason === 'unreachable' || result.reason === 'untrusted';
    case 'no-answer':
      return !result.waited && !result.isCutOff;
    case 'answered':
      return result.status >= 500;
  }
}
