import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { SeedUser } from '../../src/sandbox/emulator.ts';
import type { PatchUserInput } from '../generated/graphql.ts';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { arrived, counted, directoryNames, someUser, written } from '../harness/expected.ts';
import { openDoor } from '../harness/front-door.ts';
import { byLogin, named, outcomesOf, patchMany, storedNames } from '../harness/many.ts';

const seeds = (count: number, prefix: string): readonly SeedUser[] =>
  Array.from({ length: count }, (_, index) => ({
    userId: `${prefix}${String(index).padStart(25, '0')}`,
    username: `user.${index}`,
    status: 'enabled',
    createdAt: 0,
  }));

describe('patches of users of every directory in one call', () => {
  it('are answered in the order given, and those of one provider that can take them go together', async () => {
    const door = await openDoor();
    const users = [2, 0, 1].flatMap((which) => directoryNames.map((name) => someUser(door, name, which)));
    const told = await patchMany(
      door,
      users.map((id) => named(id, `Name of ${id}`)),
    );
    expect(told.map(({ user }) => [user?.id, user?.displayName])).toEqual(
      users.map((id) => [id, `Name of ${id}`]),
    );
    expect(outcomesOf(told)).toEqual(
      users.map((id) => (id.startsWith('customers') ? 'APPLIED RESPONSE' : 'APPLIED READ_BACK')),
    );
    expect(counted(arrived(door))).toMatchObject({
      'customers PATCH /v1/mgmt/user/patch/batch': 1,
      // One of them has a number, which needs the definitions.
      'customers GET /v1/mgmt/user/customattributes': 1,
      'contractors POST UpdateUser': 3,
      'contractors POST GetUser': 3,
    });
    expect(written(door)).toHaveLength(9);
    const lines = door.log.map((line) => JSON.parse(line));
    expect(lines.map(({ event, outcome }) => [event, outcome])).toEqual(
      Array(9).fill(['patchUser', 'APPLIED']),
    );
    const ids = new Set(told.map(({ operationId }) => operationId));
    expect([ids.size, new Set(lines.map(({ operationId }) => operationId))]).toEqual([9, ids]);
  });

  it('have each an outcome of its own', async () => {
    const someone = 'U2d0Kh8oOOL8dKLzdocJ2isAjIh';
    const door = await openDoor({
      customers: { distort: ({ userId, change }) => (userId === someone ? {} : change), codeInFailure: true },
    });
    const employee = someUser(door, 'employees');
    const taken = { address: 'zhang.wei@example.com', verified: true };
    const told = await patchMany(door, [
      named(someUser(door, 'customers'), 'Applied'),
      named('customers:U2nobody', 'Nobody'),
      named(`customers:${someone}`, 'Not shown'),
      { user: { id: employee }, patch: { status: 'DISABLED', email: taken, displayName: 'Partly' } },
      named('nowhere:a', 'Nowhere'),
      { user: { id: employee }, patch: { givenName: 'Ada' } },
      {
        user: { id: someUser(door, 'contractors') },
        patch: { displayName: '', email: { address: 'a', verified: true } },
      },
      { user: { id: someUser(door, 'contractors') }, patch: {} },
    ]);
    expect(outcomesOf(told)).toEqual([
      'APPLIED RESPONSE',
      'NOT_APPLIED USER_NOT_FOUND',
      'UNKNOWN NOT_CONFIRMED',
      'PARTIAL CONFLICT PROVIDER_REFUSED',
      'NOT_APPLIED UNKNOWN_DIRECTORY',
      'NOT_APPLIED UNSUPPORTED_FIELD',
      'NOT_APPLIED INVALID_INPUT INVALID_INPUT',
      'NOT_APPLIED INVALID_INPUT',
    ]);
    expect(storedNames(door)).toEqual([undefined, 'Applied']);
  });

  it('of one user follow each other, by id or by login, and not those of others', async () => {
    const door = await openDoor();
    const [ada, zhang] = [someUser(door, 'customers'), someUser(door, 'customers', 1)];
    const login = 'ada.okafor@example.com';
    const told = await patchMany(door, [
      named(ada, 'First'),
      byLogin('customers', login, { displayName: 'Second' }),
      named(zhang, 'Other'),
      named(ada, 'Third'),
      byLogin('customers', login, { givenName: 'Fourth' }),
      named(someUser(door, 'employees'), 'E first'),
      named(someUser(door, 'employees'), 'E second'),
    ]);
    expect(outcomesOf(told).slice(0, 5)).toEqual(Array(5).fill('APPLIED RESPONSE'));
    expect(told.map(({ user }) => user?.displayName)).toEqual([
      ...['First', 'Second', 'Other', 'Third', 'Third', 'E first', 'E second'],
    ]);
    expect(door.emulators.customers.writes).toEqual([
      { userId: ada.slice(10), change: { name: 'First' } },
      { userId: zhang.slice(10), change: { name: 'Other' } },
      { userId: ada.slice(10), change: { name: 'Second' } },
      { userId: ada.slice(10), change: { name: 'Third' } },
      { userId: ada.slice(10), change: { givenName: 'Fourth' } },
    ]);
    expect(door.emulators.employees.writes.map(({ change }) => change.displayName)).toEqual([
      'E first',
      'E second',
    ]);
    // The same login is looked up once.
    expect(counted(arrived(door))).toMatchObject({
      'customers GET /v1/mgmt/user': 1,
      'customers PATCH /v1/mgmt/user/patch/batch': 1,
      'customers PATCH /v1/mgmt/user/patch': 3,
    });
  });

  it('of one user are waited for also where the first is refused', async () => {
    const door = await openDoor();
    const [ada, zhang] = [someUser(door, 'customers'), someUser(door, 'customers', 1)];
    const told = await patchMany(door, [
      named(ada, 'Ada'),
      { user: { id: zhang }, patch: { customFields: [{ remove: { field: 'unheard_of' } }] } },
      named(zhang, 'Zhang'),
    ]);
    expect(outcomesOf(told)).toEqual(['APPLIED RESPONSE', 'NOT_APPLIED INVALID_INPUT', 'APPLIED RESPONSE']);
    expect(arrived(door)).toEqual([
      'customers GET /v1/mgmt/user/customattributes',
      'customers PATCH /v1/mgmt/user/patch/batch',
    ]);
  });

  it('that must read first, read together', async () => {
    const door = await openDoor();
    const tag = (which: number): PatchUserInput => ({
      user: { id: someUser(door, 'customers', which) },
      patch: { customFields: [{ add: { field: 'tags', value: { texts: ['press'] } } }] },
    });
    const told = await patchMany(door, [
      tag(0),
      tag(1),
      { ...named(someUser(door, 'customers', 2), 'Stale'), ifVersion: 'another' },
    ]);
    expect(outcomesOf(told)).toEqual(['APPLIED RESPONSE', 'APPLIED RESPONSE', 'NOT_APPLIED STALE_VERSION']);
    expect(told[2]?.user?.id).toBe(someUser(door, 'customers', 2));
    expect(counted(arrived(door))).toEqual({
      'customers GET /v1/mgmt/user/customattributes': 1,
      'customers POST /v1/mgmt/users/load': 1,
      'customers PATCH /v1/mgmt/user/patch/batch': 1,
    });
  });

  it('are written one by one where the provider has no request for many, and leave room for others', async () => {
    const users = seeds(30, 'user_');
    const { door, proxy } = await openBehindProxy('employees', {}, { employees: { users } });
    const gate = Promise.withResolvers<void>();
    proxy.fault = ({ isWrite }) =>
      isWrite && proxy.writes.length <= 16
        ? { delivered: true, answer: 'its answer', after: gate.promise }
        : undefined;
    const [other, ...ids] = users.map(({ userId }) => `employees:${userId}`);
    const told = patchMany(
      door,
      ids.map((id) => named(id, 'Ada')),
    );
    await vi.waitFor(() => expect(proxy.writes).toHaveLength(16));
    const toldOther = door.patch({ id: other ?? '' }, { displayName: 'Other' });
    await setTimeout(100);
    gate.resolve();
    expect(await toldOther).toMatchObject({ outcome: 'APPLIED' });
    expect(outcomesOf(await told)).toEqual(Array(29).fill('APPLIED READ_BACK'));
    // It waits for a connection, and not behind all of theirs.
    const place = proxy.writes.findIndex((write) => write.endsWith(users[0]?.userId ?? ''));
    expect(place).toBeGreaterThanOrEqual(16);
    expect(place).toBeLessThan(24);
  });
});
