import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/settings/secret.ts';

it('files of secrets that cannot be read, as of a network that hangs, leave threads for other files', async () => {
  const folder = mkdtempSync(`${tmpdir()}/idpatch-secret-`);
  // A pipe that nobody writes hangs in the same way. One for each of the process's threads, and one more.
  const paths = Array.from({ length: 5 }, (_, nth) => `${folder}/${nth}`);
  execFileSync('mkfifo', paths);
  onTestFinished(async () => {
    await Promise.all(paths.map((path) => promisify(execFile)('sh', ['-c', 'echo late > "$0"', path])));
    rmSync(folder, { recursive: true });
  });
  const secrets = paths.map((path) => new Secret('one', { path, report: () => {} }));
  const renewAll = () => Promise.all(secrets.map((secret) => secret.renew('one')));
  expect(new Set([...(await renewAll()), ...(await renewAll())])).toEqual(new Set([false]));
  expect(await Promise.race([readFile(import.meta.filename, 'utf8'), delay(2_000, 'hangs')])).not.toBe(
    'hangs',
  );
});
