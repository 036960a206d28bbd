import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAnother } from '../harness/another-service.ts';
import { arrived, someUser } from '../harness/expected.ts';
import { startFaultProxy } from '../harness/fault-proxy.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { lines, open } from '../harness/raw.ts';
import { mutation, post, refusal, says } from '../harness/requests.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor();
});
afterAll(() => door.close());

const json = ['Host: localhost', 'Content-Type: application/json'];

/** What a slow client sends, and what it then sends again and again so that its connection is never quiet. */
const slow: Readonly<Record<string, readonly [start: string, again: string]>> = {
  'nothing at all': ['', ''],
  'half a request line': ['POST /gra', ''],
  'header after header': ['POST /graphql HTTP/1.1\r\nHost: localhost\r\n', 'X: a\r\n'],
  'a line break now and then': ['', '\r\n'],
  'a body that stops': [lines(['POST /graphql HTTP/1.1', ...json, 'Content-Length: 1000'], '{"query"'), ''],
  'a body byte by byte': [lines(['POST /graphql HTTP/1.1', ...json, 'Content-Length: 1000'], '{'), ' '],
  'a body in chunks': [
    lines(['POST /graphql HTTP/1.1', ...json, 'Transfer-Encoding: chunked']),
    '1\r\n \r\n',
  ],
};
const kinds = Object.entries(slow);

interface SlowClient {
  readonly socket: Socket;
  readonly said: () => string;
  readonly closed: Promise<number>;
}

function startSlowClient(url: string, [, [start, again]]: (typeof kinds)[number]): SlowClient {
  const socket = open(url);
  const since = performance.now();
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk;
  });
  socket.write(start);
  const saying = setInterval(() => again && socket.writable && socket.write(again), 500);
  const closed = new Promise<number>((resolve) => {
    socket.once('close', () => {
      clearInterval(saying);
      resolve(performance.now() - since);
    });
  });
  return { socket, said: () => said, closed };
}

describe.concurrent('200 clients that never finish their requests', () => {
  it('leave room for others, and are let go by the server', async () => {
    const clients = Array.from({ length: 200 }, (_, index) => {
      const kind = kinds[index % kinds.length];
      if (!kind) throw new Error('There is no such kind.');
      return startSlowClient(door.url, kind);
    });
    await Promise.all(clients.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
    for (let count = 0; count < 5; count += 1) {
      const answer = await fetch(`${door.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ __typename }' }),
        signal: AbortSignal.timeout(5_000),
      });
      expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
    }
    // None of them was let go for the others' sake.
    expect(clients.filter(({ socket }) => socket.destroyed)).toEqual([]);
    const times = await Promise.all(clients.map(({ closed }) => closed));
    expect(Math.max(...times)).toBeLessThan(15_000);
    for (const { said } of clients) {
      const answers = said().split('HTTP/1.1 ').slice(1);
      expect(answers.map((answer) => answer.slice(0, 3))).toEqual(['408']);
      expect(answers[0]).toContain(refusal('BAD_REQUEST', says.tooSlow));
      expect(answers[0]).toContain("default-src 'none'");
    }
    expect(arrived(door)).toEqual([]);
    expect((await fetch(`${door.url}/ready`)).status).toBe(200);
  });

  it('do not keep a process that wants to leave', async () => {
    const service = await startAnother(door, {});
    const clients = kinds.map((kind) => startSlowClient(service.url, kind));
    await Promise.all(clients.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
    await service.close();
    await Promise.all(clients.map(({ closed }) => closed));
  });
});

describe.concurrent('the bounds of a request’s time', () => {
  it('do not touch one that has arrived, however long its answer takes', async () => {
    const proxy = await startFaultProxy();
    const slowly = await openFrontDoor({
      limits: { deadlineMs: 30_000 },
      directories: { customers: { baseUrl: proxy.url } },
    });
    proxy.passTo(slowly.emulators.customers.url);
    proxy.fail('write', { delivered: true, after: () => delay(12_000) });
    const answer = await slowly.graphql(mutation(someUser(slowly, 'customers')));
    expect(answer).toEqual({ data: { patchUser: { outcome: 'APPLIED' } } });
    await proxy.close();
    await slowly.close();
  });

  it('begin anew with each request of a connection', async ({ expect }) => {
    const socket = open(door.url);
    let said = '';
    socket.on('data', (chunk) => {
      said += chunk;
    });
    for (let count = 1; count <= 4; count += 1) {
      if (count > 1) await delay(4_000);
      socket.write(post('{ __typename }'));
      await expect.poll(() => said.split('"Query"').length - 1, { timeout: 5_000 }).toBe(count);
    }
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});
