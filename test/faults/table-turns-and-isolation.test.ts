import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { endings } from '../harness/fault-proxy.ts';
import {
  call,
  type DirectoryName,
  directories,
  endOf,
  expectApplied,
  expectNotApplied,
  expectUnknown,
  expectWritten,
  journalFile,
  openFaultyDoor,
  patchMarked,
  warmUp,
} from './faulty-door.ts';

/** For rows in which nothing has to wait for the end of a deadline. */
const roomy = { deadlineMs: 10_000, readBackMs: 1_000 };

const fieldOf = { employees: 'nick_name', contractors: 'nick_name', customers: 'nick' } as const;

/** What a provider has as value of the custom text field above. */
function nickOf(name: DirectoryName, user: Readonly<Record<string, unknown>>): unknown {
  if (name === 'customers') return (user.customAttributes as Record<string, unknown>).nick;
  const fields = user.customFields as { fieldName: string; fieldValue: string }[];
  return fields.find(({ fieldName }) => fieldName === 'nick_name')?.fieldValue;
}

describe.concurrent.each(directories)('patches of one user of %s', (name) => {
  it.for([false, true])(
    'of different fields, the provider slow: all APPLIED, one at a time (journal: %s)',
    async (journal, test) => {
      const door = await openFaultyDoor(test, {
        limits: roomy,
        ...(journal ? { journal: { sqlite: journalFile(test) } } : {}),
      });
      await warmUp(door, name);
      door.proxies[name].fail('write', { applied: true, after: () => delay(150) });
      const before = door.emulators[name].writes.length;
      const nick = `nick-${randomUUID()}`;
      const [first, second, third] = await Promise.all([
        patchMarked(door, name, {
          patch: { customFields: [{ replace: { field: fieldOf[name], value: { text: nick } } }] },
        }),
        call(door, `${name}:${[...door.emulators[name].users().keys()][0]}`, { displayName: 'In between' }),
        patchMarked(door, name, { patch: { email: { address: 'new@example.com', verified: false } } }),
      ]);
      expect([first.answer.outcome, second.outcome, third.answer.outcome]).toEqual(Array(3).fill('APPLIED'));
      expect(door.emulators[name].writes.slice(before)).toHaveLength(3);
      expect(door.proxies[name].mostWritesAtOnce).toBe(1);
      const [user] = door.emulators[name].users().values();
      expect(user).toMatchObject({ email: 'new@example.com' });
      expect(user?.[name === 'customers' ? 'name' : 'displayName']).toBe('In between');
      expect(nickOf(name, user ?? {})).toBe(nick);
    },
  );

  it('of different users go side by side', async (test) => {
    const door = await openFaultyDoor(test, { limits: roomy });
    await warmUp(door, name);
    const { promise: allThere, resolve } = Promise.withResolvers<void>();
    door.proxies[name].fail('write', { applied: true, after: () => allThere });
    void door.proxies[name].arrived('write', 5).then(resolve);
    const users = [...door.emulators[name].users().keys()];
    const answers = await Promise.all(
      [0, 1, 2, 3].map((user) => call(door, `${name}:${users[user]}`, { displayName: `Side ${user}` })),
    );
    expect(answers.map(({ outcome }) => outcome)).toEqual(Array(4).fill('APPLIED'));
  });

  it('whose turn does not come in time: NOT_APPLIED, and nothing comes later', async (test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, name);
    door.proxies[name].fail('write', { ending: endings.silence });
    const [id] = door.emulators[name].users().keys();
    const first = call(door, `${name}:${id}`, { displayName: 'The first' });
    await door.proxies[name].arrived('write', 2);
    const second = await patchMarked(door, name, { deadlineMs: 400 });
    expectNotApplied(second, 'DEADLINE_EXCEEDED');
    expect(second.answer.errors[0]).toMatchObject({ retryable: true });
    expect((await first).outcome).toBe('UNKNOWN');
    door.proxies[name].heal();
    await delay(100);
    expect(second.writes()).toEqual([]);
    expect(door.proxies[name].count('write')).toBe(2);
  });
});

