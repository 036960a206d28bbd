import { describe, expect, it } from 'vitest';
import type { EmulatorRequest, EmulatorResponse } from '../../src/sandbox/emulator.ts';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import {
  arrived,
  counted,
  invalidInput,
  notApplied,
  notFound,
  outcomeUnknown,
  refused,
  someUser,
  unavailable,
  unconfirmed,
  unreached,
} from '../harness/expected.ts';
import type { Answer } from '../harness/fault-answers.ts';
import { type FrontDoor, openDoor } from '../harness/front-door.ts';
import { outcomesOf, patchMany, rename, storedNames } from '../harness/many.ts';
import { undocumentedAnswers } from '../providers/contract-answers.ts';
import { answered } from '../providers/contract-door.ts';

const batch = 'customers PATCH /v1/mgmt/user/patch/batch';
const load = 'customers POST /v1/mgmt/users/load';
const operationId = expect.any(String);

describe('users of a batch who failed', () => {
  it.each([true, false])('are refused, and the others are not; with a code: %s', async (codeInFailure) => {
    const door = await openDoor({ customers: { codeInFailure } });
    const told = await patchMany(door, [
      ...rename(door, 1),
      { user: { id: 'customers:U2nobody' }, patch: { displayName: 'Nobody' } },
      { user: { id: someUser(door, 'customers', 1) }, patch: { roleNames: ['nobody'] } },
    ]);
    expect(outcomesOf(told)[0]).toBe('APPLIED RESPONSE');
    const invalid =
      'Descope refused the patch as invalid (E011004): check its values, and that no other user signs in by them.';
    const plain = 'Descope refused the request.';
    const errors = codeInFailure
      ? [
          notFound('The directory "customers" has no such user.', 'user', 'id'),
          invalidInput(invalid, 'patch', 'roleNames'),
        ]
      : ['displayName', 'roleNames'].map((field) => refused(plain, ['patch', field], [null, null]));
    expect(told.slice(1)).toEqual(errors.map((error) => ({ operationId, ...notApplied(error) })));
    expect(storedNames(door)).toEqual(['Name 0']);
    // One of them has a number among their attributes.
    expect(arrived(door)).toEqual([batch, 'customers GET /v1/mgmt/user/customattributes']);
  });

  interface Lists {
    readonly patchedUsers: readonly unknown[];
    readonly failedUsers?: readonly unknown[];
  }
  type Change = (lists: Lists, ids: readonly string[]) => unknown;

  /** A batch that is written, and answered by what this makes of the provider's answer. */
  async function answeredBy(change: Change) {
    const { door, proxy } = await openBehindProxy('customers');
    const ids = rename(door, 3).map(({ user }) => String(user.id).replace('customers:', ''));
    // Read when the batch is written, and not before.
    const answer = {
      status: 200,
      get body() {
        const users = door.emulators.customers.users();
        return JSON.stringify(change({ patchedUsers: ids.map((id) => users.get(id)), failedUsers: [] }, ids));
      },
    };
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: true, answer } : undefined);
    return { door, told: await patchMany(door, rename(door, 3)) };
  }
  const withoutFirst = (all: Lists) => ({ ...all, patchedUsers: all.patchedUsers.slice(1) });

  it('are known by a login id that is what was sent', async () => {
    const { told } = await answeredBy((all, [first = '']) => ({
      ...withoutFirst(all),
      failedUsers: [{ failure: 'E112102', user: { userId: '', loginIds: [first] } }],
    }));
    expect(outcomesOf(told)).toEqual(['NOT_APPLIED USER_NOT_FOUND', 'APPLIED RESPONSE', 'APPLIED RESPONSE']);
  });

  it.each<readonly [string, Change, number]>([
    ['is written, in another order', (all) => ({ ...all, patchedUsers: all.patchedUsers.toReversed() }), 0],
    ['is in neither list', withoutFirst, 1],
    ['is written twice', (all) => ({ ...all, patchedUsers: [...all.patchedUsers, all.patchedUsers[0]] }), 1],
    [
      'failed twice',
      (all, [userId]) => ({
        ...withoutFirst(all),
        failedUsers: Array(2).fill({ failure: 'no', user: { userId } }),
      }),
      1,
    ],
    [
      'has somebody else in their place',
      (all) => ({ ...all, patchedUsers: [{ userId: 'U2nobody' }, ...withoutFirst(all).patchedUsers] }),
      1,
    ],
    [
      'is in both lists',
      (all, [userId]) => ({ ...all, failedUsers: [{ failure: 'no', user: { userId } }] }),
      1,
    ],
    [
      'is in both lists and not understood in one',
      (all, [userId]) => ({
        patchedUsers: [{ userId, createdTime: 'today' }, ...withoutFirst(all).patchedUsers],
        failedUsers: [{ failure: 'no', user: { userId } }],
      }),
      1,
    ],
    [
      'failed with another',
      (all, loginIds) => ({ ...withoutFirst(all), failedUsers: [{ failure: 'no', user: { loginIds } }] }),
      1,
    ],
    ['is one of nobody', () => ({}), 3],
    ['is one of an answer to one', (all) => ({ user: all.patchedUsers[0] }), 3],
  ])('a user who %s is read back', async (_, change, doubtful) => {
    const { door, told } = await answeredBy(change);
    expect(outcomesOf(told)).toEqual(
      [0, 1, 2].map((which) => (which < doubtful ? 'APPLIED READ_BACK' : 'APPLIED RESPONSE')),
    );
    expect(told.map(({ user }) => user?.displayName)).toEqual(['Name 0', 'Name 1', 'Name 2']);
    const reads = doubtful === 0 ? {} : { [doubtful === 1 ? 'customers GET /v1/mgmt/user' : load]: 1 };
    expect(counted(arrived(door))).toMatchObject({ ...reads, [batch]: 1 });
  });
});

