import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SeedUser } from '../../../src/sandbox/emulator.ts';
import type { SandboxChanges } from '../../../src/sandbox/sandbox.ts';
import type { PatchUserInput } from '../../generated/graphql.ts';
import { arrived, type DirectoryName, someUser, written } from '../../harness/expected.ts';
import { type Fault, openBadLine } from '../../harness/faulty-proxy.ts';
import type { FrontDoor } from '../../harness/front-door.ts';
import { openDoor, outcomesOf, patchMany } from '../../harness/many.ts';
import { patchManyOperation } from '../../harness/operations.ts';
import { freshJournal } from '../../harness/fresh-journal.ts';

const prefix = { employees: 'user_', contractors: 'user_', customers: 'U2' };

/** Users without attributes, for whom nothing needs to be asked but themselves. */
const seeds = (directory: DirectoryName, count = 8): readonly SeedUser[] =>
  Array.from({ length: count }, (_, index) => ({
    userId: `${prefix[directory]}${String(index).padStart(25, '0')}`,
    username: `user.${index}`,
    status: 'enabled',
    createdAt: 0,
  }));

/** A new name for users from one number up to another. */
const rename = (directory: DirectoryName, from: number, to: number): readonly PatchUserInput[] =>
  seeds(directory)
    .slice(from, to)
    .map(({ userId }) => ({
      user: { id: `${directory}:${userId}` },
      patch: { displayName: `Name of ${userId}` },
    }));

const changes = (directory: DirectoryName, perMinute: number): SandboxChanges => ({
  directories: { contractors: { pace: { perMinute: 100 } }, [directory]: { pace: { perMinute } } },
  [directory]: { users: seeds(directory) },
});

/** A bad line that gives the provider every write, and breaks before its answer. */
async function openBroken(directory: DirectoryName, perMinute: number) {
  const line = await openBadLine(directory, {}, changes(directory, perMinute));
  line.proxy.fault = ({ isWrite }) => (isWrite ? { delivered: true, answer: 'reset' } : undefined);
  return line;
}

