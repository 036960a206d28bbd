import { expect } from 'vitest';
import { serveOnLoopback } from '../../src/sandbox/emulator.ts';
import { openBehindProxies } from '../harness/behind-proxy.ts';
import { patchMarked } from './marked-patch.ts';
import { expectOutcome, longLimits, runRows } from './run-rows.ts';

runRows('Odd answers', {
  async 'redirects to another host: nothing is sent there'(test, directory, expected) {
    const elsewhere = await serveOnLoopback(() => ({ status: 200, body: '{}' }));
    test.onTestFinished(() => elsewhere.close());
    const door = await openBehindProxies(test, { limits: longLimits });
    for (const status of [301, 302, 303, 307, 308]) {
      const headers = { location: `${elsewhere.url}/users` };
      door.proxies[directory].fail('write', { delivered: false, answer: { status, headers } }, 1);
      expectOutcome(await patchMarked(door, directory), expected);
    }
    expect(elsewhere.requests).toEqual([]);
  },
});
