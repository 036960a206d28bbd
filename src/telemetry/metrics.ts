import { patchOutcomes } from '../domain/outcome.ts';
import { createInstruments } from './instruments.ts';
import {
  errorCodes,
  journalOperations,
  journalResults,
  refusals,
  routes,
  statusClasses,
  upstreamResults,
} from './label-values.ts';
import type { BreakerState, FinishedOperation, Metrics } from './telemetry.ts';

const record = <Key extends string, Value>(keys: readonly Key[], make: (key: Key) => Value) =>
  Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<Key, Value>;

/** Creates the metrics of a process with these directories, all at zero. */
export function createMetrics(directories: readonly string[]): Metrics {
  const { counter, durations, gauge, scrape } = createInstruments();

  const requests = counter(
    'idpatch_http_requests_total',
    'HTTP responses by route and status class, without responses to unreadable requests.',
    'route',
    'status',
  );
  const requestSeconds = durations(
    'idpatch_http_request_duration_seconds',
    'Time from the request headers to the complete response.',
    'route',
  );
  const request = record(routes, (route) => ({
    byClass: record(statusClasses, (status) => requests(route, status)),
    seconds: requestSeconds(route),
  }));

  const operations = counter(
    'idpatch_operations_total',
    'Calls of patchUser by outcome; directory is empty for an unknown one.',
    'directory',
    'outcome',
  );
  const operationErrors = counter(
    'idpatch_operation_errors_total',
    'Calls of patchUser by error code; a code counts once per call.',
    'directory',
    'code',
  );
  const operationSeconds = durations(
    'idpatch_operation_duration_seconds',
    'Duration of one call of patchUser.',
    'directory',
    'outcome',
  );
  const ofDirectory = (directory: string) => ({
    outcomes: record(patchOutcomes, (outcome) => ({
      total: operations(directory, outcome),
      seconds: operationSeconds(directory, outcome),
    })),
    errors: record(errorCodes, (code) => operationErrors(directory, code)),
  });
  const nowhere = ofDirectory('');
  const operation = new Map(directories.map((name) => [name, ofDirectory(name)]));

  const upstreamRequests = counter(
    'idpatch_upstream_requests_total',
    'Requests to a provider by result; not_sent_… was not sent, no_answer… was sent without a response.',
    'directory',
    'kind',
    'result',
  );
  const upstreamSeconds = durations(
    'idpatch_upstream_duration_seconds',
    'Duration of sent requests to a provider, with their wait for a connection.',
    'directory',
    'kind',
  );
  const breakers = gauge(
    'idpatch_breaker_open',
    '1 while the circuit breaker of a directory is open or half open.',
    'directory',
  );
  const upstreamWaiting = gauge(
    'idpatch_upstream_waiting',
    'Requests waiting for a connection of a directory.',
    'directory',
  );

  const pacerWaiting = gauge(
    'idpatch_pacer_waiting',
    'Requests waiting for the quota of a directory; directories that share a quota show the same value.',
    'directory',
  );
  const pacerSeconds = durations(
    'idpatch_pacer_wait_duration_seconds',
    'Time that requests waited for the quota of a directory, of those that had to wait.',
    'directory',
  );

  const journalRequests = counter(
    'idpatch_journal_requests_total',
    'Calls of the journal by result; /ready calls check.',
    'operation',
    'result',
  );
  const journalSeconds = durations(
    'idpatch_journal_duration_seconds',
    'Duration of calls of the journal.',
    'operation',
  );
  const journal = record(journalOperations, (name) => ({
    byResult: record(journalResults, (result) => journalRequests(name, result)),
    seconds: journalSeconds(name),
  }));

  const callersRefused = counter(
    'idpatch_callers_refused_total',
    'Requests without a valid token.',
    'reason',
  );
  const callerRefused = record(refusals, (reason) => callersRefused(reason));
  const rateLimited = counter('idpatch_rate_limited_total', 'Requests over their caller’s limit.')();

  return {
    request(route, status, seconds) {
      const { byClass, seconds: taken } = request[route];
      byClass[classOf(status)].count += 1;
      taken.observe(seconds);
    },
    operation({ directory, outcome, errors, seconds }: FinishedOperation) {
      const { outcomes, errors: codes } = operation.get(directory) ?? nowhere;
      outcomes[outcome].total.count += 1;
      outcomes[outcome].seconds.observe(seconds);
      for (const [index, { code }] of errors.entries()) {
        if (errors.findIndex((other) => other.code === code) === index) codes[code].count += 1;
      }
    },
    upstream(directory) {
      const ofKind = (kind: 'read' | 'write') => ({
        byResult: record(upstreamResults, (result) => upstreamRequests(directory, kind, result)),
        seconds: upstreamSeconds(directory, kind),
      });
      const [read, write] = [ofKind('read'), ofKind('write')];
      return (isRead, result, seconds) => {
        const { byResult, seconds: taken } = isRead ? read : write;
        byResult[result].count += 1;
        if (!result.startsWith('not_sent_')) taken.observe(seconds);
      };
    },
    breaker(directory, state: BreakerState) {
      breakers(directory, () => Number(state.isOpen()));
      upstreamWaiting(directory, () => state.waiting());
    },
    pacer(directory, state) {
      pacerWaiting(directory, () => state.waiting);
      const waited = pacerSeconds(directory);
      return (ms) => waited.observe(ms / 1_000);
    },
    journal(name, result, seconds) {
      const { byResult, seconds: taken } = journal[name];
      byResult[result].count += 1;
      taken.observe(seconds);
    },
    callerRefused(reason) {
      callerRefused[reason].count += 1;
    },
    rateLimited() {
      rateLimited.count += 1;
    },
    process({ operationsUnderWay, isDraining }) {
      gauge('idpatch_operations_under_way', 'Calls of patchUser in flight.')('', operationsUnderWay);
      gauge('idpatch_draining', '1 while the process drains after SIGTERM.')('', () => Number(isDraining()));
    },
    scrape,
  };
}

function classOf(status: number): (typeof statusClasses)[number] {
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}
