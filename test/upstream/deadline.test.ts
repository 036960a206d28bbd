import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createProtectedClient } from '../../src/upstream/circuit-breaker.ts';
import { createDeadline } from '../../src/upstream/deadline.ts';

it('a deadline is over when it says that it is', async () => {
  const early: number[] = [];
  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      const deadline = createDeadline(ms);
      deadline.onExpiry(() => {
        if (!deadline.isExpired()) early.push(deadline.endsAt - performance.now());
        resolve();
      });
    });
  // Timers do not keep a process, or a test, alive.
  const awake = setInterval(() => {}, 1_000);
  onTestFinished(() => clearInterval(awake));
  await Promise.all(Array.from({ length: 2_000 }, () => wait(20 + Math.random() * 200)));
  expect(early).toEqual([]);
});

it('of a crowd nothing leaves of which it was said that it did not', async () => {
  const arrived = new Set<string>();
  const server = createServer(({ url = '' }, response) => {
    arrived.add(url);
    setTimeout(() => response.end('{}'), Math.random() * 4);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = createProtectedClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  const notSent: string[] = [];
  const send = async (path: string) => {
    const sendBy = createDeadline(20 + Math.random() * 60);
    const time = { deadline: createDeadline(10_000), sendBy };
    const { kind } = await client.send({ method: 'POST', path, headers: {}, body: '{}' }, time);
    if (kind === 'not-sent') notSent.push(path);
  };
  for (let round = 0; round < 25; round += 1)
    await Promise.all(Array.from({ length: 300 }, (_, index) => send(`/${round}-${index}`)));
  await delay(100);
  expect(notSent.length).toBeGreaterThan(0);
  expect(notSent.filter((path) => arrived.has(path))).toEqual([]);
});