describe.concurrent('two additions to one list of customers', () => {
  it('both stay', async (test) => {
    const door = await openFaultyDoor(test, { limits: roomy });
    await warmUp(door, 'customers');
    door.proxies.customers.fail('write', { applied: true, after: () => delay(100) });
    const [id] = door.emulators.customers.users().keys();
    const add = (tag: string) =>
      call(door, `customers:${id}`, { customFields: [{ add: { field: 'tags', value: { texts: [tag] } } }] });
    const answers = await Promise.all([add('partner'), add('press')]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['APPLIED', 'APPLIED']);
    const [user] = door.emulators.customers.users().values();
    expect(user).toMatchObject({
      customAttributes: { tags: expect.arrayContaining(['beta', 'vip', 'partner', 'press']) },
    });
  });
});

describe.concurrent.each([
  ['employees', 'contractors'],
  ['contractors', 'customers'],
  ['customers', 'employees'],
] as const)('%s hangs', (hanging, healthy) => {
  it(`200 patches of ${healthy} at once are all APPLIED`, async (test) => {
    const door = await openFaultyDoor(test, {
      limits: { deadlineMs: 8_000, readBackMs: 1_000 },
      customers: { requestsPerMinute: 10_000 },
    });
    await warmUp(door, hanging);
    door.proxies[hanging].fail('any', { ending: endings.silence });
    const users = (name: DirectoryName) => [...door.emulators[name].users().keys()];
    const many = (name: DirectoryName, length: number, options = {}) =>
      Promise.all(
        Array.from({ length }, (_, index) => {
          const user = users(name)[index % users(name).length];
          return call(door, `${name}:${user}`, { displayName: `op-${name}-${index}` }, options);
        }),
      );
    const before = door.emulators[hanging].writes.length;
    const stuck = many(hanging, 60, { deadlineMs: 1_500 });
    await door.proxies[hanging].arrived('write', 5);
    const well = await many(healthy, 200);
    expect(well.map(({ outcome }) => outcome)).toEqual(Array(200).fill('APPLIED'));
    const written = door.emulators[healthy].writes.map(({ change }) => change.displayName ?? change.name);
    expect(written.toSorted()).toEqual(
      Array.from({ length: 200 }, (_, i) => `op-${healthy}-${i}`).toSorted(),
    );
    for (const { outcome } of await stuck) expect(['UNKNOWN', 'NOT_APPLIED']).toContain(outcome);
    expect(door.emulators[hanging].writes).toHaveLength(before);
  });
});

describe.concurrent.each(directories)('%s fails all calls, then heals', (name) => {
  it('the breaker opens within 20 requests, one request probes, and all is well again', async (test) => {
    const door = await openFaultyDoor(test);
    await warmUp(door, name);
    const proxy = door.proxies[name];
    proxy.fail('any', { ending: endings.canned(503) });
    const before = proxy.requests.length;
    for (let times = 0; times < 15; times += 1) {
      const row = await patchMarked(door, name);
      if (row.wire.write === 0) expectNotApplied(row, 'PROVIDER_UNAVAILABLE');
      else expectUnknown(row, 0);
    }
    expect(proxy.requests.length - before).toBeGreaterThan(1);
    expect(proxy.requests.length - before).toBeLessThanOrEqual(20);
    const whileOpen = await patchMarked(door, name);
    expectNotApplied(whileOpen, 'PROVIDER_UNAVAILABLE');
    expect(whileOpen.answer.errors[0]).toMatchObject({ retryable: true });
    expect(whileOpen.wire).toEqual({ write: 0, read: 0, token: 0 });

    await delay(2_100);
    const stillIll = proxy.requests.length;
    const ids = [...door.emulators[name].users().keys()];
    await Promise.all(
      [0, 1, 2, 3].map((user) => call(door, `${name}:${ids[user]}`, { displayName: 'Probe' })),
    );
    // The one that probes is a write, and what it did is looked at: twice, where the first look fails.
    expect(proxy.requests.slice(stillIll).map(({ kind }) => kind)).toEqual(['write', 'read', 'read']);

    proxy.heal();
    await delay(2_100);
    expectApplied(await patchMarked(door, name));
    expectApplied(await patchMarked(door, name));
  });
});

