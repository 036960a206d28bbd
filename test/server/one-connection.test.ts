import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { listen } from '../../src/server/http-server.ts';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { converse, hear, open } from '../harness/raw.ts';
import { post } from '../harness/requests.ts';

it('the requests of one connection are under way four at a time, and are answered in their order', async () => {
  const { door, proxy, id } = await openBehindProxy('customers');
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  proxy.fail('read', { delivered: true, after: () => held });
  const reads = Array.from({ length: 12 }, (_, nth) => `r${nth}`);
  const conversation = converse(
    door.url,
    reads.map((name) => post(`{ ${name}: user(by: { id: "${id}" }) { id } }`)).join(''),
    12,
  );
  await proxy.arrived('read', 4);
  await delay(200);
  expect(proxy.count('read')).toBe(4);
  // Others are not held up.
  expect(await door.graphql('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  letGo();
  const { answers } = await conversation;
  expect(answers.map(({ body }) => body)).toEqual(reads.map((name) => `{"data":{"${name}":{"id":"${id}"}}}`));
  expect(proxy.count('read')).toBe(12);
});

/** A server that keeps every request until it is let go. */
async function listenHolding() {
  const requests: IncomingMessage[] = [];
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const server = await listen({
    ...{ host: '127.0.0.1', port: 0, log: pino({ level: 'silent' }) },
    limits: {
      ...{ maxConnections: 100, requestsPerConnection: 4, unreadResponseBytes: 1_000_000 },
    },
    async handle(request) {
      requests.push(request);
      await held;
      return { status: 200, headers: {}, body: '' };
    },
  });
  onTestFinished(() => server.close());
  onTestFinished(() => letGo());
  return { server, requests, letGo };
}

const get = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(1_000)}\r\n\r\n`;

it('what comes behind them is not read', async () => {
  const { server, requests, letGo } = await listenHolding();
  const { socket, heard } = hear(server.url);
  const count = 3_000;
  socket.write(get.repeat(count));
  await expect.poll(() => requests.length, { timeout: 20_000 }).toBe(4);
  await delay(200);
  expect(requests).toHaveLength(4);
  expect(requests[0]?.socket.bytesRead).toBeLessThanOrEqual(2 * 65_536);
  letGo();
  await expect.poll(() => heard.said.split('HTTP/1.1 200').length - 1, { timeout: 20_000 }).toBe(count);
  socket.destroy();
});

it('connections are cut off where too many requests wait, and those that are under way are answered', async () => {
  const { server, requests, letGo } = await listenHolding();
  const clients = Array.from({ length: 60 }, () => hear(server.url));
  let closed = 0;
  for (const one of clients) {
    void one.closed.then(() => {
      closed += 1;
    });
    one.socket.write('GET / HTTP/1.1\r\n\r\n'.repeat(200));
  }
  await expect.poll(() => requests.length, { timeout: 20_000 }).toBe(4 * clients.length);
  await expect.poll(() => closed, { timeout: 20_000 }).toBeGreaterThan(0);
  await delay(100);
  const kept = clients.length - closed;
  expect(kept).toBeGreaterThan(20);
  letGo();
  const answered = () =>
    clients.filter(({ heard }) => heard.said.split('HTTP/1.1 200').length - 1 === 200).length;
  await expect.poll(answered, { timeout: 20_000 }).toBe(kept);
  for (const { socket } of clients) socket.destroy();
});

it('a request that waits while the process leaves is not begun, and the last answer says that it is', async () => {
  const { server, requests, letGo } = await listenHolding();
  const { socket, closed } = hear(server.url);
  socket.write(get.repeat(8));
  await expect.poll(() => requests.length, { timeout: 20_000 }).toBe(4);
  server.drain();
  letGo();
  const answers = (await closed).match(/HTTP\/1.1 200|connection: close/g);
  expect(answers).toEqual([...Array(4).fill('HTTP/1.1 200'), 'connection: close']);
  expect(requests).toHaveLength(4);
});

it('answers that nobody waits for any more do not keep a connection that is idle from closing', async () => {
  const { server, requests, letGo } = await listenHolding();
  const gone = open(server.url);
  gone.write(get.repeat(2));
  const idle = hear(server.url);
  idle.socket.write(get);
  await expect.poll(() => requests.length, { timeout: 20_000 }).toBe(3);
  gone.destroy();
  await expect.poll(() => requests[0]?.socket.destroyed).toBe(true);
  letGo();
  await expect.poll(() => idle.heard.said).toContain('200');
  expect(await Promise.race([server.close(), delay(5_000, 'open')])).toBeUndefined();
});

it('what comes behind a request for an upgrade is no request, wherever a part of it begins', async () => {
  const seen: (string | undefined)[] = [];
  const server = await listen({
    ...{ host: '127.0.0.1', port: 0, log: pino({ level: 'silent' }) },
    handle: async ({ url }) => {
      seen.push(url);
      return { status: 200, headers: {}, body: '' };
    },
  });
  onTestFinished(() => server.close());
  const upgrade = 'GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n';
  const head = 'POST /other HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n';
  const inBody = 'GET /in-the-body HTTP/1.1\r\nHost: a\r\n\r\n';
  const before = 'x'.repeat(2_048 - upgrade.length - head.length);
  const { answers, closed } = await converse(
    server.url,
    upgrade + head + before + inBody.padEnd(4_000 - before.length, 'x'),
  );
  expect(seen).toEqual(['/upgrade']);
  expect([answers.length, answers[0]?.headers.connection, closed]).toEqual([1, 'close', true]);
});
