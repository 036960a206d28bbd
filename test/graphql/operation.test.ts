import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { arrived, directoryNames, patchUser, someUser, written } from '../harness/expected.ts';
import { type FrontDoor, openDoor, openFrontDoor } from '../harness/front-door.ts';

const folder = mkdtempSync(join(tmpdir(), 'idpatch-operations-'));
afterAll(() => rmSync(folder, { recursive: true }));

let journals = 0;
function journal() {
  journals += 1;
  return { journal: { sqlite: join(folder, `${journals}`, 'journal.db') } };
}

const open = (changes: SandboxChanges = journal()) => openDoor(changes);

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
  const place = journal();
  const door = await open(place);
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
    const door = await open();
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
    expect(answer).toEqual({
      data: {
        operation: {
          ...{ id: operationId, caller: 'anonymous', user, fields, outcome: 'APPLIED' },
          ...{ startedAt: moment, finishedAt: moment },
        },
      },
    });
    const { startedAt, finishedAt } = (answer.data as { operation: Record<string, string> }).operation;
    const [started, finished] = [Date.parse(startedAt ?? ''), Date.parse(finishedAt ?? '')];
    // SQLite's clock is this machine's.
    expect(started).toBeGreaterThanOrEqual(begun);
    expect(finished).toBeGreaterThanOrEqual(started);
    expect(Date.now()).toBeGreaterThanOrEqual(finished);
    await door.restart();
    expect(await operation(door, operationId)).toEqual(answer);
  });

  it('of a login names the user by id', async () => {
    const door = await open();
    const { data } = await door.graphql('query ($id: ID!) { user(by: { id: $id }) { loginIds } }', {
      id: someUser(door, directory),
    });
    const [login = ''] = (data as { user: { loginIds: readonly string[] } }).user.loginIds;
    const input = { user: { login: { directory, login } }, patch: { displayName: 'Ada' } };
    const { operationId } = await patchUser(door, input);
    expect(await operation(door, operationId)).toMatchObject({
      data: { operation: { user: someUser(door, directory), outcome: 'APPLIED' } },
    });
  });

  it('of one that the provider refused, or that was stale, says that it was not applied', async () => {
    const door = await open();
    const user = { id: someUser(door, directory) };
    const taken = await door.graphql('query ($id: ID!) { user(by: { id: $id }) { email { address } } }', {
      id: someUser(door, directory, 1),
    });
    const { address } = (taken.data as { user: { email: { address: string } } }).user.email;
    const inputs = [
      { user, patch: { email: { address, verified: true } } },
      { user, patch: { displayName: 'Ada' }, ifVersion: 'stale' },
    ];
    for (const input of inputs) {
      const { operationId, outcome } = await patchUser(door, input);
      expect(outcome).toBe('NOT_APPLIED');
      expect(await operation(door, operationId)).toMatchObject({
        data: { operation: { id: operationId, outcome: 'NOT_APPLIED', finishedAt: moment } },
      });
    }
  });

  it('of one that is unknown says so', async () => {
    const { door, proxy, id } = await openBehindProxy(directory, {}, journal());
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: false, answer: 'reset' } : undefined);
    const { operationId } = await patchUser(door, { user: { id }, patch: { displayName: 'Ada' } });
    expect(await operation(door, operationId)).toMatchObject({
      data: { operation: { outcome: 'UNKNOWN', finishedAt: moment } },
    });
  });

  it('of a key that was used again is the first one, and there is no other', async () => {
    const door = await open();
    const input = { user: { id: someUser(door, directory) }, patch: { displayName: 'Ada' } };
    const key = { idempotencyKey: 'a-key-of-this-test' };
    const first = await patchUser(door, { ...input, ...key });
    const again = await patchUser(door, { ...input, ...key });
    expect(again.operationId).toBe(first.operationId);
    const reused = await patchUser(door, { ...input, patch: { displayName: 'Grace' }, ...key });
    expect(await operation(door, reused.operationId)).toEqual(none);
    expect(await operation(door, first.operationId)).toMatchObject({
      data: { operation: { outcome: 'APPLIED' } },
    });
  });

  it('is none where nothing was to be sent', async () => {
    const door = await open();
    const user = { id: someUser(door, directory) };
    const login = { login: { directory, login: 'nobody@example.com' } };
    for (const input of [
      { user, patch: { displayName: '' } },
      { user: login, patch: { displayName: 'Ada' } },
    ]) {
      const { operationId, outcome } = await patchUser(door, input);
      expect(outcome).toBe('NOT_APPLIED');
      expect(await operation(door, operationId)).toEqual(none);
    }
  });
});

