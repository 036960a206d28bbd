import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { listen } from '../../src/server/http-server.ts';

const body = 'x'.repeat(20_000_000);

async function ask() {
  const server = await listen({
    host: '127.0.0.1',
    port: 0,
    log: pino({ level: 'silent' }),
    handle: async () => ({ status: 200, headers: {}, body }),
  });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => {});
  let length = 0;
  socket.on('data', (chunk) => {
    length += chunk.length;
  });
  socket.pause();
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await delay(200);
  return { server, socket, ended, received: () => length };
}

it('an answer that was given before the process leaves is brought to a slow client, whole', async () => {
  const { server, socket, ended, received } = await ask();
  server.drain();
  const closed = server.close();
  await delay(300);
  socket.resume();
  await ended;
  await closed;
  expect(received()).toBeGreaterThan(body.length);
});

it('a client that never reads its answer does not keep a process that wants to leave', async () => {
  const { server, socket } = await ask();
  server.drain();
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now');
  const closed = server.close();
  await delay(100);
  // Ten seconds later.
  clock.mockImplementation(() => now() + 10_000);
  await closed;
  clock.mockRestore();
  socket.destroy();
});

it('a client that never reads its answer is let go after two minutes at most, and no other', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const answers = new Map([['/large', Promise.resolve(body)]]);
  const { promise: late, resolve: answerLate } = Promise.withResolvers<string>();
  answers.set('/late', late);
  const server = await listen({
    ...{ host: '127.0.0.1', port: 0, log: pino({ level: 'silent' }) },
    handle: async ({ url = '' }) => ({ status: 200, headers: {}, body: (await answers.get(url)) ?? '' }),
  });
  onTestFinished(() => server.close());
  const openWith = async (...paths: readonly string[]) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => {});
    onTestFinished(() => void socket.destroy());
    socket.pause();
    const closed = new Promise<'closed'>((resolve) => socket.once('close', () => resolve('closed')));
    socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
    await delay(200);
    return { socket, closed };
  };
  const never = await openWith('/large');
  // The second answer is given, and has to wait for the first.
  const waiting = await openWith('/late', '/large');
  vi.advanceTimersByTime(60_000);
  const newcomer = await openWith('/large');
  vi.advanceTimersByTime(60_000);
  await delay(200);
  answerLate('at last');
  for (const { socket } of [never, waiting, newcomer]) socket.resume();
  await never.closed;
  expect(await Promise.race([waiting.closed, newcomer.closed, delay(500, 'open')])).toBe('open');
});

it('one client that does not read is cut off alone, however many responses are given in the same turn', async () => {
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  let [cutOff, waiting] = [0, 0];
  const server = await listen({
    ...{ host: '127.0.0.1', port: 0, log: pino({ level: 'silent' }) },
    limits: { maxConnections: 100, requestsPerConnection: 4, unreadResponseBytes: body.length + 1_000 },
    onCutOff: () => {
      cutOff += 1;
    },
    async handle({ url }) {
      if (url === '/large') return { status: 200, headers: {}, body };
      waiting += 1;
      await held;
      return { status: 200, headers: {}, body: 'x'.repeat(2_000) };
    },
  });
  onTestFinished(() => server.close());
  const open = (path: string) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => {});
    onTestFinished(() => void socket.destroy());
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    return socket;
  };
  open('/large').pause();
  await delay(200);
  const others = Array.from({ length: 10 }, () => open('/').resume());
  await expect.poll(() => waiting).toBe(others.length);
  letGo();
  await delay(300);
  const closed = others.filter(({ readableEnded, destroyed }) => readableEnded || destroyed);
  expect({ closed: closed.length, cutOff }).toEqual({ closed: 0, cutOff: 1 });
});
