import { randomUUID } from 'node:crypto';
import { closeSync, fdatasync, openSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Journal, JournalUnavailable } from './journal.ts';
import { createVersionTable, migrationsFrom, readVersion } from './migrations.ts';
import type { Row } from './rows.ts';
import { createSqlJournal, type Value, type Write } from './sql-journal.ts';
import { makeFolder, readOrCreateKey } from './sqlite-folder.ts';

/** An open file and the statements prepared on it. */
interface OpenFile {
  readonly db: DatabaseSync;
  /** The descriptor of SQLite's write-ahead log, on which SQLite has no lock. */
  readonly log: number;
  readonly identity: string;
  readonly prepared: Map<string, StatementSync>;
}

/** A statement in the queue. */
interface Queued {
  readonly statement: string;
  readonly values: readonly Value[];
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: JournalUnavailable) => void;
}

/** SQLITE_FULL, https://sqlite.org/rescode.html#full */
const full = 13;

/** Pages of the log, 32 MiB, after which SQLite moves them into the file, which holds the event loop. Our own choice. */
const checkpointPages = 8_192;

/** Maximum number of cached statements: the journal has a dozen, some in several lengths. */
const maxPrepared = 50;

/**
 * A journal in a file that this process has to itself: any other process gets JournalUnavailable until this one ends or
 * closes it. The file is opened at the first call, and again after a failure. Statements of one turn of the event loop
 * share a transaction, and so do those that come while one is made durable, which does not hold the event loop.
 */
export function createSqliteJournal(path: string): Journal {
  // Absolute: a later chdir must not change it, nor SQLite read it as a special name such as `:memory:`.
  const file = resolve(path);
  let open: OpenFile | undefined;
  let closed = false;
  let queue: Queued[] = [];
  let key: Buffer | undefined;
  let syncing: Promise<void> | undefined;

  function shut(): void {
    const was = open;
    open = undefined;
    try {
      was?.db.close();
    } catch {
      // What was answered is durable; nothing more can be done about this file.
    }
    if (was && !syncing) closeSync(was.log);
  }

  function opened(): OpenFile {
    if (closed) throw new Error('The journal was closed.');
    // Where the open file was removed or replaced, SQLite would go on writing to the old one.
    if (open !== undefined && identityOf(file) !== open.identity) shut();
    if (open === undefined) {
      const { db, log } = openFile(file);
      open = { db, log, identity: identityOf(file), prepared: new Map() };
    }
    return open;
  }

  /** Runs the queue as one transaction, and the next one when its part of the log is durable. */
  function runQueue(): void {
    const group = queue;
    queue = [];
    if (group.length === 0) return;
    try {
      const { db, log, prepared } = opened();
      const results = inTransaction(db, group.length > 1, () =>
        group.map(({ statement, values }) => runOne(db, prepared, statement, values)),
      );
      const answer = () => {
        for (const [index, { resolve, reject }] of group.entries()) {
          const result = results[index];
          if (result instanceof JournalUnavailable) reject(result);
          else resolve(result ?? []);
        }
      };
      if (group.some(({ statement }) => !statement.startsWith('SELECT')))
        syncing = sync(log)
          .then(answer, (error) => fail(group, error))
          .finally(() => {
            syncing = undefined;
            if (open?.log !== log) closeSync(log);
            if (queue.length > 0) setImmediate(runQueue);
          });
      else answer();
      for (const result of results) if (result instanceof JournalUnavailable) shutAfter(result.cause);
    } catch (error) {
      fail(group, error);
    }
  }

  function fail(group: readonly Queued[], error: unknown): void {
    shutAfter(error);
    for (const { reject } of group) reject(new JournalUnavailable(error));
  }

  function shutAfter(error: unknown): void {
    // A full disk leaves the connection intact. Keep it, and with it the lock: another process that opened the file
    // would take the running operations of this one for those of a dead process.
    if (codeOf(error) !== full || open?.db.isTransaction) shut();
  }

  function run(statement: string, values: readonly Value[]): Promise<readonly Row[]> {
    return new Promise((resolve, reject) => {
      if (queue.length === 0 && !syncing) setImmediate(runQueue);
      queue.push({ statement, values, resolve, reject });
    });
  }

  return createSqlJournal({
    now: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    instance: randomUUID(),
    shared: false,
    digestKey() {
      try {
        key ??= readOrCreateKey(`${file}.key`);
        return key;
      } catch (error) {
        throw new JournalUnavailable(error);
      }
    },
    run,
    writer(writes) {
      const statements = new Map(
        Object.entries<Write>(writes).map(([name, { columns, sql }]) => {
          const names = Object.keys(columns);
          return [name, { names, text: sql((column) => `$${names.indexOf(column) + 1}`, '') }];
        }),
      );
      return async (name, _id, row) => {
        const { names = [], text = '' } = statements.get(name) ?? {};
        const written = await run(
          text,
          names.map((column) => row[column] ?? null),
        );
        return written.length > 0;
      };
    },
    async close() {
      await syncing;
      runQueue();
      closed = true;
      await syncing;
      shut();
    },
  });
}