describe('a batch of which nothing is known', () => {
  const unknown = (door: FrontDoor, which: number): object => ({
    ...{ outcome: 'UNKNOWN', confirmedBy: null, user: { id: someUser(door, 'customers', which) } },
    errors: [outcomeUnknown(unconfirmed, 'patch', 'displayName')],
  });
  const error = { errorCode: 'E011003', errorDescription: 'no' };
  const shown = [0, 1, 2].map((which) => ({ userId: `U2of${which}`, name: `Name ${which}` }));
  const lists = { patchedUsers: shown, failedUsers: [] };

  it.each<readonly [string, Answer]>([
    ['a reset', 'reset'],
    ['half', 'half'],
    ...Object.entries({
      ...undocumentedAnswers,
      'a 503 with an error body': { status: 503, body: error },
      'a 500 with an error body': { status: 500, body: error },
      'a 400 of somebody else': { status: 400, body: { message: 'no' } },
      nothing: { status: 200 },
      'no content': { status: 204 },
      'no list of users': { status: 200, body: { patchedUsers: 'all', failedUsers: null } },
      ...Object.fromEntries(
        [201, 202, 206, 500].map((status) => [`a ${status} with lists`, { status, body: lists }]),
      ),
    }).map(([name, answer]) => [name, answered(answer)] as const),
  ])('%s: what was written is found in one load', async (_, answer) => {
    const { door, proxy } = await openBehindProxy('customers');
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: true, answer } : undefined);
    const told = await patchMany(door, rename(door, 3));
    expect(outcomesOf(told)).toEqual(Array(3).fill('APPLIED READ_BACK'));
    expect(told.map(({ user }) => user?.displayName)).toEqual(['Name 0', 'Name 1', 'Name 2']);
    expect(counted(arrived(door))[load]).toBe(1);
    expect(proxy.writes).toHaveLength(1);
    expect(storedNames(door)).toEqual(['Name 0', 'Name 1', 'Name 2']);
  });

  it.each<readonly [string, Answer]>([
    ['a reset', 'reset'],
    ['a 503 with an error body', answered({ status: 503, body: error })],
  ])('%s: what does not show is unknown and not sent again', async (_, answer) => {
    const { door, proxy } = await openBehindProxy('customers');
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: false, answer } : undefined);
    const told = await patchMany(door, rename(door, 3));
    expect(told).toMatchObject([0, 1, 2].map((which) => unknown(door, which)));
    // It is read again five times.
    expect(counted(arrived(door))[load]).toBe(6);
    expect(proxy.writes).toHaveLength(1);
    expect(storedNames(door)).toEqual([]);
  });

  it('of which nothing can be read back is unknown, without users', async () => {
    const { door, proxy } = await openBehindProxy('customers', { deadlineMs: 600, readBackMs: 200 });
    proxy.fail('write', { delivered: true, answer: 'reset' });
    proxy.fail('read', { delivered: true, answer: 'nothing' });
    const told = await patchMany(door, rename(door, 2));
    expect(told).toEqual(
      Array(2).fill({
        ...{ operationId, outcome: 'UNKNOWN', confirmedBy: null, user: null },
        errors: [outcomeUnknown(unconfirmed, 'patch', 'displayName')],
      }),
    );
    expect(storedNames(door)).toEqual(['Name 0', 'Name 1']);
    expect(door.log.join('')).not.toContain('"bug"');
  });

  it('that did not leave was not written', async () => {
    const { door, proxy } = await openBehindProxy('customers', { deadlineMs: 700, readBackMs: 200 });
    await proxy.close();
    expect(await patchMany(door, rename(door, 2))).toEqual(
      Array(2).fill({ operationId, ...notApplied(unavailable(unreached.refused, 'patch')) }),
    );
  });
});

