import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { PatchUserInput } from '../generated/graphql.ts';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { arrived, directoryNames, patchUser, someUser, written } from '../harness/expected.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import { type FrontDoor, openDoor } from '../harness/front-door.ts';

function operation(door: FrontDoor, id: string) {
  return door.graphql(
    'query ($id: ID!) { operation(id: $id) { id caller user fields outcome startedAt finishedAt } }',
    { id },
  );
}

const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const none = { data: { operation: null } };

const key = 'a-key-of-this-test';

/** With a key, a journal that cannot be read leaves open what became of an earlier call. */
const cannotTell = {
  ...{ outcome: 'UNKNOWN', confirmedBy: null, user: null },
  errors: [
    {
      ...{ __typename: 'JournalUnavailableError', code: 'JOURNAL_UNAVAILABLE', retryable: false },
      message:
        'The journal cannot be read: nothing was sent now, and the outcome of an earlier call with this key is ' +
        'unknown. Call again with the same key.',
      path: ['idempotencyKey'],
    },
  ],
};

it('a key that was applied is never told NOT_APPLIED because the journal is gone, and is told when it is back', async () => {
  const place = freshJournal();
  const door = await openDoor(place);
  const { sqlite } = place.journal;
  const input = {
    user: { id: someUser(door, 'customers') },
    patch: { displayName: 'Ada' },
    idempotencyKey: key,
  };
  const first = await patchUser(door, input);
  expect(first.outcome).toBe('APPLIED');
  await door.restart();
  renameSync(sqlite, `${sqlite}.kept`);
  mkdirSync(sqlite);
  const { operationId: _, ...meanwhile } = await patchUser(door, input);
  expect(meanwhile).toEqual(cannotTell);
  rmdirSync(sqlite);
  renameSync(`${sqlite}.kept`, sqlite);
  expect(await patchUser(door, input)).toMatchObject({ operationId: first.operationId, outcome: 'APPLIED' });
  expect(written(door)).toHaveLength(1);
});

describe.each(directoryNames)('the record of a patch of %s', (directory) => {
  it('says who, when, which user, which paths and what became of it, also after a restart', async () => {
    const door = await openDoor(freshJournal());
    const user = someUser(door, directory);
    const begun = Date.now();
    const { operationId } = await patchUser(door, {
      user: { id: user },
      patch: {
        displayName: 'Ada',
        email: { address: 'ada.new@example.com', verified: false },
        customFields: [{ replace: { field: 'age', value: { number: 36 } } }],
      },
    });
    const fields = ['patch.displayName', 'patch.email', 'patch.customFields.0.replace'];
    const answer = await operation(door, operationId);
    const record = { id: operationId, caller: 'anonymous', user, fields, outcome: 'APPLIED' };
    const times = { startedAt: moment, finishedAt: moment };
    expect(answer).toEqual({ data: { operation: { ...record, ...times } } });
    const { startedAt, finishedAt } = (answer.data as { operation: Record<string, string> }).operation;
    const inOrder = [begun, Date.parse(startedAt ?? ''), Date.parse(finishedAt ?? ''), Date.now()];
    // SQLite's clock is this machine's.
    expect(inOrder).toEqual(inOrder.toSorted((one, other) => one - other));
    await door.restart();
    expect(await operation(door, operationId)).toEqual(answer);
  });

  it('says that one was refused, stale or unknown, and there is none where nothing was to be sent', async () => {
    const { door, proxy, id } = await openBehindProxy(directory, {}, freshJournal());
    const { data } = await door.graphql(
      'query ($ids: [ID!]!) { users(ids: $ids) { loginIds email { address } } }',
      {
        ids: [id, someUser(door, directory, 1)],
      },
    );
    const [own, other] = (data as { users: { loginIds: string[]; email: { address: string } }[] }).users;
    const user = { login: { directory, login: own?.loginIds[0] ?? '' } };
    const email = { address: other?.email.address ?? '', verified: true };
    const displayName = 'Ada';
    const record = async (input: PatchUserInput) => {
      const { operationId, outcome } = await patchUser(door, input);
      return { outcome, told: await operation(door, operationId) };
    };
    const outcome = 'NOT_APPLIED';
    for (const input of [
      { user, patch: { email } },
      { user, patch: { displayName }, ifVersion: 'stale' },
    ]) {
      const told = { data: { operation: { user: id, outcome, finishedAt: moment } } };
      expect(await record(input)).toMatchObject({ outcome, told });
    }
    for (const input of [
      { user, patch: { displayName: '' } },
      { user: { login: { directory, login: 'nobody@example.com' } }, patch: { displayName } },
    ]) {
      expect(await record(input)).toEqual({ outcome, told: none });
    }
    proxy.fail('write', { delivered: false, answer: 'reset' });
    const unknown = { data: { operation: { outcome: 'UNKNOWN', finishedAt: moment } } };
    expect(await record({ user: { id }, patch: { displayName } })).toMatchObject({
      outcome: 'UNKNOWN',
      told: unknown,
    });
  });
});

