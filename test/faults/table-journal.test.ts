import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { Secret } from '../../src/settings/secret.ts';
import { endings } from '../harness/fault-proxy.ts';
import {
  call,
  directories,
  expectApplied,
  expectNotApplied,
  journalFile,
  openFaultyDoor,
  patchMarked,
  warmUp,
} from './faulty-door.ts';

/** A folder that is a file system of its own, unmounted when the test ends; undefined where none can be mounted. */
function mountedFolder(test: TestContext, options: string): string | undefined {
  const folder = dirname(journalFile(test));
  const run = (command: string, ...args: readonly string[]) => spawnSync(command, args).status === 0;
  if (!run('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder)) return undefined;
  test.onTestFinished(() => expect(run('umount', folder)).toBe(true));
  return folder;
}

const nothing = { write: 0, read: 0, token: 0 };

describe.concurrent.each(directories)('the journal cannot be written, a patch of %s', (name) => {
  it('its file cannot be a file: NOT_APPLIED (JOURNAL_UNAVAILABLE), nothing sent; and heals', async (test) => {
    const file = journalFile(test);
    mkdirSync(file);
    const door = await openFaultyDoor(test, { journal: { sqlite: file } });
    expect((await fetch(`${door.url}/ready`)).status).toBe(503);
    expect((await fetch(`${door.url}/health`)).status).toBe(200);
    const row = await patchMarked(door, name);
    expectNotApplied(row, 'JOURNAL_UNAVAILABLE');
    expect(row.answer.errors[0]).toMatchObject({ retryable: true });
    const byKey = await patchMarked(door, name, { key: randomUUID() });
    // What became of an earlier call with the key is not to be seen.
    expect(byKey).toMatchObject({ answer: { outcome: 'UNKNOWN' }, codes: ['JOURNAL_UNAVAILABLE'] });
    expect(byKey.writes()).toEqual([]);
    for (const { wire } of [row, byKey]) expect(wire).toEqual(nothing);
    rmdirSync(file);
    expectApplied(await patchMarked(door, name));
    expect((await fetch(`${door.url}/ready`)).status).toBe(200);
  });

  it('is no database: NOT_APPLIED (JOURNAL_UNAVAILABLE), nothing sent', async (test) => {
    const file = journalFile(test);
    writeFileSync(file, 'Somebody else’s notes, which are kept.'.repeat(100));
    const door = await openFaultyDoor(test, { journal: { sqlite: file } });
    const row = await patchMarked(door, name);
    expectNotApplied(row, 'JOURNAL_UNAVAILABLE');
    expect(row.wire).toEqual(nothing);
  });

  it('is on a read-only file system: NOT_APPLIED (JOURNAL_UNAVAILABLE), nothing sent', async (test) => {
    const folder = mountedFolder(test, 'ro');
    if (!folder) return test.skip('a file system can be mounted here by nobody but root');
    const door = await openFaultyDoor(test, { journal: { sqlite: `${folder}/journal.db` } });
    const row = await patchMarked(door, name);
    expectNotApplied(row, 'JOURNAL_UNAVAILABLE');
    expect(row.wire).toEqual(nothing);
  });

  it('is on a full file system: NOT_APPLIED (JOURNAL_UNAVAILABLE), nothing sent; and heals', async (test) => {
    const folder = mountedFolder(test, 'size=1m');
    if (!folder) return test.skip('a file system can be mounted here by nobody but root');
    const door = await openFaultyDoor(test, { journal: { sqlite: `${folder}/journal.db` } });
    await warmUp(door, name);
    expect(() => writeFileSync(`${folder}/filler`, Buffer.alloc(2_000_000))).toThrow('ENOSPC');
    const outcomes: string[] = [];
    // The journal's own file may have a little room left.
    for (let times = 0; times < 40 && outcomes.at(-1) !== 'NOT_APPLIED'; times += 1) {
      const row = await patchMarked(door, name);
      outcomes.push(row.answer.outcome);
      if (row.answer.outcome === 'APPLIED') expectApplied(row);
      else {
        expectNotApplied(row, 'JOURNAL_UNAVAILABLE');
        expect(row.wire).toEqual(nothing);
      }
    }
    expect(outcomes.at(-1)).toBe('NOT_APPLIED');
    rmSync(`${folder}/filler`);
    expectApplied(await patchMarked(door, name));
  });

  it('is a PostgreSQL that is down: NOT_APPLIED (JOURNAL_UNAVAILABLE), nothing sent', async (test) => {
    // Port 1 is nobody's.
    const journal = { postgres: new Secret('postgres://idpatch@127.0.0.1:1/idpatch') };
    const door = await openFaultyDoor(test, { journal });
    const row = await patchMarked(door, name);
    expectNotApplied(row, 'JOURNAL_UNAVAILABLE');
    expect(row.wire).toEqual(nothing);
  });

  it('is taken away after the intent was put on record: the truth is answered all the same', async (test) => {
    const file = journalFile(test);
    const door = await openFaultyDoor(test, { journal: { sqlite: file } });
    await warmUp(door, name);
    const taken = async () => {
      rmSync(dirname(file), { recursive: true });
      writeFileSync(dirname(file), 'No folder any more.');
    };
    door.proxies[name].fail('write', { applied: true, after: taken });
    const row = await patchMarked(door, name);
    expectApplied(row);
    expect(row.wire.write).toBe(1);
    const next = await patchMarked(door, name);
    expectNotApplied(next, 'JOURNAL_UNAVAILABLE');
    expect(next.wire).toEqual(nothing);
  });
});

describe.concurrent.each(directories)('an idempotency key of a patch of %s', (name) => {
  it('fifty times at once: one write, one answer', async (test) => {
    const door = await openFaultyDoor(test, {
      limits: { deadlineMs: 10_000 },
      journal: { sqlite: journalFile(test) },
    });
    await warmUp(door, name);
    door.proxies[name].fail('write', { applied: true, after: () => delay(100) });
    const [id] = door.emulators[name].users().keys();
    const key = randomUUID();
    const patch = { displayName: `op-${key}` };
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        await delay(index * 4);
        return call(door, `${name}:${id}`, patch, { key });
      }),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ outcome: 'APPLIED', operationId: answers[0]?.operationId, user: patch });
    }
    expect(door.proxies[name].count('write')).toBe(2);
    expect(door.emulators[name].writes).toHaveLength(2);
  });

  it('with other input, also at once: IDEMPOTENCY_KEY_REUSED, and nothing of it sent', async (test) => {
    const door = await openFaultyDoor(test, {
      limits: { deadlineMs: 10_000 },
      journal: { sqlite: journalFile(test) },
    });
    await warmUp(door, name);
    const { promise: hold, resolve: letGo } = Promise.withResolvers<void>();
    door.proxies[name].fail('write', { applied: true, after: () => hold });
    const [id, other] = door.emulators[name].users().keys();
    const key = randomUUID();
    const first = call(door, `${name}:${id}`, { displayName: 'One' }, { key });
    await door.proxies[name].arrived('write', 2);
    const meanwhile = [
      call(door, `${name}:${id}`, { displayName: 'Two' }, { key }),
      call(door, `${name}:${other}`, { displayName: 'One' }, { key }),
    ];
    letGo();
    expect((await first).outcome).toBe('APPLIED');
    const later = [
      call(door, `${name}:${id}`, { displayName: 'Two' }, { key }),
      call(door, `${name}:${other}`, { displayName: 'One' }, { key }),
    ];
    for (const answer of await Promise.all([...meanwhile, ...later])) {
      expect(answer).toMatchObject({
        outcome: 'NOT_APPLIED',
        user: null,
        errors: [{ code: 'IDEMPOTENCY_KEY_REUSED', path: ['idempotencyKey'], retryable: false }],
      });
      expect(answer.operationId).not.toBe((await first).operationId);
    }
    expect(door.proxies[name].count('write')).toBe(2);
  });

  it('of an UNKNOWN: the same answer again, and nothing sent', async (test) => {
    const door = await openFaultyDoor(test, { journal: { sqlite: journalFile(test) } });
    await warmUp(door, name);
    door.proxies[name].fail('write', { ending: endings.reset }, 1);
    const key = randomUUID();
    const patch = { displayName: `op-${key}` };
    const row = await patchMarked(door, name, { key, patch });
    expect(row.answer.outcome).toBe('UNKNOWN');
    const again = await call(door, row.userId, patch, { key });
    expect(again).toEqual(row.answer);
    expect(door.proxies[name].count('write')).toBe(2);
    expect(door.emulators[name].writes).toHaveLength(1);
  });

  it('of a NOT_APPLIED: the same answer again, though it would do now', async (test) => {
    const door = await openFaultyDoor(test, { journal: { sqlite: journalFile(test) } });
    await warmUp(door, name);
    const ending = endings.canned(429, { 'retry-after': '3600' });
    door.proxies[name].fail('write', { ending }, 1);
    const key = randomUUID();
    const patch = { displayName: `op-${key}` };
    const row = await patchMarked(door, name, { key, patch });
    expect(row.answer).toMatchObject({ outcome: 'NOT_APPLIED', errors: [{ code: 'RATE_LIMITED' }] });
    const again = await call(door, row.userId, patch, { key });
    expect(again).toEqual(row.answer);
    expect(door.proxies[name].count('write')).toBe(2);
  });
});
