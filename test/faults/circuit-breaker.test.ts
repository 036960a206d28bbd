import { setTimeout as delay } from 'node:timers/promises';
import { expect, type TestContext, vi } from 'vitest';
import { openBehindProxies } from '../harness/behind-proxy.ts';
import { counted, type DirectoryName } from '../harness/expected.ts';
import { seeds } from '../upstream/quota/door.ts';
import { call, journalFile } from './marked-patch.ts';
import { expectAnswer, longLimits, runRows, shortLimits } from './run-rows.ts';
import { applied } from './table/row.ts';

/** As many as a directory has connections. */
const count = 16;

/** A door to a directory with so many users, and their global ids. */
async function open(
  test: TestContext,
  directory: DirectoryName,
  limits: object,
  {
    users: length = count,
    ...changes
  }: { readonly users?: number; readonly journal?: { sqlite: string } } = {},
) {
  const users = seeds(directory, length);
  const door = await openBehindProxies(test, { limits: { ...limits }, [directory]: { users }, ...changes });
  const proxy = door.proxies[directory];
  return { door, proxy, ids: users.map(({ userId }) => `${directory}:${userId}`) };
}

/** Each is written, and then all their connections break at once: more faults in a row than the circuit takes. */
async function breakAll(test: TestContext, directory: DirectoryName, isReadable: boolean) {
  const { door, proxy, ids } = await open(
    test,
    directory,
    isReadable ? longLimits : { ...shortLimits, readBackDelaysMs: [] },
  );
  const all = Promise.withResolvers<void>();
  proxy.fault = ({ isWrite }) => {
    const isBroken = !isReadable && proxy.count('write') >= count;
    if (!isWrite) return isBroken ? { delivered: false, answer: 'reset' } : undefined;
    if (proxy.count('write') === count) all.resolve();
    return { delivered: true, answer: 'reset', after: all.promise };
  };
  const answers = await Promise.all(ids.map((id) => call(door, id, { displayName: `Ada of ${id}` })));
  expect(proxy.count('write')).toBe(count);
  return { door, proxy, ids, answers };
}

runRows('Circuit breaker', {
  async 'stores the changes of 16 calls and breaks all their connections at once'(test, directory, expected) {
    const { ids, answers } = await breakAll(test, directory, true);
    for (const answer of answers) expectAnswer(answer, expected);
    expect(answers.map(({ user }) => user?.displayName)).toEqual(ids.map((id) => `Ada of ${id}`));
  },

  async 'breaks 16 connections at once, and the users cannot be read'(test, directory, expected) {
    const { answers } = await breakAll(test, directory, false);
    for (const answer of answers) expectAnswer(answer, expected);
  },

  async 'has done so just now: no more writes for a while'(test, directory, expected) {
    const { door, proxy, ids } = await breakAll(test, directory, false);
    expectAnswer(await call(door, String(ids[0]), { displayName: 'Ada' }), expected);
    expect(proxy.count('write')).toBe(count);
  },

  async 'has failed too often just now, and a key is called again'(test, directory, expected) {
    const journal = { sqlite: journalFile(test) };
    const { door, proxy, ids } = await open(test, directory, shortLimits, { journal });
    const patchWithKey = () =>
      call(door, String(ids[0]), { displayName: 'Ada' }, { key: 'a-key-of-a-patch-1' });
    const first = await patchWithKey();
    expectAnswer(first, applied());
    proxy.fail('any', { delivered: false, answer: 'reset' });
    for (const id of ids) await call(door, id, { displayName: 'Zoe' });
    const before = proxy.requests.length;
    const again = await patchWithKey();
    expectAnswer(again, expected);
    expect(again).toMatchObject({ operationId: first.operationId, user: null });
    expect(proxy.requests).toHaveLength(before);
  },

  async 'answers 16 calls with nothing that can be understood, while a crowd waits'(
    test,
    directory,
    expected,
  ) {
    const limits = { deadlineMs: 8_000, readBackMs: 2_000 };
    const { door, proxy, ids } = await open(test, directory, limits, { users: 3 * count });
    const crowd = Promise.withResolvers<void>();
    // The first to be written get no answer that can be understood; those who come next to a connection hang.
    proxy.fault = ({ isWrite }) => {
      if (!isWrite) return undefined;
      if (proxy.count('write') > count) return { delivered: false, answer: 'nothing' };
      return { delivered: true, answer: { status: 200, body: '[]' }, after: crowd.promise };
    };
    const patch = (id: string, deadlineMs: number) => call(door, id, { displayName: 'Ada' }, { deadlineMs });
    const first = ids.slice(0, count).map((id) => patch(id, 4_000));
    await vi.waitFor(() => expect(proxy.count('write')).toBe(count), { timeout: 10_000 });
    const others = ids.slice(count).map((id) => patch(id, 8_000));
    await delay(100);
    crowd.resolve();
    for (const answer of await Promise.all(first)) expectAnswer(answer, expected);
    const outcomes = (await Promise.all(others)).map(({ outcome }) => outcome);
    expect(counted(outcomes)).toEqual({ UNKNOWN: count, NOT_APPLIED: count });
    expect(proxy.count('write')).toBe(2 * count);
  },
});
