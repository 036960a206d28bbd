import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { listen } from '../../src/server/http-server.ts';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { arrived, someUser, written } from '../harness/expected.ts';
import { type FrontDoor, openDoor } from '../harness/front-door.ts';
import { converse, hear, lines, open } from '../harness/raw.ts';
import { mutation, post, refusal } from '../harness/requests.ts';
import { callersOf, tokenOf } from '../harness/sandbox-tokens.ts';

const busy = (limit: string) => refusal('OVERLOADED', `The server is overloaded (${limit}): try again.`);

async function shed(door: Pick<FrontDoor, 'metricsUrl'>, reason: string): Promise<number> {
  const text = await (await fetch(door.metricsUrl ?? '')).text();
  return Number(new RegExp(`^idpatch_http_shed_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
}

const metrics = { host: '127.0.0.1', port: 0 };

/** Blocks the event loop. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('a request that waited too long for the event loop is refused unread, and the probes answer', async () => {
  const door = await openDoor({ server: { maxEventLoopDelayMs: 200 }, metrics });
  const patch = post(mutation(someUser(door, 'customers')));
  const clients = [0, 1].map(() => hear(door.url));
  const [one, probe] = clients as [ReturnType<typeof hear>, ReturnType<typeof hear>];
  await delay(100);
  one.socket.write(patch);
  probe.socket.write(lines(['GET /health HTTP/1.1', 'Host: localhost']));
  block(400);
  await expect.poll(() => one.heard.said, { timeout: 20_000 }).toContain(busy('server.maxEventLoopDelayMs'));
  expect(one.heard.said).toMatch(/^HTTP\/1.1 503 [\s\S]*\r\nretry-after: 1\r\n/);
  await expect.poll(() => probe.heard.said, { timeout: 20_000 }).toMatch(/^HTTP\/1.1 200 /);
  expect(arrived(door)).toEqual([]);
  expect(await shed(door, 'event_loop')).toBe(1);
  // The next one on the same connection is taken.
  one.socket.write(patch);
  await expect.poll(() => one.heard.said, { timeout: 20_000 }).toContain('"outcome":"APPLIED"');
  expect(written(door)).toHaveLength(1);
  for (const { socket } of clients) socket.destroy();
});

/** A door with room for two bodies of 4,096 bytes, and what its callers send. */
async function openNarrowDoor() {
  const { door, proxy, id } = await openBehindProxy(
    'customers',
    { bodyBytes: 4_096, totalBodyBytes: 8_192 },
    { metrics, callers: callersOf('gateway') },
  );
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  proxy.fail('write', { delivered: true, after: () => held });
  const bodyOf = (bytes: number, query = mutation(id)) => {
    const body = JSON.stringify({ query });
    return body + ' '.repeat(bytes - body.length);
  };
  const [one, other] = await Promise.all(
    ['one', 'other'].map((sub) => tokenOf(door, 'users:read users:write', { sub })),
  );
  const head = (token: string | undefined, ...more: readonly string[]) =>
    lines([
      ...['POST /graphql HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${token}`],
      ...['Content-Type: application/json', ...more],
    ]);
  const withLength = (token: string | undefined, bytes: number, query?: string) =>
    head(token, `Content-Length: ${bytes}`) + bodyOf(bytes, query);
  return { door, proxy, one, other, letGo, head, bodyOf, withLength };
}

const full = busy('limits.totalBodyBytes');

it('a body for which there is no memory is refused unread, and another caller’s is taken', async () => {
  const { door, proxy, one, other, letGo, head, withLength } = await openNarrowDoor();
  const first = converse(door.url, withLength(one, 4_000), 1);
  await proxy.arrived('write');
  // Its body never comes.
  const refused = await converse(door.url, head(one, 'Content-Length: 300'));
  expect(refused).toMatchObject({
    answers: [{ status: 503, headers: { 'retry-after': '1', connection: 'close' }, body: full }],
    closed: true,
  });
  const others = await converse(door.url, withLength(other, 4_096, '{ __typename }'), 1);
  expect(others.answers).toMatchObject([{ status: 200, body: '{"data":{"__typename":"Query"}}' }]);
  letGo();
  const applied = { status: 200, body: '{"data":{"patchUser":{"outcome":"APPLIED"}}}' };
  expect((await first).answers).toMatchObject([applied]);
  expect(written(door)).toHaveLength(1);
  expect(await shed(door, 'body_bytes')).toBe(1);
  // All is given back.
  expect((await converse(door.url, withLength(one, 4_096), 1)).answers).toMatchObject([applied]);
});

