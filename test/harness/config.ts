import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Config, ConfigError } from '../../src/config/config.ts';
import { configSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';

/** A directory of each provider, with its required keys only. */
export const employees = {
  provider: 'eiam-developer',
  baseUrl: 'https://eiam-developerapi.cn-hangzhou.aliyuncs.com',
  ...{ instanceId: 'idaas_a', applicationId: 'app_a', clientSecret: { env: 'KEY' } },
};
export const contractors = {
  provider: 'eiam-management',
  baseUrl: 'https://eiam.cn-hangzhou.aliyuncs.com',
  ...{ instanceId: 'idaas_a', accessKeyId: { env: 'KEY' }, accessKeySecret: { env: 'KEY' } },
};
export const customers = { provider: 'descope', projectId: 'P2abc', managementKey: { env: 'KEY' } };
/** An issuer, with its required keys only. */
export const issuer = {
  ...{ issuer: 'https://login.canary.example', audience: 'idpatch-canary', algorithms: ['ES256'] },
  ...{ jwks: 'https://login.canary.example/jwks.json', rights: { claim: 'scope' } },
};
/** A valid configuration, with its required keys only. */
export const good = {
  callers: { anonymous: true, jwt: [issuer] },
  directories: { employees, contractors, customers },
};

const folder = mkdtempSync(join(tmpdir(), 'idpatch-config-'));
// The files of a worker share this module, so no hook of one of them may remove it.
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Writes a file of this test and returns its path. */
export function fileWith(text: string, name = 'file'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/**
 * Loads a configuration, or the text of one; the environment holds the secret KEY.
 * @throws ConfigError
 */
export function load(config: unknown, environment: Readonly<Record<string, string>> = {}): Config {
  const path = fileWith(typeof config === 'string' ? config : stringify(config), 'idpatch.yaml');
  const loaded = loadConfig({
    KEY: 'canary-key-of-more-than-32-characters',
    ...environment,
    IDPATCH_CONFIG: path,
  });
  return loaded ?? expect.fail('The file that was written is not there.');
}

/** The error message of a configuration. Values that must not be printed contain the word canary: no message does. */
function refusalOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const { message } = error as ConfigError;
    expect(message).not.toMatch(/canary/i);
    return message;
  }
  throw new Error('The configuration was accepted.');
}

/** The lines of the error message of a configuration. */
export function problemsOf(config: unknown, environment: Readonly<Record<string, string>> = {}) {
  return refusalOf(() => load(config, environment)).split('\n');
}

const validate = new Ajv2020({ strict: true, allErrors: true }).compile(JSON.parse(configSchema()));

/** The objections of ajv, the reference validator of JSON Schema, to a configuration. */
export function objections(config: unknown): readonly string[] {
  if (validate(config)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

type Members = Record<string, unknown>;

/** The valid configuration with a change, `path.to.key: value in YAML`. */
export function configWith(change: string): unknown {
  const [, path = '', value = ''] = /^(\S+): ?(.*)$/s.exec(change) ?? expect.fail(`No change: ${change}`);
  const keys = path.split('.');
  const config: Members = structuredClone(good);
  let holder = config;
  for (const key of keys.slice(0, -1)) {
    holder[key] ??= {};
    holder = holder[key] as Members;
  }
  holder[keys.at(-1) ?? ''] = parse(value);
  return config;
}

/**
 * The rows of a table that is written as text. `key: value | value → line` is a row for each value; a line that begins
 * with # is a comment.
 */
export function rows(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => {
      const [, key = '', values = '', problem = ''] = /^(\S+: )?(.*?)( → .*)?$/.exec(line) ?? [];
      return values.split(' | ').map((value) => `${key}${value}${problem}`);
    });
}

/**
 * Asserts a row `path.to.key: value → line`: the valid configuration with this change is refused by this line and no
 * other. Where the row has no line, the key itself is named, or a key within its value.
 */
export function refuses(row: string): void {
  const [change = '', line] = row.split(' → ');
  const key = change.slice(0, change.indexOf(':'));
  for (const problem of problemsOf(configWith(change))) {
    expect(problem.slice(0, (line ?? key).length)).toBe(line ?? key);
    if (line === undefined) expect(problem.slice(key.length)).toMatch(/^(\.\S+)?: \S/);
  }
}
