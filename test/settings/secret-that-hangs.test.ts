import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/settings/secret.ts';

it('a secret’s file that cannot be read, as of a network that hangs, holds one thread, whoever asks for it', async () => {
  const folder = mkdtempSync(`${tmpdir()}/idpatch-secret-`);
  // A pipe that nobody writes hangs in the same way.
  const path = `${folder}/pipe`;
  execFileSync('mkfifo', [path]);
  onTestFinished(async () => {
    await promisify(execFile)('sh', ['-c', 'echo late > "$0"', path]);
    rmSync(folder, { recursive: true });
  });
  // One for each of the process's threads, and one more.
  const secrets = Array.from({ length: 5 }, () => new Secret('one', { path, report: () => {} }));
  const renewAll = () => Promise.all(secrets.map((secret) => secret.renew('one')));
  expect(new Set([...(await renewAll()), ...(await renewAll())])).toEqual(new Set([false]));
  expect(await Promise.race([readFile(import.meta.filename, 'utf8'), delay(2_000, 'hangs')])).not.toBe(
    'hangs',
  );
});
