import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/settings/secret.ts';
import type { PatchUserInput } from '../generated/graphql.ts';
import { arrived, notApplied, patchUser, someUser, written } from '../harness/expected.ts';
import { openBadLine } from '../harness/faulty-proxy.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import { type FrontDoor, openFrontDoor, payload } from '../harness/front-door.ts';
import { openSilence } from '../harness/held-port.ts';
import { openDoor, outcomesOf, patchMany } from '../harness/many.ts';

const idempotencyKey = 'order-4711_attempt-1';
const operationId = expect.any(String);

const named = (door: FrontDoor, which: number, displayName: string): PatchUserInput => ({
  user: { id: someUser(door, 'customers', which) },
  patch: { displayName },
});

const error = (__typename: string, code: string, message: string, path: string[], retryable = false) => ({
  ...{ __typename, code, message, path, retryable },
});
const keyReused = error(
  'IdempotencyError',
  'IDEMPOTENCY_KEY_REUSED',
  'This key was used with another input: use a new key for each input.',
  ['idempotencyKey'],
);
const noJournal = error(
  'JournalUnavailableError',
  'JOURNAL_UNAVAILABLE',
  'The journal cannot be written, so nothing was sent.',
  [],
  true,
);

/** What the journal says of operations, in their order. */
async function onRecord(door: FrontDoor, ids: readonly string[]) {
  const fields = ids.map((id, index) => `o${index}: operation(id: "${id}") { id user fields outcome }`);
  const { data } = await door.graphql(`{ ${fields.join(' ')} }`);
  return Object.values(data as object);
}

describe('a key of one of many', () => {
  it('stands for the first patch that has it, whatever comes after it in the same call', async () => {
    const door = await openDoor(freshJournal());
    const first = { ...named(door, 0, 'First'), idempotencyKey };
    const told = await patchMany(door, [
      first,
      named(door, 1, 'Other'),
      first,
      { ...named(door, 0, 'Another input'), idempotencyKey },
      { ...named(door, 2, 'Another user'), idempotencyKey },
    ]);
    expect(outcomesOf(told)).toEqual([
      ...['APPLIED RESPONSE', 'APPLIED RESPONSE', 'APPLIED RESPONSE'],
      ...['NOT_APPLIED IDEMPOTENCY_KEY_REUSED', 'NOT_APPLIED IDEMPOTENCY_KEY_REUSED'],
    ]);
    expect(told[2]).toEqual(told[0]);
    expect(told[3]).toEqual({ operationId, ...notApplied(keyReused) });
    expect(
      written(door)
        .map(({ change }) => change.name)
        .toSorted(),
    ).toEqual(['First', 'Other']);
    expect(arrived(door)[0]).toBe('customers PATCH /v1/mgmt/user/patch/batch');
  });

  it('of a patch that was not to be sent stands for nothing, as if one had been called after the other', async () => {
    const door = await openDoor(freshJournal());
    const told = await patchMany(door, [
      { user: { id: someUser(door, 'customers') }, patch: { username: 'ada' }, idempotencyKey },
      { ...named(door, 0, ''), idempotencyKey },
      { ...named(door, 1, 'Second'), idempotencyKey },
    ]);
    expect(outcomesOf(told)).toEqual([
      ...['NOT_APPLIED UNSUPPORTED_FIELD', 'NOT_APPLIED INVALID_INPUT', 'APPLIED RESPONSE'],
    ]);
  });

  it('gets the first answer in another call, of many or of one, and by the next process', async () => {
    const door = await openDoor(freshJournal());
    const inputs = [0, 1, 2].map((which) => ({
      ...named(door, which, `N${which}`),
      idempotencyKey: randomUUID(),
    }));
    const first = await patchMany(door, inputs);
    const before = written(door).length;
    expect(before).toBe(3);
    expect(await patchMany(door, inputs.toReversed())).toEqual(first.toReversed());
    await door.restart();
    expect(await patchMany(door, inputs)).toEqual(first);
    const [one] = inputs;
    expect(await patchUser(door, one ?? expect.fail())).toMatchObject({ operationId: first[0]?.operationId });
    expect(written(door)).toHaveLength(before);
  });

  it('is replayed also where the batch was in doubt, and nothing is sent again', async () => {
    const { door, proxy } = await openBadLine('customers', {}, freshJournal());
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: false, answer: 'reset' } : undefined);
    const inputs = [0, 1].map((which) => ({
      ...named(door, which, `N${which}`),
      idempotencyKey: randomUUID(),
    }));
    const first = await patchMany(door, inputs);
    expect(outcomesOf(first)).toEqual(Array(2).fill('UNKNOWN OUTCOME_UNKNOWN'));
    proxy.fault = () => undefined;
    expect(await patchMany(door, inputs)).toEqual(first);
    expect(proxy.writes).toHaveLength(1);
    expect(written(door)).toEqual([]);
  });

  it('of two calls at the same time is one operation', async () => {
    const door = await openDoor(freshJournal());
    const inputs = [0, 1, 2].map((which) => ({
      ...named(door, which, `N${which}`),
      idempotencyKey: randomUUID(),
    }));
    const [one, other] = await Promise.all([patchMany(door, inputs), patchMany(door, inputs.toReversed())]);
    expect(outcomesOf(one)).toEqual(Array(3).fill('APPLIED RESPONSE'));
    expect(other).toEqual(one.toReversed());
    expect(written(door)).toHaveLength(3);
  });
});

