import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';
import type { PatchErrorCode, PatchOutcome } from '../outcome.ts';
import { createHistogram } from './histogram.ts';
import type {
  CallerRefusal,
  GuardState,
  JournalOperation,
  Metrics,
  OperationTold,
  Route,
  UpstreamResult,
} from './telemetry.ts';

/** Upper bounds in seconds, from what a lean answer takes to the deadline of an operation. Our own choice. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Every value of a label, from a record that has to name them all. */
const all = <Value extends string>(values: Readonly<Record<Value, true>>) => Object.keys(values) as Value[];

const routes = all<Route>({ graphql: true, health: true, ready: true, other: true });
const statusClasses = ['2xx', '3xx', '4xx', '5xx'] as const;
const outcomes = all<PatchOutcome>({ APPLIED: true, NOT_APPLIED: true, PARTIAL: true, UNKNOWN: true });
const errorCodes = all<PatchErrorCode>({
  INVALID_INPUT: true,
  UNKNOWN_DIRECTORY: true,
  UNSUPPORTED_FIELD: true,
  USER_NOT_FOUND: true,
  CONFLICT: true,
  FORBIDDEN: true,
  STALE_VERSION: true,
  IDEMPOTENCY_KEY_REUSED: true,
  IDEMPOTENCY_IN_PROGRESS: true,
  RATE_LIMITED: true,
  PROVIDER_UNAVAILABLE: true,
  DEADLINE_EXCEEDED: true,
  PROVIDER_REFUSED: true,
  PROVIDER_AUTH: true,
  OUTCOME_UNKNOWN: true,
  NOT_CONFIRMED: true,
  JOURNAL_UNAVAILABLE: true,
});
const upstreamResults = all<UpstreamResult>({
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
const journalOperations = all<JournalOperation>({
  begin: true,
  recall: true,
  finish: true,
  find: true,
  lease: true,
  release: true,
  prune: true,
  check: true,
});
const journalResults = ['ok', 'unavailable', 'failed'] as const;
const refusals = all<CallerRefusal>({ no_token: true, token_refused: true, keys_unavailable: true });

/** A count that waits for the next scrape. */
interface Tally {
  count: number;
}

const record = <Key extends string, Value>(keys: readonly Key[], make: (key: Key) => Value) =>
  Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<Key, Value>;

const labelled = (names: readonly string[], values: readonly string[]) =>
  record(names, (name) => values[names.indexOf(name)] ?? '');

/** Makes the metrics of a process with these directories, all at zero, in a registry of their own. */
export function createMetrics(directories: readonly string[]): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  /** Adds up by itself until the scrape: prom-client looks its labels over at every single count. */
  function counter(name: string, help: string, ...labelNames: readonly string[]) {
    const tallies: (readonly [labels: Record<string, string>, tally: Tally])[] = [];
    new Counter({
      ...{ name, help, labelNames, registers: [registry] },
      collect() {
        for (const [labels, tally] of tallies) {
          this.inc(labels, tally.count);
          tally.count = 0;
        }
      },
    });
    return (...values: readonly string[]): Tally => {
      const tally = { count: 0 };
      tallies.push([labelled(labelNames, values), tally]);
      return tally;
    };
  }

  function durations(name: string, help: string, ...labelNames: readonly string[]) {
    const histogram = createHistogram(name, help, durationBuckets);
    // Of a metric the registry uses its name and what `get` gives; its type names prom-client's own classes alone.
    registry.registerMetric(histogram as unknown as Metric);
    return (...values: readonly string[]) => histogram.series(labelled(labelNames, values));
  }

  function gauge(name: string, help: string, label?: string) {
    const states = new Map<string, () => number>();
    new Gauge({
      ...{ name, help, labelNames: label === undefined ? [] : [label], registers: [registry] },
      collect() {
        for (const [value, read] of states) this.set(label === undefined ? {} : { [label]: value }, read());
      },
    });
    return (value: string, read: () => number) => void states.set(value, read);
  }

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
    async scrape() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function classOf(status: number): (typeof statusClasses)[number] {
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}