describe('a batch that is refused as a whole', () => {
  const error = (errorCode: string) => ({ errorCode, errorDescription: 'no' });
  /** Answers a batch so, and after it was written where `delivered`. */
  async function refusedWhole(status: number, errorCode: string, delivered = false, patches = 3) {
    const { door, proxy } = await openBehindProxy('customers', { deadlineMs: 2_000, readBackMs: 700 });
    const answer = { status, body: JSON.stringify(error(errorCode)) };
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered, answer } : undefined);
    const nobody = { user: { id: 'customers:U2nobody' }, patch: { displayName: 'Nobody' } };
    const inputs = [...rename(door, patches), ...Array<typeof nobody>(3 - patches).fill(nobody)];
    return { door, proxy, told: await patchMany(door, inputs) };
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
        errors: [expect.objectContaining({ code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: 60 })],
      }),
    );
    expect(arrived(door)).toEqual([batch]);
  });

  it.each([
    [400, 'E011003'],
    [409, 'E062107'],
    [413, 'E999999'],
    [422, 'E011004'],
    [200, 'E011001'],
  ])('by %d is looked at: nothing is written that does not show', async (status, errorCode) => {
    const { door, proxy, told } = await refusedWhole(status, errorCode);
    const message =
      'Descope refused this patch together with others that were sent with it, and does not say for which of them.';
    const refusal = refused(message, ['patch', 'displayName'], [errorCode, null]);
    expect(told).toEqual(Array(3).fill({ operationId, ...notApplied(refusal) }));
    expect(counted(arrived(door))).toMatchObject({ [load]: 6 });
    expect(proxy.writes).toHaveLength(1);
  });

  it('says who is not there, and of the others that they were not written', async () => {
    const { told } = await refusedWhole(404, 'E112102', false, 2);
    const refusedByProvider = 'NOT_APPLIED PROVIDER_REFUSED';
    expect(outcomesOf(told)).toEqual([refusedByProvider, refusedByProvider, 'NOT_APPLIED USER_NOT_FOUND']);
    const error = notFound('The directory "customers" has no such user.', 'user', 'id');
    expect(told[2]).toMatchObject(notApplied(error));
  });

  it('may have been written: what shows is applied', async () => {
    const { door, told } = await refusedWhole(400, 'E011003', true);
    expect(outcomesOf(told)).toEqual(Array(3).fill('APPLIED READ_BACK'));
    expect(storedNames(door)).toHaveLength(3);
  });
});
