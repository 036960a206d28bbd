import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startAnother } from '../harness/another-service.ts';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { someUser, written } from '../harness/expected.ts';
import { openDoor } from '../harness/front-door.ts';
import { converse, hear, lines } from '../harness/raw.ts';
import { mutation, post } from '../harness/requests.ts';

/** An idpatch whose writes wait until they are let go. */
async function openHeldDoor() {
  const { door, proxy } = await openBehindProxy('customers');
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  proxy.fail('write', { delivered: true, after: () => held });
  return { door, proxy, service: await startAnother(door), letGo };
}

const told = /HTTP\/1.1 \d+|connection: close|"outcome":"\w+"/g;

it('every request that had come when the process leaves is answered, and the last answer says that it is', async () => {
  const { door, proxy, service, letGo } = await openHeldDoor();
  const { socket, heard, closed } = hear(service.url);
  const [one, other] = [someUser(door, 'customers'), someUser(door, 'customers', 1)];
  socket.write(post(mutation(one)) + post(mutation(other)));
  await proxy.arrived('write', 2);
  const left = service.close();
  letGo();
  await closed;
  await left;
  expect(heard.said.match(told)).toEqual([
    ...['HTTP/1.1 200', '"outcome":"APPLIED"'],
    ...['HTTP/1.1 200', 'connection: close', '"outcome":"APPLIED"'],
  ]);
  expect(written(door)).toHaveLength(2);
});

it('what comes after the request whose answer says that it is the last is not begun', async () => {
  const { door, proxy, service, letGo } = await openHeldDoor();
  const { socket, heard, closed } = hear(service.url);
  socket.write(post(mutation(someUser(door, 'customers'))));
  await proxy.arrived('write');
  const left = service.close(500);
  // Its answer is made at once, and waits for the one before it.
  socket.write(post('{ __typename }'));
  await delay(100);
  socket.write(post(mutation(someUser(door, 'customers', 1))));
  await delay(100);
  letGo();
  await closed;
  await left;
  expect(heard.said.match(told)).toEqual([
    ...['HTTP/1.1 200', '"outcome":"APPLIED"'],
    ...['HTTP/1.1 200', 'connection: close'],
  ]);
  expect(proxy.count('write')).toBe(1);
  expect(written(door)).toHaveLength(1);
});

it('a patch behind a request that ends the connection is answered before it ends', async () => {
  const door = await openDoor();
  const twoHosts = lines(['GET /health HTTP/1.1', 'Host: localhost', 'Host: localhost']);
  const { answers, closed } = await converse(
    door.url,
    twoHosts + post(mutation(someUser(door, 'customers'))),
  );
  expect(answers.map(({ status }) => status)).toEqual([400, 200]);
  expect(answers[1]?.body).toBe('{"data":{"patchUser":{"outcome":"APPLIED"}}}');
  expect(closed).toBe(true);
  expect(written(door)).toHaveLength(1);
});

it('a connection ends behind answers that were made before the one that ends it', async () => {
  const { door, proxy, service, letGo } = await openHeldDoor();
  const { socket, heard, closed } = hear(service.url);
  socket.write(post(mutation(someUser(door, 'customers'))) + post('{ __typename }'));
  await proxy.arrived('write');
  await delay(100);
  const since = performance.now();
  const left = service.close();
  letGo();
  await closed;
  await left;
  expect(heard.said.match(told)).toEqual(['HTTP/1.1 200', '"outcome":"APPLIED"', 'HTTP/1.1 200']);
  expect(performance.now() - since).toBeLessThan(8_000);
});
