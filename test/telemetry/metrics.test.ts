import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import type { EmulatorResponse } from '../../src/sandbox/emulator.ts';
import { instrumentHandler } from '../../src/telemetry/instrument-handler.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { trusting } from '../auth/tokens.ts';
import { type DirectoryName, directoryNames, patchUser, someUser } from '../harness/expected.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { counts, samplesIn, scrape } from './scraped.ts';

let door: FrontDoor;
afterEach(() => door?.close());

const patch = { displayName: 'Ada Lovelace' };
const told = async (but?: RegExp) => counts(await scrape(door.metricsUrl), but);

test('before anything was asked, everything is there and zero', async () => {
  door = await openFrontDoor({ metrics: {} });
  const samples = await scrape(door.metricsUrl);
  expect(counts(samples)).toEqual({});
  const zeros = directoryNames.flatMap((directory) => [
    ...['APPLIED', 'NOT_APPLIED', 'PARTIAL', 'UNKNOWN'].map(
      (outcome) => `operations_total{directory="${directory}",outcome="${outcome}"}`,
    ),
    `breaker_open{directory="${directory}"}`,
    `operation_errors_total{directory="${directory}",code="PROVIDER_AUTH"}`,
    `upstream_requests_total{directory="${directory}",kind="write",result="429"}`,
  ]);
  zeros.push('journal_requests_total{operation="begin",result="unavailable"}', 'draining');
  zeros.push('callers_refused_total{reason="token_refused"}');
  for (const name of zeros) expect([name, samples.get(`idpatch_${name}`)]).toEqual([name, 0]);
  expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(0);
});

test('one patch of each directory is told by what it was and by each request that it took', async () => {
  door = await openFrontDoor({ metrics: {} });
  for (const directory of directoryNames) {
    expect(await door.patch({ id: someUser(door, directory) }, patch)).toMatchObject({ outcome: 'APPLIED' });
  }
  expect(await told()).toEqual({
    'http_requests_total{route="graphql",status="2xx"}': 3,
    'http_request_duration_seconds_count{route="graphql"}': 3,
    ...Object.fromEntries(
      directoryNames.flatMap((directory) => {
        // Descope: its definitions. EIAM: the user afterwards, and for the developer API a token before.
        const reads = directory === 'employees' ? 2 : 1;
        return [
          [`operations_total{directory="${directory}",outcome="APPLIED"}`, 1],
          [`operation_duration_seconds_count{directory="${directory}",outcome="APPLIED"}`, 1],
          [`upstream_requests_total{directory="${directory}",kind="read",result="2xx"}`, reads],
          [`upstream_duration_seconds_count{directory="${directory}",kind="read"}`, reads],
          [`upstream_requests_total{directory="${directory}",kind="write",result="2xx"}`, 1],
          [`upstream_duration_seconds_count{directory="${directory}",kind="write"}`, 1],
        ];
      }),
    ),
  });
});

const only = /^idpatch_(http|operation_duration|upstream_duration)/;

/** What is counted of one patch of a customer: its outcome, its code, and `kind result` of its requests. */
const countsOf = (
  outcome: string,
  code: string,
  requests: Readonly<Record<string, number>> = {},
  of = 'customers',
) => ({
  [`operations_total{directory="${of}",outcome="${outcome}"}`]: 1,
  [`operation_errors_total{directory="${of}",code="${code}"}`]: 1,
  ...Object.fromEntries(
    Object.entries(requests).map(([request, count]) => {
      const [kind, result] = request.split(' ');
      return [`upstream_requests_total{directory="${of}",kind="${kind}",result="${result}"}`, count];
    }),
  ),
});

