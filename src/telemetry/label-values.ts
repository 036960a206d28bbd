import { type PatchErrorCode, patchErrorCodes } from '../domain/errors.ts';

// Every value of every label, so that each series exists from the start.

/** The route of a request; `other` for every unknown path. */
export const routes = ['graphql', 'health', 'ready', 'other'] as const;
export type Route = (typeof routes)[number];

export const statusClasses = ['2xx', '3xx', '4xx', '5xx'] as const;
export const errorCodes = Object.keys(patchErrorCodes) as PatchErrorCode[];

/** The result of a request to a provider. 401, 403 and 429 are separate because they concern the operator. */
export const upstreamResults = [
  ...(['2xx', '3xx', '401', '403', '429', '4xx', '5xx', 'no_answer', 'no_answer_in_time'] as const),
  ...(['not_sent_unreachable', 'not_sent_untrusted', 'not_sent_deadline'] as const),
  ...(['not_sent_crowded', 'not_sent_broken', 'not_sent_paced'] as const),
] as const;
export type UpstreamResult = (typeof upstreamResults)[number];

export const journalOperations = [
  ...(['begin', 'recall', 'finish', 'find'] as const),
  ...(['lease', 'release', 'prune', 'check'] as const),
] as const;
export type JournalOperation = (typeof journalOperations)[number];
export const journalResults = ['ok', 'unavailable', 'failed'] as const;

export const refusals = ['no_token', 'token_refused', 'keys_unavailable'] as const;
export type CallerRefusal = (typeof refusals)[number];