it('the record of a patch of two steps of which one was refused says that it was partly applied', async () => {
  const door = await open();
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
  it.each([
    ['that never was', '6f6e9a9e-8f53-4f0c-9d3c-1c1f9a3f2b11'],
    ['with no id', ''],
    ['with NUL in its id', 'a\0b'],
    ['with half of a character in its id', '\ud83d'],
    ['with a long id', 'x'.repeat(100_000)],
    ['with SQL in its id', "' OR 1=1 --"],
    ['with a pattern in its id', '%'],
  ])('%s is null', async (_, id) => {
    const door = await open();
    await patchUser(door, { user: { id: someUser(door, 'customers') }, patch: { displayName: 'Ada' } });
    expect(await operation(door, id)).toEqual(none);
  });

  it('is null where there is no journal', async () => {
    const door = await open({});
    const { operationId, outcome } = await patchUser(door, {
      ...{ user: { id: someUser(door, 'customers') }, patch: { displayName: 'Ada' } },
    });
    expect(outcome).toBe('APPLIED');
    expect(await operation(door, operationId)).toEqual(none);
  });

  it('of a journal that is not to be had is an error, and nothing is sent', async () => {
    const door = await open({ journal: { sqlite: folder } });
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

it('the journal’s files have the user’s id and the paths, and no value that was asked for or shown', async () => {
  const place = journal();
  const door = await openFrontDoor(place);
  const canaries = /canary|katarina|13800138055|5555550155|1815-12-10/i;
  for (const directory of directoryNames) {
    const user = { id: someUser(door, directory) };
    const patch = {
      displayName: 'Katarina Canary',
      email: { address: 'canary@example.com', verified: true },
      phone: { number: directory === 'customers' ? '+15555550155' : '+8613800138055', verified: true },
      customFields: [
        {
          replace: {
            field: directory === 'customers' ? 'nick' : 'nick_name',
            value: { text: 'canary' },
          },
        },
      ],
    };
    const key = { idempotencyKey: `a-key-of-${directory}-here` };
    expect(await patchUser(door, { user, patch, ...key })).toMatchObject({ outcome: 'APPLIED' });
    const login = { login: { directory, login: 'canary@example.com' } };
    await patchUser(door, { user: login, patch: { displayName: 'Katarina' } });
    await patchUser(door, { user, patch: { displayName: 'Canary' }, ...key });
    await patchUser(door, { user, patch: { displayName: 'Canary' }, ifVersion: 'canary' });
    const other = { id: someUser(door, directory, 1) };
    const taken = await patchUser(door, { user: other, patch: { email: patch.email } });
    // Descope's answer does not say that another user has it.
    const code = directory === 'customers' ? 'INVALID_INPUT' : 'CONFLICT';
    expect(taken.errors).toMatchObject([{ code }]);
  }
  const bytes = () =>
    readdirSync(join(place.journal.sqlite, '..'))
      .map((name) => readFileSync(join(place.journal.sqlite, '..', name), 'latin1'))
      .join('');
  const whileOpen = bytes();
  await door.close();
  for (const found of [whileOpen, bytes()]) {
    for (const directory of directoryNames) expect(found).toContain(someUser(door, directory));
    expect(found).toContain('patch.displayName');
    expect(found).toContain('CONFLICT');
    expect(found).not.toMatch(canaries);
    // Nor in UTF-16, as SQLite may be set to write.
    expect(found.replaceAll('\0', '')).not.toMatch(canaries);
  }
});
