import { spawnSync } from 'node:child_process';
import fs, {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Journal, JournalUnavailable } from '../../src/journal/journal.ts';
import { createSqliteJournal } from '../../src/journal/sqlite.ts';
import { journalContract } from './contract.ts';
import { expectUnavailable, intent } from './sample.ts';
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

function child(): Child {
  const started = startChild(file);
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

  it.each([
    ['ABORT', 'harm no other'],
    ['ROLLBACK', 'fail together where the whole is undone: nothing of any is there then'],
  ])('that the database refuses by %s %s', async (action) => {
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
    const isBegun = intents.map(({ caller }) => action === 'ABORT' && caller !== 'bad');
    const failed = { status: 'rejected', reason: expect.any(JournalUnavailable) };
    const begun = { status: 'fulfilled', value: { kind: 'begun' } };
    expect(answers).toEqual(isBegun.map((is) => (is ? begun : failed)));
    expect(found).toMatchObject(intents.map((one, at) => (isBegun[at] ? withoutTtl(one) : undefined)));
    expect(await journal.begin(intent({ key: 'c' }))).toEqual({ kind: 'begun' });
  });

  it('that wait when it is closed are still done', async () => {
    const journal = open();
    const one = intent();
    const [begun] = await Promise.all([journal.begin(one), Promise.resolve().then(() => journal.close())]);
    expect(begun).toEqual({ kind: 'begun' });
    expect(await open().find(one.operationId)).toMatchObject(withoutTtl(one));
  });
});

describe('the write-ahead log', () => {
  const { fdatasync } = fs;
  type Synced = (error: NodeJS.ErrnoException | null) => void;
  /** Syncs that were asked for and have not ended. */
  const syncs: (() => void)[] = [];

  /** From now on a sync ends when it is told to, by this error or as the system has it. */
  function holdSyncs(error?: Error): void {
    fs.fdatasync = ((descriptor: number, done: Synced) => {
      syncs.push(() => (error ? done(error) : fdatasync(descriptor, done)));
    }) as typeof fs.fdatasync;
    syncBuiltinESMExports();
  }

  const endSyncs = () => {
    for (const end of syncs.splice(0)) end();
  };

  /** Some turns of the event loop. */
  async function turns(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  }

  afterEach(() => {
    endSyncs();
    fs.fdatasync = fdatasync;
    syncBuiltinESMExports();
  });

  it('is durable before a write is answered; what comes meanwhile shares the next sync', async () => {
    const journal = open();
    await journal.check();
    holdSyncs();
    const [first, second, third] = [intent({ key: 'a' }), intent({ key: 'b' }), intent({ key: 'c' })];
    const answered: string[] = [];
    const note = <T>(name: string, call: Promise<T>) => call.then(() => answered.push(name));
    const calls = [note('first', journal.begin(first))];
    await turns();
    calls.push(note('second', journal.begin(second)), note('read', journal.find(first.operationId)));
    await turns();
    calls.push(note('third', journal.begin(third)));
    await turns();
    expect([answered, syncs.length]).toEqual([[], 1]);
    endSyncs();
    await calls[0];
    await turns();
    expect([answered, syncs.length]).toEqual([['first'], 1]);
    endSyncs();
    await Promise.all(calls);
    await journal.find(first.operationId);
    expect([answered.toSorted(), syncs.length]).toEqual([['first', 'read', 'second', 'third'], 0]);
  });

  it('is found where the path of the journal is a symbolic link', async () => {
    mkdirSync(`${folder}/elsewhere`);
    mkdirSync(`${folder}/below`);
    symlinkSync('../elsewhere/journal.db', file);
    const journal = open();
    expect(await journal.begin(intent())).toEqual({ kind: 'begun' });
    expect(await journal.begin(intent())).toMatchObject({ kind: 'known' });
  });

  it('that cannot be made durable is no answer, and the journal heals', async () => {
    const journal = open();
    await journal.check();
    holdSyncs(new Error('EIO'));
    const begun = journal.begin(intent());
    const rejected = expect(begun).rejects.toThrow(JournalUnavailable);
    await turns();
    endSyncs();
    await rejected;
    fs.fdatasync = fdatasync;
    syncBuiltinESMExports();
    expect(await journal.begin(intent())).toEqual({ kind: 'begun' });
  });
});

describe('a journal that cannot work', () => {
  it.each([
    ['below a file', () => writeFileSync(`${folder}/below`, '')],
    [
      'where the file is no database',
      () => mkdirSync(`${folder}/below`) ?? writeFileSync(file, 'text'.repeat(999)),
    ],
  ])('says so %s, and heals', async (_, spoil) => {
    spoil();
    const journal = open();
    await expectUnavailable(journal);
    rmSync(`${folder}/below`, { recursive: true });
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

  // A file that may not grow: test/faults/process.test.ts.
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

function withoutTtl({ ttlMs: _, changes: _changes, ...rest }: ReturnType<typeof intent>) {
  return rest;
}

/** Runs a command; what went wrong, or nothing. */
function shell(command: string): string {
  const { status, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
  return status === 0 ? '' : `${status} ${stderr}`;
}