describe('the journal', () => {
  it('has a record of each patch that was to be sent, and none of the others', async () => {
    const door = await openDoor(freshJournal());
    const told = await patchMany(door, [
      named(door, 0, 'Ada'),
      { ...named(door, 1, 'Stale'), ifVersion: 'another' },
      named(door, 1, ''),
      { user: { id: someUser(door, 'employees') }, patch: { displayName: 'E' } },
    ]);
    const ids = told.map((one) => one.operationId);
    expect(await onRecord(door, ids)).toEqual([
      { id: ids[0], user: someUser(door, 'customers'), fields: ['patch.displayName'], outcome: 'APPLIED' },
      {
        id: ids[1],
        user: someUser(door, 'customers', 1),
        fields: ['patch.displayName'],
        outcome: 'NOT_APPLIED',
      },
      null,
      { id: ids[3], user: someUser(door, 'employees'), fields: ['patch.displayName'], outcome: 'APPLIED' },
    ]);
  });

  it('has every intent before the batch leaves', async () => {
    const { journal } = freshJournal();
    const copy = freshJournal().journal.sqlite;
    const { door, proxy } = await openBadLine('customers', {}, { journal });
    const atSending: unknown[] = [];
    proxy.fault = ({ isWrite }) => {
      if (!isWrite) return undefined;
      // The process has its file to itself, so what is on the disk is looked at in a copy.
      for (const end of ['', '-wal'])
        if (existsSync(journal.sqlite + end)) copyFileSync(journal.sqlite + end, copy + end);
      const database = new DatabaseSync(copy);
      atSending.push(...database.prepare('SELECT user_id, result FROM idpatch_operation').all());
      database.close();
      return undefined;
    };
    await patchMany(
      door,
      [0, 1, 2].map((which) => named(door, which, `N${which}`)),
    );
    expect(atSending.map((row) => ({ ...(row as object) }))).toEqual(
      expect.arrayContaining(
        [0, 1, 2].map((which) => ({ user_id: someUser(door, 'customers', which), result: null })),
      ),
    );
    expect(atSending).toHaveLength(3);
  });

  it('that cannot be written sends nothing', async () => {
    // A folder is no database.
    const door = await openDoor({ journal: { sqlite: tmpdir() } });
    const told = await patchMany(door, [named(door, 0, 'Ada'), named(door, 1, 'Grace')]);
    expect(told).toEqual(Array(2).fill({ operationId, ...notApplied(noJournal) }));
    expect(arrived(door)).toEqual([]);
  });

  it('that hangs holds up the patches of one user together, and not each after the other', async () => {
    const silence = await openSilence();
    onTestFinished(() => silence.close());
    const postgres = new Secret(`postgres://idpatch@127.0.0.1:${silence.port}/idpatch`);
    const door = await openDoor({ journal: { postgres }, limits: { deadlineMs: 1_000, readBackMs: 300 } });
    const started = performance.now();
    const told = await patchMany(
      door,
      Array.from({ length: 8 }, (_, number) => named(door, 0, `N${number}`)),
    );
    expect(told).toEqual(Array(8).fill({ operationId, ...notApplied(noJournal) }));
    expect(arrived(door)).toEqual([]);
    // The journal gives up a statement after three seconds.
    expect(performance.now() - started).toBeLessThan(12_000);
  });

  it('that fails for one keeps that one out of the batch', async () => {
    const journal = freshJournal();
    const before = await openFrontDoor(journal);
    await patchMany(before, [named(before, 0, 'Makes the tables')]);
    await before.close();
    const database = new DatabaseSync(journal.journal.sqlite);
    database.exec(`CREATE TRIGGER one BEFORE INSERT ON idpatch_operation
      WHEN NEW.user_id = '${someUser(before, 'customers', 1)}' BEGIN SELECT RAISE(ABORT, 'no'); END`);
    database.close();
    const door = await openDoor(journal);
    const told = await patchMany(
      door,
      [0, 1, 2].map((which) => named(door, which, `N${which}`)),
    );
    expect(outcomesOf(told)).toEqual([
      ...['APPLIED RESPONSE', 'NOT_APPLIED JOURNAL_UNAVAILABLE', 'APPLIED RESPONSE'],
    ]);
    expect(told[1]).toEqual({ operationId, ...notApplied(noJournal) });
    expect(written(door).map(({ change }) => change.name)).toEqual(['N0', 'N2']);
  });
});

it('two calls of many in one document follow each other', async () => {
  const door = await openDoor();
  const mutation = (name: string) =>
    `patchUsers(inputs: [{ user: { id: "${someUser(door, 'customers')}" }, patch: { displayName: "${name}" } }]) { ${payload} }`;
  const { data } = await door.graphql(`mutation { a: ${mutation('First')} b: ${mutation('Second')} }`);
  expect(data).toMatchObject({
    a: [{ outcome: 'APPLIED', user: { displayName: 'First' } }],
    b: [{ outcome: 'APPLIED', user: { displayName: 'Second' } }],
  });
});
