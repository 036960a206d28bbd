import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SeedUser } from '../../src/sandbox/emulator.ts';
import { messages, policyCallers, tokenOf, userIdOf } from '../auth/policy-door.ts';
import type { PatchUserInput, UserPatchInput } from '../generated/graphql.ts';
import {
  arrived,
  counted,
  directoryNames,
  invalidInput,
  notApplied,
  notFound,
  says,
  someUser,
  unknownDirectory,
  unsupported,
  written,
} from '../harness/expected.ts';
import { openBadLine } from '../harness/faulty-proxy.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import { openDoor, outcomesOf, patchMany } from '../harness/many.ts';
import { patchManyOperation } from '../harness/operations.ts';
import { freshJournal } from '../interop/clients/fresh-journal.ts';

const named = (id: string, displayName: string): PatchUserInput => ({ user: { id }, patch: { displayName } });
const by = (directory: string, login: string, patch: UserPatchInput): PatchUserInput => ({
  user: { login: { directory, login } },
  patch,
});
const seeds = (count: number, prefix: string): readonly SeedUser[] =>
  Array.from({ length: count }, (_, index) => ({
    userId: `${prefix}${String(index).padStart(25, '0')}`,
    username: `user.${index}`,
    status: 'enabled',
    createdAt: 0,
  }));
