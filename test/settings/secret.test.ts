import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/settings/secret.ts';

it('a secret reads its file once for all who are refused at a time, and not for who had an older value', async () => {
  const folder = mkdtempSync(`${tmpdir()}/idpatch-secret-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // A pipe shows how often it is read: each writer gets one reader.
  const path = `${folder}/pipe`;
  execFileSync('mkfifo', [path]);
  const served: string[] = [];
  const serve = async (value: string) => {
    const pipe = await open(path, 'w');
    served.push(value);
    await pipe.writeFile(`${value}\n`);
    await pipe.close();
  };
  const reports: unknown[] = [];
  const secret = new Secret('one', { path, report: (problem = 'replaced') => void reports.push(problem) });
  const renewAll = (refused: string) =>
    Promise.all(Array.from({ length: 1_000 }, () => secret.renew(refused)));

  // Its file may come a moment later: for a value that was not refused before there is one more reading.
  const first = renewAll('one');
  await serve('one');
  await new Promise((resolve) => setTimeout(resolve, 100));
  await serve('one');
  expect(new Set(await first)).toEqual(new Set([false]));
  const [other] = await Promise.all([renewAll('one'), serve('two')]);
  expect(new Set(other)).toEqual(new Set([true]));
  expect(new Set(await renewAll('one'))).toEqual(new Set([true]));
  expect([served, reports, secret.reveal()]).toEqual([['one', 'one', 'two'], ['replaced'], 'two']);

  // Nobody writes: the reading ends, and what comes too late does not count.
  expect(await secret.renew('two')).toBe(false);
  await serve('late');
  expect([reports.slice(1), secret.reveal()]).toEqual([['cannot be read'], 'two']);
});
