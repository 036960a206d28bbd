import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, type TestContext, vi } from 'vitest';
import type { DoorBehindProxies } from '../harness/behind-proxy.ts';
import type { DirectoryName } from '../harness/expected.ts';
import { payload } from '../harness/front-door.ts';
import { call, endOf, journalFile, type Payload, patchMarked } from './marked-patch.ts';
import { expectAnswer, expectOutcome, openWarm, runRows } from './run-rows.ts';
import { applied, type Expected } from './table/row.ts';

const withJournal = (test: TestContext) => ({ journal: { sqlite: journalFile(test) } });

/** The global ids of the directory's users. */
const idsOf = (door: DoorBehindProxies, directory: DirectoryName) =>
  [...door.emulators[directory].users().keys()].map((id) => `${directory}:${id}`) as [string, ...string[]];
const namesStored = (door: DoorBehindProxies, directory: DirectoryName) =>
  door.emulators[directory].writes.map(({ change }) => change.displayName ?? change.name);

/** Holds the next write, or all, at the provider until it is let go. */
function holdWrites({ proxies }: DoorBehindProxies, directory: DirectoryName, times?: number): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  proxies[directory].fail('write', { delivered: true, after: promise }, times);
  return resolve;
}

/** What a provider has as value of the custom text field. */
function nickOf(directory: DirectoryName, user: Readonly<Record<string, unknown>> = {}): unknown {
  if (directory === 'customers') return (user.customAttributes as Record<string, unknown>).nick;
  const fields = user.customFields as { fieldName: string; fieldValue: string }[];
  return fields.find(({ fieldName }) => fieldName === 'nick_name')?.fieldValue;
}

const others = { employees: 'contractors', contractors: 'customers', customers: 'employees' } as const;

const callerLeaves =
  (key: string | undefined) => async (test: TestContext, directory: DirectoryName, expected: Expected) => {
    const door = await openWarm(test, directory, withJournal(test));
    const letGo = holdWrites(door, directory, 1);
    const caller = new AbortController();
    const [id] = idsOf(door, directory);
    const patch = { displayName: `op-${randomUUID()}` };
    const gone = endOf(call(door, id, patch, { key, signal: caller.signal }));
    await door.proxies[directory].arrived('write', 2);
    caller.abort();
    expect(await gone).toBe('AbortError');
    await delay(50);
    letGo();
    // The next patch of the user waits for it.
    const next = { displayName: 'Next' };
    const again = await call(door, id, key ? patch : next, { key });
    expectAnswer(again, expected);
    expect(again.user).toMatchObject(key ? patch : next);
    if (key) expect(await call(door, id, patch, { key })).toEqual(again);
    const names = [patch.displayName, ...(key ? [] : ['Next'])];
    expect(namesStored(door, directory).slice(1)).toEqual(names);
    expect(door.proxies[directory].count('write')).toBe(1 + names.length);
    if (!key) expect(door.log.filter((line) => line.includes('"APPLIED"'))).toHaveLength(3);
  };

