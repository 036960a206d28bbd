import { mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe } from 'vitest';
import { connectionCases, journalCase } from './cases-faults.ts';
import { httpCases } from './cases-http.ts';
import { patchCases } from './cases-patch.ts';
import { providerCases } from './cases-provider.ts';
import { refusedCases } from './cases-refused.ts';
import { filesOf, sweep } from './sweep.ts';
import type { World } from './world.ts';

const file = ({ folder }: World) => `${folder}/journal.db`;

function putAside(world: World): void {
  for (const end of ['', '-wal', '-shm']) {
    try {
      renameSync(`${file(world)}${end}`, `${world.folder}/aside${end}`);
    } catch {}
  }
}

function putBack(world: World): void {
  for (const end of ['', '-wal', '-shm']) {
    rmSync(`${file(world)}${end}`, { force: true });
    try {
      renameSync(`${world.folder}/aside${end}`, `${file(world)}${end}`);
    } catch {}
  }
}

const journalCases = [
  journalCase(
    'is a folder',
    (world) => {
      putAside(world);
      mkdirSync(file(world));
    },
    (world) => {
      rmdirSync(file(world));
      putBack(world);
    },
  ),
  journalCase(
    'is no database',
    (world) => {
      putAside(world);
      writeFileSync(file(world), world.plants.word('notes in the journal’s place').repeat(200));
    },
    putBack,
  ),
];

describe('with a journal in a file', () => {
  sweep(
    {
      open: async () => ({ configuration: (folder) => ({ sqlite: `${folder}/journal.db` }) }),
      contents: async ({ folder }) => filesOf(folder, 'journal.db'),
    },
    [...patchCases, ...refusedCases, ...httpCases, ...providerCases, ...connectionCases, ...journalCases],
  );
});
