import { describe, expect, it, onTestFinished } from 'vitest';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { directoryNames, written } from '../harness/expected.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  administrator,
  openPolicyDoor,
  patch,
  policyCallers,
  refuses,
  type TestCaller,
  tokenOf,
  userIdOf,
} from './policy-door.ts';
import { accessOf, refusalsOf } from './policy-oracle.ts';

async function openDoor(): Promise<FrontDoor> {
  const door = await openPolicyDoor(freshJournal());
  onTestFinished(() => door.close());
  return door;
}

const here = 'customers';
const user = { id: `${here}:${userIdOf(here)}` };
const idempotencyKey = 'key-of-two-callers';
const input = { user, patch: { displayName: 'First Answer', status: 'ENABLED' }, idempotencyKey };
const blind: TestCaller = { rights: ['users:write', 'users:write:privileged'] };
const directories = directoryNames.filter((one) => one !== here);

/** Asserts that callers with fewer rights than the patch needs are refused as without a key. */
async function refusesLesserCallers(door: FrontDoor): Promise<void> {
  const needs = ['displayName', 'status'].map((field) => ({ field, listed: field, path: ['patch', field] }));
  const callers: readonly TestCaller[] = [
    ...[{}, { ...administrator, directories }, { sub: 'another' }],
    { self: { directory: here, list: 'others' } as const },
    { rights: ['users:read', 'users:write'] as const },
  ];
  for (const caller of callers) {
    const errors = refusalsOf({ needs }, accessOf(caller, here), here);
    expect(errors).not.toEqual([]);
    await refuses(door, input, await tokenOf(door, caller), errors, []);
  }
}

describe('the idempotency key of a finished patch', () => {
  it('replays only what the caller may still see, after a restart too', async () => {
    const door = await openDoor();
    const first = await patch(door, input, await tokenOf(door, administrator));
    expect(first).toMatchObject({ outcome: 'APPLIED', user });
    const writes = written(door).length;
    for (const restarts of [false, true]) {
      if (restarts) await door.restart();
      await refusesLesserCallers(door);
      expect(await patch(door, input, await tokenOf(door, blind))).toEqual({ ...first, user: null });
      expect(await patch(door, input, await tokenOf(door, administrator))).toEqual(first);
    }
    expect(written(door)).toHaveLength(writes);
  });

  it('is unknown for another caller', async () => {
    const door = await openDoor();
    const { operationId } = await patch(door, input, await tokenOf(door, administrator));
    for (const sub of ['somebody else', 'somebody ', 'Somebody', 'some']) {
      // Another input: not a reused key, for this caller never used it.
      const other = { ...input, patch: { displayName: `Name of ${sub.trim()}` } };
      const payload = await patch(door, other, await tokenOf(door, { ...administrator, sub }));
      expect(payload).toMatchObject({ outcome: 'APPLIED', errors: [] });
      expect(payload.operationId).not.toBe(operationId);
    }
  });
});

describe('the idempotency key of a patch in progress', () => {
  /** A patch by the administrator whose request waits at the provider until `release` is called. */
  async function patchInProgress() {
    const { door, proxy } = await openBehindProxy(here, {}, { callers: policyCallers, ...freshJournal() });
    const gate = Promise.withResolvers<void>();
    onTestFinished(() => gate.resolve());
    proxy.fail('write', { delivered: true, after: gate.promise });
    const first = patch(door, input, await tokenOf(door, administrator));
    await proxy.arrived('write');
    return { door, first, release: () => gate.resolve() };
  }

  it('replays only what the caller may see, and refuses the others without waiting', async () => {
    const { door, first, release } = await patchInProgress();
    await refusesLesserCallers(door);
    const second = patch(door, input, await tokenOf(door, blind));
    release();
    expect(await first).toMatchObject({ outcome: 'APPLIED', user });
    expect(await second).toEqual({ ...(await first), user: null });
  });

  it('is unknown for another caller', async () => {
    const { door, first, release } = await patchInProgress();
    const second = patch(door, input, await tokenOf(door, { ...administrator, sub: 'another' }));
    release();
    const [one, other] = [await first, await second];
    expect([one.outcome, other.outcome]).toEqual(['APPLIED', 'APPLIED']);
    expect(other.operationId).not.toBe(one.operationId);
  });
});

it('a stale ifVersion hides the current version from a writer who may not read', async () => {
  const door = await openDoor();
  const writer = await tokenOf(door, { rights: ['users:write'] });
  const reader = await tokenOf(door, { rights: ['users:read', 'users:write'] });
  const { data } = await door.graphql(`{ user(by: { id: "${user.id}" }) { version } }`, {}, reader);
  const { version } = (data as { user: { version: string } }).user;
  const stale = { ...input, patch: { displayName: 'New' }, ifVersion: 'a'.repeat(32) };
  const { operationId } = await patch(door, stale, writer);
  const payload = (currentVersion: string | null) => ({
    ...{ operationId, outcome: 'NOT_APPLIED', user: currentVersion && user },
    errors: [{ __typename: 'StaleVersionError', path: ['ifVersion'], retryable: false, currentVersion }],
  });
  for (let times = 0; times < 2; times += 1) {
    expect(await patch(door, stale, reader)).toMatchObject(payload(version));
    expect(await patch(door, stale, writer)).toMatchObject(payload(null));
    await door.restart();
  }
  expect(written(door)).toEqual([]);
  const fresh = { user, patch: stale.patch, ifVersion: version };
  expect(await patch(door, fresh, writer)).toMatchObject({ outcome: 'APPLIED', user: null, errors: [] });
});

it('operation is shown to its caller and to callers who may read the user, and to nobody else', async () => {
  const door = await openDoor();
  const read = async (id: string, caller: TestCaller) => {
    const document = `{ operation(id: "${id}") { id caller user fields outcome } }`;
    return (await door.graphql(document, {}, await tokenOf(door, caller))).data;
  };
  const [sub, there] = ['worker', { directories: [here] }] as const;
  const writer: TestCaller = { ...blind, ...there };
  const reader: TestCaller = { rights: ['users:read'], ...there };
  const owner = (index: number): TestCaller => ({
    ...{ self: { directory: here, list: 'others', userId: userIdOf(here, index) }, ...there },
  });
  const { operationId: id } = await patch(door, input, await tokenOf(door, { ...writer, sub }));
  const operation = {
    ...{ id, user: user.id, caller: `${door.sandbox.issuer.url}|worker|desk`, outcome: 'APPLIED' },
    fields: ['patch.displayName', 'patch.status'],
  };
  for (const caller of [{ ...writer, sub }, reader, owner(0)]) {
    expect(await read(id, caller), JSON.stringify(caller)).toEqual({ operation });
  }
  const elsewhere: TestCaller = { ...reader, directories };
  // The owner's token is for another audience, so it is another caller's, whatever its sub.
  const others = [
    { ...there, sub },
    { ...elsewhere, sub },
    { ...owner(1), sub },
  ];
  for (const caller of [...others, elsewhere, writer, owner(1), {}]) {
    expect(await read(id, caller), JSON.stringify(caller)).toEqual({ operation: null });
  }
  // Neither an unknown operation nor a refused one is shown.
  const refused = await patch(door, input, await tokenOf(door, reader));
  for (const one of ['6f6e9a9e-8f53-4f0c-9d3c-1c1f9a3f2b11', refused.operationId]) {
    expect(await read(one, reader)).toEqual({ operation: null });
  }
});
