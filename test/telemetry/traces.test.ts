import { afterEach, expect, onTestFinished, test } from 'vitest';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { ask as post } from '../harness/answers.ts';
import { type DirectoryName, directoryNames, someUser } from '../harness/expected.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { holdPort } from '../harness/held-port.ts';
import { mutation } from '../harness/requests.ts';
import { type CollectedSpan, type Collector, resourceIn, startCollector } from './collector.ts';

let door: FrontDoor | undefined;
let collector: Collector | undefined;
afterEach(async () => {
  await door?.close();
  await collector?.close();
  [door, collector] = [undefined, undefined];
});

async function open(changes: SandboxChanges = {}, sample = 1) {
  const opened = await startCollector();
  collector = opened;
  const traces = { otlp: opened.url, sample, ...changes.traces };
  const front = await openFrontDoor({ ...changes, traces });
  door = front;
  return {
    door: front,
    /** Ends the process, which exports what is left, and gives all spans. */
    async ended() {
      door = undefined;
      await front.close();
      return opened.spans();
    },
    collector: opened,
  };
}

const patch = { displayName: 'Ada Canary' };

/** A span with the names of those above it. */
const way = (span: CollectedSpan, spans: readonly CollectedSpan[]): string => {
  const above = spans.find(({ spanId }) => spanId === span.parentId);
  return `${above ? `${way(above, spans)} > ` : ''}${span.kind} ${span.name}`;
};

/** What arrived at a provider, with its traceparent. */
const traced = (front: FrontDoor, directory: DirectoryName) =>
  front.emulators[directory].requests.map(({ headers }) => headers.traceparent);

const inOperation = 'SERVER POST /graphql > INTERNAL patchUser >';
const developer = '/v2/{instanceId}/{applicationId}';

/** The calls of one patch, as they are named in a trace. */
const calls: Readonly<Record<DirectoryName, readonly string[]>> = {
  customers: ['PATCH /v1/mgmt/user/patch', 'GET /v1/mgmt/user/customattributes'],
  employees: [
    ...[`POST ${developer}/oauth2/token`, `PATCH ${developer}/users/{userId}`],
    `GET ${developer}/users/{userId}`,
  ],
  contractors: ['POST UpdateUser', 'POST GetUser'],
};

test.each(directoryNames)(
  'one patch of %s is one trace, from the edge to what the provider gets',
  async (directory) => {
    const { door: front, ended } = await open(freshJournal());
    const id = someUser(front, directory);
    expect(await front.patch({ id }, patch)).toMatchObject({ outcome: 'APPLIED' });
    const sent = traced(front, directory);
    const line = front.log.map((one) => JSON.parse(one)).find(({ event }) => event === 'patchUser');
    const spans = await ended();

    const journal = ['begin', 'lease', 'release', 'finish'].map(
      (operation) => `${inOperation} INTERNAL journal ${operation}`,
    );
    const clients = calls[directory].map((call) => `${inOperation} CLIENT ${call}`);
    const whole = [
      'SERVER POST /graphql',
      'SERVER POST /graphql > INTERNAL patchUser',
      ...journal,
      ...clients,
    ];
    expect(spans.map((span) => way(span, spans)).toSorted()).toEqual(whole.toSorted());
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([line.traceId]));
    // In the order in which they arrived.
    const inOrder = clients.map((name) => spans.find((span) => way(span, spans) === name));
    expect(sent).toEqual(inOrder.map((span) => `00-${line.traceId}-${span?.spanId}-01`));

    const attributes = (kind: string, name: string) =>
      spans.find((span) => span.kind === kind && span.name === name)?.attributes;
    expect(attributes('SERVER', 'POST /graphql')).toEqual({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'url.path': '/graphql',
      'url.scheme': 'http',
      'http.response.status_code': 200,
    });
    expect(attributes('INTERNAL', 'patchUser')).toEqual({
      'idpatch.operation_id': line.operationId,
      'idpatch.directory': directory,
      'idpatch.outcome': 'APPLIED',
      'idpatch.error_codes': [],
    });
    for (const { name, attributes: told } of spans.filter(({ kind }) => kind === 'CLIENT')) {
      const action = name.slice('POST '.length);
      expect(told).toEqual({
        'http.request.method': name.split(' ')[0],
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(front.emulators[directory].url).port),
        'url.template': directory === 'contractors' ? '/' : name.split(' ')[1],
        'idpatch.directory': directory,
        'http.response.status_code': 200,
        ...(directory === 'contractors' ? { 'idpatch.provider_action': action } : {}),
      });
    }
    expect(spans.filter(({ failed }) => failed)).toEqual([]);
    expect(spans.flatMap(({ more }) => more)).toEqual([]);
  },
);

