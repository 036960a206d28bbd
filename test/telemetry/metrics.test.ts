import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import type { EmulatorResponse } from '../../src/sandbox/emulator.ts';
import { instrumentHandler } from '../../src/telemetry/instrument-handler.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { type DirectoryName, directoryNames, patchUser, someUser } from '../harness/expected.ts';
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
  for (const directory of directoryNames) {
    for (const outcome of ['APPLIED', 'NOT_APPLIED', 'PARTIAL', 'UNKNOWN'])
      expect(samples.get(`idpatch_operations_total{directory="${directory}",outcome="${outcome}"}`)).toBe(0);
    expect(samples.get(`idpatch_breaker_open{directory="${directory}"}`)).toBe(0);
    expect(samples.get(`idpatch_operation_errors_total{directory="${directory}",code="PROVIDER_AUTH"}`)).toBe(
      0,
    );
    expect(
      samples.get(`idpatch_upstream_requests_total{directory="${directory}",kind="write",result="429"}`),
    ).toBe(0);
  }
  expect(samples.get('idpatch_journal_requests_total{operation="begin",result="unavailable"}')).toBe(0);
  expect(samples.get('idpatch_callers_refused_total{reason="token_refused"}')).toBe(0);
  expect(samples.get('idpatch_draining')).toBe(0);
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

test.each<readonly [what: string, EmulatorResponse, expected: Record<string, number>]>([
  [
    'refuses our credentials',
    { status: 401, body: { errorCode: 'E011003' } },
    {
      'operations_total{directory="customers",outcome="NOT_APPLIED"}': 1,
      'operation_errors_total{directory="customers",code="PROVIDER_AUTH"}': 1,
      'upstream_requests_total{directory="customers",kind="write",result="401"}': 1,
    },
  ],
  [
    'fails',
    { status: 503, body: 'away' },
    {
      'operations_total{directory="customers",outcome="UNKNOWN"}': 1,
      'operation_errors_total{directory="customers",code="OUTCOME_UNKNOWN"}': 1,
      'upstream_requests_total{directory="customers",kind="write",result="5xx"}': 1,
      'upstream_requests_total{directory="customers",kind="read",result="5xx"}': 2,
    },
  ],
  [
    'redirects',
    { status: 302, headers: { location: '/elsewhere' }, body: '' },
    {
      'operations_total{directory="customers",outcome="UNKNOWN"}': 1,
      'operation_errors_total{directory="customers",code="OUTCOME_UNKNOWN"}': 1,
      'upstream_requests_total{directory="customers",kind="write",result="3xx"}': 1,
      'upstream_requests_total{directory="customers",kind="read",result="3xx"}': 2,
    },
  ],
  [
    'asks for fewer requests, and for longer than there is time',
    { status: 429, headers: { 'retry-after': '60' }, body: { errorCode: 'E130429' } },
    {
      'operations_total{directory="customers",outcome="NOT_APPLIED"}': 1,
      'operation_errors_total{directory="customers",code="RATE_LIMITED"}': 1,
      'upstream_requests_total{directory="customers",kind="write",result="429"}': 1,
    },
  ],
])('a provider that %s', async (_, answer, expected) => {
  door = await openFrontDoor({ metrics: {}, customers: { intercept: () => answer } });
  await door.patch({ id: someUser(door, 'customers') }, patch);
  expect(await told(only)).toEqual(expected);
});

