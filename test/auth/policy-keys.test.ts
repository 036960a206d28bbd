import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { type DirectoryName, directoryNames, written } from '../harness/expected.ts';
import { openBadLine } from '../harness/faulty-proxy.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  type Asker,
  forbidden,
  openPolicyDoor,
  patch,
  plan,
  policyCallers,
  tells,
  tokenOf,
  userIdOf,
} from './policy-door.ts';

const folder = mkdtempSync(join(tmpdir(), 'idpatch-policy-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

let journals = 0;
function journal() {
  journals += 1;
  return { journal: { sqlite: join(folder, `${journals}.db`) } };
}

const idempotencyKey = 'key-of-two-callers';
const everything: Asker = { rights: ['users:read', 'users:write', 'users:write:privileged'] };
const inputFor = (door: FrontDoor, directory: DirectoryName) => ({
  user: { id: `${directory}:${userIdOf(door, directory)}` },
  patch: { displayName: 'First Answer', status: 'ENABLED' },
  idempotencyKey,
});

/** The same caller with less than the patch needs, and what they are told. */
const lesser = (directory: DirectoryName) =>
  [
    ['nothing', {}, undefined],
    [
      'nothing here',
      { ...everything, directories: directoryNames.filter((one) => one !== directory) },
      undefined,
    ],
    ['reading alone', { rights: ['users:read'] }, ['displayName', 'status']],
    ['no privileged right', { rights: ['users:read', 'users:write'] }, ['status']],
    ['their own record alone', { own: { directory, list: 'others' } }, ['status']],
  ] as const satisfies readonly (readonly [string, Asker, readonly string[] | undefined])[];

async function expectDenied(door: FrontDoor, input: object, asker: Asker, fields?: readonly string[]) {
  const before = written(door).length;
  const { operationId, ...told } = await patch(door, input, await tokenOf(door, asker));
  expect(told).toMatchObject({ outcome: 'NOT_APPLIED', confirmedBy: null, user: null });
  expect(told.errors.map((error) => (error as { code: string }).code)).toEqual(
    (fields ?? ['user']).map(() => 'FORBIDDEN'),
  );
  const paths = told.errors.map((error) => (error as { path: readonly string[] }).path.join('.'));
  expect(paths).toEqual(fields?.map((field) => `patch.${field}`) ?? ['user.id']);
  expect(written(door)).toHaveLength(before);
  return operationId;
}

describe.each(directoryNames)('a key that was used for a patch of %s', (directory) => {
  it('gives the same caller with fewer rights nothing of its answer, then and after a restart', async () => {
    const door = await openPolicyDoor(journal());
    onTestFinished(() => door.close());
    const input = inputFor(door, directory);
    const first = await patch(door, input, await tokenOf(door, everything));
    expect(first).toMatchObject({ outcome: 'APPLIED', user: input.user });
    for (const restarts of [false, true]) {
      if (restarts) await door.restart();
      for (const [, asker, fields] of lesser(directory)) {
        expect(await expectDenied(door, input, asker, fields)).not.toBe(first.operationId);
      }
      const blind = await tokenOf(door, { rights: ['users:write', 'users:write:privileged'] });
      expect(await patch(door, input, blind)).toEqual({ ...first, user: null });
      expect(await plan(door, input, blind)).toMatchObject({
        ...{ errors: [forbidden(tells.plan, 'user', 'id')], requests: [], changes: [] },
      });
      expect(await patch(door, input, await tokenOf(door, everything))).toEqual(first);
    }
    expect(written(door)).toHaveLength(directory === 'customers' ? 1 : 2);
  });

  it('stands for nothing when another caller brings it', async () => {
    const door = await openPolicyDoor(journal());
    onTestFinished(() => door.close());
    const input = inputFor(door, directory);
    const first = await patch(door, input, await tokenOf(door, everything));
    const before = written(door).length;
    for (const sub of ['somebody else', 'somebody ', 'Somebody', 'some']) {
      await expectDenied(door, input, { sub }, undefined);
      const told = await patch(door, input, await tokenOf(door, { ...everything, sub }));
      expect(told).toMatchObject({ outcome: 'APPLIED' });
      expect(told.operationId).not.toBe(first.operationId);
      // Another input is no reuse of a key that somebody else used.
      const own = {
        user: input.user,
        patch: { displayName: 'Own' },
        idempotencyKey: `${sub.trim()}-own-key-1234`.replace(' ', '-'),
      };
      expect(await patch(door, own, await tokenOf(door, { ...everything, sub }))).toMatchObject({
        outcome: 'APPLIED',
      });
    }
    expect(written(door).length).toBeGreaterThanOrEqual(before + 8);
  });
});

/** A patch that is held at the provider until it is let go. */
async function held(directory: DirectoryName, asker: Asker) {
  const { door, proxy } = await openBadLine(directory, {}, { callers: policyCallers, ...journal() });
  const gate = Promise.withResolvers<void>();
  const arrivedThere = Promise.withResolvers<void>();
  onTestFinished(() => gate.resolve());
  proxy.fault = ({ isWrite }) => {
    if (!isWrite) return undefined;
    arrivedThere.resolve();
    return { delivered: true, answer: 'its answer', after: gate.promise };
  };
  const input = inputFor(door, directory);
  const first = patch(door, input, await tokenOf(door, asker));
  await arrivedThere.promise;
  return { door, input, first, letGo: () => gate.resolve() };
}

describe.each(directoryNames)('a key whose patch of %s is under way', (directory) => {
  it('gives the same caller with fewer rights nothing of it, and does not keep them waiting', async () => {
    const { door, input, first, letGo } = await held(directory, everything);
    for (const [, asker, fields] of lesser(directory)) await expectDenied(door, input, asker, fields);
    const blind = patch(
      door,
      input,
      await tokenOf(door, { rights: ['users:write', 'users:write:privileged'] }),
    );
    letGo();
    const told = await first;
    expect(told).toMatchObject({ outcome: 'APPLIED', user: input.user });
    expect(await blind).toEqual({ ...told, user: null });
  });

  it('stands for nothing when another caller brings it', async () => {
    const { door, input, first, letGo } = await held(directory, everything);
    await expectDenied(door, input, { sub: 'another' }, undefined);
    const others = patch(door, input, await tokenOf(door, { ...everything, sub: 'another' }));
    letGo();
    const [one, other] = [await first, await others];
    expect([one.outcome, other.outcome]).toEqual(['APPLIED', 'APPLIED']);
    expect(other.operationId).not.toBe(one.operationId);
  });

  it('is not found by a caller and a text that together read like its caller and it', async () => {
    const { door, input, first, letGo } = await held(directory, { ...everything, sub: 'some body' });
    const alike = { ...input, idempotencyKey: `body ${idempotencyKey}` };
    const told = await patch(door, alike, await tokenOf(door, { ...everything, sub: 'some' }));
    expect(told).toMatchObject({
      ...{ outcome: 'NOT_APPLIED', user: null },
      errors: [{ code: 'INVALID_INPUT', path: ['idempotencyKey'] }],
    });
    letGo();
    expect(told.operationId).not.toBe((await first).operationId);
  });
});

describe.each(directoryNames)('ifVersion of a user of %s', (directory) => {
  it('tells whoever may write and not read that it is stale, and nothing else', async () => {
    const door = await openPolicyDoor(journal());
    onTestFinished(() => door.close());
    const user = { id: `${directory}:${userIdOf(door, directory)}` };
    const [writer, reader] = [
      await tokenOf(door, { rights: ['users:write'] }),
      await tokenOf(door, { rights: ['users:read', 'users:write'] }),
    ];
    const input = { user, patch: { displayName: 'New' }, ifVersion: 'a'.repeat(32), idempotencyKey };
    const stale = {
      ...{ __typename: 'StaleVersionError', code: 'STALE_VERSION', path: ['ifVersion'], retryable: false },
      message: 'The user has changed since this version: read the user again before you decide.',
    };
    const version = await versionFor(door, user.id, reader);
    const toWriter = { user: null, errors: [{ ...stale, currentVersion: null }] };
    const toReader = { user, errors: [{ ...stale, currentVersion: version }] };
    const { operationId } = await patch(door, input, writer);
    const both = { operationId, outcome: 'NOT_APPLIED', confirmedBy: null };
    for (let times = 0; times < 2; times += 1) {
      expect(await patch(door, input, reader)).toEqual({ ...both, ...toReader });
      expect(await patch(door, input, writer)).toEqual({ ...both, ...toWriter });
      await door.restart();
    }
    expect(written(door)).toEqual([]);
    const right = { user, patch: { displayName: 'New' }, ifVersion: version };
    expect(await patch(door, right, writer)).toMatchObject({ outcome: 'APPLIED', user: null, errors: [] });
  });
});

async function versionFor(door: FrontDoor, id: string, token: string): Promise<string> {
  const { data } = await door.graphql(
    'query ($id: ID!) { user(by: { id: $id }) { version } }',
    { id },
    token,
  );
  return (data as { user: { version: string } }).user.version;
}
