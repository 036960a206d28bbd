import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { ConfigError } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import {
  configWith,
  customers,
  employees,
  fileWith,
  good,
  issuer,
  load,
  objections,
  problemsOf,
} from '../harness/config.ts';
import { loopbackOrigins, privateOrigins } from './origins.ts';

const withKey = (managementKey: object) => ({
  ...good,
  directories: { customers: { ...customers, managementKey } },
});

describe('a secret', () => {
  const line = (place: string, problem: string) => [
    `directories.customers.managementKey: the ${place} of this secret ${problem}.`,
  ];
  const form = 'has a space, a line break or a character outside ASCII';

  it.each(['canary-1', 'canary-1\n', 'canary-1\r\n'])('is read from a file with %j', (text) => {
    expect(load(withKey({ file: fileWith(text) }))).toBeDefined();
  });

  it.each<readonly [string, string]>([
    ['', 'is empty'],
    ...['canary\ncanary', 'canary\n', 'canary\rcanary', 'canary\u0007', 'canary 1', 'canary\u200b'].map(
      (value) => [value, form] as const,
    ),
  ])('%j is refused by its key alone, from the environment and from a file', (value, problem) => {
    expect(problemsOf(withKey({ env: 'BAD' }), { BAD: value })).toEqual(
      line('environment variable', problem),
    );
    expect(problemsOf(withKey({ file: fileWith(`${value}\n`) }))).toEqual(line('file', problem));
  });

  it('is refused where it does not exist', () => {
    expect(problemsOf(withKey({ env: 'CANARY' }))).toEqual(line('environment variable', 'does not exist'));
    expect(problemsOf(withKey({ file: '/canary/nowhere' }))).toEqual(line('file', 'does not exist'));
    expect(problemsOf(configWith('journal: { postgres: { env: CANARY } }'))).toEqual([
      'journal.postgres: the environment variable of this secret does not exist.',
    ]);
  });
});

it('HOST and PORT of the environment replace those of the server, and are refused like them', () => {
  expect(load(good, { PORT: '0', HOST: '::1' }).server).toMatchObject({ host: '::1', port: 0 });
  const config = configWith('server: { port: 5000, graphiql: true }');
  const server = { host: '127.0.0.1', graphiql: true };
  expect(load(config, { PORT: '6000', HOST: '' }).server).toMatchObject({ ...server, port: 6000 });
  expect(load(config, { HOST: 'localhost' }).server).toMatchObject({ host: 'localhost', port: 5000 });
  for (const PORT of ['canary', '99999'])
    expect(problemsOf(good, { PORT })).toEqual([expect.stringMatching(/^server\.port: /)]);
  const problems = problemsOf(configWith('server: canary'), { PORT: '4001' });
  expect(problems).toEqual([expect.stringMatching(/^server: /)]);
});

describe('a file', () => {
  it('is optional only if it is not named', () => {
    const before = process.cwd();
    process.chdir(import.meta.dirname);
    try {
      expect(loadConfig({})).toBeUndefined();
    } finally {
      process.chdir(before);
    }
    for (const [path, code] of [
      [`${import.meta.dirname}/idpatch.yaml`, 'ENOENT'],
      [import.meta.dirname, 'EISDIR'],
    ] as const) {
      const error = new ConfigError(`The configuration file could not be read (${code}): ${path}`);
      expect(() => loadConfig({ IDPATCH_CONFIG: path })).toThrow(error);
    }
  });

  it.each([
    ['callers:\n  anonymous: true\n canary: 1\n', 3],
    ['callers:\n  secret: "canary\n', 3],
    ['callers:\n\tcanary: true\n', 2],
    ['canary: 1\ncallers: { anonymous: true }\ncanary: 2\n', 3],
    ['canary: 1\n---\ncanary: 2\n', 2],
    ['canary: canary: canary\n', 1],
    ['callers: { canary: [canary\n', 2],
  ])('that is not YAML is refused by its line, of which nothing is printed: %j', (text, line) => {
    const [problem, ...more] = problemsOf(text);
    expect(problem).toMatch(new RegExp(`^The configuration is not YAML: [A-Z_]+ at line ${line}\\.$`));
    expect(more).toEqual([]);
  });

  const bomb = [...'bcdefghi'].map((name, index) => {
    return `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}]`;
  });
  it.each([
    'callers: *canary\n',
    'callers: &canary\n  jwt: *canary\n',
    `a: &a [${'canary,'.repeat(9)}]\n${bomb.join('\n')}\n`,
  ])('whose aliases cannot be resolved is refused: %.30j', (text) => {
    expect(problemsOf(text)).toEqual([
      'The configuration cannot be read: a YAML alias is unresolved, cyclic, or there are too many.',
    ]);
  });

  it.each(['callers: !canary { anonymous: true }\n', '<<: { canary: 1 }\n', '\u0000canary'])(
    '%j is refused, and nothing of it is printed',
    (text) => expect(problemsOf(text)).not.toEqual([]),
  );
});

