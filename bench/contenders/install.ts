import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where what is measured on request is installed. Git ignores it. */
const folder = fileURLToPath(new URL('../.contenders', import.meta.url));

/**
 * Installs a contender's packages into a folder of its own, where they are not there yet, and gives the folder. No
 * script of theirs is run.
 */
export function install(
  name: string,
  packages: readonly string[],
  overrides: Readonly<Record<string, string>> = {},
): string {
  const own = `${folder}/${name}`;
  if (existsSync(`${own}/node_modules`)) return own;
  mkdirSync(own, { recursive: true });
  writeFileSync(`${own}/package.json`, JSON.stringify({ private: true, overrides }));
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], {
    cwd: own,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return own;
}