test('what is exported says whose it is, and holds no id of a user and no value', async () => {
  const { door: front, ended, collector: at } = await open({ traces: { service: 'idpatch-canteen' } });
  for (const directory of directoryNames) {
    await front.patch({ id: someUser(front, directory) }, patch);
    await front.patch({ login: { directory, value: 'canary@example.com' } } as never, patch);
    await front.graphql('query ($id: ID!) { user(by: { id: $id }) { id displayName } }', {
      id: someUser(front, directory),
    });
  }
  const ids = Object.values(front.sandbox.someUserIds).flat();
  await ended();
  const everything = Buffer.concat(at.bodies).toString('latin1');
  expect(everything).toContain('/v1/mgmt/user');
  expect(everything).not.toMatch(/canary/i);
  for (const id of ids) expect(everything).not.toContain(id.split(':')[1]);
  expect(resourceIn(at.bodies[0] ?? Buffer.alloc(0))).toEqual({
    'service.name': 'idpatch-canteen',
    'service.instance.id': expect.stringMatching(/^[\da-f-]{36}$/),
  });
});

test('a failure is told by its kind', async () => {
  const { port, release } = await holdPort();
  onTestFinished(release);
  const { door: front, ended } = await open({
    limits: { deadlineMs: 1_000, readBackMs: 300 },
    customers: { intercept: () => ({ status: 503, body: 'no' }) },
    directories: { employees: { baseUrl: `http://127.0.0.1:${port}` } },
  });
  await front.patch({ id: someUser(front, 'customers') }, patch);
  await front.patch({ id: someUser(front, 'employees') }, patch);
  const spans = await ended();
  const failed = spans.filter(({ failed }) => failed);
  const told = failed.map(({ name, attributes }) => `${name} ${attributes['error.type']}`);
  expect(told).toEqual(expect.arrayContaining(['PATCH /v1/mgmt/user/patch 503', 'patchUser UNKNOWN']));
  expect(told).toContain(`POST ${developer}/oauth2/token not_sent_unreachable`);
});

const theirs = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

async function ask(front: FrontDoor, headers: Record<string, string>) {
  const { body } = await post(front, mutation(someUser(front, 'customers')), {}, headers);
  expect(JSON.parse(body)).toEqual({ data: { patchUser: { outcome: 'APPLIED' } } });
}

// A later version of the header is followed as far as it is known.
test.each([`00-${theirs.traceId}-${theirs.spanId}-01`, `cc-${theirs.traceId}-${theirs.spanId}-01-more`])(
  'a caller’s trace goes on, and of all its headers only the one: %s',
  async (traceparent) => {
    const { door: front, ended } = await open({}, 0);
    await ask(front, { traceparent, tracestate: 'vendor=canary', baggage: 'user=canary' });
    const [sent] = front.emulators.customers.requests;
    const spans = await ended();
    const edge = spans.find(({ kind }) => kind === 'SERVER');
    expect(edge).toMatchObject({ traceId: theirs.traceId, parentId: theirs.spanId });
    const client = spans.find(({ name }) => name === 'PATCH /v1/mgmt/user/patch');
    expect(sent?.headers.traceparent).toBe(`00-${theirs.traceId}-${client?.spanId}-01`);
    for (const other of ['tracestate', 'baggage']) expect(sent?.headers).not.toHaveProperty(other);
    expect(spans.flatMap(({ more }) => more)).toEqual([]);
  },
);

