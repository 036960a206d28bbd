import { setTimeout as delay } from 'node:timers/promises';
import { expect, type TestContext } from 'vitest';
import { openBehindProxies } from '../harness/behind-proxy.ts';
import { openBlackHole } from '../harness/black-hole.ts';
import { counted, written } from '../harness/expected.ts';
import { unreached } from '../harness/unreached.ts';
import { seeds } from '../upstream/quota/door.ts';
import { call, type Payload } from './marked-patch.ts';
import { expectAnswer, runRows } from './run-rows.ts';
import { applied } from './table/row.ts';

/** A door with so many users of `customers`; `patch` patches one of them. */
async function open(test: TestContext, users: number, changes: object = {}) {
  const customers = seeds('customers', users);
  const door = await openBehindProxies(test, { customers: { users: customers }, ...changes });
  const patch = (number: number, deadlineMs?: number): Promise<Payload> => {
    const id = `customers:${customers[number % users]?.userId}`;
    return call(door, id, { displayName: 'Ada' }, { deadlineMs });
  };
  return { door, patch };
}

/** The same, where no connection is ever accepted; calls have less time than a connection may take. */
async function openWithoutConnection(test: TestContext, users: number) {
  const hole = await openBlackHole();
  if (!hole) return test.skip('the queue of a listening socket cannot be filled on this system');
  test.onTestFinished(() => hole.close());
  const directories = { customers: { baseUrl: `http://127.0.0.1:${hole.port}` } };
  return open(test, users, { directories, limits: { deadlineMs: 800, readBackMs: 300 } });
}

const isBroken = ({ errors }: Payload) => errors[0]?.message === unreached.broken;

runRows('No connection in time', {
  // Calls do not pile up: three seconds after each began, its connection is given up, and counts as a fault.
  async 'accepts no connection in the time of the call'(test, _, expected) {
    const { patch } = await openWithoutConnection(test, 3);
    for (let count = 0; count < 4; count += 1)
      for (const answer of await Promise.all([0, 1, 2].map((user) => patch(user))))
        expectAnswer(answer, expected);
    for (let tries = 60; tries > 0; tries -= 1) {
      const answer = await patch(0);
      if (isBroken(answer)) return;
      expectAnswer(answer, expected);
    }
    expect.fail('The circuit never opened.');
  },

  // Calls whose time is over before they have a place are no sign that the provider is back.
  async 'accepts no connection for more calls than it has connections: the circuit is open'(
    test,
    _,
    expected,
  ) {
    const { patch } = await openWithoutConnection(test, 20);
    const answers: Promise<Payload>[] = [];
    let broken: Payload | undefined;
    // The connections are tried for one after the other; then more come than there are, and never many at once.
    for (let count = 0; count < 200 && !broken; count += 1) {
      const answer = patch(count);
      answers.push(answer);
      void answer.then((one) => {
        if (isBroken(one)) broken ??= one;
      });
      await delay(count < 16 ? 180 : 40);
    }
    await Promise.all(answers);
    expectAnswer(broken ?? expect.fail('The circuit never opened.'), expected);
  },

  // It is no fault of the provider, and nothing leaves by it.
  async 'accepts the connection after the time of the call'(test, _, expected) {
    const { door, patch } = await open(test, 16);
    // A connection on loopback is watched for 15 ms before anything leaves by it, and of 30 ms a third is for writing.
    const answers = await Promise.all(Array.from({ length: 16 }, (_, user) => patch(user, 30)));
    const isLate = ({ errors }: Payload) => errors[0]?.code === 'DEADLINE_EXCEEDED';
    for (const answer of answers.filter(isLate)) expectAnswer(answer, expected);
    // Those who came after the first connections were there had one at once, and perhaps no time for its answer.
    const sent = answers.filter((answer) => !isLate(answer));
    expect(counted(sent.flatMap(({ errors }) => errors.map(({ code }) => code)))).not.toHaveProperty(
      'PROVIDER_UNAVAILABLE',
    );
    await delay(100);
    expect(written(door)).toHaveLength(sent.length);
    expectAnswer(await patch(0), applied());
  },
});
