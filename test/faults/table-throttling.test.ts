import { describe, expect, it } from 'vitest';
import { endings } from '../harness/fault-proxy.ts';
import {
  type DirectoryName,
  directories,
  expectApplied,
  expectNotApplied,
  openFaultyDoor,
  patchMarked,
  warmUp,
} from './faulty-door.ts';

/** Room for one wait of a second before a write must have left. */
const roomy = { deadlineMs: 5_500, readBackMs: 1_500 };

function throttled(name: DirectoryName, headers: Readonly<Record<string, string>>, status = 429) {
  const body =
    name === 'customers'
      ? { errorCode: 'E130429', errorDescription: 'Rate limit exceeded' }
      : {
          Code: 'Throttling.User',
          Message: 'Request was denied due to user flow control.',
          RequestId: 'A-1',
        };
  return endings.canned(status, headers, JSON.stringify(body));
}

describe.concurrent.each(directories)('%s asks for fewer requests', (name) => {
  it('429 with Retry-After 1, then well: APPLIED after a second', async (test) => {
    const door = await openFaultyDoor(test, { limits: roomy });
    await warmUp(door, name);
    door.proxies[name].fail('write', { ending: throttled(name, { 'retry-after': '1' }) }, 1);
    const row = await patchMarked(door, name);
    expectApplied(row);
    expect(row.wire.write).toBe(2);
    expect(row.elapsedMs).toBeGreaterThanOrEqual(1_000);
  });

  it('429 with Retry-After as a date by its own clock, then well: APPLIED', async (test) => {
    const door = await openFaultyDoor(test, { limits: roomy });
    await warmUp(door, name);
    // Years behind ours: only the distance counts.
    const headers = {
      date: 'Mon, 06 Jan 2020 10:00:00 GMT',
      'retry-after': 'Mon, 06 Jan 2020 10:00:01 GMT',
    };
    door.proxies[name].fail('write', { ending: throttled(name, headers) }, 1);
    const row = await patchMarked(door, name);
    expectApplied(row);
    expect(row.wire.write).toBe(2);
    expect(row.elapsedMs).toBeGreaterThanOrEqual(1_000);
  });

  it('429 with a body that is not its own: NOT_APPLIED (RATE_LIMITED)', async (test) => {
    const door = await openFaultyDoor(test);
    const ending = endings.canned(429, { 'content-type': 'text/html', 'retry-after': '30' }, '<h1>No</h1>');
    door.proxies[name].fail('write', { ending });
    const row = await patchMarked(door, name);
    expectNotApplied(row, 'RATE_LIMITED');
    expect(row.answer.errors[0]).toMatchObject({ retryAfterSeconds: 30 });
    expect(row.wire.write).toBe(1);
  });

  it.for([
    ['3600', 3_600],
    ['7200', 3_600],
    ['2147483648', 3_600],
    ['99999999999999999999', null],
    ['0', 1],
    ['-5', null],
    ['soon', null],
    ['1e9', null],
    ['', null],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 3_600],
    ['Thu, 01 Jan 1970 00:00:00 GMT', null],
  ] as const)(
    '429 with Retry-After "%s": NOT_APPLIED (RATE_LIMITED), wait %s',
    async ([text, seconds], test) => {
      const door = await openFaultyDoor(test);
      await warmUp(door, name);
      const headers = { date: new Date().toUTCString(), 'retry-after': text };
      door.proxies[name].fail('write', { ending: throttled(name, headers) });
      const row = await patchMarked(door, name);
      expectNotApplied(row, 'RATE_LIMITED');
      expect(row.answer.errors[0]).toMatchObject({ retryable: true, retryAfterSeconds: seconds });
      expect(row.wire.write).toBeLessThanOrEqual(1 + row.elapsedMs / 1_000);
    },
  );

  it('for ever, a second at a time: NOT_APPLIED (RATE_LIMITED), never more than one request a second', async (test) => {
    const door = await openFaultyDoor(test, { limits: roomy });
    await warmUp(door, name);
    door.proxies[name].fail('write', { ending: throttled(name, { 'retry-after': '1' }) });
    const row = await patchMarked(door, name);
    expectNotApplied(row, 'RATE_LIMITED');
    expect(row.answer.errors[0]).toMatchObject({ retryAfterSeconds: 1 });
    expect(row.wire.write).toBeLessThanOrEqual(1 + row.elapsedMs / 1_000);
  });

  it('on the look afterwards: UNKNOWN or APPLIED, never sent again', async (test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, name);
    door.proxies[name].fail('write', { applied: true, ending: endings.reset });
    door.proxies[name].fail('read', { ending: throttled(name, { 'retry-after': '3600' }) });
    const row = await patchMarked(door, name);
    expect(row.answer.outcome).toBe('UNKNOWN');
    expect(row.wire.write).toBe(1);
    expect(row.writes()).toHaveLength(1);
  });
});

describe.concurrent.each(['employees', 'contractors'] as const)('%s throttles by 400', (name) => {
  it.for([
    ['3600000000', 3_600],
    ['99999999999', 3_600],
    ['5000', 5],
    ['4999.5', null],
    ['-1', null],
    ['garbage', null],
  ] as const)(
    'with x-acs-retry-after %s: NOT_APPLIED (RATE_LIMITED), wait %s',
    async ([text, seconds], test) => {
      const door = await openFaultyDoor(test);
      await warmUp(door, name);
      door.proxies[name].fail('write', { ending: throttled(name, { 'x-acs-retry-after': text }, 400) });
      const row = await patchMarked(door, name);
      expectNotApplied(row, 'RATE_LIMITED');
      expect(row.answer.errors[0]).toMatchObject({ retryable: true, retryAfterSeconds: seconds });
      expect(row.wire.write).toBeLessThanOrEqual(1 + row.elapsedMs / 1_000);
    },
  );

  it('with x-acs-retry-after in milliseconds, then well: APPLIED', async (test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, name);
    door.proxies[name].fail('write', { ending: throttled(name, { 'x-acs-retry-after': '300' }, 400) }, 1);
    const row = await patchMarked(door, name);
    expectApplied(row);
    expect(row.wire.write).toBe(2);
    expect(row.elapsedMs).toBeGreaterThanOrEqual(300);
  });
});
