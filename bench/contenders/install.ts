import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { here } from './idpatch.ts';

/** Where what is measured on request is installed. Git ignores it. */
const folder = fileURLToPath(new URL('../.contenders', import.meta.url));

const npm = (cwd: string, ...args: readonly string[]) =>
  execFileSync('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund'], { cwd, stdio: 'pipe' });

/** Installs packages into a folder of their own, unless that was done before, and gives the folder. */
export function install(name: string, packages: readonly string[], overrides: object = {}): string {
  const own = `${folder}/${name}`;
  if (existsSync(`${own}/node_modules`)) return own;
  mkdirSync(own, { recursive: true });
  writeFileSync(`${own}/package.json`, JSON.stringify({ private: true, overrides }));
  npm(own, 'install', ...packages);
  return own;
}

/** Lays out idpatch at another commit, with the packages that it needs to run, and gives the folder. */
export function installCommit(name: string): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: here, maxBuffer: 1 << 30 });
  const own = `${folder}/${git('rev-parse', '--verify', `${name}^{commit}`).toString().trim()}`;
  mkdirSync(own, { recursive: true });
  const files = ['package.json', 'package-lock.json', 'src', 'examples'];
  execFileSync('tar', ['-x', '-C', own], { input: git('archive', own.slice(-40), ...files) });
  // Where the lockfile is the same, Node finds the packages of this commit in a folder above.
  const lockOf = (root: string) => readFileSync(`${root}/package-lock.json`, 'utf8');
  if (lockOf(own) !== lockOf(here) && !existsSync(`${own}/node_modules`)) npm(own, 'ci', '--omit=dev');
  return own;
}
