import { patchOutcomes } from '../domain/outcome.ts';
import { createInstruments } from './instruments.ts';
import {
  errorCodes,
  journalOperations,
  lineKinds,
  routes,
  shedReasons,
  statusClasses,
  upstreamResults,
} from './labels.ts';

/** The metrics of a process. Every request records some, so each takes about a microsecond at most. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Creates the metrics of a process with these directories, all at zero. */
export function createMetrics(directories: readonly string[]) {
  const { counter, rareCounter, durations, gauge, scrape } = createInstruments();
  const orNone = ['', ...directories];
  const kinds = ['read', 'write'] as const;
  return {
    requests: counter(
      'idpatch_http_requests_total',
      'HTTP responses by route and status class, without responses to unreadable requests.',
      { route: routes, status: statusClasses },
    ),
    requestSeconds: durations(
      'idpatch_http_request_duration_seconds',
      'Time from the request headers to the complete response.',
      { route: routes },
    ),
    shed: counter(
      'idpatch_http_shed_total',
      'Requests refused (event_loop, body_bytes), connections (connections, unread_response) and answers of providers (answer_bytes) cut off by a limit of the process.',
      { reason: shedReasons },
    ),
    operations: counter(
      'idpatch_operations_total',
      'Calls of patchUser by outcome; directory is empty for an unknown one.',
      { directory: orNone, outcome: patchOutcomes },
    ),
    operationErrors: counter(
      'idpatch_operation_errors_total',
      'Calls of patchUser by error code; a code counts once per call.',
      { directory: orNone, code: errorCodes },
    ),
    operationSeconds: durations('idpatch_operation_duration_seconds', 'Duration of one call of patchUser.', {
      directory: orNone,
      outcome: patchOutcomes,
    }),
    upstreamRequests: counter(
      'idpatch_upstream_requests_total',
      'Requests to a provider by result; not_sent_… was not sent, no_answer… was sent without a response.',
      { directory: directories, kind: kinds, result: upstreamResults },
    ),
    upstreamSeconds: durations(
      'idpatch_upstream_duration_seconds',
      'Duration of sent requests to a provider, with their wait for a connection.',
      { directory: directories, kind: kinds },
    ),
    unreadableMembers: rareCounter(
      'idpatch_unreadable_members_total',
      'Members of a provider’s answers that could not be read, and were left out.',
      'provider',
      'member',
    ),
    breakerOpen: gauge(
      'idpatch_breaker_open',
      '1 while the circuit breaker of a directory is open or half open.',
      'directory',
    ),
    upstreamWaiting: gauge(
      'idpatch_upstream_waiting',
      'Requests waiting for a connection of a directory.',
      'directory',
    ),
    quotaWaiting: gauge(
      'idpatch_pacer_waiting',
      'Requests waiting for the quota of a directory; directories that share a quota show the same value.',
      'directory',
    ),
    quotaSeconds: durations(
      'idpatch_pacer_wait_duration_seconds',
      'Time that requests waited for the quota of a directory, of those that had to wait.',
      { directory: directories },
    ),
    journalRequests: counter(
      'idpatch_journal_requests_total',
      'Calls of the journal by result; /ready calls check.',
      { operation: journalOperations, result: ['ok', 'unavailable', 'failed'] },
    ),
    journalSeconds: durations('idpatch_journal_duration_seconds', 'Duration of calls of the journal.', {
      operation: journalOperations,
    }),
    callersRefused: counter('idpatch_callers_refused_total', 'Requests without a valid token.', {
      reason: ['no_token', 'token_refused', 'keys_unavailable'],
    }),
    rateLimited: counter('idpatch_rate_limited_total', 'Requests over their caller’s limit.', {}),
    linesDropped: counter(
      'idpatch_log_lines_dropped_total',
      'Lines of the log that were dropped because its reader was too slow.',
      { kind: lineKinds },
    ),
    operationsUnderWay: gauge('idpatch_operations_under_way', 'Calls of patchUser in flight.'),
    operationsNotFinal: gauge(
      'idpatch_operations_not_final',
      'Operations of this process whose outcome is not final yet, by the minutes since it was answered.',
      'minutes',
    ),
    owedResults: gauge(
      'idpatch_journal_owed_results',
      'Results that could not be written to the journal yet.',
    ),
    draining: gauge('idpatch_draining', '1 while the process drains after SIGTERM.'),
    scrape,
  };
}