/** Makes everything that was written to the file durable. */
function sync(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(descriptor, (error) => (error ? reject(error) : resolve()));
  });
}

/** The result of `run`; where it throws, the transaction had no effect. */
function inTransaction<T>(db: DatabaseSync, isNeeded: boolean, run: () => T): T {
  if (!isNeeded) return run();
  db.exec('BEGIN');
  try {
    const result = run();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      // Some errors have rolled it back already.
      if (db.isTransaction) db.exec('ROLLBACK');
    } catch {
      // The file is closed next, which rolls it back too.
    }
    throw error;
  }
}

/**
 * Runs one statement of a group. A failed statement is rolled back alone and its error returned; throws where SQLite
 * rolled back the whole transaction (https://sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction).
 */
function runOne(
  db: DatabaseSync,
  prepared: Map<string, StatementSync>,
  statement: string,
  values: readonly Value[],
): readonly Row[] | JournalUnavailable {
  const isGrouped = db.isTransaction;
  try {
    let ready = prepared.get(statement);
    if (!ready) {
      ready = db.prepare(statement);
      if (prepared.size < maxPrepared) prepared.set(statement, ready);
    }
    return ready.all(Object.fromEntries(values.map((value, index) => [`$${index + 1}`, value])));
  } catch (error) {
    if (isGrouped && !db.isTransaction) throw error;
    return new JournalUnavailable(error);
  }
}

function openFile(file: string): Pick<OpenFile, 'db' | 'log'> {
  makeFolder(dirname(file));
  // A process keeps the lock as long as it lives: waiting longer would only block the event loop.
  const db = new DatabaseSync(file, { timeout: 50 });
  try {
    // Before WAL: then SQLite locks the whole file and needs no shared memory. https://sqlite.org/wal.html#noshm
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
    if (mode !== 'wal') throw new Error('SQLite cannot keep a write-ahead log there.');
    db.exec('PRAGMA synchronous = FULL');
    // On macOS, fsync leaves data in the drive's cache; elsewhere this does nothing.
    db.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
    db.exec(`BEGIN EXCLUSIVE; ${createVersionTable}`);
    const version = Number(db.prepare(readVersion).get()?.version);
    // Committed in full: SQLite makes the name of the log durable with the first commit only.
    const statements = [...migrationsFrom(version), 'PRAGMA user_version = 1', 'COMMIT'].join(';\n');
    db.exec(statements.replaceAll('COLUMN IF NOT EXISTS', 'COLUMN'));
    // From now on a commit writes the log, and `sync` makes it durable. https://sqlite.org/pragma.html#pragma_synchronous
    db.exec(`PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${checkpointPages}`);
    // It lies beside the file itself where the path is a symbolic link.
    return { db, log: openSync(`${realpathSync(file)}-wal`, 'r+') };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** By name, never by opening it: closing a second descriptor would release SQLite's locks (fcntl, POSIX). */
function identityOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return `${stat?.dev} ${stat?.ino}`;
}

/** SQLite's primary result code; -1 where it is no error of SQLite's. */
function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : -1;
}
