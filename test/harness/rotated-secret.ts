import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Secret } from '../../src/settings/secret.ts';

const folder = mkdtempSync(`${tmpdir()}/idpatch-rotated-`);
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** A secret whose file has another value by now. */
export function rotatedSecret(before: string, now: string): Secret {
  files += 1;
  const path = `${folder}/${files}`;
  writeFileSync(path, now);
  return new Secret(before, { path, report: () => {} });
}
