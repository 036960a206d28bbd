import { type PatchErrorCode, patchErrorCodes } from '../domain/errors.ts';
import type { PatchOutcome } from '../domain/outcome.ts';
import type { SendResult } from '../upstream/client.ts';

// Every value of every label, so that each series exists from the start. Labels and attributes are our own words and
// names of the configuration: never an id of a user or caller, a path from a request, or a provider's text.

/** The route of a request; `other` for every unknown path. */
export const routes = ['graphql', 'health', 'ready', 'other'] as const;
export type Route = (typeof routes)[number];

/** What the process had no room for: the limits of `server` and `limits` by these names. */
export const shedReasons = [
  ...(['event_loop', 'body_bytes', 'connections', 'unread_response'] as const),
  'answer_bytes',
] as const;
export type ShedReason = (typeof shedReasons)[number];

export const statusClasses = ['2xx', '3xx', '4xx', '5xx'] as const;
export const errorCodes = Object.keys(patchErrorCodes) as PatchErrorCode[];

/** The result of a request to a provider. 401, 403 and 429 are separate because they concern the operator. */
export const upstreamResults = [
  ...([...statusClasses, '401', '403', '429', 'no_answer', 'no_answer_in_time'] as const),
  ...(['not_sent_unreachable', 'not_sent_untrusted', 'not_sent_deadline'] as const),
  ...(['not_sent_crowded', 'not_sent_broken', 'not_sent_paced'] as const),
] as const;

export const journalOperations = [
  ...(['begin', 'recall', 'finish', 'find'] as const),
  ...(['lease', 'release', 'prune', 'check'] as const),
] as const;
export type JournalOperation = (typeof journalOperations)[number];

/** The lines of the log that say who changed what, and all others. */
export const lineKinds = ['patchUser', 'other'] as const;
export type LineKind = (typeof lineKinds)[number];

/** One finished patchUser call. `directory`: empty if the call names no configured one. */
export interface FinishedOperation {
  readonly operationId: string;
  readonly directory: string;
  readonly outcome: PatchOutcome;
  readonly errors: readonly { readonly code: PatchErrorCode }[];
  readonly seconds: number;
}

/** The label value of a response's status. */
export function classOf(status: number): (typeof statusClasses)[number] {
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}

/** The label value of a request's result. */
export function resultOf(sent: SendResult): (typeof upstreamResults)[number] {
  switch (sent.kind) {
    case 'not-sent':
      return `not_sent_${sent.reason === 'throttled' ? 'paced' : sent.reason}`;
    case 'no-answer':
      return sent.waited ? 'no_answer_in_time' : 'no_answer';
    case 'answered': {
      const { status } = sent;
      return status === 401 || status === 403 || status === 429 ? `${status}` : classOf(status);
    }
  }
}
