import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { arrived, someUser, written } from '../harness/expected.ts';
import { openDoor } from '../harness/front-door.ts';
import { converse, hear, open } from '../harness/raw.ts';
import { post } from '../harness/requests.ts';

const patch = (id: string) =>
  `mutation { patchUser(input: { user: { id: "${id}" }, patch: { displayName: "Ada" } }) { outcome errors { code } } }`;
const withDeadline = (id: string, ms: number) =>
  post(patch(id), ['Host: localhost', `idpatch-deadline-ms: ${ms}`]);
const tooLate = '{"data":{"patchUser":{"outcome":"NOT_APPLIED","errors":[{"code":"DEADLINE_EXCEEDED"}]}}}';

/** Blocks the event loop. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it.each([
  ['its headers', 'Content-Type'],
  ['its body', '{"query"'],
])('time in which a request waits for the rest of %s counts', async (_, from) => {
  const door = await openDoor();
  const bytes = withDeadline(someUser(door, 'customers'), 300);
  const { socket, heard } = hear(door.url);
  // A request before it on the same connection counts nothing.
  socket.write(post('{ __typename }'));
  await expect.poll(() => heard.said, { timeout: 20_000 }).toContain('"Query"');
  await delay(400);
  const split = bytes.indexOf(from);
  socket.write(bytes.slice(0, split));
  await delay(400);
  socket.write(bytes.slice(split));
  await expect.poll(() => heard.said, { timeout: 20_000 }).toContain(tooLate);
  expect(arrived(door)).toEqual([]);
  expect(written(door)).toEqual([]);
  socket.destroy();
});

it('time in which a connection says nothing does not count', async () => {
  const door = await openDoor();
  const socket = open(door.url);
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk;
  });
  for (let nth = 1; nth <= 2; nth += 1) {
    await delay(600);
    socket.write(withDeadline(someUser(door, 'customers'), 500));
    await expect.poll(() => said.match(/"outcome":"APPLIED","errors":\[\]/g)?.length).toBe(nth);
  }
  socket.destroy();
});

it('time in which a request waits for others of its connection counts', async () => {
  const { door, proxy, id } = await openBehindProxy('customers');
  proxy.fail('read', { delivered: true, after: 500 });
  const reads = post(`{ user(by: { id: "${id}" }) { id } }`).repeat(4);
  const { answers } = await converse(door.url, reads + withDeadline(id, 400), 5);
  expect(answers[4]?.body).toBe(tooLate);
  expect(written(door)).toEqual([]);
});

it.each(['a new connection', 'a connection that is open'])(
  'time in which a request on %s waits for the event loop counts',
  async (which) => {
    const door = await openDoor({ server: { maxEventLoopDelayMs: 60_000 } });
    const { socket, heard } = hear(door.url);
    const bytes = withDeadline(someUser(door, 'customers'), 300);
    if (which !== 'a new connection') {
      socket.write(post('{ __typename }'));
      await expect.poll(() => heard.said, { timeout: 20_000 }).toContain('"Query"');
    }
    await delay(100);
    // It goes to the system's buffers at once, as the connection is open.
    socket.write(bytes);
    block(500);
    await expect.poll(() => heard.said, { timeout: 20_000 }).toContain(tooLate);
    expect(arrived(door)).toEqual([]);
    socket.destroy();
  },
);
