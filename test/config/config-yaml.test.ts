import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { refusalOf } from './refused-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'idpatch-yaml-'));
afterAll(() => rmSync(folder, { recursive: true }));

function refusal(text: string): string {
  const path = join(folder, 'idpatch.yaml');
  writeFileSync(path, text);
  return refusalOf(() => loadConfig({ IDPATCH_CONFIG: path }));
}

describe('a file that is not YAML is refused, its line named and nothing of it printed:', () => {
  it.each([
    ['an indentation', 'callers:\n  anonymous: true\n canary: 1\n', 3],
    ['a quote that does not end', 'callers:\n  secret: "canary\n', 3],
    ['a tab', 'callers:\n\tcanary: true\n', 2],
    ['a key twice', 'canary: 1\ncallers: { anonymous: true }\ncanary: 2\n', 3],
    ['two documents', 'canary: 1\n---\ncanary: 2\n', 2],
    ['two values of one key', 'canary: canary: canary\n', 1],
    ['a bracket that does not end', 'callers: { canary: [canary\n', 2],
  ])('%s', (_, text, line) => {
    expect(refusal(text)).toMatch(new RegExp(`^The configuration is not YAML: [A-Z_]+ at line ${line}\\.$`));
  });

  it.each([
    ['an alias of nothing', 'callers: *canary\n'],
    ['an alias of what it is in', 'callers: &canary\n  jwt: *canary\n'],
    [
      'an alias bomb',
      `a: &a [${'canary,'.repeat(9)}]\n${[...'bcdefghi'].map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}]`).join('\n')}\n`,
    ],
  ])('%s', (_, text) => {
    expect(refusal(text)).toBe(
      'The configuration cannot be read: a YAML alias is unresolved, cyclic, or there are too many.',
    );
  });

  it.each([
    ['a tag', 'callers: !canary { anonymous: true }\n'],
    ['a merge key', '<<: { canary: 1 }\n'],
    ['bytes that are no text', '\u0000canary'],
  ])('%s', (_, text) => {
    expect(refusal(text)).not.toBe('');
  });

  it('a file that is not there is named', () => {
    const path = join(folder, 'nowhere.yaml');
    expect(() => loadConfig({ IDPATCH_CONFIG: path })).toThrow(
      new ConfigError(`The configuration file could not be read (ENOENT): ${path}`),
    );
  });

  it('a folder is named', () => {
    expect(() => loadConfig({ IDPATCH_CONFIG: folder })).toThrow(
      new ConfigError(`The configuration file could not be read (EISDIR): ${folder}`),
    );
  });
});
