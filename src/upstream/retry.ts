import { setTimeout as delay } from 'node:timers/promises';
import type { CallOptions, HttpResponse, SendResult } from './client.ts';
import { retryAfterMs } from './retry-after.ts';

/** The retry budget (as in Finagle): so many at first, then one for every ten requests. Our own choices. */
const maxBudget = 10;
const budgetPerRequest = 0.1;

/** Backoff (ms): the first pause, doubled with each retry up to the last. */
const minBackoffMs = 50;
const maxBackoffMs = 1_000;

/** Pause after a throttled request without Retry-After (ms). */
const throttledPauseMs = 1_000;

const maxThrottledRetries = 2;

/** Random extension of a pause, as a share of it, so that clients do not retry in step. */
const jitter = 0.25;

/** Sends a request by `attempt`, which builds it anew each time, because a signature is valid for one request. */
type SendWithRetry = (
  attempt: () => Promise<SendResult>,
  isRead: boolean,
  call: Pick<CallOptions, 'deadline'>,
) => Promise<SendResult>;

/**
 * Makes the only function that sends a request again, for one directory: its budget keeps retries from overloading a
 * failing provider. It retries only where the first attempt cannot have changed anything: it was not sent, or the
 * provider throttled it and there is time to wait. A read, which changes nothing, is also retried without an answer,
 * unless it was cut off for want of room.
 * `isThrottled`: true for a response that only asks for fewer requests.
 */
export function createRetry(isThrottled: (answer: HttpResponse) => boolean): SendWithRetry {
  let budget = maxBudget;

  function pauseAfter(result: SendResult, retries: number, isRead: boolean): number | undefined {
    const backoff = Math.min(maxBackoffMs, minBackoffMs * 2 ** retries);
    switch (result.kind) {
      case 'not-sent':
        return result.reason === 'unreachable' ? jittered(backoff) : undefined;
      case 'no-answer':
        return isRead && !result.waited && !result.isCutOff ? jittered(backoff) : undefined;
      case 'answered':
        if (retries >= maxThrottledRetries || !isThrottled(result)) return undefined;
        return jittered(retryAfterMs(result) ?? throttledPauseMs);
    }
  }

  return async (attempt, isRead, { deadline }) => {
    budget = Math.min(maxBudget, budget + budgetPerRequest);
    let previous: SendResult | undefined;
    for (let retries = 0; ; retries += 1) {
      const result = await attempt();
      // An earlier answer says more than a retry that was not sent in time.
      if (previous && result.kind === 'not-sent' && result.reason === 'deadline') return previous;
      const pause = pauseAfter(result, retries, isRead);
      if (pause === undefined || performance.now() + pause >= deadline.endsAt || budget < 1) return result;
      budget -= 1;
      previous = result;
      await delay(pause);
    }
  };
}

function jittered(ms: number): number {
  return ms * (1 + Math.random() * jitter);
}
