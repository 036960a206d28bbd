import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { counted } from '../harness/expected.ts';
import { openBadLine } from '../harness/faulty-proxy.ts';

const count = 16;
const numbers = Array.from({ length: count }, (_, number) => number);

const outcomeOnly = 'mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome } }';

/** As many users as a directory has connections. */
const usersOf = {
  employees: numbers.map((number) => ({
    ...{ userId: `user_${number}`, username: `user.${number}`, status: 'enabled' as const, createdAt: 0 },
  })),
  customers: numbers.map((number) => ({
    ...{ userId: `U2user${number}`, username: `user.${number}`, status: 'enabled' as const, createdAt: 0 },
  })),
};

describe.each(['employees', 'customers'] as const)(
  'a line to %s that breaks under many writes',
  (directory) => {
    it('leaves none of them in doubt: what they came to is looked at all the same', async () => {
      const users = usersOf[directory];
      const { door, proxy } = await openBadLine(directory, {}, { [directory]: { users } });
      const all = Promise.withResolvers<void>();
      // Each is written, and then all their connections break at once: more faults in a row than the breaker takes.
      proxy.fault = ({ isWrite }) => {
        if (!isWrite) return undefined;
        if (proxy.writes.length === count) all.resolve();
        return { delivered: true, answer: 'reset', after: all.promise };
      };
      const told = await Promise.all(
        users.map(({ userId }) =>
          door.patch({ id: `${directory}:${userId}` }, { displayName: `Ada ${userId}` }),
        ),
      );
      expect(told.map(({ outcome, confirmedBy, user }) => [outcome, confirmedBy, user?.displayName])).toEqual(
        users.map(({ userId }) => ['APPLIED', 'READ_BACK', `Ada ${userId}`]),
      );
      expect(proxy.writes).toHaveLength(count);
    });

    it('takes no more writes for a while', async () => {
      const users = usersOf[directory];
      const { door, proxy } = await openBadLine(
        directory,
        { deadlineMs: 1_500, readBackMs: 500 },
        { [directory]: { users } },
      );
      const all = Promise.withResolvers<void>();
      proxy.fault = ({ isWrite }) => {
        if (!isWrite) return proxy.writes.length < count ? undefined : { delivered: false, answer: 'reset' };
        if (proxy.writes.length === count) all.resolve();
        return { delivered: true, answer: 'reset', after: all.promise };
      };
      const patch = (number: number) =>
        door.patch({ id: `${directory}:${users[number]?.userId}` }, { displayName: 'Ada' });
      const told = await Promise.all(numbers.map(patch));
      expect(told.map(({ outcome }) => outcome)).toEqual(numbers.map(() => 'UNKNOWN'));
      expect(await patch(0)).toMatchObject({
        outcome: 'NOT_APPLIED',
        errors: [{ code: 'PROVIDER_UNAVAILABLE' }],
      });
      expect(proxy.writes).toHaveLength(count);
    });

    it('has no place for those who only call a key again', async () => {
      const users = usersOf[directory];
      const folder = mkdtempSync(join(tmpdir(), 'idpatch-'));
      const journal = { sqlite: join(folder, 'journal.db') };
      const limits = { deadlineMs: 1_500, readBackMs: 500 };
      const { door, proxy } = await openBadLine(directory, limits, { [directory]: { users }, journal });
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const input = {
        user: { id: `${directory}:${users[0]?.userId}` },
        patch: { displayName: 'Ada' },
        idempotencyKey: 'a-key-of-a-patch-1',
      };
      const query =
        'mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome user { displayName } errors { code } } }';
      const once = await door.graphql(query, { input });
      expect(once.data).toEqual({
        patchUser: { outcome: 'APPLIED', user: { displayName: 'Ada' }, errors: [] },
      });
      let requests = 0;
      proxy.fault = () => {
        requests += 1;
        return { delivered: false, answer: 'reset' };
      };
      for (const number of numbers)
        await door.patch({ id: `${directory}:${users[number]?.userId}` }, { displayName: 'Zoe' });
      requests = 0;
      const again = await door.graphql(query, { input });
      expect(again.data).toEqual({ patchUser: { outcome: 'APPLIED', user: null, errors: [] } });
      expect(requests).toBe(0);
    });

    it('where a crowd waits does not have their looks wait behind it', async () => {
      const ids = [...numbers, ...numbers, ...numbers].map((_, index) => `U2user${index}`);
      const users = ids.map((userId) => ({
        userId,
        username: userId,
        status: 'enabled' as const,
        createdAt: 0,
      }));
      const limits = { deadlineMs: 4_000, readBackMs: 1_000 };
      const { door, proxy } = await openBadLine(directory, limits, { [directory]: { users } });
      const crowd = Promise.withResolvers<void>();
      // The first to be written get no answer that can be understood; those who come next to a connection hang.
      proxy.fault = ({ isWrite }) => {
        if (!isWrite) return undefined;
        if (proxy.writes.length > count) return { delivered: false, answer: 'nothing' };
        return { delivered: true, answer: { status: 200, body: '{}' }, after: crowd.promise };
      };
      const patch = async (userId: string, deadlineMs: number) => {
        const input = { user: { id: `${directory}:${userId}` }, patch: { displayName: 'Ada' } };
        const answer = await fetch(`${door.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idpatch-deadline-ms': String(deadlineMs) },
          body: JSON.stringify({ query: outcomeOnly, variables: { input } }),
        });
        return ((await answer.json()) as { data: { patchUser: { outcome: string } } }).data.patchUser.outcome;
      };
      const first = ids.slice(0, count).map((userId) => patch(userId, 2_000));
      await vi.waitFor(() => expect(proxy.writes).toHaveLength(count));
      const others = ids.slice(count).map((userId) => patch(userId, 4_000));
      await delay(100);
      crowd.resolve();
      expect(await Promise.all(first)).toEqual(numbers.map(() => 'APPLIED'));
      expect(counted(await Promise.all(others))).toEqual({ UNKNOWN: count, NOT_APPLIED: count });
      expect(proxy.writes).toHaveLength(2 * count);
    });
  },
);