describe.concurrent.each(directories)('the caller of a patch of %s', (name) => {
  it('leaves in mid-flight: the write is not aborted, and its key replays the answer', async (test) => {
    const door = await openFaultyDoor(test, { limits: roomy, journal: { sqlite: journalFile(test) } });
    await warmUp(door, name);
    const { promise: hold, resolve: letGo } = Promise.withResolvers<void>();
    door.proxies[name].fail('write', { applied: true, after: () => hold }, 1);
    const [caller, key] = [new AbortController(), randomUUID()];
    const [id] = door.emulators[name].users().keys();
    const patch = { displayName: `op-${key}` };
    const left = call(door, `${name}:${id}`, patch, { key, signal: caller.signal });
    const gone = endOf(left);
    await door.proxies[name].arrived('write', 2);
    caller.abort();
    expect(await gone).toBe('AbortError');
    await delay(50);
    letGo();
    const again = await call(door, `${name}:${id}`, patch, { key });
    expect(again).toMatchObject({ outcome: 'APPLIED', errors: [], user: patch });
    const third = await call(door, `${name}:${id}`, patch, { key });
    expect(third).toEqual(again);
    expect(door.proxies[name].count('write')).toBe(2);
    expect(door.emulators[name].writes).toHaveLength(2);
  });

  it('leaves in mid-flight without a key: the write is done all the same', async (test) => {
    const door = await openFaultyDoor(test, { limits: roomy });
    await warmUp(door, name);
    const { promise: hold, resolve: letGo } = Promise.withResolvers<void>();
    door.proxies[name].fail('write', { applied: true, after: () => hold }, 1);
    const caller = new AbortController();
    const [id] = door.emulators[name].users().keys();
    const left = call(door, `${name}:${id}`, { displayName: 'Left' }, { signal: caller.signal });
    const gone = endOf(left);
    await door.proxies[name].arrived('write', 2);
    caller.abort();
    expect(await gone).toBe('AbortError');
    letGo();
    const row = await patchMarked(door, name);
    expectApplied(row);
    const names = door.emulators[name].writes.map(({ change }) => change.displayName ?? change.name);
    expect(names.slice(-2)).toEqual(['Left', row.marker]);
    expect(door.log.filter((line) => line.includes('"APPLIED"'))).toHaveLength(3);
  });

  it('has 300 ms and the provider needs a second: UNKNOWN, and the key tells', async (test) => {
    const door = await openFaultyDoor(test, { limits: roomy, journal: { sqlite: journalFile(test) } });
    await warmUp(door, name);
    door.proxies[name].fail('write', { applied: true, after: () => delay(1_000) }, 1);
    const key = randomUUID();
    const displayName = `op-${key}`;
    const row = await patchMarked(door, name, { key, deadlineMs: 300, patch: { displayName } });
    expect(row.answer).toMatchObject({ outcome: 'UNKNOWN', errors: [{ code: 'OUTCOME_UNKNOWN' }] });
    expect(row.wire.write).toBe(1);
    while (door.emulators[name].writes.length < 2) await delay(20);
    const replayed = await call(door, row.userId, { displayName }, { key });
    expect(replayed).toMatchObject({ operationId: row.answer.operationId, user: { displayName } });
    expect(['UNKNOWN', 'APPLIED']).toContain(replayed.outcome);
    expect(door.proxies[name].count('write')).toBe(2);
    expectWritten({ ...row, marker: displayName, writes: () => door.emulators[name].writes.slice(1) });
  });
});