it('a body of unknown length counts as it comes, and one that is compressed as it comes out', async () => {
  const { door, proxy, one, letGo, head, bodyOf, withLength } = await openNarrowDoor();
  const first = converse(door.url, withLength(one, 3_000), 1);
  await proxy.arrived('write');
  const chunk = (bytes: Buffer | string) => `${bytes.length.toString(16)}\r\n${bytes.toString('latin1')}\r\n`;
  const chunked = converse(door.url, head(one, 'Transfer-Encoding: chunked') + chunk(bodyOf(3_000)));
  expect((await chunked).answers).toMatchObject([{ status: 503, body: full }]);
  const gzipped = gzipSync(bodyOf(3_000));
  const compressed = head(one, 'Content-Encoding: gzip', `Content-Length: ${gzipped.length}`);
  const bytes = Buffer.concat([Buffer.from(compressed), gzipped]);
  expect((await converse(door.url, bytes)).answers).toMatchObject([{ status: 503, body: full }]);
  letGo();
  expect((await first).answers).toMatchObject([{ status: 200 }]);
  expect(written(door)).toHaveLength(1);
});

it('a body whose client leaves is given back', async () => {
  const { door, one, letGo, head, withLength } = await openNarrowDoor();
  letGo();
  for (let count = 0; count < 5; count += 1) {
    const socket = open(door.url);
    socket.write(`${head(one, 'Content-Length: 4096')}{`);
    await delay(50);
    socket.destroy();
    await new Promise((resolve) => socket.once('close', resolve));
    await delay(50);
  }
  expect((await converse(door.url, withLength(one, 4_096), 1)).answers).toMatchObject([{ status: 200 }]);
});

it('a connection too many is closed at once, and the oldest that is idle makes room for the next', async () => {
  const { door, proxy, id } = await openBehindProxy(
    'customers',
    {},
    { metrics, server: { maxConnections: 3 } },
  );
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  proxy.fail('write', { delivered: true, after: () => held });
  const busyOne = hear(door.url);
  busyOne.socket.write(post(mutation(id)));
  await proxy.arrived('write');
  const [oldest, newest] = [hear(door.url), hear(door.url)];
  for (const { socket, heard } of [oldest, newest]) {
    socket.write(post('{ __typename }'));
    await expect.poll(() => heard.said, { timeout: 20_000 }).toContain('"Query"');
  }
  const tooMany = hear(door.url);
  expect(await tooMany.closed).toBe('');
  await oldest.closed;
  const next = hear(door.url);
  next.socket.write(post('{ __typename }'));
  await expect.poll(() => next.heard.said, { timeout: 20_000 }).toContain('"Query"');
  expect(newest.socket.destroyed).toBe(false);
  letGo();
  await expect.poll(() => busyOne.heard.said, { timeout: 20_000 }).toContain('"outcome":"APPLIED"');
  expect(await shed(door, 'connections')).toBe(1);
  for (const { socket } of [busyOne, newest, next]) socket.destroy();
});

it('the client that leaves the most unread is cut off where the memory for answers is used up', async () => {
  const reasons: string[] = [];
  const length = 20_000_000;
  const server = await listen({
    ...{ host: '127.0.0.1', port: 0, log: pino({ level: 'silent' }) },
    limits: {
      ...{ maxConnections: 10, requestsPerConnection: 4, unreadResponseBytes: 2.5 * length },
    },
    handle: async () => ({ status: 200, headers: {}, body: 'x'.repeat(length) }),
    onCutOff: (reason) => void reasons.push(reason),
  });
  onTestFinished(() => server.close());
  const openWith = (count: number) => {
    const client = hear(server.url);
    client.socket.pause();
    client.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(count));
    return client;
  };
  const modest = openWith(1);
  await delay(200);
  const greedy = openWith(2);
  await expect.poll(() => reasons, { timeout: 20_000 }).toEqual(['unread_response']);
  for (const { socket } of [modest, greedy]) socket.resume();
  await greedy.closed;
  await expect.poll(() => modest.heard.said.length, { timeout: 20_000 }).toBeGreaterThan(length);
  expect(modest.socket.destroyed).toBe(false);
  modest.socket.destroy();
});
