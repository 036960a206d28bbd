import { atOnce, circuitBreaker, processes } from './table/at-once.ts';
import { journal } from './table/journal.ts';
import { noAnswer } from './table/no-answer.ts';
import { noConnectionInTime, notReached, tls } from './table/not-reached.ts';
import { largeAnswers, oddAnswers } from './table/odd-answers.ts';
import { refused } from './table/refused.ts';
import type { Row } from './table/row.ts';
import { throttling } from './table/throttling.ts';
import { tokensAndClock } from './table/tokens-and-clock.ts';

/** What can happen, by its kind: each kind has a test file. docs/outcomes.md is printed from it. */
export const table = {
  'Not reached': notReached,
  'No connection in time': noConnectionInTime,
  TLS: tls,
  Refused: refused,
  'No answer': noAnswer,
  'Odd answers': oddAnswers,
  'Large answers': largeAnswers,
  Throttling: throttling,
  'Tokens and clock': tokensAndClock,
  Journal: journal,
  'At the same time': atOnce,
  'Circuit breaker': circuitBreaker,
  Process: processes,
} as const satisfies Readonly<Record<string, readonly Row[]>>;

export type Kind = keyof typeof table;
