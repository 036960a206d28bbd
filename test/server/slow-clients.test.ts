import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startAnother } from '../harness/another-service.ts';
import { ask } from '../harness/answers.ts';
import { openBehindProxies } from '../harness/behind-proxy.ts';
import { arrived, someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { hear, lines } from '../harness/raw.ts';
import { mutation, post, refusal, says } from '../harness/requests.ts';

/** The bounds of our servers as Node gets them; here they are a quarter of that, so that these tests need not wait. */
const bounds = { headersTimeout: 8_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };
const quartered = Object.fromEntries(Object.entries(bounds).map(([name, ms]) => [name, ms / 4]));
const given: object[] = [];
const { createServer } = http;

let door: FrontDoor;
beforeAll(async () => {
  // The emulators' servers have no options.
  const inAQuarter = (...[options, ...more]: Parameters<typeof createServer>) => {
    if (!('requestTimeout' in options)) return createServer(options, ...more);
    given.push(options);
    return createServer({ ...options, ...quartered }, ...more);
  };
  Object.assign(http, { createServer: inAQuarter });
  syncBuiltinESMExports();
  door = await openFrontDoor();
});
afterAll(async () => {
  await door.close();
  Object.assign(http, { createServer });
  syncBuiltinESMExports();
  expect(given).toContainEqual(expect.objectContaining(bounds));
});

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
const kinds = Object.values(slow);

function startSlowClient(url: string, index: number) {
  const client = hear(url);
  const [start = '', again = ''] = kinds[index % kinds.length] ?? [];
  client.socket.write(start);
  const saying = setInterval(() => again && client.socket.writable && client.socket.write(again), 125);
  void client.closed.then(() => clearInterval(saying));
  return client;
}

async function startSlowClients(url: string, count: number) {
  const clients = Array.from({ length: count }, (_, index) => startSlowClient(url, index));
  await Promise.all(clients.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
  return clients;
}

describe.concurrent('200 clients that never finish their requests', () => {
  it('leave room for others, and are let go by the server', async () => {
    const clients = await startSlowClients(door.url, 200);
    for (let count = 0; count < 5; count += 1) {
      expect((await ask(door, '{ __typename }')).body).toBe('{"data":{"__typename":"Query"}}');
    }
    // None of them was let go for the others' sake.
    expect(clients.filter(({ socket }) => socket.destroyed)).toEqual([]);
    for (const said of await Promise.all(clients.map(({ closed }) => closed))) {
      const answers = said.split('HTTP/1.1 ').slice(1);
      expect(answers.map((answer) => answer.slice(0, 3))).toEqual(['408']);
      expect(answers[0]).toContain(refusal('BAD_REQUEST', says.tooSlow));
      expect(answers[0]).toContain("default-src 'none'");
    }
    expect(arrived(door)).toEqual([]);
    expect((await fetch(`${door.url}/ready`)).status).toBe(200);
  });
});

describe.concurrent('the bounds of a request’s time', () => {
  it('do not touch one that has arrived, however long its answer takes', async (test) => {
    const slowly = await openBehindProxies(test, { limits: { deadlineMs: 30_000 } });
    slowly.proxies.customers.fail('write', { delivered: true, after: () => delay(3_000) });
    const answer = await slowly.graphql(mutation(someUser(slowly, 'customers')));
    expect(answer).toEqual({ data: { patchUser: { outcome: 'APPLIED' } } });
  });

  it('begin anew with each request of a connection', async ({ expect }) => {
    const { socket, heard } = hear(door.url);
    for (let count = 1; count <= 4; count += 1) {
      if (count > 1) await delay(1_000);
      socket.write(post('{ __typename }'));
      await expect.poll(() => heard.said.split('"Query"').length - 1, { timeout: 5_000 }).toBe(count);
    }
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});

it('clients that never finish their requests do not keep a process that wants to leave', async () => {
  const service = await startAnother(door);
  const clients = await startSlowClients(service.url, kinds.length);
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now');
  const leaving = service.close();
  await delay(100);
  // Ten seconds later.
  clock.mockImplementation(() => now() + bounds.requestTimeout);
  await leaving;
  clock.mockRestore();
  await Promise.all(clients.map(({ closed }) => closed));
});