test('a caller’s traceparent that is not sampled or not well formed is none to follow', async () => {
  const { door: front, ended } = await open({}, 0);
  const { traceId, spanId } = theirs;
  for (const traceparent of [
    ...[`00-${traceId}-${spanId}-00`, `00-${'0'.repeat(32)}-${spanId}-01`, `00-${traceId}-${spanId}-01-more`],
    ...[`00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`, `ff-${traceId}-${spanId}-01`],
    ...[`00-${traceId.toUpperCase()}-${spanId}-01`, 'canary'],
  ]) {
    await ask(front, { traceparent });
  }
  expect(new Set(traced(front, 'customers'))).toEqual(new Set([undefined]));
  expect(await ended()).toEqual([]);
});

test('nobody can have everything traced by asking for it', async () => {
  const { door: front, ended } = await open({}, 0);
  const traceparent = `00-${theirs.traceId}-${theirs.spanId}-01`;
  const asks = Array.from({ length: 100 }, () => post(front, '{ __typename }', {}, { traceparent }));
  const startedAt = performance.now();
  await Promise.all(asks);
  const seconds = (performance.now() - startedAt) / 1_000;
  const spans = await ended();
  expect(spans.length).toBeGreaterThanOrEqual(20);
  // Twenty at once, and twenty for each second that it took.
  expect(spans.length).toBeLessThanOrEqual(21 + 20 * seconds);
  expect(spans.length).toBeLessThan(100);
});

test('health and readiness are not traced', async () => {
  const { door: front, ended } = await open();
  await fetch(`${front.url}/health`);
  await fetch(`${front.url}/ready`);
  await fetch(`${front.url}/elsewhere`);
  expect(await ended()).toEqual([]);
});

test.concurrent.each([
  ['is not there', undefined],
  ['fails', 500],
  ['says no', 403],
  ['never answers', 0],
])('a collector that %s is no caller’s business', async (_, status) => {
  const at = status === undefined ? undefined : await startCollector(status);
  const otlp = at?.url ?? 'http://127.0.0.1:1/v1/traces';
  const front = await openFrontDoor({ traces: { otlp, sample: 1 } });
  for (let call = 0; call < 3; call += 1) {
    const told = await front.patch({ id: someUser(front, 'customers') }, patch);
    expect(told).toMatchObject({ outcome: 'APPLIED' });
  }
  // However long an export may take.
  await front.close();
  const lines = front.log.filter((line) => line.includes('"event":"traces"'));
  expect(lines.length).toBeLessThanOrEqual(1);
  expect(lines.join('')).not.toMatch(/127\.0\.0\.1|canary/i);
  if (status === 403) expect(lines.length).toBe(1);
  await at?.close();
});

test('a collector that takes nothing is complained about once, however much it refuses', async () => {
  const at = await startCollector(400);
  const front = await openFrontDoor({ traces: { otlp: at.url, sample: 1 } });
  // More than a batch of 512 spans; the rest goes out when it ends.
  for (let lot = 0; lot < 11; lot += 1) {
    await Promise.all(Array.from({ length: 50 }, () => front.graphql('{ __typename }')));
  }
  await front.close();
  expect(at.bodies.length).toBeGreaterThan(1);
  expect(front.log.filter((line) => line.includes('"event":"traces"')).length).toBe(1);
  await at.close();
});

test('without traces nothing is sent on, and nothing is logged of one', async () => {
  door = await openFrontDoor();
  await ask(door, { traceparent: `00-${theirs.traceId}-${theirs.spanId}-01` });
  expect(traced(door, 'customers')).toEqual([undefined, undefined]);
  expect(door.log.join('')).not.toContain('traceId');
});
