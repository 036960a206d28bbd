import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Journal, JournalUnavailable } from './journal.ts';
import { createVersionTable, migrationsFrom, readVersion } from './schema.ts';
import { createSqlJournal } from './sql-journal.ts';

/**
 * A journal in a file of this process alone: any other process that opens it gets JournalUnavailable for as long
 * as this one lives or has not closed it. It is opened at the first call, and again after a failure.
 */
export function createSqliteJournal(path: string): Journal {
  // Absolute, so that neither a later chdir nor a name that SQLite takes for something else changes what it is.
  const file = resolve(path);
  let open: { readonly db: DatabaseSync; readonly identity: string } | undefined;
  let closed = false;

  function shut(): void {
    const was = open;
    open = undefined;
    try {
      was?.db.close();
    } catch {
      // What matters was durable before; there is nothing left to be done about this file.
    }
  }

  return createSqlJournal({
    now: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    instance: randomUUID(),
    shared: false,
    async run(statement, values) {
      try {
        if (closed) throw new Error('The journal was closed.');
        // Whoever removes or replaces an open file leaves SQLite writing to one that nobody will find again.
        if (open !== undefined && identityOf(file) !== open.identity) shut();
        if (open === undefined) {
          const db = openFile(file);
          open = { db, identity: identityOf(file) };
        }
        const named = Object.fromEntries(values.map((value, index) => [`$${index + 1}`, value]));
        return open.db.prepare(statement).all(named);
      } catch (error) {
        // A full disk leaves the connection whole. To keep it is to keep the lock: while this process is at an
        // operation, no other may open the file and call that operation one of a process that ended.
        if (!isFull(error)) shut();
        throw new JournalUnavailable(error);
      }
    },
    async close() {
      closed = true;
      shut();
    },
  });
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

/** Makes the folder, and makes its name durable: SQLite does so for its files, and not for what they lie in. */
function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Windows opens no folder as a file.
  if (first === undefined || process.platform === 'win32') return;
  for (let parent = dirname(folder); ; parent = dirname(parent)) {
    const descriptor = openSync(parent, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (parent === dirname(first)) return;
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
