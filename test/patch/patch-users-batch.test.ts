import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { EmulatorRequest, EmulatorResponse } from '../../src/sandbox/emulator.ts';
import type { PatchUserInput } from '../generated/graphql.ts';
import {
  arrived,
  counted,
  notApplied,
  notFound,
  outcomeUnknown,
  someUser,
  unavailable,
  unreached,
} from '../harness/expected.ts';
import { type Fault, openBadLine } from '../harness/faulty-proxy.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import { openDoor, outcomesOf, patchMany } from '../harness/many.ts';

const batch = 'customers PATCH /v1/mgmt/user/patch/batch';
const load = 'customers POST /v1/mgmt/users/load';
const operationId = expect.any(String);
const unknown = 'The change was sent and could not be confirmed: it may have been written, or may still be.';

/** A new name for each of the first users. */
const rename = (door: FrontDoor, count: number): readonly PatchUserInput[] =>
  Array.from({ length: count }, (_, which) => ({
    user: { id: someUser(door, 'customers', which) },
    patch: { displayName: `Name ${which}` },
  }));
const userIds = (door: FrontDoor, count: number) =>
  rename(door, count).map(({ user }) => String(user.id).replace('customers:', ''));
const stored = (door: FrontDoor) => door.emulators.customers.writes.map(({ change }) => change.name);

