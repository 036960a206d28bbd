import { createInstruments } from './instruments.ts';
import {
  errorCodes,
  journalOperations,
  journalResults,
  outcomes,
  refusals,
  routes,
  statusClasses,
  upstreamResults,
} from './label-values.ts';
import type { GuardState, Metrics, OperationTold } from './telemetry.ts';

const record = <Key extends string, Value>(keys: readonly Key[], make: (key: Key) => Value) =>
  Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<Key, Value>;

/** Makes the metrics of a process with these directories, all at zero, in a registry of their own. */
export function createMetrics(directories: readonly string[]): Metrics {
  const { counter, durations, gauge, scrape } = createInstruments();

  const requests = counter(
    'idpatch_http_requests_total',
    'Requests that were answered, by path and class of status. What is no readable request is not among them.',
    'route',
    'status',
  );
  const requestSeconds = durations(
    'idpatch_http_request_duration_seconds',
    'From a request’s headers to its whole answer being ready to be sent.',
    'route',
  );
  const request = record(routes, (route) => ({
    byClass: record(statusClasses, (status) => requests(route, status)),
    seconds: requestSeconds(route),
  }));

  const operations = counter(
    'idpatch_operations_total',
    'Calls of patchUser by outcome; directory is empty where a call names none that there is.',
    'directory',
    'outcome',
  );
  const operationErrors = counter(
    'idpatch_operation_errors_total',
    'Calls of patchUser that were answered with this code, each code once a call.',
    'directory',
    'code',
  );
  const operationSeconds = durations(
    'idpatch_operation_duration_seconds',
    'One call of patchUser, from its plan to its verdict.',
    'directory',
    'outcome',
  );
  const ofDirectory = (directory: string) => ({
    outcomes: record(outcomes, (outcome) => ({
      total: operations(directory, outcome),
      seconds: operationSeconds(directory, outcome),
    })),
    errors: record(errorCodes, (code) => operationErrors(directory, code)),
  });
  const nowhere = ofDirectory('');
  const operation = new Map(directories.map((name) => [name, ofDirectory(name)]));

  const upstreamRequests = counter(
    'idpatch_upstream_requests_total',
    'Requests to a provider by what became of them; not_sent_… left nothing, no_answer… leaves a doubt.',
    'directory',
    'kind',
    'result',
  );
  const upstreamSeconds = durations(
    'idpatch_upstream_duration_seconds',
    'Requests to a provider that left, with their wait for a connection.',
    'directory',
    'kind',
  );
  const breakers = gauge(
    'idpatch_breaker_open',
    '1 while a directory is spared after too many faults in a row, until a request comes through again.',
    'directory',
  );
  const upstreamWaiting = gauge(
    'idpatch_upstream_waiting',
    'Requests that wait for one of a directory’s connections.',
    'directory',
  );

  const pacerWaiting = gauge(
    'idpatch_pacer_waiting',
    'Requests that wait for room in a directory’s quota; directories that share one show the same.',
    'directory',
  );
  const pacerSeconds = durations(
    'idpatch_pacer_wait_duration_seconds',
    'The waits for room in a directory’s quota, of the requests that had to wait, also in vain.',
    'directory',
  );

  const journalRequests = counter(
    'idpatch_journal_requests_total',
    'What was asked of the journal, and whether it could; check is what /ready asks.',
    'operation',
    'result',
  );
  const journalSeconds = durations(
    'idpatch_journal_duration_seconds',
    'What was asked of the journal, whether or not it could.',
    'operation',
  );
  const journal = record(journalOperations, (name) => ({
    byResult: record(journalResults, (result) => journalRequests(name, result)),
    seconds: journalSeconds(name),
  }));

  const callersRefused = counter(
    'idpatch_callers_refused_total',
    'Requests of which it could not be told who sends them.',
    'reason',
  );
  const callerRefused = record(refusals, (reason) => callersRefused(reason));
  const rateLimited = counter(
    'idpatch_rate_limited_total',
    'Requests that were one too many of their caller in this minute.',
  )();

  return {
    request(route, status, seconds) {
      const { byClass, seconds: taken } = request[route];
      byClass[classOf(status)].count += 1;
      taken.observe(seconds);
    },
    operation({ directory, outcome, errors, seconds }: OperationTold) {
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
    guard(directory, state: GuardState) {
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
      gauge('idpatch_operations_under_way', 'Calls of patchUser that are being worked at.')(
        '',
        operationsUnderWay,
      );
      gauge('idpatch_draining', '1 since the process was asked to leave.')('', () => Number(isDraining()));
    },
    scrape,
  };
}

function classOf(status: number): (typeof statusClasses)[number] {
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}
