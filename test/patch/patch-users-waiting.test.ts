import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { counted, someUser } from '../harness/expected.ts';
import { openDoor } from '../harness/front-door.ts';
import { outcomesOf, patchMany, rename, storedNames } from '../harness/many.ts';

describe('a batch waits for', () => {
  const limits = { deadlineMs: 1_500, readBackMs: 300 };

  it('nobody whose user is busy: the others go at once, and they when it is their turn', async () => {
    // Of so much time nobody would wait in vain for a second only.
    const { door, proxy } = await openBehindProxy('customers', { deadlineMs: 60_000, readBackMs: 1_000 });
    const gate = Promise.withResolvers<void>();
    proxy.fault = ({ isWrite }) =>
      isWrite && proxy.writes.length === 1
        ? { delivered: true, answer: 'its answer', after: gate.promise }
        : undefined;
    const first = door.patch({ id: someUser(door, 'customers') }, { displayName: 'First' });
    await vi.waitFor(() => expect(proxy.writes).toHaveLength(1));
    const many = patchMany(door, rename(door, 3));
    await vi.waitFor(() => expect(storedNames(door)).toEqual(['Name 1', 'Name 2']), 3_000);
    gate.resolve();
    expect(outcomesOf(await many)).toEqual(Array(3).fill('APPLIED RESPONSE'));
    expect(await first).toMatchObject({ outcome: 'APPLIED' });
    expect(storedNames(door)).toEqual(['Name 1', 'Name 2', 'First', 'Name 0']);
  });

  it('nobody whose turn does not come in time, and they are refused', async () => {
    const { door, proxy } = await openBehindProxy('customers', limits);
    const [busy] = rename(door, 1);
    if (!busy) throw new Error('There is no user.');
    proxy.fault = ({ isWrite }) =>
      isWrite && proxy.writes.length === 1 ? { delivered: false, answer: 'nothing' } : undefined;
    const first = door.patch(busy.user, { displayName: 'First' });
    await vi.waitFor(() => expect(proxy.writes).toHaveLength(1));
    const many = patchMany(door, rename(door, 3));
    await vi.waitFor(() => expect(storedNames(door)).toEqual(['Name 1', 'Name 2']));
    // That one is still at it.
    expect(proxy.writes).toHaveLength(2);
    expect(outcomesOf(await many)).toEqual([
      'NOT_APPLIED DEADLINE_EXCEEDED',
      'APPLIED RESPONSE',
      'APPLIED RESPONSE',
    ]);
    expect(await first).toMatchObject({ outcome: 'UNKNOWN' });
  });

  it('nobody for long whose login is not found: the others go without them', async () => {
    const { door, proxy } = await openBehindProxy('customers', limits);
    proxy.fault = ({ isWrite }) => (isWrite ? undefined : { delivered: false, answer: 'nothing' });
    const login = { directory: 'customers', login: 'ada.okafor@example.com' };
    const told = await patchMany(door, [
      { user: { login }, patch: { displayName: 'By login' } },
      ...rename(door, 3)
        .slice(1)
        .map(({ user }) => ({ user, patch: { givenName: 'Other' } })),
    ]);
    expect(outcomesOf(told)[0]).toBe('NOT_APPLIED PROVIDER_UNAVAILABLE');
    expect(door.emulators.customers.writes.map(({ change }) => change)).toEqual(
      Array(2).fill({ givenName: 'Other' }),
    );
  });

  it('nobody for long who asks what custom fields there are: the others go without them', async () => {
    const users = ['U2one', 'U2two', 'U2three'].map((userId) => ({
      ...{ userId, username: userId.toLowerCase(), status: 'enabled' as const, createdAt: 0 },
    }));
    const { door, proxy } = await openBehindProxy('customers', limits, { customers: { users } });
    proxy.fault = ({ isWrite }) => (isWrite ? undefined : { delivered: false, answer: 'nothing' });
    const [one, ...others] = users.map(({ userId }) => ({ user: { id: `customers:${userId}` } }));
    const tag = { add: { field: 'tags', value: { texts: ['press'] } } };
    const told = await patchMany(door, [
      { ...(one ?? expect.fail()), patch: { customFields: [tag] } },
      ...others.map(({ user }) => ({ user, patch: { displayName: 'Other' } })),
    ]);
    expect(outcomesOf(told)).toEqual([
      expect.stringMatching(/^NOT_APPLIED (PROVIDER_UNAVAILABLE|DEADLINE_EXCEEDED)$/),
      ...['APPLIED RESPONSE', 'APPLIED RESPONSE'],
    ]);
    expect(proxy.writes).toEqual(['PATCH /v1/mgmt/user/patch/batch']);
  });

  it('nobody in two calls that have the same users in another order', async () => {
    const door = await openDoor();
    const inputs = rename(door, 3);
    const both = await Promise.all([patchMany(door, inputs), patchMany(door, inputs.toReversed())]);
    expect(both.map(outcomesOf)).toEqual([0, 1].map(() => Array(3).fill('APPLIED RESPONSE')));
    // In whatever order: each user twice.
    expect(new Set(Object.values(counted(storedNames(door).map(String))))).toEqual(new Set([2]));
  });

  it('a call whose caller leaves ends all the same', async () => {
    const { door, proxy } = await openBehindProxy('customers');
    proxy.fault = ({ isWrite }) =>
      isWrite ? { delivered: true, answer: 'its answer', after: delay(300) } : undefined;
    const leave = new AbortController();
    const [one, other] = rename(door, 2);
    const query = 'mutation ($inputs: [PatchUserInput!]!) { patchUsers(inputs: $inputs) { outcome } }';
    const again = { ...one, patch: { displayName: 'Again' } };
    const gone = fetch(`${door.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { inputs: [one, other, again] } }),
      signal: leave.signal,
    }).catch(() => 'gone');
    await vi.waitFor(() => expect(proxy.writes).toHaveLength(1));
    leave.abort();
    expect(await gone).toBe('gone');
    await door.restart();
    expect(storedNames(door)).toEqual(['Name 0', 'Name 1', 'Again']);
    expect(door.log.map((line) => JSON.parse(line)).map(({ event, outcome }) => [event, outcome])).toEqual(
      Array(3).fill(['patchUser', 'APPLIED']),
    );
  });
});
