import { type PatchErrorCode, patchErrorCodes } from '../domain/errors.ts';
import type { PatchOutcome } from '../domain/outcome.ts';
import type { CallerRefusal, JournalOperation, Route, UpstreamResult } from './telemetry.ts';

/** All values of a label, so that every series exists from the start; a record, so that the compiler checks them all. */
const all = <Value extends string>(values: Readonly<Record<Value, true>>) => Object.keys(values) as Value[];

export const routes = all<Route>({ graphql: true, health: true, ready: true, other: true });
export const statusClasses = ['2xx', '3xx', '4xx', '5xx'] as const;
export const outcomes = all<PatchOutcome>({ APPLIED: true, NOT_APPLIED: true, PARTIAL: true, UNKNOWN: true });
export const errorCodes = Object.keys(patchErrorCodes) as PatchErrorCode[];
export const upstreamResults = all<UpstreamResult>({
  '2xx': true,
  '3xx': true,
  '401': true,
  '403': true,
  '429': true,
  '4xx': true,
  '5xx': true,
  no_answer: true,
  no_answer_in_time: true,
  not_sent_unreachable: true,
  not_sent_untrusted: true,
  not_sent_deadline: true,
  not_sent_crowded: true,
  not_sent_broken: true,
  not_sent_paced: true,
});
export const journalOperations = all<JournalOperation>({
  begin: true,
  recall: true,
  finish: true,
  find: true,
  lease: true,
  release: true,
  prune: true,
  check: true,
});
export const journalResults = ['ok', 'unavailable', 'failed'] as const;
export const refusals = all<CallerRefusal>({ no_token: true, token_refused: true, keys_unavailable: true });
