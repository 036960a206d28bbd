import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Journal, JournalUnavailable } from './journal.ts';
import { createVersionTable, migrationsFrom, readVersion } from './migrations.ts';
import { createSqlJournal, type Row, type Value } from './sql-journal.ts';
import { makeFolder } from './sqlite-folder.ts';

/** A file that is open, and the statements that were prepared on it. */
interface OpenFile {
  readonly db: DatabaseSync;
  readonly identity: string;
  readonly prepared: Map<string, StatementSync>;
}

/** A statement that waits to be run. */
interface Waiting {
  readonly statement: string;
  readonly values: readonly Value[];
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: JournalUnavailable) => void;
}

/** Prepared statements that are kept. The journal has a dozen, and a few more whose length differs. */
const maxPrepared = 50;

/**
 * A journal in a file of this process alone: any other process that opens it gets JournalUnavailable for as long
 * as this one lives or has not closed it. It is opened at the first call, and again after a failure. Statements
 * that come in the same turn of the event loop are made durable together: one fsync serves all of them.
 */
export function createSqliteJournal(path: string): Journal {
  // Absolute, so that neither a later chdir nor a name that SQLite takes for something else changes what it is.
  const file = resolve(path);
  let open: OpenFile | undefined;
  let closed = false;
  let waiting: Waiting[] = [];

  function shut(): void {
    const was = open;
    open = undefined;
    try {
      was?.db.close();
    } catch {
      // What matters was durable before; there is nothing left to be done about this file.
    }
  }

  function opened(): OpenFile {
    if (closed) throw new Error('The journal was closed.');
    // Whoever removes or replaces an open file leaves SQLite writing to one that nobody will find again.
    if (open !== undefined && identityOf(file) !== open.identity) shut();
    if (open === undefined) {
      const db = openFile(file);
      open = { db, identity: identityOf(file), prepared: new Map() };
    }
    return open;
  }

  /** Runs all that waits, as one transaction. */
  function runWaiting(): void {
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    try {
      const { db, prepared } = opened();
      const results = inTransaction(db, group.length > 1, () =>
        group.map(({ statement, values }) => runOne(db, prepared, statement, values)),
      );
      for (const [index, { resolve, reject }] of group.entries()) {
        const result = results[index];
        if (result instanceof JournalUnavailable) reject(result);
        else resolve(result ?? []);
      }
      for (const result of results) if (result instanceof JournalUnavailable) shutAfter(result.cause);
    } catch (error) {
      shutAfter(error);
      for (const { reject } of group) reject(new JournalUnavailable(error));
    }
  }

  function shutAfter(error: unknown): void {
    // A full disk leaves the connection whole. To keep it is to keep the lock: while this process is at an
    // operation, no other may open the file and call that operation one of a process that ended.
    if (!isFull(error) || open?.db.isTransaction) shut();
  }

  return createSqlJournal({
    now: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    instance: randomUUID(),
    shared: false,
    run(statement, values) {
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(runWaiting);
        waiting.push({ statement, values, resolve, reject });
      });
    },
    async close() {
      runWaiting();
      closed = true;
      shut();
    },
  });
}

/** What `run` gives, once it is durable; where it throws, nothing of it was done. */
function inTransaction<T>(db: DatabaseSync, isNeeded: boolean, run: () => T): T {
  if (!isNeeded) return run();
  db.exec('BEGIN');
  try {
    const result = run();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      // Some errors have undone it already.
      if (db.isTransaction) db.exec('ROLLBACK');
    } catch {
      // Then the file is closed, which undoes it too.
    }
    throw error;
  }
}

/**
 * What one statement of a group gives. Where it fails SQLite undoes that one alone; it throws where the whole
 * transaction was undone (https://sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction).
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

function openFile(file: string): DatabaseSync {
  makeFolder(dirname(file));
  // Whoever has the lock keeps it as long as it lives: to wait for long would only hold up the event loop.
  const db = new DatabaseSync(file, { timeout: 50 });
  try {
    // Before WAL: then SQLite takes the lock of the whole file and no shared memory. https://sqlite.org/wal.html#noshm
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
    if (mode !== 'wal') throw new Error('SQLite cannot keep a write-ahead log there.');
    db.exec('PRAGMA synchronous = FULL');
    // macOS leaves what fsync wrote in the drive's cache; elsewhere it does nothing.
    db.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
    db.exec(`BEGIN EXCLUSIVE; ${createVersionTable}`);
    const version = Number(db.prepare(readVersion).get()?.version);
    db.exec([...migrationsFrom(version), 'COMMIT'].join(';\n'));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** By name, never by opening it: to close a second descriptor would give up SQLite's locks (fcntl, POSIX). */
function identityOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return `${stat?.dev} ${stat?.ino}`;
}

/** SQLITE_FULL, https://sqlite.org/rescode.html#full */
function isFull(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 13;
}