test('calls with a key at the same time are each told of, whichever of them is the first', async () => {
  const folder = `${tmpdir()}/idpatch-metrics-${randomUUID()}`;
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  door = await openFrontDoor({ metrics: {}, journal: { sqlite: `${folder}/journal.db` } });
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

test('a scrape changes nothing', async () => {
  door = await openFrontDoor({ metrics: {} });
  await door.patch({ id: someUser(door, 'customers') }, patch);
  const first = await told();
  expect(await told()).toEqual(first);
  await door.patch({ id: someUser(door, 'customers') }, patch);
  expect((await told())['operations_total{directory="customers",outcome="APPLIED"}']).toBe(2);
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
  expect(await told(only)).toEqual({
    'operations_total{directory="employees",outcome="NOT_APPLIED"}': 1,
    'operation_errors_total{directory="employees",code="INVALID_INPUT"}': 1,
    'operation_errors_total{directory="employees",code="UNSUPPORTED_FIELD"}': 1,
  });
});

test('a directory that does not exist is told as none, whatever the caller wrote', async () => {
  door = await openFrontDoor({ metrics: {} });
  await door.patch({ id: 'canary-directory:somebody' }, patch);
  expect(await told(only)).toEqual({
    'operations_total{directory="",outcome="NOT_APPLIED"}': 1,
    'operation_errors_total{directory="",code="UNKNOWN_DIRECTORY"}': 1,
  });
  expect([...(await scrape(door.metricsUrl)).keys()].join('\n')).not.toMatch(/canary/);
});

test('a patch of which one step is refused is PARTIAL', async () => {
  const body = { Code: 'OperationDenied', RequestId: 'x' };
  door = await openFrontDoor({
    metrics: {},
    employees: { intercept: ({ method }) => (method === 'PATCH' ? { status: 403, body } : undefined) },
  });
  const id = someUser(door, 'employees');
  expect(await door.patch({ id }, { ...patch, status: 'DISABLED' })).toMatchObject({ outcome: 'PARTIAL' });
  const all = await told(only);
  expect(all['operations_total{directory="employees",outcome="PARTIAL"}']).toBe(1);
  expect(all['upstream_requests_total{directory="employees",kind="write",result="403"}']).toBe(1);
  expect(all['upstream_requests_total{directory="employees",kind="write",result="2xx"}']).toBe(1);
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
  expect(samples.get(broken)).toBe(2);
  expect(samples.get('idpatch_upstream_duration_seconds_count{directory="customers",kind="write"}')).toBe(4);
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
    callers: ({ url, jwksUrl }) => ({
      jwt: [
        {
          ...{ issuer: url, jwks: jwksUrl, allowLoopback: true, audience: 'a', algorithms: ['ES256'] },
          ...{ rights: ['users:read'], directories: ['customers'] },
        },
        {
          ...{ issuer: 'away', jwks: 'http://127.0.0.1:1/jwks', allowLoopback: true, audience: 'a' },
          ...{ algorithms: ['ES256'], rights: ['users:read'], directories: ['customers'] },
        },
      ],
    }),
    limits: { requestsPerCallerPerMinute: 2 },
  });
  const { issuer } = door.sandbox;
  const token = await issuer.token({ aud: 'a', sub: 'canary' });
  for (const bearer of [token, token, token, undefined, 'canary', await issuer.token({ aud: 'other' })]) {
    await door.graphql('{ __typename }', {}, bearer);
  }
  await door.graphql('{ __typename }', {}, await issuer.token({ iss: 'away', aud: 'a', sub: 'canary' }));
  expect(await told(/duration/)).toEqual({
    'http_requests_total{route="graphql",status="2xx"}': 2,
    'http_requests_total{route="graphql",status="4xx"}': 4,
    'http_requests_total{route="graphql",status="5xx"}': 1,
    'callers_refused_total{reason="no_token"}': 1,
    'callers_refused_total{reason="token_refused"}': 2,
    'callers_refused_total{reason="keys_unavailable"}': 1,
    rate_limited_total: 1,
  });
});

test('the journal: what it did, and that it could not', async () => {
  const sqlite = `${tmpdir()}/idpatch-telemetry-${process.pid}.db`;
  door = await openFrontDoor({ metrics: {}, journal: { sqlite } });
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
  for (const end of ['', '-wal', '-shm']) rmSync(`${sqlite}${end}`, { force: true });
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
    'journal_requests_total{operation="prune",result="unavailable"}': 1,
  });
});
