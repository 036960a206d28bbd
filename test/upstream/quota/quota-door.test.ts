import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { EmulatorRequest } from '../../../src/sandbox/emulator.ts';
import { PatchManyDocument, type PatchUserInput } from '../../generated/graphql.ts';
import { openBehindProxies } from '../../harness/behind-proxy.ts';
import { arrived, counted, type DirectoryName, written } from '../../harness/expected.ts';
import { freshJournal } from '../../harness/fresh-journal.ts';
import type { FrontDoor } from '../../harness/front-door.ts';
import { outcomesOf, patchMany } from '../../harness/many.ts';
import { open } from '../../providers/contract-door.ts';
import { ask, read, renames, seeds, short } from './door.ts';

const byLogin = (directory: DirectoryName, count: number): readonly PatchUserInput[] =>
  seeds(directory, count).map(({ username = '' }) => ({
    ...{ user: { login: { directory, login: username } }, patch: { displayName: `New ${username}` } },
  }));

const changed = (inputs: readonly PatchUserInput[], change: Partial<PatchUserInput>) =>
  inputs.map((one) => ({ ...one, ...change }));

/** Each by a call of its own, all at once: how many came to each outcome. */
async function burst(door: FrontDoor, inputs: readonly PatchUserInput[]) {
  const all = await Promise.all(inputs.map(async (input) => outcomesOf(await patchMany(door, [input]))));
  return counted(all.flat());
}

describe('where a quota is short', () => {
  it.for([
    ['customers', 7, 'APPLIED RESPONSE', 5],
    ['employees', 10, 'APPLIED READ_BACK', 4],
    ['contractors', 10, 'APPLIED READ_BACK', 4],
  ] as const)(
    'a burst of patches at %s leaves no write unconfirmed',
    async ([directory, perMinute, applied, count], test) => {
      const door = await open(test, short(perMinute, directory, 12));
      const outcomes = await burst(door, renames(directory, 0, 12));
      expect(outcomes).toEqual({ [applied]: count, 'NOT_APPLIED RATE_LIMITED': 12 - count });
      expect(written(door)).toHaveLength(count);
      expect(arrived(door).length).toBeLessThanOrEqual(perMinute);
      const [late] = await patchMany(door, renames(directory, 0, 1));
      expect(late?.errors).toMatchObject([
        { __typename: 'RateLimitedError', path: ['patch'], retryable: true },
      ]);
      const [seconds] = /\d+/.exec(late?.errors[0]?.message ?? '') ?? [];
      expect(Number(seconds)).toBeGreaterThan(30);
      expect(Number(seconds)).toBeLessThanOrEqual(61);
    },
  );

  it.for(['employees', 'contractors'] as const)(
    'a burst of patches by login at %s, of four requests each, does not block itself',
    async (directory, test) => {
      const door = await open(test, short(40, directory, 30));
      const outcomes = await burst(door, byLogin(directory, 30));
      const applied = written(door).length;
      expect(outcomes).toEqual({ 'APPLIED READ_BACK': applied, 'NOT_APPLIED RATE_LIMITED': 30 - applied });
      expect(applied).toBeGreaterThan(2);
      expect(arrived(door).length).toBeLessThanOrEqual(40);
    },
  );

  it('reads and previews leave some of it to writes, and to the token that a write needs', async (test) => {
    const door = await open(test, short(60, 'employees'));
    const id = `employees:${seeds('employees', 1)[0]?.userId}`;
    const [patch] = renames('employees', 0, 1);
    const planning = 'query ($input: PatchUserInput!) { planPatchUser(input: $input) { errors { code } } }';
    const reads = await Promise.all(Array.from({ length: 60 }, () => read(door, id)));
    // A token was had for them, too.
    expect(reads.filter((isThere) => isThere)).toHaveLength(52);
    const input = { ...patch, ifVersion: 'a' };
    expect(await ask(door, planning, { input })).toEqual({ errors: [{ code: 'RATE_LIMITED' }] });
    door.emulators.employees.revokeTokens();
    expect(outcomesOf(await patchMany(door, patch ? [patch] : []))).toEqual(['APPLIED READ_BACK']);
    expect(arrived(door)).toHaveLength(53 + 4);
  });

  it('what was written is read back, although the provider has asked for a pause', async (test) => {
    const throttled = { status: 429, headers: { 'retry-after': '60' }, body: '' };
    const intercept = ({ method }: EmulatorRequest) => (method === 'PATCH' ? throttled : undefined);
    const users = seeds('employees', 8);
    const door = await open(test, { ...short(100, 'contractors'), employees: { users, intercept } });
    const patch = { displayName: 'Ada', status: 'DISABLED' } as const;
    const [one] = await patchMany(door, [{ user: { id: `employees:${users[0]?.userId}` }, patch }]);
    expect(one).toMatchObject({
      ...{ outcome: 'PARTIAL', user: { status: 'DISABLED' } },
      errors: [{ code: 'RATE_LIMITED', path: ['patch', 'displayName'] }],
    });
    const before = arrived(door).length;
    expect(await burst(door, renames('employees', 1, 3))).toEqual({ 'NOT_APPLIED RATE_LIMITED': 2 });
    expect(arrived(door)).toHaveLength(before);
  });
});

