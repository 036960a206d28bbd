import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { openBehindProxies } from '../harness/behind-proxy.ts';
import { own } from '../harness/fault-answers.ts';
import { patchMarked } from './marked-patch.ts';
import { expectOutcome, longLimits, runRows } from './run-rows.ts';
import { applied } from './table/row.ts';

runRows('Tokens and clock', {
  async 'is slow to give a token to 200 operations at once'(test, directory) {
    const door = await openBehindProxies(test, { limits: { deadlineMs: 30_000 } });
    const [proxy, emulator] = [door.proxies[directory], door.emulators[directory]];
    proxy.fail('token', { delivered: true, after: 400 });
    const users = emulator.users().size;
    const markers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const { answer, marker } = await patchMarked(door, directory, {
          ...{ user: index % users, isAlone: false },
        });
        expect(answer).toMatchObject({ outcome: 'APPLIED', user: { displayName: marker } });
        return marker;
      }),
    );
    expect(proxy.count('token')).toBe(1);
    expect(proxy.count('write')).toBe(200);
    const stored = emulator.writes.map(({ change }) => change.displayName);
    expect(stored.toSorted()).toEqual(markers.toSorted());
  },

  async 'gives tokens that live for a second'(test, directory, expected) {
    const door = await openBehindProxies(test, {
      ...{ limits: longLimits, employees: { tokenLifetimeSeconds: 1 } },
    });
    for (let times = 0; times < 4; times += 1) {
      const { answer } = await patchMarked(door, directory);
      expect(answer.outcome).toBe(expected.outcome);
      await delay(300);
    }
    expect(door.proxies[directory].count('token')).toBeGreaterThan(1);
  },

  async 'has another clock: its Date is believed'(test, directory, expected) {
    for (const minutes of [20, -20, 60 * 24 * 400]) {
      const now = () => Date.now() + minutes * 60_000;
      const door = await openBehindProxies(test, { limits: longLimits, contractors: { now } });
      const proxy = door.proxies[directory];
      proxy.fail('any', {
        delivered: true,
        answer: (...it) => own({ date: new Date(now()).toUTCString() })(...it),
      });
      expectOutcome(await patchMarked(door, directory), expected);
      const nonces = proxy.requests.map(({ headers }) => headers['x-acs-signature-nonce']);
      expect(new Set(nonces).size).toBe(nonces.length);
      // From then on its clock is known.
      expectOutcome(await patchMarked(door, directory), applied());
    }
  },
});
