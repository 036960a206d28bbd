import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder with those above it, each for its owner alone, and makes their names durable: SQLite does so for its
 * files, and not for what they lie in. Throws the system's error where there can be no such folder.
 */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  // One after the other: where a folder that is there takes none, and says ENOENT as /proc does, mkdir's own
  // `recursive` goes up and down without an end (Node 24, MKDirpSync in src/node_file.cc).
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process was faster.
    if (!isFolder(folder)) throw error;
  }
  makeDurable(parent);
}

/**
 * What keeps a path from ever being a folder: the code of the system's error, such as ENOENT. Undefined where it is one
 * now, for it is made, and where it is only for now that it cannot be made, as on a full disk.
 */
export function folderProblem(folder: string): string | undefined {
  try {
    makeFolder(folder);
    return undefined;
  } catch (error) {
    // What was made and could not be opened to be made durable is there at the next call.
    return (error as NodeJS.ErrnoException).syscall === 'open' ? undefined : lastingCode(error);
  }
}

/**
 * The same without making anything, so far as it shows in what is there already: a file system that takes no folders
 * for another reason than a right, as /proc, says so only when it is asked for one.
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

/** Errors that no time heals, but only whoever names another path, or prepares this one. */
const lasting: ReadonlySet<string> = new Set([
  ...['ENOENT', 'ENOTDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'],
  ...['EACCES', 'EPERM', 'EROFS'],
]);

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function makeDurable(folder: string): void {
  // Windows opens no folder as a file.
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
