import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { providers } from '../../src/providers/registry.ts';
import {
  committed,
  contractors,
  customers,
  employees,
  good,
  issuer,
  type JsonSchema,
  load,
  objections,
  otlp,
  read,
  schema,
  within,
} from './config-schema.ts';

const root = resolve(import.meta.dirname, '../..');

describe('npm start -- config-schema', () => {
  it('prints what is committed for editors, from nothing but the code', () => {
    const here = mkdtempSync(join(tmpdir(), 'idpatch-empty-'));
    const printed = (env: Record<string, string>) =>
      execFileSync(process.execPath, [join(root, 'src/main.ts'), 'config-schema'], { cwd: here, env });
    const message = 'examples/idpatch.schema.json is behind the code: npm run codegen writes it.';
    expect(printed({}).toString(), message).toBe(committed);
    expect(committed).toMatch(/[^\n]\n$/);
    expect(printed({ IDPATCH_CONFIG: '/nowhere', PORT: 'none' }).toString()).toBe(committed);
    expect(readdirSync(here)).toEqual([]);
  });

  it('takes it for no bug that its reader leaves early', async () => {
    const child = spawn(process.execPath, [join(root, 'src/main.ts'), 'config-schema']);
    child.stdout.destroy();
    const ended = once(child, 'close');
    expect(await text(child.stderr)).toBe('');
    expect(await ended).toEqual([0, null]);
  });

  it('is named where there is no such command', () => {
    expect(() =>
      execFileSync(process.execPath, [join(root, 'src/main.ts'), 'config-shcema'], { stdio: 'pipe' }),
    ).toThrow(/Unknown command\. .*\bcheck\b.*\bconfig-schema\b/);
  });
});

describe('the JSON Schema', () => {
  const all = within();
  const keys = all.flatMap(([path, { properties = {}, additionalProperties }]) => [
    ...Object.entries(properties).map(([key, one]) => [`${path}.${key}`, one] as const),
    ...(additionalProperties ? [[`${path}.*`, additionalProperties] as const] : []),
  ]);

  it('describes every key, in a sentence', () => {
    expect(keys.length).toBeGreaterThan(90);
    const mute = keys.filter(([, { description }]) => !/^[A-Z`].{10,}(\.|…)$/.test(description ?? ''));
    expect(mute.map(([path]) => path)).toEqual([]);
  });

  // yaml-language-server reads a schema as draft-07 in versions that are much in use (its issue 1112).
  it('says nothing that an editor would not know which knows draft-07 alone', () => {
    const older = { ...schema, $schema: 'http://json-schema.org/draft-07/schema#' };
    expect(() => new Ajv({ strict: true }).compile(older)).not.toThrow();
  });

  it('is closed: an object has its own keys alone, or others by a schema of theirs', () => {
    const open = all.filter(
      ([, one]) => 'type' in one && one.type === 'object' && one.additionalProperties === undefined,
    );
    expect(open.map(([path]) => path)).toEqual([]);
  });

  it('has a directory of every kind of provider', () => {
    const { oneOf = [] } = schema.properties?.directories?.additionalProperties || {};
    expect(oneOf.map(({ properties }) => properties?.provider?.const)).toEqual(
      providers.map(({ kind }) => kind),
    );
  });

  it('says the defaults', () => {
    const { server, limits, metrics, traces } = load({ ...good, metrics: {}, traces: { otlp } }) ?? {};
    const defaultsOf = (one: JsonSchema | undefined) =>
      Object.fromEntries(
        Object.entries(one?.properties ?? {}).flatMap(([key, next]) =>
          'default' in next ? [[key, next.default]] : [],
        ),
      );
    const { properties = {} } = schema;
    expect(defaultsOf(properties.server)).toEqual(server);
    expect(defaultsOf(properties.limits?.properties?.document)).toEqual(limits?.document);
    expect({ ...defaultsOf(properties.limits), document: limits?.document }).toEqual(limits);
    expect(defaultsOf(properties.metrics)).toEqual(metrics);
    expect({ ...defaultsOf(properties.traces), otlp }).toEqual(traces);
  });
});

describe('what the program takes is valid:', () => {
  const front = (name: string) => ({ ...good, ...(parse(read(`examples/callers/${name}`)) as object) });
  const readme = /^```yaml\n([\s\S]*?)^```$/m.exec(read('README.md'))?.[1] ?? '';
  const configMap = parseAllDocuments(read('deploy/kubernetes.yaml'))
    .map((one) => one.toJS())
    .find(({ kind }) => kind === 'ConfigMap');
  const loopback = { allowLoopback: true, baseUrl: 'http://127.0.0.1:4100' };
  const sandbox = {
    journal: { sqlite: './data/sandbox-4000.db' },
    server: { host: '127.0.0.1', port: 4000, graphiql: true, introspection: true, suggestions: true },
    metrics: { port: 0 },
    callers: { anonymous: true, jwt: [{ ...issuer, allowLoopback: true, jwks: 'http://127.0.0.1:1/k' }] },
    directories: {
      employees: { ...employees, ...loopback, customFields: { age: 'number' } },
      contractors: { ...contractors, ...loopback, customFields: { g: { type: 'choice', choices: ['a'] } } },
      customers: { ...customers, ...loopback },
    },
  };

  it.each<[string, unknown]>([
    ['examples/idpatch.yaml', parse(read('examples/idpatch.yaml'))],
    ...readdirSync(join(root, 'examples/callers')).map((name): [string, unknown] => [
      `examples/callers/${name}`,
      front(name),
    ]),
    ['deploy/idpatch.yaml', parse(read('deploy/idpatch.yaml'))],
    ['deploy/kubernetes.yaml', parse(configMap.data['idpatch.yaml'])],
    ['the README’s', parse(readme)],
    ['the sandbox’s', sandbox],
    ['one with defaults alone', good],
    ['one with metrics alone', { ...good, metrics: {} }],
    ['a journal', { ...good, journal: { postgres: { file: './url' }, retentionDays: 0.5 } }],
    [
      'fields named like a secret',
      { ...good, directories: { a: { ...employees, customFields: { env: 'text' } } } },
    ],
    ['claims on a way', { ...good, callers: { jwt: [{ ...issuer, rights: { claim: ['a', 'b'] } }] } }],
  ])('%s', (_, config) => {
    expect(objections(config)).toEqual([]);
    expect(load(asHere(config))).toBeDefined();
  });

  it.each(['examples/idpatch.yaml', 'deploy/idpatch.yaml'])('%s says so to an editor', (path) => {
    const [, at = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(path)) ?? [];
    expect(normalize(join(dirname(path), at))).toBe('examples/idpatch.schema.json');
  });
});

/** The same with the one secret that is here. */
function asHere(config: unknown): unknown {
  const text = JSON.stringify(config);
  return JSON.parse(text.replace(/\{"(env|file)":"[A-Z./][^"]*"\}/g, '{"env":"KEY"}'));
}
