import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { providers } from '../../src/providers/registry.ts';
import { good, load, objections } from '../harness/config.ts';
import { type JsonSchema, schema, subschemas } from './subschemas.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const otlp = 'https://collector.example.com/v1/traces';

describe('npm start -- config-schema', () => {
  it('prints the committed schema, and reads neither environment nor configuration', () => {
    const here = mkdtempSync(join(tmpdir(), 'idpatch-empty-'));
    const env = { IDPATCH_CONFIG: '/nowhere', PORT: 'none' };
    const printed = execFileSync(process.execPath, [join(root, 'src/main.ts'), 'config-schema'], {
      cwd: here,
      env,
    });
    const committed = read('examples/idpatch.schema.json');
    const message = 'examples/idpatch.schema.json is behind the code: npm run codegen writes it.';
    expect(printed.toString(), message).toBe(committed);
    expect(committed).toMatch(/[^\n]\n$/);
    expect(readdirSync(here)).toEqual([]);
  });

  it('ends without an error when its reader closes the pipe early', async () => {
    const child = spawn(process.execPath, [join(root, 'src/main.ts'), 'config-schema']);
    child.stdout.destroy();
    const ended = once(child, 'close');
    expect(await text(child.stderr)).toBe('');
    expect(await ended).toEqual([0, null]);
  });

  it('is named in the error of an unknown command', () => {
    expect(() =>
      execFileSync(process.execPath, [join(root, 'src/main.ts'), 'config-shcema'], { stdio: 'pipe' }),
    ).toThrow(/Unknown command\. .*\bcheck\b.*\bconfig-schema\b/);
  });
});

describe('the JSON Schema', () => {
  const all = subschemas();
  const keys = all.flatMap(([path, { properties = {}, additionalProperties }]) => [
    ...Object.entries(properties).map(([key, one]) => [`${path}.${key}`, one] as const),
    ...(additionalProperties ? [[`${path}.*`, additionalProperties] as const] : []),
  ]);

  it('describes every key', () => {
    expect(keys.length).toBeGreaterThan(90);
    const undescribed = keys.filter(([, { description }]) => !/^[A-Z`].+(\.|…)$/.test(description ?? ''));
    expect(undescribed.map(([path]) => path)).toEqual([]);
  });

  // yaml-language-server reads a schema as draft-07 in versions that are much in use (its issue 1112).
  it('has only keywords of draft-07', () => {
    const older = { ...schema, $schema: 'http://json-schema.org/draft-07/schema#' };
    expect(() => new Ajv({ strict: true }).compile(older)).not.toThrow();
  });

  it('has no object with arbitrary keys', () => {
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

  it('has the defaults of the program', () => {
    const { server, limits, metrics, traces } = load({ ...good, metrics: {}, traces: { otlp } });
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

describe('a configuration is valid, and the program accepts it:', () => {
  const example = (name: string) => ({ ...good, ...(parse(read(`examples/callers/${name}`)) as object) });
  const readme = /^```yaml\n([\s\S]*?)^```$/m.exec(read('README.md'))?.[1] ?? '';
  const configMap = parseAllDocuments(read('deploy/kubernetes.yaml'))
    .map((one) => one.toJS())
    .find(({ kind }) => kind === 'ConfigMap');
  it.each<[string, unknown]>([
    ['examples/idpatch.yaml', parse(read('examples/idpatch.yaml'))],
    ...readdirSync(join(root, 'examples/callers')).map((name): [string, unknown] => [
      `examples/callers/${name}`,
      example(name),
    ]),
    ['deploy/idpatch.yaml', parse(read('deploy/idpatch.yaml'))],
    ['deploy/kubernetes.yaml', parse(configMap.data['idpatch.yaml'])],
    ['of the README', parse(readme)],
    ['with required keys only', good],
  ])('%s', (_, config) => {
    expect(objections(config)).toEqual([]);
    expect(load(withKnownSecrets(config))).toBeDefined();
  });

  it.each(['examples/idpatch.yaml', 'deploy/idpatch.yaml'])('%s names its schema', (path) => {
    const [, at = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(path)) ?? [];
    expect(normalize(join(dirname(path), at))).toBe('examples/idpatch.schema.json');
  });
});

/** The same configuration with the one secret that `load` knows. */
function withKnownSecrets(config: unknown): unknown {
  const text = JSON.stringify(config);
  return JSON.parse(text.replace(/\{"(env|file)":"[A-Z./][^"]*"\}/g, '{"env":"KEY"}'));
}
