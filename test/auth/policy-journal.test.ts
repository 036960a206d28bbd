import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { type DirectoryName, directoryNames, written } from '../harness/expected.ts';
import { openBadLine } from '../harness/faulty-proxy.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  administrator,
  openPolicyDoor,
  patch,
  policyCallers,
  refusesPatch,
  type TestCaller,
  tokenOf,
  userIdOf,
} from './policy-door.ts';
import { accessOf, refusalsOf } from './policy-oracle.ts';

const folder = mkdtempSync(join(tmpdir(), 'idpatch-policy-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));

let journals = 0;
function freshJournal() {
  journals += 1;
  return { journal: { sqlite: join(folder, `${journals}.db`) } };
}

async function openDoor(): Promise<FrontDoor> {
  const door = await openPolicyDoor(freshJournal());
  onTestFinished(() => door.close());
  return door;
}

const idempotencyKey = 'key-of-two-callers';
const inputFor = (directory: DirectoryName) => ({
  user: { id: `${directory}:${userIdOf(directory)}` },
  patch: { displayName: 'First Answer', status: 'ENABLED' },
  idempotencyKey,
});
const blind: TestCaller = { rights: ['users:write', 'users:write:privileged'] };

/** Asserts that callers with fewer rights than the patch needs are refused as without a key. */
async function refusesLesserCallers(door: FrontDoor, directory: DirectoryName, operationId?: string) {
  const needs = ['displayName', 'status'].map((field) => ({
    ...{ field, listed: field, path: ['patch', field] },
  }));
  const directories = directoryNames.filter((one) => one !== directory);
  const callers: readonly TestCaller[] = [
    {},
    { ...administrator, directories },
    { rights: ['users:read'] },
    { rights: ['users:read', 'users:write'] },
    { self: { directory, list: 'others' } },
    { sub: 'another' },
  ];
  for (const caller of callers) {
    const errors = refusalsOf({ needs }, accessOf(caller, directory), directory);
    const refused = await refusesPatch(door, inputFor(directory), await tokenOf(door, caller), errors);
    expect(errors).not.toEqual([]);
    expect(refused).not.toBe(operationId);
  }
}

describe.each(directoryNames)('the idempotency key of a finished patch of %s', (directory) => {
  it('replays only what the caller may still see, after a restart too', async () => {
    const door = await openDoor();
    const input = inputFor(directory);
    const first = await patch(door, input, await tokenOf(door, administrator));
    expect(first).toMatchObject({ outcome: 'APPLIED', user: input.user });
    const writes = written(door).length;
    for (const restarts of [false, true]) {
      if (restarts) await door.restart();
      await refusesLesserCallers(door, directory, first.operationId);
      expect(await patch(door, input, await tokenOf(door, blind))).toEqual({ ...first, user: null });
      expect(await patch(door, input, await tokenOf(door, administrator))).toEqual(first);
    }
    expect(written(door)).toHaveLength(writes);
  });

  it('is unknown for another caller', async () => {
    const door = await openDoor();
    const input = inputFor(directory);
    const { operationId } = await patch(door, input, await tokenOf(door, administrator));
    for (const sub of ['somebody else', 'somebody ', 'Somebody', 'some']) {
      const token = await tokenOf(door, { ...administrator, sub });
      // Another input: not a reused key, for this caller never used it.
      const other = { ...input, patch: { displayName: `Name of ${sub.trim()}` } };
      const payload = await patch(door, other, token);
      expect(payload).toMatchObject({ outcome: 'APPLIED', errors: [] });
      expect(payload.operationId).not.toBe(operationId);
    }
  });
});

describe('the idempotency key of a patch in progress', () => {
  /** A patch whose request waits at the provider until `release` is called. */
  async function patchInProgress(directory: DirectoryName, caller: TestCaller) {
    const { door, proxy } = await openBadLine(directory, {}, { callers: policyCallers, ...freshJournal() });
    const [gate, arrival] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    onTestFinished(() => gate.resolve());
    proxy.fault = ({ isWrite }) => {
      if (!isWrite) return undefined;
      arrival.resolve();
      return { delivered: true, answer: 'its answer', after: gate.promise };
    };
    const input = inputFor(directory);
    const first = patch(door, input, await tokenOf(door, caller));
    await arrival.promise;
    return { door, input, first, release: () => gate.resolve() };
  }

  it.each(directoryNames)('replays only what the caller may see: %s', async (directory) => {
    const { door, input, first, release } = await patchInProgress(directory, administrator);
    await refusesLesserCallers(door, directory);
    const second = patch(door, input, await tokenOf(door, blind));
    release();
    expect(await first).toMatchObject({ outcome: 'APPLIED', user: input.user });
    expect(await second).toEqual({ ...(await first), user: null });
  });

  it('is unknown for another caller', async () => {
    const { door, input, first, release } = await patchInProgress('customers', administrator);
    const others = patch(door, input, await tokenOf(door, { ...administrator, sub: 'another' }));
    release();
    const [one, other] = [await first, await others];
    expect([one.outcome, other.outcome]).toEqual(['APPLIED', 'APPLIED']);
    expect(other.operationId).not.toBe(one.operationId);
  });

  it('is not found by a caller and a key that read the same when joined', async () => {
    const { door, input, first, release } = await patchInProgress('customers', {
      ...administrator,
      sub: 'some body',
    });
    const joined = { ...input, idempotencyKey: `body ${idempotencyKey}` };
    const payload = await patch(door, joined, await tokenOf(door, { ...administrator, sub: 'some' }));
    expect(payload).toMatchObject({
      ...{ outcome: 'NOT_APPLIED', user: null },
      errors: [{ code: 'INVALID_INPUT', path: ['idempotencyKey'] }],
    });
    release();
    expect(payload.operationId).not.toBe((await first).operationId);
  });
});

describe('ifVersion', () => {
  it.each(directoryNames)(
    'hides the current version from a writer who may not read: %s',
    async (directory) => {
      const door = await openDoor();
      const user = { id: `${directory}:${userIdOf(directory)}` };
      const writer = await tokenOf(door, { rights: ['users:write'] });
      const reader = await tokenOf(door, { rights: ['users:read', 'users:write'] });
      const { data } = await door.graphql(`{ user(by: { id: "${user.id}" }) { version } }`, {}, reader);
      const { version } = (data as { user: { version: string } }).user;
      const input = { user, patch: { displayName: 'New' }, ifVersion: 'a'.repeat(32), idempotencyKey };
      const { operationId } = await patch(door, input, writer);
      const stale = {
        __typename: 'StaleVersionError',
        code: 'STALE_VERSION',
        path: ['ifVersion'],
        retryable: false,
      };
      const payload = (currentVersion: string | null) => ({
        ...{ operationId, outcome: 'NOT_APPLIED', confirmedBy: null, user: currentVersion && user },
        errors: [{ ...stale, message: expect.any(String), currentVersion }],
      });
      for (let times = 0; times < 2; times += 1) {
        expect(await patch(door, input, reader)).toEqual(payload(version));
        expect(await patch(door, input, writer)).toEqual(payload(null));
        await door.restart();
      }
      expect(written(door)).toEqual([]);
      const right = { user, patch: { displayName: 'New' }, ifVersion: version };
      expect(await patch(door, right, writer)).toMatchObject({ outcome: 'APPLIED', user: null, errors: [] });
    },
  );
});

describe('operation', () => {
  const here = 'customers';
  const user = `${here}:${userIdOf(here)}`;
  const directories = [here] as const;
  const writer: TestCaller = { rights: ['users:write', 'users:write:privileged'], directories };
  const reader: TestCaller = { rights: ['users:read'], directories };
  const owner = (index: number): TestCaller => ({
    ...{ self: { directory: here, list: 'others', userId: userIdOf(here, index) }, directories },
  });
  const read = async (door: FrontDoor, id: string, caller: TestCaller) => {
    const document = `{ operation(id: "${id}") { id caller user fields outcome } }`;
    return (await door.graphql(document, {}, await tokenOf(door, caller))).data;
  };

  it('is shown to its caller and to whoever may read the user, and to nobody else', async () => {
    const door = await openDoor();
    const sub = 'worker';
    const input = { user: { id: user }, patch: { displayName: 'On Record' } };
    const { operationId: id } = await patch(door, input, await tokenOf(door, { ...writer, sub }));
    const shown = { id, user, caller: `${door.sandbox.issuer.url} worker`, fields: ['patch.displayName'] };
    for (const caller of [{ ...writer, sub }, { ...owner(1), sub }, reader, owner(0)]) {
      expect(await read(door, id, caller)).toEqual({ operation: { ...shown, outcome: 'APPLIED' } });
    }
    const elsewhere: TestCaller = { ...reader, directories: ['employees', 'contractors'] };
    for (const caller of [{ directories, sub }, { ...elsewhere, sub }, elsewhere, writer, owner(1), {}]) {
      expect(await read(door, id, caller), JSON.stringify(caller)).toEqual({ operation: null });
    }
    // Neither an unknown operation nor a refused one is shown.
    const refused = await patch(door, input, await tokenOf(door, reader));
    for (const id of ['6f6e9a9e-8f53-4f0c-9d3c-1c1f9a3f2b11', refused.operationId]) {
      expect(await read(door, id, reader)).toEqual({ operation: null });
    }
  });
});