const names = (door: FrontDoor) => written(door).map(({ change }) => change.displayName ?? change.name);

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
    expect(new Set(told.map(({ operationId }) => operationId)).size).toBe(9);
    const customers = arrived(door).filter((request) => request.startsWith('customers'));
    // One of them has a number, which needs the definitions.
    expect(customers).toEqual([
      'customers PATCH /v1/mgmt/user/patch/batch',
      'customers GET /v1/mgmt/user/customattributes',
    ]);
    expect(counted(arrived(door))).toMatchObject({
      'contractors POST UpdateUser': 3,
      'contractors POST GetUser': 3,
    });
    expect(written(door)).toHaveLength(9);
    const lines = door.log.map((line) => JSON.parse(line));
    expect(lines.map(({ event, outcome }) => `${event} ${outcome}`)).toEqual(
      Array(9).fill('patchUser APPLIED'),
    );
    expect(new Set(lines.map(({ operationId }) => operationId))).toEqual(
      new Set(told.map(({ operationId }) => operationId)),
    );
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
    const operationId = expect.any(String);
    expect(told[1]).toEqual({
      operationId,
      ...notApplied(notFound('The directory "customers" has no such user.', 'user', 'id')),
    });
    expect(told[4]).toEqual({ operationId, ...notApplied(unknownDirectory(says.notThere, 'user', 'id')) });
    expect(told[5]).toEqual({
      operationId,
      ...notApplied(unsupported('The directory "employees" has no givenName to set.', 'patch', 'givenName')),
    });
    expect(told[6]).toEqual({
      operationId,
      ...notApplied(
        invalidInput(says.empty, 'patch', 'displayName'),
        invalidInput(says.address, 'patch', 'email', 'address'),
      ),
    });
    expect(names(door)).toEqual([undefined, 'Applied']);
  });

  it('of one user follow each other, by id or by login, and not those of others', async () => {
    const door = await openDoor();
    const [ada, zhang] = [someUser(door, 'customers'), someUser(door, 'customers', 1)];
    const login = 'ada.okafor@example.com';
    const told = await patchMany(door, [
      named(ada, 'First'),
      by('customers', login, { displayName: 'Second' }),
      named(zhang, 'Other'),
      named(ada, 'Third'),
      by('customers', login, { givenName: 'Fourth' }),
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

  it('of the same users go together again, the first of each and then the second', async () => {
    const door = await openDoor();
    const inputs = ['First', 'Second'].flatMap((name) =>
      [0, 1, 2].map((which) => named(someUser(door, 'customers', which), `${name} ${which}`)),
    );
    const told = await patchMany(door, inputs);
    expect(outcomesOf(told)).toEqual(Array(6).fill('APPLIED RESPONSE'));
    expect(counted(arrived(door))).toMatchObject({ 'customers PATCH /v1/mgmt/user/patch/batch': 2 });
    expect(names(door)).toEqual(['First 0', 'First 1', 'First 2', 'Second 0', 'Second 1', 'Second 2']);
  });

  it('of which one was refused are waited for, for the next of the same user', async () => {
    const door = await openDoor();
    const [ada, zhang] = [someUser(door, 'customers'), someUser(door, 'customers', 1)];
    const unheardOf = { remove: { field: 'unheard_of' } };
    const told = await patchMany(door, [
      named(ada, 'Ada'),
      { user: { id: zhang }, patch: { customFields: [unheardOf] } },
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

  it('go together by the hundred', async () => {
    const users = seeds(100, 'U2');
    const door = await openDoor({ customers: { users } });
    const inputs = users.map(({ userId }) => named(`customers:${userId}`, `N ${userId}`));
    const told = await patchMany(door, inputs);
    expect(outcomesOf(told)).toEqual(Array(100).fill('APPLIED RESPONSE'));
    expect(told.map(({ user }) => user?.userId)).toEqual(users.map(({ userId }) => userId));
    expect(arrived(door)).toEqual(['customers PATCH /v1/mgmt/user/patch/batch']);
  });

  it('are written one by one where the provider has no request for many, and leave room for others', async () => {
    const users = seeds(30, 'user_');
    const { door, proxy } = await openBadLine('employees', {}, { employees: { users } });
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

describe('a call of patchUsers', () => {
  const refusal = (message: string) => ({
    data: { patchUsers: null },
    errors: [
      {
        message,
        locations: [expect.anything()],
        path: ['patchUsers'],
        extensions: { code: 'INVALID_INPUT', inputPath: ['inputs'] },
      },
    ],
  });

  it.each([
    [101, 'At most 100 patches.'],
    [0, 'Name at least one patch.'],
  ])('of %d patches is refused, and nothing is sent', async (count, says) => {
    const door = await openDoor();
    const inputs = Array.from({ length: count }, () => named(someUser(door, 'customers'), 'Ada'));
    expect(await door.call(patchManyOperation, { inputs })).toEqual(refusal(says));
    const bad = inputs.map((input, index) =>
      index === 3 ? { ...input, patch: { displayName: '' } } : input,
    );
    expect(await door.call(patchManyOperation, { inputs: bad })).toEqual(refusal(says));
    expect(arrived(door)).toEqual([]);
    expect(door.log).toEqual([]);
  });

  it('names no more users, together with the others of its document, than a document may', async () => {
    const door = await openDoor({ limits: { document: { rootMutations: 11 } } });
    const tooMany = {
      message: 'The lists of one request name at most 1000 users together.',
      locations: [expect.anything()],
      path: ['m10'],
      extensions: { code: 'INVALID_INPUT', inputPath: ['inputs'] },
    };
    for (const displayName of ['Ada', '']) {
      const inputs = Array.from({ length: 100 }, () => named('nowhere:a', displayName));
      const fields = Array.from(
        { length: 11 },
        (_, index) => `m${index}: patchUsers(inputs: $inputs) { outcome }`,
      );
      const told = await door.graphql(`mutation ($inputs: [PatchUserInput!]!) { ${fields.join(' ')} }`, {
        inputs,
      });
      expect(told.errors).toEqual([tooMany]);
      expect(told.data).toMatchObject({ m9: Array(100).fill({ outcome: 'NOT_APPLIED' }), m10: null });
    }
  });

  it('gives null for a patch that meets a bug of ours, and the others as they are', async () => {
    const door = await openDoor(freshJournal());
    const { stringify } = JSON;
    const broken = vi.spyOn(JSON, 'stringify').mockImplementation((value, ...more) => {
      // Where the input's digest is made, for only there is a function given.
      if (typeof more[0] === 'function' && value.patch.displayName === 'Bug') throw new TypeError('A bug.');
      return stringify(value, ...(more as []));
    });
    onTestFinished(() => broken.mockRestore());
    const inputs = ['One', 'Bug', 'Three'].map((name, which) =>
      named(someUser(door, 'customers', which), name),
    );
    const { data, errors } = await door.call(patchManyOperation, { inputs });
    expect(data?.patchUsers?.map((one) => one?.user?.displayName)).toEqual(['One', undefined, 'Three']);
    expect(data?.patchUsers?.[1]).toBeNull();
    expect(errors).toMatchObject([
      { path: ['patchUsers', 1], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
    expect(names(door)).toEqual(['One', 'Three']);
  });

  it('has each patch checked by the caller’s rights, and asks nobody about what they may not', async () => {
    const door = await openDoor({ callers: policyCallers });
    const self = { directory: 'customers', list: 'others' } as const;
    const token = await tokenOf(door, { rights: ['users:write'], directories: ['employees'], self });
    const told = await patchMany(
      door,
      [
        named(`customers:${userIdOf('customers', 1)}`, 'Not mine'),
        named(someUser(door, 'customers'), 'Mine'),
        by('customers', 'ada.okafor@example.com', { displayName: 'By login' }),
        { user: { id: someUser(door, 'employees') }, patch: { status: 'DISABLED', displayName: 'E' } },
        named(someUser(door, 'employees'), 'E'),
        named(someUser(door, 'contractors'), 'C'),
      ],
      token,
    );
    expect(
      told.map(({ errors }) => errors.map(({ code, message, path }) => [code, message, ...path])),
    ).toEqual([
      [['FORBIDDEN', messages.noUser, 'user', 'id']],
      [],
      [['FORBIDDEN', messages.noUser, 'user', 'login']],
      [['FORBIDDEN', messages.needs('users:write:privileged', 'employees'), 'patch', 'status']],
      [],
      [['FORBIDDEN', expect.stringContaining('no right in it'), 'user', 'id']],
    ]);
    expect(outcomesOf(told)).toEqual([
      ...['NOT_APPLIED FORBIDDEN', 'APPLIED RESPONSE', 'NOT_APPLIED FORBIDDEN', 'NOT_APPLIED FORBIDDEN'],
      ...['APPLIED READ_BACK', 'NOT_APPLIED FORBIDDEN'],
    ]);
    // Their own record they may read; the employee they may not.
    expect(told.map(({ user }) => user?.displayName ?? null)).toEqual([null, 'Mine', null, null, null, null]);
    expect(arrived(door).filter((request) => /contractors|GET .v1.mgmt.user$/.test(request))).toEqual([]);
    expect(names(door)).toEqual(['E', 'Mine']);
  });
});