it('the record of a key that was used again is the first one, and there is no other', async () => {
  const door = await openDoor(freshJournal());
  const input = {
    ...{ user: { id: someUser(door, 'customers') }, patch: { displayName: 'Ada' }, idempotencyKey: key },
  };
  const first = await patchUser(door, input);
  expect(await patchUser(door, input)).toEqual(first);
  const reused = await patchUser(door, { ...input, patch: { displayName: 'Grace' } });
  expect(await operation(door, reused.operationId)).toEqual(none);
  const applied = { data: { operation: { outcome: 'APPLIED' } } };
  expect(await operation(door, first.operationId)).toMatchObject(applied);
});

it('the record of a patch of two steps of which one was refused says that it was partly applied', async () => {
  const door = await openDoor(freshJournal());
  const email = { address: 'zhang.wei@example.com', verified: true };
  const { operationId, outcome } = await patchUser(door, {
    user: { id: someUser(door, 'employees') },
    patch: { status: 'DISABLED', email },
  });
  expect(outcome).toBe('PARTIAL');
  expect(await operation(door, operationId)).toMatchObject({
    data: { operation: { fields: ['patch.email', 'patch.status'], outcome: 'PARTIAL' } },
  });
});

describe('an operation', () => {
  it('that never was, with whatever id, is null, and so is any where there is no journal', async () => {
    for (const door of [await openDoor(freshJournal()), await openDoor()]) {
      const input = { user: { id: someUser(door, 'customers') }, patch: { displayName: 'Ada' } };
      const { operationId, outcome } = await patchUser(door, input);
      expect(outcome).toBe('APPLIED');
      const ids = ['6f6e9a9e-8f53-4f0c-9d3c-1c1f9a3f2b11', '', 'a\0b', '\ud83d', 'x'.repeat(100_000), '%'];
      if (door.sandbox.config.journal === undefined) ids.push(operationId);
      for (const id of [...ids, "' OR 1=1 --"]) expect(await operation(door, id)).toEqual(none);
    }
  });

  it('of a journal that is not to be had is an error, and nothing is sent', async () => {
    const door = await openDoor({ journal: { sqlite: tmpdir() } });
    expect(await operation(door, 'any')).toEqual({
      ...none,
      errors: [
        {
          message: 'The journal cannot be read at the moment: try again.',
          path: ['operation'],
          locations: expect.anything(),
          extensions: { code: 'JOURNAL_UNAVAILABLE' },
        },
      ],
    });
    const input = { user: { id: someUser(door, 'customers') }, patch: { displayName: 'Ada' } };
    const { operationId: _, ...told } = await patchUser(door, input);
    expect(told).toEqual({
      ...{ outcome: 'NOT_APPLIED', confirmedBy: null, user: null },
      errors: [
        {
          ...{ __typename: 'JournalUnavailableError', code: 'JOURNAL_UNAVAILABLE', retryable: true },
          ...{ message: 'The journal cannot be written, so nothing was sent.', path: [] },
        },
      ],
    });
    const { operationId: __, ...toldByKey } = await patchUser(door, { ...input, idempotencyKey: key });
    expect(toldByKey).toEqual(cannotTell);
    expect(arrived(door)).toEqual([]);
    expect(written(door)).toEqual([]);
    expect((await fetch(`${door.url}/ready`)).status).toBe(503);
    expect((await fetch(`${door.url}/health`)).status).toBe(200);
  });
});