describe('a key named __proto__', () => {
  const inline = (value: object) => JSON.stringify(value);
  const start = `${stringify({ callers: { anonymous: true } })}directories:`;
  const grants = inline({ ...issuer, rights: 0 }).replace('0', '{ claim: a, grants: { __proto__: 1 } }');

  it.each([
    `${stringify(good)}__proto__: { a: 1 }\n`,
    `${start} { a: ${inline(customers)}, __proto__: ${inline(customers)} }`,
    `${start} { a: { __proto__: { a: 1 }, ${inline(customers).slice(1)} }`,
    `${stringify(good)}traces: { otlp: 'https://collector.example.com', headers: { __proto__: a } }\n`,
    `directories: { a: ${inline(customers)} }\ncallers: { jwt: [${grants}] }`,
  ])('is unknown, and refused: %s', (text) => {
    expect(problemsOf(text).join('\n')).toContain(': Unrecognized key: "__proto__"');
    expect(objections(parse(text))).not.toEqual([]);
  });

  it('may be the name of a custom field', () => {
    const text = `${start} { a: { customFields: { __proto__: text }, ${inline(employees).slice(1)} }`;
    expect(objections(parse(text))).toEqual([]);
    expect(load(text).directories.a).toBeDefined();
  });
});

describe('a base URL', () => {
  const at = 'directories.customers.baseUrl';
  const withUrl = (baseUrl: unknown, allowLoopback = false) => ({
    ...good,
    directories: { customers: { ...customers, baseUrl, allowLoopback } },
  });

  it.each([
    ['https://api.descope.com/', 'https://api.descope.com'],
    ['https://API.Descope.com:443', 'https://api.descope.com'],
    ['https://api.example.com:8443', 'https://api.example.com:8443'],
  ])('%s is accepted', (baseUrl, origin) => {
    expect(load(withUrl(baseUrl)).directories.customers?.origin).toBe(origin);
  });

  it.each([
    ...['', 'canary', 'api.canary.example', '//api.canary.example', 'ftp://api.canary.example', 'https://'],
    ...['https://canary:canary@api.example.com', 'https://@api.example.com'],
    'https://api.example.com/canary',
    ...['https://api.example.com?', 'https://api.example.com#canary', 'https://api.example.com/../canary'],
    ...[' https://api.example.com', 'https://api.example.com\n', 'https://api.exa\tmple.com'],
    'https://can ary',
    ...['https:api.example.com', 'https:\\\\api.example.com', 'https:///api.example.com'],
  ])('%j is refused: it is no origin', (baseUrl) => {
    const message =
      'Expected an origin such as https://api.example.com: no credentials, path, query or fragment.';
    expect(problemsOf(withUrl(baseUrl))).toEqual([`${at}: ${message}`]);
  });

  it.each([7, null, ['https://canary.example'], { env: 1 }])('%j is refused: it is no text', (baseUrl) => {
    expect(problemsOf(withUrl(baseUrl))).toEqual([expect.stringMatching(`^${at}: `)]);
  });

  it.each(privateOrigins)('%s is refused', (baseUrl, problem) => {
    for (const loopback of [false, true])
      expect(problemsOf(withUrl(baseUrl, loopback))).toEqual([`${at}: ${problem}`]);
  });

  it.each(loopbackOrigins)('%s is accepted only if loopback is allowed', (baseUrl, problem) => {
    expect(problemsOf(withUrl(baseUrl))).toEqual([`${at}: ${problem}`]);
    expect(load(withUrl(baseUrl, true)).directories.customers).toBeDefined();
  });
});
