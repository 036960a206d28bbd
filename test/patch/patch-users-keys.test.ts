import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/settings/secret.ts';
import type { PatchUserInput } from '../generated/graphql.ts';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { arrived, error, notApplied, patchUser, someUser, written } from '../harness/expected.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import { type FrontDoor, openDoor, openFrontDoor } from '../harness/front-door.ts';
import { openSilence } from '../harness/held-port.ts';
import { named, outcomesOf, patchMany } from '../harness/many.ts';

const operationId = expect.any(String);

const renamed = (door: FrontDoor, which: number, displayName: string) =>
  named(someUser(door, 'customers', which), displayName);

const noJournal = error('JOURNAL_UNAVAILABLE', true)('The journal cannot be written, so nothing was sent.');

/** A patch of each of the first users, with a key of its own. */
const keyed = (door: FrontDoor, count: number): readonly PatchUserInput[] =>
  Array.from({ length: count }, (_, which) => ({
    ...renamed(door, which, `N${which}`),
    idempotencyKey: randomUUID(),
  }));

describe('a key of one of many', () => {
  it('gets the first answer in another call, of many or of one, and by the next process', async () => {
    const door = await openDoor(freshJournal());
    const inputs = keyed(door, 3);
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

  it('of two calls at the same time is one operation', async () => {
    const door = await openDoor(freshJournal());
    const inputs = keyed(door, 3);
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
      renamed(door, 0, 'Ada'),
      { ...renamed(door, 1, 'Stale'), ifVersion: 'another' },
      renamed(door, 1, ''),
      { user: { id: someUser(door, 'employees') }, patch: { displayName: 'E' } },
    ]);
    const fields = told.map(
      ({ operationId }, at) => `o${at}: operation(id: "${operationId}") { user fields outcome }`,
    );
    const { data } = await door.graphql(`{ ${fields.join(' ')} }`);
    const record = (outcome: string, user: string) => ({ user, fields: ['patch.displayName'], outcome });
    expect(Object.values(data as object)).toEqual([
      record('APPLIED', someUser(door, 'customers')),
      record('NOT_APPLIED', someUser(door, 'customers', 1)),
      null,
      record('APPLIED', someUser(door, 'employees')),
    ]);
  });

  it('has every intent before the batch leaves', async () => {
    const { journal } = freshJournal();
    const copy = freshJournal().journal.sqlite;
    const { door, proxy } = await openBehindProxy('customers', {}, { journal });
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
    await patchMany(door, keyed(door, 3));
    const rows = [0, 1, 2].map((which) => ({ user_id: someUser(door, 'customers', which), result: null }));
    expect(atSending.map((row) => ({ ...(row as object) }))).toEqual(expect.arrayContaining(rows));
    expect(atSending).toHaveLength(3);
  });

  it('that hangs holds up the patches of one user together, and not each after the other', async () => {
    const silence = await openSilence();
    onTestFinished(() => silence.close());
    const postgres = new Secret(`postgres://idpatch@127.0.0.1:${silence.port}/idpatch`);
    const door = await openDoor({ journal: { postgres }, limits: { deadlineMs: 1_000, readBackMs: 300 } });
    const inputs = Array.from({ length: 20 }, (_, number) => renamed(door, 0, `N${number}`));
    // The journal gives up a statement after three seconds: one after the other they would take a minute.
    expect(await patchMany(door, inputs)).toEqual(
      inputs.map(() => ({ operationId, ...notApplied(noJournal) })),
    );
    expect(arrived(door)).toEqual([]);
  });

  it('that fails for one keeps that one out of the batch', async () => {
    const journal = freshJournal();
    const before = await openFrontDoor(journal);
    await patchMany(before, [renamed(before, 0, 'Makes the tables')]);
    await before.close();
    const database = new DatabaseSync(journal.journal.sqlite);
    database.exec(`CREATE TRIGGER one BEFORE INSERT ON idpatch_operation
      WHEN NEW.user_id = '${someUser(before, 'customers', 1)}' BEGIN SELECT RAISE(ABORT, 'no'); END`);
    database.close();
    const door = await openDoor(journal);
    const told = await patchMany(door, keyed(door, 3));
    expect(outcomesOf(told)).toEqual([
      ...['APPLIED RESPONSE', 'NOT_APPLIED JOURNAL_UNAVAILABLE', 'APPLIED RESPONSE'],
    ]);
    expect(told[1]).toEqual({ operationId, ...notApplied(noJournal) });
    expect(written(door).map(({ change }) => change.name)).toEqual(['N0', 'N2']);
  });
});