test.each<readonly [what: string, EmulatorResponse, expected: Record<string, number>]>([
  [
    'refuses our credentials',
    { status: 401, body: { errorCode: 'E011003' } },
    countsOf('NOT_APPLIED', 'PROVIDER_AUTH', { 'write 401': 1 }),
  ],
  [
    'fails',
    { status: 503, body: 'away' },
    countsOf('UNKNOWN', 'OUTCOME_UNKNOWN', { 'write 5xx': 1, 'read 5xx': 6 }),
  ],
  [
    'redirects',
    { status: 302, headers: { location: '/elsewhere' }, body: '' },
    countsOf('UNKNOWN', 'OUTCOME_UNKNOWN', { 'write 3xx': 1, 'read 3xx': 6 }),
  ],
  [
    'asks for fewer requests, and for longer than there is time',
    { status: 429, headers: { 'retry-after': '60' }, body: { errorCode: 'E130429' } },
    countsOf('NOT_APPLIED', 'RATE_LIMITED', { 'write 429': 1 }),
  ],
])('a provider that %s', async (_, answer, expected) => {
  door = await openFrontDoor({ metrics: {}, customers: { intercept: () => answer } });
  await door.patch({ id: someUser(door, 'customers') }, patch);
  expect(await told(only)).toEqual(expected);
});

test('calls with a key at the same time are each told of, whichever of them is the first', async () => {
  door = await openFrontDoor({ metrics: {}, ...freshJournal() });
  const input = { user: { id: someUser(door, 'customers') }, idempotencyKey: 'order-4711_attempt-1' };
  const inputs = ['Ada', 'Ada', 'Ada', 'Grace'].map((displayName) => ({ ...input, patch: { displayName } }));
  const answers = await Promise.all(inputs.map((one) => patchUser(door, one)));
  const applied = answers.filter(({ outcome }) => outcome === 'APPLIED').length;
  expect([1, 3]).toContain(applied);
  expect(await told(/http|duration|journal|read/)).toEqual({
    'operations_total{directory="customers",outcome="APPLIED"}': applied,
    'operations_total{directory="customers",outcome="NOT_APPLIED"}': 4 - applied,
    'operation_errors_total{directory="customers",code="IDEMPOTENCY_KEY_REUSED"}': 4 - applied,
    'upstream_requests_total{directory="customers",kind="write",result="2xx"}': 1,
  });
  expect(door.log.filter((line) => line.includes('"patchUser"'))).toHaveLength(4);
});

test('an answer that is a bug counts as the 500 that it becomes', async () => {
  const metrics = createMetrics([]);
  const answer = instrumentHandler({ metrics, tracing: undefined, close: async () => {} }, () =>
    Promise.reject(new Error('A bug.')),
  );
  await expect(answer({ url: '/graphql' } as never, {} as never)).rejects.toThrow('A bug.');
  const { text } = await metrics.scrape();
  expect(counts(samplesIn(text), /duration/)).toEqual({
    'http_requests_total{route="graphql",status="5xx"}': 1,
  });
});

test('a refusal by our own check counts each of its codes once, and no request', async () => {
  door = await openFrontDoor({ metrics: {} });
  const id = someUser(door, 'employees');
  await door.patch({ id }, { displayName: '', username: '', givenName: 'Ada', familyName: 'Lovelace' });
  // A directory that does not exist has no name, whatever the caller wrote.
  await door.patch({ id: 'canary-directory:somebody' }, patch);
  const expected = {
    ...countsOf('NOT_APPLIED', 'INVALID_INPUT', {}, 'employees'),
    ...countsOf('NOT_APPLIED', 'UNSUPPORTED_FIELD', {}, 'employees'),
    ...countsOf('NOT_APPLIED', 'UNKNOWN_DIRECTORY', {}, ''),
  };
  // A scrape changes nothing.
  for (let times = 0; times < 2; times += 1) expect(await told(only)).toEqual(expected);
  expect([...(await scrape(door.metricsUrl)).keys()].join('\n')).not.toMatch(/canary/);
});

test('an open breaker shows, and what it holds back', async () => {
  door = await openFrontDoor({ metrics: {}, customers: { intercept: () => ({ status: 500, body: '' }) } });
  for (let call = 0; call < 6; call += 1) {
    await door.patch({ id: someUser(door, 'customers') }, patch);
  }
  const samples = await scrape(door.metricsUrl);
  const state = (directory: DirectoryName) => samples.get(`idpatch_breaker_open{directory="${directory}"}`);
  expect([state('customers'), state('employees'), state('contractors')]).toEqual([1, 0, 0]);
  const broken =
    'idpatch_upstream_requests_total{directory="customers",kind="write",result="not_sent_broken"}';
  expect(samples.get(broken)).toBe(4);
  expect(samples.get('idpatch_upstream_duration_seconds_count{directory="customers",kind="write"}')).toBe(2);
});