describe('users of a batch who failed', () => {
  const refused = (code: string | null, ...path: string[]) => ({
    ...{
      __typename: 'ProviderRefusedError',
      code: 'PROVIDER_REFUSED',
      message: 'Descope refused the request.',
    },
    ...{ path, retryable: false, providerCode: code, providerRequestId: null },
  });

  it.each([true, false])('are refused, and the others are not; with a code: %s', async (codeInFailure) => {
    const door = await openDoor({ customers: { codeInFailure } });
    const told = await patchMany(door, [
      ...rename(door, 1),
      { user: { id: 'customers:U2nobody' }, patch: { displayName: 'Nobody' } },
      { user: { id: someUser(door, 'customers', 1) }, patch: { roleNames: ['nobody'] } },
    ]);
    expect(told[0]).toMatchObject({
      outcome: 'APPLIED',
      confirmedBy: 'RESPONSE',
      user: { displayName: 'Name 0' },
    });
    const invalid = {
      ...{
        __typename: 'InvalidInputError',
        code: 'INVALID_INPUT',
        path: ['patch', 'roleNames'],
        retryable: false,
      },
      message:
        'Descope refused the patch as invalid (E011004): check its values, and that no other user signs in by them.',
    };
    const missing = {
      ...{ __typename: 'UserNotFoundError', code: 'USER_NOT_FOUND', path: ['user', 'id'], retryable: false },
      message: 'The directory "customers" has no such user.',
    };
    expect(told.slice(1)).toEqual(
      (codeInFailure
        ? [missing, invalid]
        : [refused(null, 'patch', 'displayName'), refused(null, 'patch', 'roleNames')]
      ).map((error) => ({ operationId, ...notApplied(error) })),
    );
    expect(stored(door)).toEqual(['Name 0']);
    expect(arrived(door).filter((request) => request !== batch)).toEqual([
      // One of them has a number among their attributes.
      'customers GET /v1/mgmt/user/customattributes',
    ]);
  });

  /** A batch that is written, and answered so by what was answered. */
  async function answered(change: (answer: Lists, ids: readonly string[]) => unknown, patches = 3) {
    const { door, proxy } = await openBadLine('customers');
    const ids = userIds(door, patches);
    const lists = (): Lists => ({
      patchedUsers: ids.map((id) => door.emulators.customers.users().get(id)),
      failedUsers: [],
      additionalErrors: {},
    });
    proxy.fault = ({ isWrite }) =>
      isWrite
        ? {
            delivered: true,
            answer: {
              status: 200,
              get body() {
                return JSON.stringify(change(lists(), ids));
              },
            },
          }
        : undefined;
    const told = await patchMany(door, rename(door, patches));
    return { door, told };
  }
  interface Lists {
    readonly patchedUsers: readonly unknown[];
    readonly failedUsers: readonly unknown[];
    readonly additionalErrors: object;
  }
  const failed = (userId: string, failure: unknown = 'no') => ({ failure, user: { userId } });

  it('are known by a login id that is what was sent', async () => {
    const { told } = await answered(({ patchedUsers }, [first = '']) => ({
      patchedUsers: patchedUsers.slice(1),
      failedUsers: [{ failure: 'E112102', user: { userId: '', loginIds: [first] } }],
    }));
    expect(outcomesOf(told)).toEqual(['NOT_APPLIED USER_NOT_FOUND', 'APPLIED RESPONSE', 'APPLIED RESPONSE']);
  });

  it.each<[string, (answer: Lists, ids: readonly string[]) => unknown, number]>([
    ['is in both lists', (all, [id = '']) => ({ ...all, failedUsers: [failed(id)] }), 1],
    ['is in neither', (all) => ({ ...all, patchedUsers: all.patchedUsers.slice(1) }), 1],
    ['is there twice', (all) => ({ ...all, patchedUsers: [...all.patchedUsers, all.patchedUsers[0]] }), 1],
    [
      'failed twice',
      (all, [id = '']) => ({
        patchedUsers: all.patchedUsers.slice(1),
        failedUsers: [failed(id), failed(id)],
      }),
      1,
    ],
    [
      'is not understood',
      (all) => ({ ...all, patchedUsers: [{ userId: 7 }, ...all.patchedUsers.slice(1)] }),
      1,
    ],
    [
      'is in both lists and not understood in one',
      (all, [id = '']) => ({
        patchedUsers: [{ userId: id, createdTime: 'today' }, ...all.patchedUsers.slice(1)],
        failedUsers: [failed(id)],
      }),
      1,
    ],
    [
      'failed with another',
      (all, ids) => ({
        patchedUsers: all.patchedUsers.slice(1),
        failedUsers: [{ failure: 'no', user: { loginIds: ids } }],
      }),
      1,
    ],
    ['is one of nobody', () => ({}), 3],
    ['is one of an answer of another form', () => ({ patchedUsers: 'all' }), 3],
    ['is one of a list in place of an answer', () => [], 3],
    ['is one of an answer to one', (all) => ({ user: all.patchedUsers[0] }), 3],
  ])('a user who %s is read back', async (_, change, doubtful) => {
    const { door, told } = await answered(change);
    expect(outcomesOf(told)).toEqual(
      [0, 1, 2].map((which) => (which < doubtful ? 'APPLIED READ_BACK' : 'APPLIED RESPONSE')),
    );
    expect(told.map(({ user }) => user?.displayName)).toEqual(['Name 0', 'Name 1', 'Name 2']);
    const reads = counted(arrived(door));
    expect(reads[doubtful === 1 ? 'customers GET /v1/mgmt/user' : load]).toBe(1);
    expect(reads[batch]).toBe(1);
  });

  it('a user who was to be patched and does not show it is unknown', async () => {
    const [, zhang] = ['', 'U2d0Kh8oOOL8dKLzdocJ2isAjIh'];
    const door = await openDoor({
      customers: { distort: ({ userId, change }) => (userId === zhang ? {} : change) },
    });
    expect(outcomesOf(await patchMany(door, rename(door, 3)))).toEqual([
      'APPLIED RESPONSE',
      'UNKNOWN NOT_CONFIRMED',
      'APPLIED RESPONSE',
    ]);
  });
});