describe('where a quota is short, a call of patchUsers', () => {
  it.each(['employees', 'contractors'] as const)(
    'at %s leaves no write without its look',
    async (directory) => {
      const { door, proxy } = await openBroken(directory, 10);
      const told = outcomesOf(await patchMany(door, rename(directory, 0, 6)));
      const applied = told.filter((one) => one === 'APPLIED READ_BACK');
      expect(told.filter((one) => one !== 'APPLIED READ_BACK')).toEqual(
        Array(6 - applied.length).fill('NOT_APPLIED RATE_LIMITED'),
      );
      expect(applied).toHaveLength(4);
      expect(proxy.writes).toHaveLength(4);
      expect(written(door)).toHaveLength(4);
    },
  );

  it('keeps a look at each of its directories', async () => {
    const { door, proxy } = await openBroken('customers', 2);
    const call = (contractor: number, from: number) =>
      patchMany(door, [
        { user: { id: someUser(door, 'contractors', contractor) }, patch: { displayName: 'Ada' } },
        ...rename('customers', from, from + 2),
      ]);
    const calls = (await Promise.all([call(0, 0), call(1, 2)])).map(outcomesOf);
    expect(calls.map(([contractor]) => contractor)).toEqual(Array(2).fill('APPLIED READ_BACK'));
    // One of them has the whole quota, and the other comes too late.
    expect(calls.map(([, ...customers]) => customers).toSorted()).toEqual([
      Array(2).fill('APPLIED READ_BACK'),
      Array(2).fill('NOT_APPLIED RATE_LIMITED'),
    ]);
    expect(proxy.writes).toHaveLength(1);
  });

  /** Patches of two users that the provider takes its time for, and a call that has to wait for both of them. */
  async function openBusy(perMinute: number, answer: Fault['answer']) {
    const { door, proxy } = await openBroken('customers', perMinute);
    const gates = [0, 1].map(() => Promise.withResolvers<void>());
    const others = Promise.withResolvers<void>();
    proxy.fault = ({ isWrite }) => {
      if (!isWrite) return undefined;
      const gate = gates[proxy.writes.length - 1];
      if (gate) return { delivered: true, answer: 'its answer', after: gate.promise };
      return { delivered: true, answer, after: others.promise };
    };
    const singles: Promise<unknown>[] = [];
    for (const [index, { user, patch }] of rename('customers', 0, 2).entries()) {
      singles.push(door.patch(user, patch));
      await vi.waitFor(() => expect(proxy.writes).toHaveLength(index + 1));
    }
    const many = patchMany(door, rename('customers', 0, 4));
    await vi.waitFor(() => expect(proxy.writes).toHaveLength(3));
    const release = async () => {
      for (const [index, gate] of gates.entries()) {
        gate.resolve();
        expect(await singles[index]).toMatchObject({ outcome: 'APPLIED' });
        await vi.waitFor(() => expect(proxy.writes.length).toBeGreaterThanOrEqual(4 + index));
      }
    };
    return { door, proxy, many, release, answerOthers: others.resolve };
  }

  it('keeps a look for each of the requests that it has under way at one directory', async () => {
    const { door, proxy, many, release, answerOthers } = await openBusy(9, 'reset');
    await release();
    // Three looks are kept, and one permit is left, which no write gets.
    const late = patchMany(door, rename('customers', 4, 5));
    await setTimeout(200);
    answerOthers();
    expect(outcomesOf(await many)).toEqual(Array(4).fill('APPLIED READ_BACK'));
    expect(outcomesOf(await late)).toEqual(['NOT_APPLIED RATE_LIMITED']);
    // Who looks together needs one of the three looks, and the others are given up.
    proxy.fault = () => undefined;
    while (arrived(door).length < 7)
      expect(outcomesOf(await patchMany(door, rename('customers', 5, 6)))).toEqual(['APPLIED RESPONSE']);
  });

  it('keeps none for what needs none, though others are still to be written', async () => {
    const { door, many, release, answerOthers } = await openBusy(8, 'its answer');
    answerOthers();
    await vi.waitFor(() => expect(written(door)).toHaveLength(2));
    expect(outcomesOf(await patchMany(door, rename('customers', 4, 5)))).toEqual(['APPLIED RESPONSE']);
    await release();
    expect(outcomesOf(await many)).toEqual(Array(4).fill('APPLIED RESPONSE'));
  });

  it('keeps it until the last of them is over', async () => {
    const { door, proxy } = await openBadLine(
      'customers',
      {},
      { directories: { customers: { pace: { perMinute: 4 } } } },
    );
    const [ada, other] = [someUser(door, 'customers'), someUser(door, 'customers', 1)];
    const gate = Promise.withResolvers<void>();
    // Of the one it says no, of the other nothing; who has numbers needs the definitions, too.
    const failed = [{ failure: 'no', user: { userId: 'U2nobody' } }];
    const body = JSON.stringify({ patchedUsers: [], failedUsers: failed });
    proxy.fault = ({ isWrite }) =>
      isWrite ? { delivered: true, answer: { status: 200, body }, after: gate.promise } : undefined;
    const many = patchMany(door, [
      { user: { id: 'customers:U2nobody' }, patch: { displayName: 'Nobody' } },
      { user: { id: ada }, patch: { displayName: 'Ada' } },
    ]);
    await vi.waitFor(() => expect(proxy.writes).toHaveLength(1));
    const late = patchMany(door, [{ user: { id: other }, patch: { displayName: 'Late' } }]);
    await setTimeout(200);
    gate.resolve();
    expect(outcomesOf(await many)).toEqual(['NOT_APPLIED PROVIDER_REFUSED', 'APPLIED READ_BACK']);
    expect(outcomesOf(await late)).toEqual(['NOT_APPLIED RATE_LIMITED']);
    expect(proxy.writes).toHaveLength(1);
  });
});

