import { setTimeout as delay } from 'node:timers/promises';
import type { HttpResponse, SendResult } from './client.ts';
import type { Deadline } from './deadline.ts';
import { retryAfterMs } from './retry-after.ts';

/** When a request may be sent again: the one place that decides it. */
export interface RetryRules {
  /** What would be waited for past it is not waited for. */
  readonly deadline: Deadline;
  /** A read may also be sent again where no answer came: it changes nothing. */
  readonly isRead: boolean;
  /** Whether an answer asks for fewer requests, and has done nothing else. */
  readonly isThrottled: (answer: HttpResponse) => boolean;
}

/** A directory's allowance for sending again, so that a provider in trouble is not given more of it. */
export interface RetryBudget {
  /** Notes a request that is sent for the first time: it earns a part of a later repetition. */
  deposit(): void;
  /** Takes the allowance for one repetition, where there is one. */
  withdraw(): boolean;
}

/** Our own choices: ten repetitions at first, then one for every ten requests. */
export function createRetryBudget(most = 10, perRequest = 0.1): RetryBudget {
  let left = most;
  return {
    deposit() {
      left = Math.min(most, left + perRequest);
    },
    withdraw() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}

/** Milliseconds before the first repetition where nobody says how long to wait; doubled each time, up to a second. */
const firstPauseMs = 50;
const longestPauseMs = 1_000;

/** Milliseconds where a provider asks for fewer requests and does not say for how long. */
const throttledPauseMs = 1_000;

/** How often a provider that asks for fewer requests is asked again. */
const maxThrottledRetries = 2;

/** The share by which a pause is drawn out at random, so that callers who failed together do not return together. */
const jitter = 0.25;

/**
 * Sends a request, and again only where the first cannot have done anything: it did not leave, or the provider
 * asked for fewer requests and there is time to wait. A read also where no answer came. `attempt` makes each
 * request anew, because a signature is good for one.
 */
export async function sendWithRetry(
  attempt: () => Promise<SendResult>,
  rules: RetryRules,
  budget: RetryBudget,
): Promise<SendResult> {
  budget.deposit();
  let before: SendResult | undefined;
  for (let repeats = 0; ; repeats += 1) {
    const exchange = await attempt();
    // That there was no time for another says less than what was answered before.
    if (before && exchange.kind === 'not-sent' && exchange.reason === 'deadline') return before;
    const pause = pauseAfter(exchange, repeats, rules);
    if (pause === undefined || performance.now() + pause >= rules.deadline.endsAt || !budget.withdraw())
      return exchange;
    before = exchange;
    await delay(pause);
  }
}

function pauseAfter(exchange: SendResult, repeats: number, rules: RetryRules): number | undefined {
  const growing = Math.min(longestPauseMs, firstPauseMs * 2 ** repeats);
  switch (exchange.kind) {
    case 'not-sent':
      return exchange.reason === 'unreachable' ? jittered(growing) : undefined;
    case 'no-answer':
      return rules.isRead && !exchange.waited ? jittered(growing) : undefined;
    case 'answered':
      if (repeats >= maxThrottledRetries || !rules.isThrottled(exchange)) return undefined;
      return jittered(retryAfterMs(exchange) ?? throttledPauseMs);
  }
}

function jittered(ms: number): number {
  return ms * (1 + Math.random() * jitter);
}
