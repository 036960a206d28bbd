import { setTimeout as delay } from 'node:timers/promises';
import type { HttpResponse, SendResult } from './client.ts';
import type { Deadline } from './deadline.ts';
import { retryAfterMs } from './retry-after.ts';

/** Decides whether a request may be sent again: the only place that does. */
export interface RetryRules {
  /** No retry that would begin after it. */
  readonly deadline: Deadline;
  /** A read is also retried without an answer: it changes nothing. */
  readonly isRead: boolean;
  /** True for a response that only asks for fewer requests. */
  readonly isThrottled: (answer: HttpResponse) => boolean;
}

/** The retry budget of a directory (as in Finagle), so that retries do not overload a failing provider. */
export interface RetryBudget {
  /** Counts a first attempt, which pays for a part of a later retry. */
  deposit(): void;
  /** Takes one retry from the budget; false if it is empty. */
  withdraw(): boolean;
}

/** Our own choices: ten retries at first, then one for every ten requests. */
export function createRetryBudget(maxBalance = 10, perRequest = 0.1): RetryBudget {
  let balance = maxBalance;
  return {
    deposit() {
      balance = Math.min(maxBalance, balance + perRequest);
    },
    withdraw() {
      if (balance < 1) return false;
      balance -= 1;
      return true;
    },
  };
}

/** Backoff (ms): the first pause, doubled with each retry up to the last. */
const minBackoffMs = 50;
const maxBackoffMs = 1_000;

/** Pause after a throttled request without Retry-After (ms). */
const throttledPauseMs = 1_000;

const maxThrottledRetries = 2;

/** Random extension of a pause, as a share of it, so that clients do not retry in step. */
const jitter = 0.25;

/**
 * Sends a request, and retries it only if the first attempt cannot have changed anything: it was not sent, or the
 * provider throttled it and there is time to wait. A read is also retried without an answer. `attempt` builds each
 * request anew, because a signature is valid for one request.
 */
export async function sendWithRetry(
  attempt: () => Promise<SendResult>,
  rules: RetryRules,
  budget: RetryBudget,
): Promise<SendResult> {
  budget.deposit();
  let previous: SendResult | undefined;
  for (let retries = 0; ; retries += 1) {
    const result = await attempt();
    // An earlier answer says more than a retry that was not sent in time.
    if (previous && result.kind === 'not-sent' && result.reason === 'deadline') return previous;
    const pause = pauseAfter(result, retries, rules);
    if (pause === undefined || performance.now() + pause >= rules.deadline.endsAt || !budget.withdraw())
      return result;
    previous = result;
    await delay(pause);
  }
}

function pauseAfter(result: SendResult, retries: number, rules: RetryRules): number | undefined {
  const backoff = Math.min(maxBackoffMs, minBackoffMs * 2 ** retries);
  switch (result.kind) {
    case 'not-sent':
      return result.reason === 'unreachable' ? jittered(backoff) : undefined;
    case 'no-answer':
      return rules.isRead && !result.waited ? jittered(backoff) : undefined;
    case 'answered':
      if (retries >= maxThrottledRetries || !rules.isThrottled(result)) return undefined;
      return jittered(retryAfterMs(result) ?? throttledPauseMs);
  }
}

function jittered(ms: number): number {
  return ms * (1 + Math.random() * jitter);
}
