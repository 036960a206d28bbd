import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openBlackHole } from '../harness/black-hole.ts';
import { endings } from '../harness/fault-proxy.ts';
import {
  directories,
  expectApplied,
  expectNotApplied,
  expectUnknown,
  expectWritten,
  openFaultyDoor,
  patchMarked,
  warmUp,
} from './faulty-door.ts';

describe.concurrent.each(directories)('%s cannot be reached', (name) => {
  it.for(['cold', 'warm'])('refused for the whole deadline: NOT_APPLIED (%s)', async (state, test) => {
    const door = await openFaultyDoor(test);
    if (state === 'warm') await warmUp(door, name);
    await door.proxies[name].refuse();
    const row = await patchMarked(door, name);
    await door.proxies[name].accept();
    expectNotApplied(row, 'PROVIDER_UNAVAILABLE');
    expect(row.answer.errors[0]).toMatchObject({ retryable: true });
    expect(row.wire).toEqual({ write: 0, read: 0, token: 0 });
  });

  it.for(['cold', 'warm'])('refused once, then well: APPLIED (%s)', async (state, test) => {
    const door = await openFaultyDoor(test);
    if (state === 'warm') await warmUp(door, name);
    await door.proxies[name].refuse();
    const running = patchMarked(door, name);
    await delay(30);
    await door.proxies[name].accept();
    const row = await running;
    expectApplied(row);
    expect(row.wire.write).toBe(1);
  });

  it('a SYN black hole: NOT_APPLIED, also where the connect timeout comes first', async (test) => {
    const hole = await openBlackHole();
    if (!hole) return test.skip('the queue of a listening socket cannot be filled on this system');
    test.onTestFinished(() => hole.close());
    const door = await openFaultyDoor(test, {
      // More than the three seconds that a connection may take.
      limits: { deadlineMs: 8_000, readBackMs: 1_000 },
      directories: { [name]: { baseUrl: `http://127.0.0.1:${hole.port}` } },
    });
    const row = await patchMarked(door, name);
    expectNotApplied(row, 'PROVIDER_UNAVAILABLE');
  });

  it('a name that does not exist: NOT_APPLIED', async (test) => {
    const door = await openFaultyDoor(test, {
      directories: { [name]: { baseUrl: 'https://idpatch-does-not-exist.invalid' } },
    });
    const row = await patchMarked(door, name);
    expectNotApplied(row, 'PROVIDER_UNAVAILABLE');
  });

  it.for([1, 3, 100])(
    'reset on accept, %i times: NOT_APPLIED or APPLIED, never UNKNOWN',
    async (times, test) => {
      const door = await openFaultyDoor(test);
      door.proxies[name].resetOnAccept(times);
      const row = await patchMarked(door, name);
      if (row.answer.outcome === 'APPLIED') expectApplied(row);
      else expectNotApplied(row, 'PROVIDER_UNAVAILABLE');
      if (times === 1) expect(row.answer.outcome).toBe('APPLIED');
      expect(row.wire.write).toBe(row.writes().length);
    },
  );
});

describe.concurrent.each(directories)('%s, the request sent and not applied', (name) => {
  it.for(['reset', 'fin', 'silence', 'slowHeaders'] as const)('%s: UNKNOWN', async (how, test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, name);
    door.proxies[name].fail('write', { ending: endings[how] });
    const row = await patchMarked(door, name);
    expectUnknown(row, 0);
    expect(row.answer.user?.displayName).toEqual(expect.any(String));
    expect(row.wire.write).toBe(1);
  });
});

describe.concurrent.each(directories)('%s, the request applied', (name) => {
  it.for(['reset', 'fin', 'silence', 'slowHeaders', 'slowBody'] as const)(
    'then %s: APPLIED (READ_BACK)',
    async (how, test) => {
      const door = await openFaultyDoor(test);
      await warmUp(door, name);
      door.proxies[name].fail('write', { applied: true, ending: endings[how] });
      const row = await patchMarked(door, name);
      expectApplied(row, 'READ_BACK');
      expect(row.wire.write).toBe(1);
    },
  );

  it('while the answer is lost and the user cannot be read: UNKNOWN, never NOT_APPLIED', async (test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, name);
    door.proxies[name].fail('write', { applied: true, ending: endings.reset });
    door.proxies[name].fail('read', { ending: endings.silence });
    const row = await patchMarked(door, name);
    expectUnknown(row, 1);
    expect(row.answer.user).toBeNull();
    expect(row.wire.write).toBe(1);
  });
});

describe.concurrent.each(directories)('a kept connection to %s that was closed', (name) => {
  it.for(['fin', 'reset'] as const)('by %s before its reuse: APPLIED, one request', async (how, test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, name);
    await door.proxies[name].dropIdle(how);
    const connections = door.proxies[name].connections;
    const row = await patchMarked(door, name);
    expectApplied(row);
    expect(row.wire.write).toBe(1);
    expect(door.proxies[name].connections).toBeGreaterThan(connections);
  });

  it('by the answer itself: APPLIED, and the next too', async (test) => {
    const door = await openFaultyDoor(test);
    door.proxies[name].fail('any', { applied: true, ending: endings.own({ connection: 'close' }) });
    for (let times = 0; times < 2; times += 1) {
      const row = await patchMarked(door, name);
      expectApplied(row);
      expect(row.wire.write).toBe(1);
    }
  });

  it('while the next request is under way on it: told by a look, sent once', async (test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, name);
    door.proxies[name].fail('write', { ending: endings.fin }, 1);
    const row = await patchMarked(door, name);
    expectUnknown(row, 0);
    expect(row.wire.write).toBe(1);
    const next = await patchMarked(door, name);
    expectApplied(next);
    expectWritten(next);
  });
});