runRows('At the same time', {
  async 'patches of one user: one at a time'(test, directory, expected) {
    for (const changes of [{}, withJournal(test)]) {
      const door = await openWarm(test, directory, changes);
      door.proxies[directory].fail('write', { delivered: true, after: 150 });
      const [id] = idsOf(door, directory);
      const nick = `nick-${randomUUID()}`;
      const field = directory === 'customers' ? 'nick' : 'nick_name';
      const answers = await Promise.all([
        call(door, id, { customFields: [{ replace: { field, value: { text: nick } } }] }),
        call(door, id, { displayName: 'In between' }),
        call(door, id, { email: { address: 'new@example.com', verified: false } }),
      ]);
      for (const answer of answers) expectAnswer(answer, expected);
      expect(door.emulators[directory].writes).toHaveLength(4);
      expect(door.proxies[directory].maxWritesAtOnce).toBe(1);
      const [user] = door.emulators[directory].users().values();
      expect(user).toMatchObject({ email: 'new@example.com' });
      expect(user?.[directory === 'customers' ? 'name' : 'displayName']).toBe('In between');
      expect(nickOf(directory, user)).toBe(nick);
    }
  },

  async 'patches of one user in one document: in its order'(test, directory, expected) {
    const door = await openWarm(test, directory);
    const [id] = idsOf(door, directory);
    const mutation = (name: string) =>
      `patchUser(input: { user: { id: "${id}" }, patch: { displayName: "${name}" } }) { operationId ${payload} }`;
    const { data } = await door.graphql(`mutation { one: ${mutation('One')} two: ${mutation('Two')} }`);
    const { one, two } = data as { one: Payload; two: Payload };
    for (const answer of [one, two]) expectAnswer(answer, expected);
    expect([one.user?.displayName, two.user?.displayName]).toEqual(['One', 'Two']);
    expect(namesStored(door, directory).slice(1)).toEqual(['One', 'Two']);
  },

  async 'patches of several users: side by side'(test, directory, expected) {
    const door = await openWarm(test, directory);
    const letGo = holdWrites(door, directory);
    void door.proxies[directory].arrived('write', 5).then(letGo);
    const ids = idsOf(door, directory).slice(0, 4);
    const answers = await Promise.all(ids.map((id) => call(door, id, { displayName: 'Side by side' })));
    for (const answer of answers) expectAnswer(answer, expected);
  },

  async 'a patch whose turn does not come in the time of its call'(test, directory, expected) {
    const door = await openWarm(test, directory);
    const proxy = door.proxies[directory];
    // Neither the first write nor what reads it back is answered: it takes all of its time.
    proxy.fail('any', { delivered: false, answer: 'nothing' });
    const first = call(door, idsOf(door, directory)[0], { displayName: 'The first' });
    await proxy.arrived('write', 2);
    let isFirstOver = false;
    void first.finally(() => {
      isFirstOver = true;
    });
    const second = await patchMarked(door, directory, { deadlineMs: 1_500 });
    // It is not waited for any longer than its own time.
    expect(isFirstOver).toBe(false);
    expectOutcome(second, expected);
    expect((await first).outcome).toBe('UNKNOWN');
    proxy.heal();
    await delay(100);
    expect(second.stored()).toEqual([]);
    expect(proxy.count('write')).toBe(2);
  },

  async 'two additions to one list: both stay'(test, directory, expected) {
    const door = await openWarm(test, directory);
    door.proxies[directory].fail('write', { delivered: true, after: 100 });
    const add = (tag: string) =>
      call(door, idsOf(door, directory)[0], {
        customFields: [{ add: { field: 'tags', value: { texts: [tag] } } }],
      });
    for (const answer of await Promise.all([add('partner'), add('press')])) expectAnswer(answer, expected);
    const [user] = door.emulators[directory].users().values();
    const tags = expect.arrayContaining(['beta', 'vip', 'partner', 'press']);
    expect(user).toMatchObject({ customAttributes: { tags } });
  },

  async '200 patches while another directory hangs'(test, directory, expected) {
    const hanging = others[directory];
    const door = await openWarm(test, hanging, {
      limits: { deadlineMs: 20_000, readBackMs: 4_000 },
      customers: { requestsPerMinute: 10_000 },
    });
    door.proxies[hanging].fail('any', { delivered: false, answer: 'nothing' });
    const many = (name: DirectoryName, length: number, deadlineMs?: number) =>
      Promise.all(
        Array.from({ length }, (_, index) => {
          const ids = idsOf(door, name);
          const id = ids[index % ids.length] ?? ids[0];
          return call(door, id, { displayName: `op-${name}-${index}` }, { deadlineMs });
        }),
      );
    const before = door.emulators[hanging].writes.length;
    const stuck = many(hanging, 60, 4_000);
    await door.proxies[hanging].arrived('write', 5);
    for (const answer of await many(directory, 200)) expectAnswer(answer, expected);
    const wanted = Array.from({ length: 200 }, (_, index) => `op-${directory}-${index}`);
    expect(namesStored(door, directory).toSorted()).toEqual(wanted.toSorted());
    for (const { outcome } of await stuck) expect(['UNKNOWN', 'NOT_APPLIED']).toContain(outcome);
    expect(door.emulators[hanging].writes).toHaveLength(before);
  },

  'the caller leaves: the write is not aborted, and its key gives the answer': callerLeaves(randomUUID()),
  'the caller leaves without a key: the write is not aborted': callerLeaves(undefined),

  async 'the time of the call is over before the provider has stored the change; later its key tells'(
    test,
    directory,
    expected,
  ) {
    const door = await openWarm(test, directory, withJournal(test));
    // It is stored when the call has been answered, however long that takes here.
    const letGo = holdWrites(door, directory, 1);
    const calling = { key: randomUUID(), marker: `op-${randomUUID()}` };
    const patched = await patchMarked(door, directory, { ...calling, deadlineMs: 2_000 });
    expectOutcome(patched, expected);
    letGo();
    await vi.waitFor(() => expect(patched.stored()).toHaveLength(1), { timeout: 10_000 });
    const again = await patchMarked(door, directory, calling);
    expectOutcome(again, { ...applied(), stored: 0, requests: 0, or: { ...expected, requests: 0 } });
    expect(again.answer.operationId).toBe(patched.answer.operationId);
    expect(patched.stored()).toHaveLength(1);
  },
});
