import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createDirectories } from '../../src/directories.ts';
import { Secret } from '../../src/settings/secret.ts';
import type { Telemetry } from '../../src/telemetry/telemetry.ts';
import type { Quotas } from '../../src/upstream/quota/quotas.ts';
import {
  configWith,
  contractors,
  customers,
  employees,
  good,
  issuer,
  load,
  objections,
  problemsOf,
  refuses,
  rows,
} from '../harness/config.ts';

describe('a configuration', () => {
  // That every optional key has a default, and which, is told by the whole example: readme.test.ts.
  it('keeps its directories in order', () => {
    const { directories } = load(good);
    expect(
      Object.entries(directories).map(([name, { origin, pace }]) => [name, origin, pace?.perMinute]),
    ).toEqual([
      ['employees', employees.baseUrl, undefined],
      ['contractors', contractors.baseUrl, undefined],
      ['customers', 'https://api.descope.com', 500],
    ]);
  });

  it('never shows its secrets', () => {
    const { directories, journal } = load(configWith('journal: { postgres: { env: KEY } }'));
    expect(journal).toEqual({ postgres: expect.any(Secret), retentionDays: 30 });
    expect(JSON.stringify([directories, journal])).not.toContain('canary');
  });

  it('derives the region of a Descope project from its id', () => {
    const config = load(configWith('directories.customers.projectId: Peuc1aAbBcCdDeEfFgGhHiIjJkKlLmMn'));
    expect(config.directories.customers?.origin).toBe('https://api.euc1.descope.com');
  });

  it.each([2, 60, 10_000_000])('replaces the published quota by %i', (perMinute) => {
    for (const name of ['employees', 'customers']) {
      const config = load(configWith(`directories.${name}.pace: { perMinute: ${perMinute} }`));
      expect(config.directories[name]?.pace).toEqual({ perMinute, burst: 0.5 });
    }
  });

  it.each(
    rows(`
      journal: { sqlite: ./data/idpatch.db, retentionDays: 0.5 }
      limits: { deadlineMs: 1000, readBackMs: 999 }
      server: { host: "::1", port: 0, cors: [https://app.example.com, "http://localhost:3000"] }
      # What is no reference to a secret is data.
      directories.employees.customFields: { env: text } | { file: number }
    `),
  )('is accepted with %s', (change) => {
    expect(load(configWith(change))).toBeDefined();
    expect(objections(configWith(change))).toEqual([]);
  });

  it('names all its problems, each on its own line', () => {
    const config = {
      ...good,
      server: { port: -1 },
      directories: {
        customers: { ...customers, projectId: '', extra: 'canary' },
        employees: { ...employees, clientSecret: undefined },
      },
    };
    expect(problemsOf(config).map((line) => line.split(':')[0])).toEqual([
      ...['server.port', 'directories.customers.projectId', 'directories.customers'],
      'directories.employees.clientSecret',
    ]);
  });
});

/** Wrong by its structure, which the JSON Schema describes too: an editor marks it, and the program refuses it. */
const wrongStructure = rows(`
  callers: {} → callers: Expected jwt, a list of issuers; or anonymous: true on a loopback host.
  callers: null | canary | [canary]
  callers.anonymous: false | "true"
  callers.jwt: [] | { issuer: canary }
  directories: {} → directories: Name at least one directory.
  directories.my-Own: { provider: descope } → directories.my-Own:
  directories.one: canary
  directories.one: {} → directories.one.provider: Invalid option
  directories.employees.provider: canary
  directories.employees.provider: descope → directories.employees
  directories.employees.clientSecret: canary | { env: 5 } | { env: KEY, file: canary } → directories.employees.clientSecret: Expected a secret
  # Secrets in the place of their reference.
  directories.employees.clientSecret: { env: K2canary+/secret== } | { file: K2canarysecret } | { env: canary } → directories.employees.clientSecret: Expected a secret
  directories.employees.instanceId: ../canary
  directories.employees.applicationId: a/canary
  directories.employees.allowLoopback: canary
  directories.employees.customFields: { age: date } | { aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: text }
  directories.employees.customFields: { "": text } → directories.employees.customFields.:
  directories.employees.customFields: { grade: { type: choice, options: [canary] } }
  directories.employees.customFields: { env: KEY } → directories.employees.customFields
  directories.employees.maxLength: { picture: 9 }
  directories.customers.maxLength: { nick: 9 } | { displayName: 0 }
  directories.customers.projectId: P.canary
  directories.customers.pace: null | 500
  directories.customers.pace: {} → directories.customers.pace.perMinute:
  directories.customers.pace.perMinute: 1 | 10000001 | 2.5 | "500"
  journal: null | {} | ./canary.db | { sqlite: "" } | { sqlite: ./canary.db, postgres: { env: KEY } }
  journal: { sqlite: ./canary.db, retentionDays: 0 } | { sqlite: ./canary.db, retentionDays: 3651 }
  journal: { sqlite: ./canary.db, retentionDays: canary } | { postgres: "postgres://canary@db/idpatch" }
  limits: null
  limits: { deadlineMs: 99, readBackMs: 50 } | { deadlineMs: 100.5, readBackMs: 50 } → limits.deadlineMs:
  limits.readBackMs: 49 | "200"
  limits.document: { env: KEY } → limits.document
  server: canary
  server: { env: KEY } → server
  server.port: 65536 | canary
  server.graphiql: yes please
  server.cors: https://app.canary.example
  traces: { otlp: "https://collector.example.com/v1/traces", sample: 1.1 } → traces.sample:
  traces: { otlp: "https://collector.example.com/v1/traces", headers: { x-key: canary } } → traces.headers.x-key:
  traces: { otlp: "https://collector.example.com/v1/traces", authorization: { basic: { env: KEY }, bearer: { env: KEY } } } → traces.authorization
`);

