import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { stringify } from 'yaml';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';

const root = resolve(import.meta.dirname, '../..');

/** The text of a file of the project. */
export const read = (path: string): string => readFileSync(resolve(root, path), 'utf8');

/** The JSON Schema of idpatch.yaml as it is committed, which editors are given. */
export const committed = read('examples/idpatch.schema.json');

/** A JSON Schema, so far as tests walk it. */
export interface JsonSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** The same, read. */
export const schema = JSON.parse(committed) as JsonSchema;

/** Every schema within the schema, with the keys on the way to it. */
export function within(
  one: JsonSchema = schema,
  path: readonly string[] = [],
): readonly [string, JsonSchema][] {
  const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [] } = one;
  return [
    [path.join('.'), one],
    ...Object.entries(properties).flatMap(([key, next]) => within(next, [...path, key])),
    ...(additionalProperties ? within(additionalProperties, [...path, '*']) : []),
    ...[...(items ? [items] : []), ...anyOf, ...oneOf].flatMap((next) => within(next, path)),
  ];
}

const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);

/** What ajv, the reference of JSON Schema's validators, has against a configuration: nothing where it is valid. */
export function objections(config: unknown): readonly string[] {
  if (validate(config)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

/** Where traces may go. */
export const otlp = 'https://collector.example.com/v1/traces';
/** A directory of each provider, with what it must have alone. */
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
/** An issuer, with what it must have alone. */
export const issuer = {
  ...{ issuer: 'https://login.example.com', audience: 'idpatch', algorithms: ['ES256'] },
  ...{ jwks: 'https://login.example.com/jwks.json', rights: { claim: 'scope' } },
};
/** A configuration, with what it must have alone. */
export const good = { callers: { anonymous: true }, directories: { employees, contractors, customers } };

/**
 * What the program makes of a configuration, or of the text of one, where the environment holds the secret KEY.
 * @throws ConfigError
 */
export function load(config: unknown): Config | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'idpatch-config-schema-'));
  try {
    const path = join(folder, 'idpatch.yaml');
    writeFileSync(path, typeof config === 'string' ? config : stringify(config));
    return loadConfig({ IDPATCH_CONFIG: path, KEY: 'a-secret' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