describe('when a call of patchUsers is over, nothing is kept for it', () => {
  const by = (directory: DirectoryName, from: number, to: number) =>
    seeds(directory)
      .slice(from, to)
      .map(({ username = '' }) => ({ user: { login: { directory, login: username } } }));
  const nobody = (directory: DirectoryName, index: number): PatchUserInput => ({
    ...{ user: { id: `${directory}:${prefix[directory]}nobody${index}` }, patch: { displayName: 'Ada' } },
  });

  /** A patch of another user, which gets through where no permit is kept for anybody else. */
  async function expectRoom(door: FrontDoor, directory: DirectoryName, used: number) {
    expect(arrived(door).filter((request) => request.startsWith(directory))).toHaveLength(used);
    const id = `${directory}:${seeds(directory).at(-1)?.userId}`;
    expect(await door.patch({ id }, { displayName: 'Last' })).toMatchObject({ outcome: 'APPLIED' });
  }

  // biome-ignore format: a table
  const ends: [string, DirectoryName, number, readonly PatchUserInput[], string][] = [
    ['has written them together', 'customers', 1, rename('customers', 0, 2), 'APPLIED RESPONSE'],
    ['has written each', 'contractors', 4, rename('contractors', 0, 2), 'APPLIED READ_BACK'],
    ['was refused for each of them together', 'customers', 1, [nobody('customers', 0), nobody('customers', 1)], 'NOT_APPLIED PROVIDER_REFUSED'],
    ['was refused for each', 'contractors', 2, [nobody('contractors', 0), nobody('contractors', 1)], 'NOT_APPLIED USER_NOT_FOUND'],
    ['found whom it may not write so, together', 'customers', 2, by('customers', 0, 2).map((one) => ({ ...one, patch: { username: 'a' } })), 'NOT_APPLIED UNSUPPORTED_FIELD'],
    ['found whom it may not write so', 'contractors', 4, by('contractors', 0, 2).map((one) => ({ ...one, patch: { givenName: 'a' } })), 'NOT_APPLIED UNSUPPORTED_FIELD'],
    ['has read and not written, together', 'customers', 1, rename('customers', 0, 2).map((one) => ({ ...one, ifVersion: 'a' })), 'NOT_APPLIED STALE_VERSION'],
    ['has read and not written', 'contractors', 2, rename('contractors', 0, 2).map((one) => ({ ...one, ifVersion: 'a' })), 'NOT_APPLIED STALE_VERSION'],
  ];

  it.each(ends)('that %s', async (_, directory, used, inputs, outcome) => {
    const door = await openDoor(changes(directory, used + 3));
    expect(outcomesOf(await patchMany(door, inputs))).toEqual(inputs.map(() => outcome));
    await expectRoom(door, directory, used);
  });

  it('that met a bug of ours', async () => {
    const door = await openDoor({ ...changes('contractors', 9), ...freshJournal() });
    const { stringify } = JSON;
    const broken = vi.spyOn(JSON, 'stringify').mockImplementation((value, ...more) => {
      // Where the input's digest is made, for only there is a function given.
      if (typeof more[0] === 'function' && value.patch.displayName === 'Bug') throw new TypeError('A bug.');
      return stringify(value, ...(more as []));
    });
    onTestFinished(() => broken.mockRestore());
    const inputs = by('contractors', 0, 2).map((one, index) => ({
      ...{ ...one, patch: { displayName: index === 0 ? 'Bug' : 'Ada' } },
    }));
    const { data } = await door.call(patchManyOperation, { inputs });
    expect(data?.patchUsers).toMatchObject([null, { outcome: 'APPLIED' }]);
    await expectRoom(door, 'contractors', 6);
  });

  it('that gave the answer of another call of the same key', async () => {
    const setting = { ...changes('contractors', 13), ...freshJournal() };
    const { door, proxy } = await openBadLine('contractors', {}, setting);
    const gate = Promise.withResolvers<void>();
    proxy.fault = ({ isWrite }) =>
      isWrite ? { delivered: true, answer: 'its answer', after: gate.promise } : undefined;
    const inputs = by('contractors', 0, 2).map((one, index) => ({
      ...{ ...one, patch: { displayName: `Name ${index}` }, idempotencyKey: `key-${index}-of-this-test` },
    }));
    const first = patchMany(door, inputs.slice(0, 1));
    await vi.waitFor(() => expect(proxy.writes).toHaveLength(1));
    const both = patchMany(door, inputs);
    await vi.waitFor(() => expect(proxy.writes).toHaveLength(2));
    gate.resolve();
    expect((await both)[0]).toEqual((await first)[0]);
    expect(outcomesOf(await both)).toEqual(Array(2).fill('APPLIED READ_BACK'));
    await expectRoom(door, 'contractors', 10);
  });
});