describe.concurrent('where a quota is short, a call of patchUsers', () => {
  it('reserves for each of its requests that are under way, for as long as it may have to read back', async (test) => {
    // A tenth of it is waited for users who are busy.
    const limits = { deadlineMs: 5_000, readBackMs: 1_500 };
    const door = await openBehindProxies(test, { ...short(9, 'customers'), limits });
    const proxy = door.proxies.customers;
    const gates = [0, 1].map(() => Promise.withResolvers<void>());
    const others = Promise.withResolvers<void>();
    proxy.fault = ({ isWrite }) => {
      if (!isWrite) return undefined;
      const gate = gates[proxy.writes.length - 1];
      if (gate) return { delivered: true, answer: 'its answer', after: gate.promise };
      return { delivered: true, answer: 'reset', after: others.promise };
    };
    // Two users are busy, so that a call for four must send what it has for them later.
    const singles: Promise<unknown>[] = [];
    for (const [index, { user, patch }] of renames('customers', 0, 2).entries()) {
      singles.push(door.patch(user, patch));
      await vi.waitFor(() => expect(proxy.writes).toHaveLength(index + 1));
    }
    const many = patchMany(door, renames('customers', 0, 4));
    await vi.waitFor(() => expect(proxy.writes).toHaveLength(3));
    for (const [index, gate] of gates.entries()) {
      gate.resolve();
      expect(await singles[index]).toMatchObject({ outcome: 'APPLIED' });
      await vi.waitFor(() => expect(proxy.writes).toHaveLength(4 + index));
    }
    // Five were sent and three are reserved, so that one permit is left, which no write gets.
    expect(await burst(door, renames('customers', 4, 5))).toEqual({ 'NOT_APPLIED RATE_LIMITED': 1 });
    others.resolve();
    expect(outcomesOf(await many)).toEqual(Array(4).fill('APPLIED READ_BACK'));
  });

  it('reserves nothing for what it need not read back, though others are still to be written', async (test) => {
    const door = await openBehindProxies(test, short(6, 'customers'));
    const proxy = door.proxies.customers;
    const gate = Promise.withResolvers<void>();
    proxy.fault = () =>
      proxy.writes.length === 1 ? { delivered: true, answer: 'its answer', after: gate.promise } : undefined;
    const busy = burst(door, renames('customers', 0, 1));
    await vi.waitFor(() => expect(proxy.writes).toHaveLength(1));
    const many = patchMany(door, renames('customers', 0, 2));
    await vi.waitFor(() => expect(written(door)).toHaveLength(1));
    expect(await burst(door, renames('customers', 2, 3))).toEqual({ 'APPLIED RESPONSE': 1 });
    gate.resolve();
    expect(await busy).toEqual({ 'APPLIED RESPONSE': 1 });
    expect(outcomesOf(await many)).toEqual(Array(2).fill('APPLIED RESPONSE'));
  });

  const unknown = (directory: DirectoryName, index: number): PatchUserInput => ({
    ...{ user: { id: `${directory}:U2nobody${index}` }, patch: { displayName: 'Ada' } },
  });

  // biome-ignore format: a table
  it.for<[string, DirectoryName, number, readonly PatchUserInput[], string]>([
    ['has written together', 'customers', 1, renames('customers', 0, 2), 'APPLIED RESPONSE'],
    ['has written each', 'contractors', 4, renames('contractors', 0, 2), 'APPLIED READ_BACK'],
    ['was refused together', 'customers', 1, [unknown('customers', 0), unknown('customers', 1)], 'NOT_APPLIED PROVIDER_REFUSED'],
    ['was refused for each', 'contractors', 2, [unknown('contractors', 0), unknown('contractors', 1)], 'NOT_APPLIED USER_NOT_FOUND'],
    ['looked logins up', 'contractors', 4, changed(byLogin('contractors', 2), { patch: { givenName: 'a' } }), 'NOT_APPLIED UNSUPPORTED_FIELD'],
    ['has read together', 'customers', 1, changed(renames('customers', 0, 2), { ifVersion: 'a' }), 'NOT_APPLIED STALE_VERSION'],
  ])('keeps nothing when it is over and %s', async ([, directory, used, inputs, outcome], test) => {
    const door = await open(test, short(used + 3, directory));
    expect(outcomesOf(await patchMany(door, inputs))).toEqual(inputs.map(() => outcome));
    expect(arrived(door)).toHaveLength(used);
    expect(outcomesOf(await patchMany(door, renames(directory, 7, 8)))[0]).toMatch(/^APPLIED/);
  });
});

// Not beside others, for it spies on what all use.
it('a call of patchUsers keeps nothing when it met a bug of ours', async (test) => {
  const door = await open(test, { ...short(9, 'contractors'), ...freshJournal() });
  const { stringify } = JSON;
  const broken = vi.spyOn(JSON, 'stringify').mockImplementation((value, ...more) => {
    // Where the input's digest is made, before anything is sent.
    if (value === 'New user.0') throw new TypeError('A bug.');
    return stringify(value, ...(more as []));
  });
  onTestFinished(() => broken.mockRestore());
  const inputs = changed(byLogin('contractors', 2), { idempotencyKey: 'a-key-without-a-journal' });
  const { data } = await door.call(PatchManyDocument, { inputs });
  expect(data?.patchUsers?.[0]).toBeNull();
  expect(arrived(door)).toHaveLength(6);
  expect(outcomesOf(await patchMany(door, renames('contractors', 7, 8)))).toEqual(['APPLIED READ_BACK']);
});
