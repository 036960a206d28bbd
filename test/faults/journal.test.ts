import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, type TestContext } from 'vitest';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { Secret } from '../../src/settings/secret.ts';
import { openBehindProxies } from '../harness/behind-proxy.ts';
import type { DirectoryName } from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import { call, journalFile, patchMarked } from './marked-patch.ts';
import { expectAnswer, expectOutcome, longLimits, openWarm, runRows } from './run-rows.ts';
import { applied, type Expected, notApplied, unknown } from './table/row.ts';

type Journal = NonNullable<SandboxChanges['journal']>;
const open = (test: TestContext, journal: Journal) =>
  openBehindProxies(test, { limits: longLimits, journal });

/** A folder that is a file system of its own, unmounted when the test ends; undefined where none can be mounted. */
function mountedFolder(test: TestContext, options: string): string | undefined {
  const folder = dirname(journalFile(test));
  const run = (command: string, ...args: readonly string[]) => spawnSync(command, args).status === 0;
  if (!run('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder)) return undefined;
  test.onTestFinished(() => expect(run('umount', folder)).toBe(true));
  return folder;
}

const skip = (test: TestContext) => test.skip('only root can mount a file system here');

/** One patch, with this journal. */
async function once(test: TestContext, directory: DirectoryName, expected: Expected, journal: Journal) {
  expectOutcome(await patchMarked(await open(test, journal), directory), expected);
}

/** A row in which the journal lies where a folder is; `key`: whether the call has one. */
const inTheWay =
  (withKey: boolean) => async (test: TestContext, directory: DirectoryName, expected: Expected) => {
    const file = journalFile(test);
    mkdirSync(file);
    const door = await open(test, { sqlite: file });
    const status = async (path: string) => (await fetch(`${door.url}${path}`)).status;
    expect([await status('/ready'), await status('/health')]).toEqual([503, 200]);
    expectOutcome(await patchMarked(door, directory, { key: withKey ? randomUUID() : undefined }), expected);
    rmdirSync(file);
    expectOutcome(await patchMarked(door, directory), applied());
    expect(await status('/ready')).toBe(200);
  };

/** A key that is called again with the same input: the first answer, and the expected one. */
async function callAgain(test: TestContext, directory: DirectoryName, first: Expected, expected: Expected) {
  const door = await openWarm(test, directory, { journal: { sqlite: journalFile(test) } });
  const headers = { 'retry-after': '3600' };
  const answer = first.outcome === 'UNKNOWN' ? 'reset' : { status: 429, headers };
  door.proxies[directory].fail('write', { delivered: false, answer }, 1);
  const calling = { key: randomUUID(), marker: `op-${randomUUID()}` };
  const one = await patchMarked(door, directory, calling);
  expectOutcome(one, first);
  const again = await patchMarked(door, directory, calling);
  expectOutcome(again, expected);
  expect(again.answer).toEqual(one.answer);
}

runRows('Journal', {
  'the journal cannot be opened; it heals by itself': inTheWay(false),
  'the journal cannot be opened, and the call has a key': inTheWay(true),

  async 'the journal is a file that is no database'(test, directory, expected) {
    const file = journalFile(test);
    writeFileSync(file, 'Somebody else’s notes, which are kept.'.repeat(100));
    await once(test, directory, expected, { sqlite: file });
  },

  async 'the journal is on a read-only file system'(test, directory, expected) {
    const folder = mountedFolder(test, 'ro');
    if (!folder) return skip(test);
    await once(test, directory, expected, { sqlite: `${folder}/journal.db` });
  },

  async 'the journal is on a full file system; it heals by itself'(test, directory, expected) {
    const folder = mountedFolder(test, 'size=1m');
    if (!folder) return skip(test);
    const door = await openWarm(test, directory, { journal: { sqlite: `${folder}/journal.db` } });
    expect(() => writeFileSync(`${folder}/filler`, Buffer.alloc(2_000_000))).toThrow('ENOSPC');
    const outcomes: string[] = [];
    // The journal's own file may have a little room left.
    for (let times = 0; times < 40 && outcomes.at(-1) !== expected.outcome; times += 1) {
      const patched = await patchMarked(door, directory);
      outcomes.push(patched.answer.outcome);
      expectOutcome(patched, { ...applied(), or: expected });
    }
    expect(outcomes.at(-1)).toBe(expected.outcome);
    rmSync(`${folder}/filler`);
    expectOutcome(await patchMarked(door, directory), applied());
  },

  // Port 1 is nobody's.
  'the journal is a PostgreSQL that is down': (test, directory, expected) =>
    once(test, directory, expected, { postgres: new Secret('postgres://idpatch@127.0.0.1:1/idpatch') }),

  async 'the journal is taken away while the write is under way'(test, directory, expected) {
    const file = journalFile(test);
    const door = await openWarm(test, directory, { journal: { sqlite: file } });
    const takeAway = async () => {
      rmSync(dirname(file), { recursive: true });
      writeFileSync(dirname(file), 'No folder any more.');
    };
    door.proxies[directory].fail('write', { delivered: true, after: takeAway });
    expectOutcome(await patchMarked(door, directory), expected);
    const next = await patchMarked(door, directory);
    expectOutcome(next, notApplied('JOURNAL_UNAVAILABLE', '', { requests: 0, isUnreached: true }));
  },

  async 'the journal is away between the write and its result: the key and the id tell it for ever after'(
    test,
    directory,
    expected,
  ) {
    const file = journalFile(test);
    const door = await openWarm(test, directory, { journal: { sqlite: file } });
    const takeAway = async () => {
      renameSync(file, `${file}-away`);
      mkdirSync(file);
    };
    door.proxies[directory].fail('write', { delivered: true, after: takeAway }, 1);
    const calling = { key: randomUUID(), marker: `op-${randomUUID()}` };
    const first = await patchMarked(door, directory, calling);
    expectOutcome(first, expected);
    const again = async () => {
      const { answer, arrived } = await patchMarked(door, directory, calling);
      expect([answer, arrived.write]).toEqual([first.answer, 0]);
      expect(await outcomeById(door, answer.operationId)).toBe(expected.outcome);
    };
    await again();
    rmdirSync(file);
    renameSync(`${file}-away`, file);
    await again();
    const isOwed = () => door.log.some((line) => line.includes('could not be put on record yet'));
    expect(isOwed()).toBe(true);
    // Longer than between two attempts.
    await delay(1_500);
    await door.restart();
    await again();
  },

  async 'reads lag for longer than the call has time: the key and the id tell it, also after a restart'(
    test,
    directory,
    expected,
  ) {
    const door = await openBehindProxies(test, {
      ...{ limits: { ...longLimits, readBackDelaysMs: [] }, journal: { sqlite: journalFile(test) } },
      [directory]: { readLagMs: () => 3_000 },
    });
    if (directory === 'customers')
      door.proxies[directory].fail('write', { delivered: true, answer: 'reset' }, 1);
    const calling = { key: randomUUID(), marker: `op-${randomUUID()}` };
    const first = await patchMarked(door, directory, calling);
    expect(first.answer.outcome).toBe('UNKNOWN');
    await delay(3_100);
    await door.restart();
    const { answer, arrived } = await patchMarked(door, directory, calling);
    expectAnswer(answer, expected);
    expect([answer.operationId, arrived.write]).toEqual([first.answer.operationId, 0]);
    expect(await outcomeById(door, answer.operationId)).toBe(expected.outcome);
    expect(first.stored()).toHaveLength(expected.stored);
  },

  async 'the same key fifty times at once'(test, directory, expected) {
    const door = await openWarm(test, directory, { journal: { sqlite: journalFile(test) } });
    door.proxies[directory].fail('write', { delivered: true, after: 100 });
    const [id] = door.emulators[directory].users().keys();
    const key = randomUUID();
    const patch = { displayName: `op-${key}` };
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        await delay(index * 4);
        return call(door, `${directory}:${id}`, patch, { key });
      }),
    );
    for (const answer of answers) {
      expectAnswer(answer, expected);
      expect(answer).toMatchObject({ operationId: answers[0]?.operationId, user: patch });
    }
    expect(door.proxies[directory].count('write')).toBe(2);
    expect(door.emulators[directory].writes).toHaveLength(2);
  },

  async 'the same key with other input, also at once'(test, directory, expected) {
    const door = await openWarm(test, directory, { journal: { sqlite: journalFile(test) } });
    const hold = Promise.withResolvers<void>();
    door.proxies[directory].fail('write', { delivered: true, after: hold.promise });
    const [id, other] = door.emulators[directory].users().keys();
    const key = randomUUID();
    const others = () => [
      call(door, `${directory}:${id}`, { displayName: 'Two' }, { key }),
      call(door, `${directory}:${other}`, { displayName: 'One' }, { key }),
    ];
    const first = call(door, `${directory}:${id}`, { displayName: 'One' }, { key });
    await door.proxies[directory].arrived('write', 2);
    const meanwhile = others();
    hold.resolve();
    const { outcome, operationId } = await first;
    expect(outcome).toBe('APPLIED');
    for (const answer of await Promise.all([...meanwhile, ...others()])) {
      expectAnswer(answer, expected);
      expect(answer.user).toBeNull();
      expect(answer.operationId).not.toBe(operationId);
    }
    expect(door.proxies[directory].count('write')).toBe(2);
  },

  'the key of a call that was UNKNOWN': (test, directory, expected) =>
    callAgain(test, directory, unknown(), expected),
  'the key of a call that was NOT_APPLIED, though it would do now': (test, directory, expected) =>
    callAgain(test, directory, { ...expected, requests: 1 }, expected),
});

/** The outcome of an operation, as `operation(id:)` gives it. */
async function outcomeById(door: Pick<FrontDoor, 'graphql'>, id: string): Promise<unknown> {
  const { data } = await door.graphql('query ($id: ID!) { operation(id: $id) { outcome } }', { id });
  return (data as { operation: { outcome: unknown } }).operation.outcome;
}