/** Wrong by its meaning: the program alone refuses it. */
const wrongMeaning = rows(`
  limits: { deadlineMs: 1000, readBackMs: 1000 } | { deadlineMs: 2000 } → limits.readBackMs: Expected less than deadlineMs
  server.cors: [https://app.example.com/canary] | ["http://app.canary.example"]
  callers.jwt.0.directories: [canary]
`);

const unknownKeyOf = (path: string) => `${path}.other: canary → ${path}: Unrecognized key: "other"`;
const objects = [
  ...['server', 'callers', 'limits', 'limits.document', 'metrics', 'callers.jwt.0'],
  ...['directories.employees', 'directories.contractors', 'directories.customers'],
];

describe('the program refuses, and names the key:', () => {
  it.each([...wrongStructure, ...objects.map(unknownKeyOf)])('%s', (row) => {
    refuses(row);
    expect(objections(configWith(row.split(' → ')[0] ?? ''))).not.toEqual([]);
  });

  it.each(wrongMeaning)('%s', (row) => refuses(row));

  it.each([
    ...['callers', 'directories', 'directories.employees.provider'],
    ...Object.entries({ employees, contractors, customers }).flatMap(([name, keys]) =>
      Object.keys(keys).map((key) => `directories.${name}.${key}`),
    ),
    ...Object.keys(issuer).map((key) => `callers.jwt.0.${key}`),
  ])('a configuration without %s', (path) => {
    const config = configWith(`${path}: null`);
    const without = JSON.parse(JSON.stringify(config), (_, value) => value ?? undefined);
    for (const line of problemsOf(without)) expect(line.startsWith(`${path}: `)).toBe(true);
    expect(objections(without)).not.toEqual([]);
  });

  it.each([null, '', '- canary', 'canary'])('%j as the whole configuration', (text) => {
    expect(problemsOf(text ?? 'null')).toEqual([expect.stringMatching(/^the configuration: /)]);
    expect(objections(text)).not.toEqual([]);
  });

  it('a directory with the keys of two providers', () => {
    const both = { ...employees, ...customers };
    for (const directory of [both, { ...both, provider: 'eiam-developer' }]) {
      const config = { ...good, directories: { both: directory } };
      expect(problemsOf(config).join()).toMatch(/^directories\.both: Unrecognized keys?: /);
      expect(objections(config)).not.toEqual([]);
    }
  });
});

it('anonymous callers are accepted on loopback only, by the configuration and by the environment', () => {
  for (const host of ['127.0.0.1', '127.8.9.10', 'localhost', '::1'])
    expect(load(configWith(`server.host: "${host}"`)).server.host).toBe(host);
  const line =
    'callers.anonymous: Anonymous callers are accepted only if server.host is a loopback address such as 127.0.0.1.';
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com', 'localhost.example.com', '*']) {
    expect(problemsOf(configWith(`server.host: "${host}"`))).toEqual([line]);
    expect(problemsOf(good, { HOST: host })).toEqual([line]);
  }
});

it('directories of one project share a quota; a directory without a published quota has none', async () => {
  const config = load({
    ...good,
    directories: {
      ...{ one: customers, same: customers, other: { ...customers, projectId: 'P2other' } },
      ...{ elsewhere: { ...customers, baseUrl: 'https://api.example.com' }, free: contractors },
    },
  });
  const requested: Parameters<Quotas['throttleOf']>[0][] = [];
  const quotas = { throttleOf: (quota: (typeof requested)[0]) => void requested.push(quota) };
  const telemetry: Partial<Telemetry> = { metrics: undefined, tracing: undefined };
  const opened = createDirectories(
    config,
    quotas as unknown as Quotas,
    telemetry as Telemetry,
    pino({ level: 'silent' }),
  );
  await Promise.all([...opened.values()].map(({ provider }) => provider.close()));
  const [one, same, other, elsewhere, ...more] = requested;
  expect(same).toEqual(one);
  expect(new Set([one, other, elsewhere].map((quota) => quota?.key))).toHaveLength(3);
  expect(more).toEqual([]);
});
