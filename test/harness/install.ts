import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Installs the packages in the folders of the command line, those whose lockfile has changed since they were. */
for (const folder of process.argv.slice(2)) {
  const lock = readFileSync(`${folder}/package-lock.json`);
  const installed = `${folder}/node_modules/.installed-package-lock.json`;
  if (existsSync(installed) && readFileSync(installed).equals(lock)) continue;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
  writeFileSync(installed, lock);
}
