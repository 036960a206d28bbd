import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Journal, JournalUnavailable } from '../../src/journal/journal.ts';
import { createSqliteJournal } from '../../src/journal/sqlite.ts';
import { journalContract } from './contract.ts';
import { expectUnavailable, intent, result } from './sample.ts';
import { type Child, startChild } from './start-child.ts';

let folder: string;
let file: string;
let journals: Journal[] = [];
let children: Child[] = [];

function open(path = file): Journal {
  const journal = createSqliteJournal(path);
  journals.push(journal);
  return journal;
}

function child(limit?: string): Child {
  const started = startChild('sqlite', file, limit);
  children.push(started);
  return started;
}

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/idpatch-journal-`);
  file = `${folder}/below/journal.db`;
});
afterEach(async () => {
  await Promise.all(journals.map((journal) => journal.close()));
  await Promise.all(children.map((one) => one.kill()));
  [journals, children] = [[], []];
  rmSync(folder, { recursive: true, force: true });
});

describe('the contract, in SQLite', () => {
  journalContract(
    async () => ({
      open: () => createSqliteJournal(file),
      async execute(statement) {
        const db = new DatabaseSync(file);
        try {
          return db
            .prepare(statement)
            .all()
            .map((row) => ({ ...row }));
        } finally {
          db.close();
        }
      },
    }),
    false,
  );
});

describe('the file', () => {
  it('is made with its folders, for its owner alone, at the first call and not before', async () => {
    file = `${folder}/some/way/below/journal.db`;
    const journal = open();
    expect(() => statSync(`${folder}/some`)).toThrow('ENOENT');
    await journal.check();
    expect(statSync(file).isFile()).toBe(true);
    expect(statSync(`${folder}/some`).mode & 0o077).toBe(0);
  });

  it('is a file, whatever SQLite would make of its name', async () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      const [first, second] = [open(':memory:'), open('')];
      await first.check();
      expect(statSync(`${folder}/:memory:`).isFile()).toBe(true);
      await expectUnavailable(second);
    } finally {
      process.chdir(before);
    }
  });

  it('belongs to one process', async () => {
    const journal = open();
    await journal.begin(intent());
    const another = child();
    expect(await another.call('begin', intent({ key: 'b' }))).toEqual({ error: 'JournalUnavailable' });
    expect(await another.call('find', 'op')).toEqual({ error: 'JournalUnavailable' });
    await expectUnavailable(open());
    expect(await journal.begin(intent({ key: 'b' }))).toEqual({ kind: 'begun' });
    await journal.close();
    expect(await another.call('begin', intent({ key: 'b' }))).toMatchObject({ value: { kind: 'known' } });
    expect(await another.call('begin', intent({ key: 'c' }))).toEqual({ value: { kind: 'begun' } });
  });

  it('keeps an intent and a result over a crash, and tells that the process is gone', async () => {
    const [finished, unfinished] = [intent(), intent({ key: null })];
    const crashing = child();
    expect(await crashing.call('begin', finished)).toEqual({ value: { kind: 'begun' } });
    expect(await crashing.call('finish', finished.operationId, result)).toEqual({ value: null });
    expect(await crashing.call('begin', unfinished)).toEqual({ value: { kind: 'begun' } });
    expect(await crashing.call('find', unfinished.operationId)).toMatchObject({
      value: { mayBeRunning: true },
    });
    await crashing.kill();
    const journal = open();
    expect(await journal.find(finished.operationId)).toMatchObject({ result, mayBeRunning: false });
    expect(await journal.find(unfinished.operationId)).toMatchObject({ result: null, mayBeRunning: false });
  });
});

describe('calls of one turn', () => {
  it('are all there when they are answered, also to a process that opens the file after a crash', async () => {
    const journal = child();
    const intents = Array.from({ length: 200 }, () => intent({ key: null }));
    await Promise.all(intents.map((one) => journal.call('begin', one)));
    await journal.kill();
    const after = open();
    for (const one of intents) expect(await after.find(one.operationId)).toMatchObject(withoutTtl(one));
  });

  it('see each other: of those with one key one begins', async () => {
    const journal = open();
    const all = await Promise.all(Array.from({ length: 50 }, () => journal.begin(intent())));
    expect(all.map(({ kind }) => kind).toSorted()).toEqual(['begun', ...Array(49).fill('known')]);
  });

  /** What becomes of three begins of one turn, where the database refuses the one of the caller "bad" in this way. */
  async function beginThree(action: 'ABORT' | 'ROLLBACK') {
    const made = open();
    await made.check();
    await made.close();
    const db = new DatabaseSync(file);
    db.exec(`CREATE TRIGGER refuse BEFORE INSERT ON idpatch_operation WHEN NEW.caller = 'bad'
      BEGIN SELECT RAISE(${action}, 'refused'); END`);
    db.close();
    const journal = open();
    const intents = [intent({ key: 'a' }), intent({ caller: 'bad' }), intent({ key: 'b' })];
    const answers = await Promise.allSettled(intents.map((one) => journal.begin(one)));
    const found = await Promise.all(intents.map(({ operationId }) => journal.find(operationId)));
    const again = await journal.begin(intent({ key: 'c' }));
    return { intents, answers, found, again };
  }
  const begun = { status: 'fulfilled', value: { kind: 'begun' } };
  const failed = { status: 'rejected', reason: expect.any(JournalUnavailable) };

  it('that fail harm no other', async () => {
    const { intents, answers, found, again } = await beginThree('ABORT');
    expect(answers).toEqual([begun, failed, begun]);
    const [first, , last] = intents.map(withoutTtl);
    expect(found).toMatchObject([first, undefined, last]);
    expect(again).toEqual({ kind: 'begun' });
  });

  it('fail together where the whole is undone: nothing of any is there then', async () => {
    const { answers, found, again } = await beginThree('ROLLBACK');
    expect(answers).toEqual([failed, failed, failed]);
    expect(found).toEqual([undefined, undefined, undefined]);
    expect(again).toEqual({ kind: 'begun' });
  });

  it('that wait when it is closed are still done', async () => {
    const journal = open();
    const one = intent();
    const [begun] = await Promise.all([journal.begin(one), Promise.resolve().then(() => journal.close())]);
    expect(begun).toEqual({ kind: 'begun' });
    expect(await open().find(one.operationId)).toMatchObject(withoutTtl(one));
  });
});

describe('a journal that cannot work', () => {
  it('says so below a file, and heals', async () => {
    writeFileSync(`${folder}/below`, '');
    const journal = open();
    await expectUnavailable(journal);
    rmSync(`${folder}/below`);
    await journal.check();
  });

  it('says so where the file is no database, and heals', async () => {
    mkdirSync(`${folder}/below`);
    writeFileSync(file, 'not a database, and longer than a header of one'.repeat(99));
    const journal = open();
    await expectUnavailable(journal);
    rmSync(file);
    await journal.check();
  });

  it('writes to no file that was taken away', async () => {
    const journal = open();
    const [before, after] = [intent(), intent()];
    await journal.begin(before);
    renameSync(`${folder}/below`, `${folder}/away`);
    expect(await journal.begin(after)).toEqual({ kind: 'begun' });
    await journal.close();
    expect(await open().find(after.operationId)).toMatchObject(withoutTtl(after));
    const away = open(`${folder}/away/journal.db`);
    expect(await away.find(before.operationId)).toMatchObject(withoutTtl(before));
    expect(await away.find(after.operationId)).toBeUndefined();
  });

  const prlimit = shell('prlimit --version') === '';
  it.skipIf(!prlimit)(
    'says so where a write fails, keeps what it said, and heals (needs prlimit)',
    async () => {
      const journal = open();
      await journal.check();
      await journal.close();
      const limited = child('ulimit -S -f 64');
      const begun = [];
      for (;;) {
        const next = intent({ key: null });
        const answer = await limited.call('begin', next);
        if ('error' in answer) {
          expect(answer).toEqual({ error: 'JournalUnavailable' });
          break;
        }
        begun.push(next);
      }
      expect(begun.length).toBeGreaterThan(0);
      const refused = intent({ fields: ['x'.repeat(100_000)] });
      expect(await limited.call('begin', refused)).toEqual({ error: 'JournalUnavailable' });
      expect(shell(`prlimit --pid ${limited.pid} --fsize=unlimited`)).toBe('');
      expect(await limited.call('find', refused.operationId)).toEqual({ value: null });
      for (const one of begun) {
        expect(await limited.call('find', one.operationId)).toMatchObject({ value: { mayBeRunning: true } });
      }
      expect(await limited.call('begin', refused)).toEqual({ value: { kind: 'begun' } });
    },
  );

  const mounts = process.getuid?.() === 0 && shell('mount --version') === '';
  it.skipIf(!mounts)(
    'says so on a full disk, keeps its lock, and heals (needs root, to mount one)',
    async (test) => {
      const below = `${folder}/below`;
      mkdirSync(below);
      const mounting = shell(`mount -t tmpfs -o size=256k tmpfs ${below}`);
      if (mounting !== '') return test.skip(`cannot mount: ${mounting}`);
      try {
        const journal = open();
        const before = intent({ key: null });
        await journal.begin(before);
        expect(() => writeFileSync(`${below}/filler`, Buffer.alloc(1_000_000))).toThrow('ENOSPC');
        const big = intent({ fields: ['x'.repeat(20_000)] });
        await expect(journal.begin(big)).rejects.toMatchObject({ name: 'JournalUnavailable' });
        rmSync(`${below}/filler`);
        await expectUnavailable(open());
        expect(await journal.find(before.operationId)).toMatchObject({ mayBeRunning: true });
        expect(await journal.find(big.operationId)).toBeUndefined();
        expect(await journal.begin(big)).toEqual({ kind: 'begun' });
        await journal.close();
      } finally {
        expect(shell(`umount --lazy ${below}`)).toBe('');
      }
    },
  );
});

function withoutTtl({ ttlMs: _, ...rest }: ReturnType<typeof intent>) {
  return rest;
}

/** Runs a command; what went wrong, or nothing. */
function shell(command: string): string {
  const { status, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
  return status === 0 ? '' : `${status} ${stderr}`;
}