describe('a batch of which nothing is known', () => {
  const faults: readonly (readonly [string, Fault['answer']])[] = [
    ['a 500', { status: 500, body: '{}' }],
    ['a 503 with an error body', { status: 503, body: '{"errorCode":"E011003","errorDescription":"no"}' }],
    ['a reset', 'reset'],
    ['half of an answer', 'half'],
    ['a 200 that is no JSON', { status: 200, body: '<html>' }],
    ['a 204', { status: 204 }],
    ['a 302', { status: 302, headers: { location: '/elsewhere' } }],
    ['a 400 of somebody else', { status: 400, body: '{"message":"no"}' }],
  ];

  it.each(faults)('%s: what was written is found in one load', async (_, answer) => {
    const { door, proxy } = await openBadLine('customers');
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: true, answer } : undefined);
    const told = await patchMany(door, rename(door, 3));
    expect(outcomesOf(told)).toEqual(Array(3).fill('APPLIED READ_BACK'));
    expect(told.map(({ user }) => user?.displayName)).toEqual(['Name 0', 'Name 1', 'Name 2']);
    expect(counted(arrived(door))).toMatchObject({ [batch]: 1, [load]: 1 });
    expect(proxy.writes).toHaveLength(1);
  });

  it.each(faults)('%s: what was not written is unknown, and not sent again', async (_, answer) => {
    const { door, proxy } = await openBadLine('customers');
    // A reply that passes on what it got has nothing to pass on here.
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: false, answer } : undefined);
    const told = await patchMany(door, rename(door, 3));
    expect(told).toEqual(
      told.map(({ user }) => ({
        ...{ operationId, outcome: 'UNKNOWN', confirmedBy: null, user },
        errors: [outcomeUnknown(unknown, 'patch', 'displayName')],
      })),
    );
    expect(told.map(({ user }) => user?.id)).toEqual(
      [0, 1, 2].map((which) => someUser(door, 'customers', which)),
    );
    expect(counted(arrived(door))[load]).toBe(1);
    expect(proxy.writes).toHaveLength(1);
    expect(stored(door)).toEqual([]);
  });

  it('of which nothing can be read back is unknown, without users', async () => {
    const { door, proxy } = await openBadLine('customers', { deadlineMs: 1_500, readBackMs: 500 });
    proxy.fault = ({ isWrite }) =>
      isWrite
        ? { delivered: true, answer: 'reset' }
        : proxy.writes.length > 0
          ? { delivered: true, answer: 'nothing' }
          : undefined;
    const told = await patchMany(door, rename(door, 2));
    expect(told).toEqual(
      Array(2).fill({
        ...{ operationId, outcome: 'UNKNOWN', confirmedBy: null, user: null },
        errors: [outcomeUnknown(unknown, 'patch', 'displayName')],
      }),
    );
    expect(stored(door)).toEqual(['Name 0', 'Name 1']);
  });

  it('that did not leave was not written', async () => {
    const { door, proxy } = await openBadLine('customers', { deadlineMs: 700, readBackMs: 200 });
    await proxy.close();
    expect(await patchMany(door, rename(door, 2))).toEqual(
      Array(2).fill({ operationId, ...notApplied(unavailable(unreached.refused, 'patch')) }),
    );
  });
});

describe('a batch that is refused as a whole', () => {
  const error = (errorCode: string) => ({ errorCode, errorDescription: 'no' });
  /** Answers so what is a batch, and after it was written where `written`. */
  async function refusedWhole(status: number, errorCode: string, isWritten = false) {
    const { door, proxy } = await openBadLine('customers', { deadlineMs: 2_000, readBackMs: 700 });
    const answer = { status, body: JSON.stringify(error(errorCode)) };
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: isWritten, answer } : undefined);
    return { door, proxy, told: await patchMany(door, rename(door, 3)) };
  }

  it.each([
    [401, 'E011003', 'PROVIDER_AUTH'],
    [403, 'E000001', 'PROVIDER_AUTH'],
  ])('by %d wrote nothing, and nothing is looked at', async (status, errorCode, code) => {
    const { door, proxy, told } = await refusedWhole(status, errorCode);
    expect(outcomesOf(told)).toEqual(Array(3).fill(`NOT_APPLIED ${code}`));
    expect(arrived(door)).toEqual([]);
    expect(proxy.writes).toHaveLength(1);
  });

  it('by 429 wrote nothing, and says when to call again', async () => {
    const intercept = ({ url }: EmulatorRequest): EmulatorResponse | undefined =>
      url.endsWith('/batch')
        ? { status: 429, headers: { 'retry-after': '60' }, body: error('E130429') }
        : undefined;
    const door = await openDoor({ customers: { intercept } });
    const told = await patchMany(door, rename(door, 2));
    expect(told.map(({ outcome, errors }) => ({ outcome, errors }))).toEqual(
      Array(2).fill({
        outcome: 'NOT_APPLIED',
        errors: [
          expect.objectContaining({
            ...{
              code: 'RATE_LIMITED',
              path: ['patch', 'displayName'],
              retryable: true,
              retryAfterSeconds: 60,
            },
          }),
        ],
      }),
    );
    expect(arrived(door)).toEqual([batch]);
  });

  it.each([
    [400, 'E011003'],
    [404, 'E112102'],
    [409, 'E062107'],
    [413, 'E999999'],
    [422, 'E011004'],
    [200, 'E011001'],
  ])('by %d is looked at: nothing is written that does not show', async (status, errorCode) => {
    const { door, proxy, told } = await refusedWhole(status, errorCode);
    const refusal = {
      ...{ __typename: 'ProviderRefusedError', code: 'PROVIDER_REFUSED', path: ['patch', 'displayName'] },
      message:
        'Descope refused this patch together with others that were sent with it, and does not say for which of them.',
      ...{ retryable: false, providerCode: errorCode, providerRequestId: null },
    };
    expect(told).toEqual(Array(3).fill({ operationId, ...notApplied(refusal) }));
    expect(counted(arrived(door))).toMatchObject({ [load]: 1 });
    expect(proxy.writes).toHaveLength(1);
  });

  it('says who is not there, and of the others that they were not written', async () => {
    const { door, proxy } = await openBadLine('customers');
    const answer = { status: 404, body: JSON.stringify(error('E112102')) };
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: false, answer } : undefined);
    const nobody = { user: { id: 'customers:U2nobody' }, patch: { displayName: 'Nobody' } };
    const told = await patchMany(door, [...rename(door, 1), nobody]);
    expect(outcomesOf(told)).toEqual(['NOT_APPLIED PROVIDER_REFUSED', 'NOT_APPLIED USER_NOT_FOUND']);
    expect(told[1]).toMatchObject(
      notApplied(notFound('The directory "customers" has no such user.', 'user', 'id')),
    );
  });

  it.each([
    [400, 'E011003'],
    [409, 'E062107'],
  ])('by %d may have written some: those are applied', async (status, errorCode) => {
    const { door, told } = await refusedWhole(status, errorCode, true);
    expect(outcomesOf(told)).toEqual(Array(3).fill('APPLIED READ_BACK'));
    expect(stored(door)).toHaveLength(3);
  });
});

