import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { folderProblem, foreseeableFolderProblem } from '../../src/journal/sqlite-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/idpatch-folder-`);
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a folder is made with those above it, for its owner alone, and is none to be made again', () => {
  for (const _ of ['once', 'again']) expect(folderProblem(`${folder}/some/way/below`)).toBeUndefined();
  for (const made of ['some', 'some/way', 'some/way/below']) {
    expect(statSync(`${folder}/${made}`).mode & 0o777).toBe(0o700);
  }
});

it('a folder that is there keeps its mode, also behind a link', () => {
  mkdirSync(`${folder}/there`);
  chmodSync(`${folder}/there`, 0o755);
  symlinkSync(`${folder}/there`, `${folder}/link`);
  expect(folderProblem(`${folder}/link`)).toBeUndefined();
  expect(statSync(`${folder}/there`).mode & 0o777).toBe(0o755);
});

it.each<readonly [string, () => string, string]>([
  ['is a file', () => `${folder}/file`, 'EEXIST'],
  ['lies below a file', () => `${folder}/file/one/two`, 'EEXIST'],
  ['lies behind a link to nothing', () => `${folder}/nothing/below`, 'EEXIST'],
  ['lies behind a link to itself', () => `${folder}/itself/below`, 'ELOOP'],
  ['has too long a name', () => `${folder}/${'long'.repeat(99)}`, 'ENAMETOOLONG'],
  ['has a name that no file can have', () => `${folder}/\0`, 'ERR_INVALID_ARG_VALUE'],
])('what %s never is one', (_, path, code) => {
  writeFileSync(`${folder}/file`, '');
  symlinkSync(`${folder}/gone`, `${folder}/nothing`);
  symlinkSync(`${folder}/itself`, `${folder}/itself`);
  for (const problem of [foreseeableFolderProblem, folderProblem]) expect(problem(path())).toBe(code);
  expect(existsSync(`${folder}/gone`)).toBe(false);
});

it('a folder that can be made is no problem to be foreseen, and is not made', () => {
  mkdirSync(`${folder}/there`);
  symlinkSync(`${folder}/there`, `${folder}/link`);
  for (const path of ['.', './data', '/', folder, `${folder}/some/way/below`, `${folder}/link/below`])
    expect(foreseeableFolderProblem(path)).toBeUndefined();
  expect([existsSync(`${folder}/some`), existsSync(`${folder}/link/below`)]).toEqual([false, false]);
});

const run = (...[command = '', ...args]: readonly string[]) => spawnSync(command, args).status;
const isRoot = process.getuid?.() === 0;

it.skipIf(!isRoot)('what can only be read takes no folder, and that can be foreseen (needs root)', (test) => {
  const mounted = run('mount', '-t', 'tmpfs', '-o', 'ro', 'tmpfs', folder);
  if (mounted !== 0) return test.skip('a file system cannot be mounted here');
  try {
    for (const problem of [foreseeableFolderProblem, folderProblem]) {
      expect(problem(`${folder}/one/two`)).toBe('EROFS');
      expect(problem(folder)).toBeUndefined();
    }
  } finally {
    expect(run('umount', '--lazy', folder)).toBe(0);
  }
});

it.skipIf(!isRoot)(
  'what is full takes none for now, which is no problem of the path (needs root)',
  (test) => {
    const mounted = run('mount', '-t', 'tmpfs', '-o', 'nr_inodes=2', 'tmpfs', folder);
    if (mounted !== 0) return test.skip('a file system cannot be mounted here');
    try {
      writeFileSync(`${folder}/filler`, '');
      expect(() => mkdirSync(`${folder}/below`)).toThrow('ENOSPC');
      expect(folderProblem(`${folder}/below`)).toBeUndefined();
      expect(existsSync(`${folder}/below`)).toBe(false);
      rmSync(`${folder}/filler`);
      expect(folderProblem(`${folder}/below`)).toBeUndefined();
      expect(existsSync(`${folder}/below`)).toBe(true);
    } finally {
      expect(run('umount', '--lazy', folder)).toBe(0);
    }
  },
);

it.skipIf(!isRoot)('where one may make folders and not list them, or not make them (needs root)', () => {
  // Root may do everything, so somebody else asks.
  const asNobody = (path: string) => {
    process.seteuid?.(65_534);
    try {
      return folderProblem(path);
    } finally {
      process.seteuid?.(0);
    }
  };
  chmodSync(folder, 0o733);
  expect(asNobody(`${folder}/below`)).toBeUndefined();
  expect(existsSync(`${folder}/below`)).toBe(true);
  chmodSync(folder, 0o755);
  expect(asNobody(`${folder}/another`)).toBe('EACCES');
});
