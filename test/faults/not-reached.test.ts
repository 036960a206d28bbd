import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { openBehindProxies } from '../harness/behind-proxy.ts';
import { openBlackHole } from '../harness/black-hole.ts';
import { unreached } from '../harness/unreached.ts';
import { call, patchMarked } from './marked-patch.ts';
import { expectAnswer, expectOutcome, openWarm, runRows, shortLimits } from './run-rows.ts';
import { applied, notSent, unknown } from './table/row.ts';

runRows('Not reached', {
  async 'refuses connections, and the user is named by login'(test, directory, expected) {
    const door = await openBehindProxies(test, { limits: shortLimits });
    await door.proxies[directory].refuse();
    expectAnswer(
      await call(door, { login: { directory, login: 'li.na' } }, { displayName: 'Ada' }),
      expected,
    );
    expect(door.proxies[directory].requests).toEqual([]);
  },

  async 'resets the read that comes before a list is changed'(test, directory, expected) {
    const door = await openBehindProxies(test, { limits: shortLimits });
    await door.graphql('{ directory(name: "customers") { customFields { field } } }');
    door.proxies[directory].fail('read', { delivered: false, answer: 'reset' });
    const id = `${directory}:${[...door.emulators[directory].users().keys()][0]}`;
    const add = { add: { field: 'tags', value: { texts: ['press'] } } };
    expectAnswer(await call(door, id, { customFields: [add] }), expected);
    expect(door.proxies[directory].writes).toEqual([]);
  },

  async 'answers no SYN for longer than a connection may take'(test, directory, expected) {
    const hole = await openBlackHole();
    if (!hole) return test.skip('the queue of a listening socket cannot be filled on this system');
    test.onTestFinished(() => hole.close());
    const door = await openBehindProxies(test, {
      // More than the three seconds that a connection may take.
      limits: { deadlineMs: 8_000, readBackMs: 1_000 },
      directories: { [directory]: { baseUrl: `http://127.0.0.1:${hole.port}` } },
    });
    expectOutcome(await patchMarked(door, directory), expected);
  },

  /** The circuit opens within 20 requests, one request probes, and all is well again. */
  async 'has failed all calls so far: the circuit is open'(test, directory, expected) {
    const door = await openWarm(test, directory);
    const proxy = door.proxies[directory];
    proxy.fail('any', { delivered: false, answer: { status: 503 } });
    const before = proxy.requests.length;
    for (let times = 0; times < 15; times += 1) {
      const patched = await patchMarked(door, directory);
      expectOutcome(patched, patched.arrived.write === 0 ? expected : unknown('one field', { user: null }));
    }
    expect(proxy.requests.length - before).toBeGreaterThan(1);
    expect(proxy.requests.length - before).toBeLessThanOrEqual(20);
    expectOutcome(await patchMarked(door, directory), expected);
    const other = directory === 'customers' ? 'employees' : 'customers';
    expectOutcome(await patchMarked(door, other), applied());

    // It probes two seconds after it opened.
    await delay(2_100);
    const stillIll = proxy.requests.length;
    const ids = [...door.emulators[directory].users().keys()];
    await Promise.all(
      [0, 1, 2, 3].map((user) => call(door, `${directory}:${ids[user]}`, { displayName: 'Probe' })),
    );
    // The one that probes is a write, and what it did is looked for six times.
    const looks = Array(6).fill('read');
    expect(proxy.requests.slice(stillIll).map(({ kind }) => kind)).toEqual(['write', ...looks]);

    proxy.heal();
    await delay(2_100);
    expectOutcome(await patchMarked(door, directory), applied());
    expectOutcome(await patchMarked(door, directory), applied());
  },

  async 'has refused all connections so far: the circuit is open'(test, directory, expected) {
    const door = await openWarm(test, directory, { limits: { deadlineMs: 1_500, readBackMs: 500 } });
    await door.proxies[directory].refuse();
    const refused = notSent('PROVIDER_UNAVAILABLE', unreached.refused);
    const messages: string[] = [];
    for (let times = 0; times < 20 && messages.at(-1) !== unreached.broken; times += 1) {
      const patched = await patchMarked(door, directory);
      messages.push(patched.answer.errors[0]?.message ?? '');
      expectOutcome(patched, messages.at(-1) === unreached.broken ? expected : refused);
    }
    expect(messages.at(-1)).toBe(unreached.broken);
    const other = directory === 'customers' ? 'employees' : 'customers';
    expectAnswer((await patchMarked(door, other)).answer, applied());
  },
});