describe('who is waited for', () => {
  const limits = { deadlineMs: 3_000, readBackMs: 500 };

  it('nobody whose user is busy: the others go at once, and they when it is their turn', async () => {
    // Of so much time nobody would wait in vain for a second only.
    const { door, proxy } = await openBadLine('customers', { deadlineMs: 60_000, readBackMs: 1_000 });
    const gate = Promise.withResolvers<void>();
    proxy.fault = ({ isWrite }) =>
      isWrite && proxy.writes.length === 1
        ? { delivered: true, answer: 'its answer', after: gate.promise }
        : undefined;
    const first = door.patch({ id: someUser(door, 'customers') }, { displayName: 'First' });
    await vi.waitFor(() => expect(proxy.writes).toHaveLength(1));
    const many = patchMany(door, rename(door, 3));
    await vi.waitFor(() => expect(stored(door)).toEqual(['Name 1', 'Name 2']), 3_000);
    gate.resolve();
    expect(outcomesOf(await many)).toEqual(Array(3).fill('APPLIED RESPONSE'));
    expect(await first).toMatchObject({ outcome: 'APPLIED' });
    expect(stored(door)).toEqual(['Name 1', 'Name 2', 'First', 'Name 0']);
  });

  it('nobody whose turn does not come in time, and they are refused', async () => {
    const { door, proxy } = await openBadLine('customers', limits);
    const [busy] = rename(door, 1);
    if (!busy) throw new Error('There is no user.');
    proxy.fault = ({ isWrite }) =>
      isWrite && proxy.writes.length === 1 ? { delivered: false, answer: 'nothing' } : undefined;
    const first = door.patch(busy.user, { displayName: 'First' });
    await vi.waitFor(() => expect(proxy.writes).toHaveLength(1));
    const many = patchMany(door, rename(door, 3));
    await vi.waitFor(() => expect(stored(door)).toEqual(['Name 1', 'Name 2']));
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
    const { door, proxy } = await openBadLine('customers', limits);
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
    const { door, proxy } = await openBadLine('customers', limits, { customers: { users } });
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
    expect(new Set(Object.values(counted(stored(door).map(String))))).toEqual(new Set([2]));
  });

  it('a call whose caller leaves ends all the same', async () => {
    const { door, proxy } = await openBadLine('customers');
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
    expect(stored(door)).toEqual(['Name 0', 'Name 1', 'Again']);
    expect(door.log.map((line) => JSON.parse(line)).map(({ event, outcome }) => [event, outcome])).toEqual(
      Array(3).fill(['patchUser', 'APPLIED']),
    );
  });
});
