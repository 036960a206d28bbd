import { randomBytes, randomUUID } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates a folder and its parents, each for its owner alone, and makes their names durable: SQLite does so for its
 * files, but not for their folders. Throws the system's error where the folder cannot be created.
 */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  // Not by mkdir's own `recursive`: where an existing folder answers ENOENT, as /proc does, it loops without end (Node
  // 24, MKDirpSync in src/node_file.cc).
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process was first.
    if (!isFolder(folder)) throw error;
  }
  makeDurable(parent);
}

/**
 * The random key in a file of 32 bytes for its owner alone, which is created where there is none. Throws the system's
 * error.
 */
export function readOrCreateKey(file: string): Buffer {
  if (!statSync(file, { throwIfNoEntry: false })) {
    makeFolder(dirname(file));
    // It gets its name when it is whole, so that none is ever cut off; and not where another process was first.
    const whole = `${file}.${randomUUID()}`;
    writeFileSync(whole, randomBytes(keyBytes), { mode: 0o600, flush: true });
    try {
      linkSync(whole, file);
    } catch (error) {
      // Some file systems have no links: there, two first starts at once are not told apart.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') renameSync(whole, file);
    } finally {
      rmSync(whole, { force: true });
    }
    makeDurable(dirname(file));
  }
  const key = readFileSync(file);
  if (key.length !== keyBytes) throw new Error('The file of the journal’s digest key is not 32 bytes long.');
  return key;
}

const keyBytes = 32;

/**
 * Creates a folder; the code of the system's error, such as ENOENT, where the path can never be one. Undefined where it
 * exists afterwards, and where it only cannot be created now, as on a full disk.
 */
export function folderProblem(folder: string): string | undefined {
  try {
    makeFolder(folder);
    return undefined;
  } catch (error) {
    // It was created and could not be opened for fsync: the next call finds it.
    return (error as NodeJS.ErrnoException).syscall === 'open' ? undefined : lastingCode(error);
  }
}

/**
 * The same without creating anything, as far as the existing folders show it. A file system that takes no folders for
 * another reason than permissions, as /proc, shows that only when one is created.
 */
export function foreseeableFolderProblem(folder: string): string | undefined {
  try {
    if (isFolder(folder)) return undefined;
    let first = folder;
    while (!isFolder(dirname(first)) && dirname(first) !== first) first = dirname(first);
    if (lstatSync(first, { throwIfNoEntry: false })) return 'EEXIST';
    accessSync(dirname(first), constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return lastingCode(error);
  }
}

function lastingCode(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && lasting.has(code) ? code : undefined;
}

/** Errors that do not pass by themselves: the operator has to choose another path, or prepare this one. */
const lasting: ReadonlySet<string> = new Set([
  ...['ENOENT', 'ENOTDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'],
  ...['EACCES', 'EPERM', 'EROFS'],
]);

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function makeDurable(folder: string): void {
  // Windows does not open folders as files.
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