test('requests by path and status; a path that is none has no name of its own', async () => {
  door = await openFrontDoor({ metrics: {} });
  const get = async (path: string) => (await fetch(`${door.url}${path}`)).status;
  const paths = ['/health', '/ready', '/ready?a=canary', '/canary', '/metrics', '/graphqlcanary', '/graphql'];
  expect(await Promise.all(paths.map(get))).toEqual([200, 200, 200, 404, 404, 404, 405]);
  await door.graphql('{ __typename }');
  await door.graphql('{ canary }');
  expect(await told(/duration/)).toEqual({
    'http_requests_total{route="health",status="2xx"}': 1,
    'http_requests_total{route="ready",status="2xx"}': 2,
    'http_requests_total{route="other",status="4xx"}': 3,
    // A document with a field that is not there is answered 200 to those who ask for application/json.
    'http_requests_total{route="graphql",status="2xx"}': 2,
    'http_requests_total{route="graphql",status="4xx"}': 1,
  });
});

test('callers who are turned away are told by the reason, and no other way', async () => {
  door = await openFrontDoor({
    metrics: {},
    callers: (issuer) => ({
      jwt: [issuer, { url: 'away', jwksUrl: 'http://127.0.0.1:1/jwks' }].map((one) =>
        trusting(one, { audience: 'a' }),
      ),
    }),
    limits: { requestsPerCallerPerMinute: 2 },
  });
  const { issuer } = door.sandbox;
  const token = await issuer.token({ aud: 'a', sub: 'canary' });
  for (const bearer of [token, token, token, undefined, 'canary', await issuer.token({ aud: 'other' })]) {
    await door.graphql('{ __typename }', {}, bearer);
  }
  await door.graphql('{ __typename }', {}, await issuer.token({ iss: 'away', aud: 'a', sub: 'canary' }));
  expect(await told(/duration|http/)).toEqual({
    'callers_refused_total{reason="no_token"}': 1,
    'callers_refused_total{reason="token_refused"}': 2,
    'callers_refused_total{reason="keys_unavailable"}': 1,
    rate_limited_total: 1,
  });
});

test('the journal: what it did, and that it could not', async () => {
  door = await openFrontDoor({ metrics: {}, ...freshJournal() });
  const input = { user: { id: someUser(door, 'customers') }, patch, idempotencyKey: randomUUID() };
  await patchUser(door, input);
  await patchUser(door, input);
  const once = { begin: 1, recall: 2, finish: 1, lease: 1, release: 1, prune: 1 };
  expect(await told(/http|upstream|operations|operation_/)).toEqual(
    Object.fromEntries(
      Object.entries(once).flatMap(([operation, times]) => [
        [`journal_requests_total{operation="${operation}",result="ok"}`, times],
        [`journal_duration_seconds_count{operation="${operation}"}`, times],
      ]),
    ),
  );
});

test('a journal that is away', async () => {
  door = await openFrontDoor({ metrics: {}, journal: { sqlite: tmpdir() } });
  expect(await door.patch({ id: someUser(door, 'customers') }, patch)).toMatchObject({
    outcome: 'NOT_APPLIED',
  });
  expect((await fetch(`${door.url}/ready`)).status).toBe(503);
  const all = await told(/duration|upstream/);
  expect(all).toEqual({
    'http_requests_total{route="graphql",status="2xx"}': 1,
    'http_requests_total{route="ready",status="5xx"}': 1,
    'operations_total{directory="customers",outcome="NOT_APPLIED"}': 1,
    'operation_errors_total{directory="customers",code="JOURNAL_UNAVAILABLE"}': 1,
    'journal_requests_total{operation="begin",result="unavailable"}': 1,
    'journal_requests_total{operation="check",result="unavailable"}': 1,
    // The process has SQLite to itself, and a lease needs no file.
    'journal_requests_total{operation="lease",result="ok"}': 1,
    'journal_requests_total{operation="prune",result="unavailable"}': 1,
    'journal_requests_total{operation="release",result="ok"}': 1,
  });
});
