import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { refusalOf } from './refused-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'idpatch-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Secrets and other values carry this word, and no message ever may. */
const canary = 'canary';

let files = 0;
function file(text: string): string {
  files += 1;
  const path = join(folder, `${files}`);
  writeFileSync(path, text);
  return path;
}

const environment = { KEY: `${canary}-key`, SECRET: `${canary}-secret`, CLIENT: `${canary}-client` };

const employees = {
  provider: 'eiam-developer',
  baseUrl: 'https://eiam-developerapi.cn-hangzhou.aliyuncs.com',
  instanceId: 'idaas_ue2jvisn35ea5lmthk267xxxxx',
  applicationId: 'app_mkv7rgt4d7i4u7zqtzev2mxxxx',
  clientSecret: { env: 'CLIENT' },
  customFields: { nick_name: 'text', grade: { type: 'choice', choices: ['p5', 'p6'] } },
};
const contractors = {
  provider: 'eiam-management',
  baseUrl: 'https://eiam.cn-hangzhou.aliyuncs.com',
  instanceId: 'idaas_ue2jvisn35ea5lmthk267xxxxx',
  accessKeyId: { env: 'KEY' },
  accessKeySecret: { env: 'SECRET' },
};
const customers = {
  provider: 'descope',
  projectId: 'P2abcdefghijklmnopqrstuvwxyz0',
  managementKey: { env: 'KEY' },
};
const good = { callers: { anonymous: true }, directories: { employees, contractors, customers } };

function load(text: string, more: Record<string, string> = {}) {
  return loadConfig({ ...environment, ...more, IDPATCH_CONFIG: file(text) });
}

/** The lines that a configuration is refused with. */
function refusal(config: object | string, more: Record<string, string> = {}): readonly string[] {
  const text = typeof config === 'string' ? config : stringify(config);
  return refusalOf(() => load(text, more)).split('\n');
}

const withDirectory = (name: string, directory: object) => ({
  ...good,
  directories: { ...good.directories, [name]: directory },
});

describe('a configuration', () => {
  it('is read whole, with its defaults', () => {
    const config = load(stringify(good));
    expect(config).toMatchObject({
      server: { host: '127.0.0.1', port: 4000, graphiql: false, introspection: false },
      callers: { anonymous: true },
      limits: { deadlineMs: 10_000, readBackMs: 3_000, operationsPerPatch: 50 },
      directories: {
        employees: { kind: 'eiam-developer', origin: employees.baseUrl },
        contractors: { kind: 'eiam-management', origin: contractors.baseUrl },
        customers: { kind: 'descope', origin: 'https://api.descope.com' },
      },
    });
    expect(Object.keys(config?.directories ?? {})).toEqual(['employees', 'contractors', 'customers']);
    expect(JSON.stringify(config)).not.toContain(canary);
  });

  it('may have its secrets in files, with or without a line break at the end', () => {
    for (const text of [`${canary}-1`, `${canary}-1\n`, `${canary}-1\r\n`]) {
      const secret = { file: file(text) };
      expect(
        load(stringify(withDirectory('customers', { ...customers, managementKey: secret }))),
      ).toBeDefined();
    }
  });

  it('takes its port and host from the environment', () => {
    expect(load(stringify(good), { PORT: '0', HOST: '::1' })?.server).toEqual({
      ...{ host: '::1', port: 0, graphiql: false, introspection: false, suggestions: false, cors: [] },
      graceMs: 1_000,
    });
    const server = { port: 5000, graphiql: true };
    expect(load(stringify({ ...good, server }), { PORT: '6000', HOST: '' })?.server).toMatchObject({
      ...{ host: '127.0.0.1', port: 6000, graphiql: true },
    });
  });

  it('is none where no file is named and none is there', () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect(loadConfig({})).toBeUndefined();
    } finally {
      process.chdir(before);
    }
  });

  it('derives the region of a Descope project from its id', () => {
    const projectId = 'Peuc1aAbBcCdDeEfFgGhHiIjJkKlLmMn';
    const config = load(stringify(withDirectory('customers', { ...customers, projectId })));
    expect(config?.directories.customers?.origin).toBe('https://api.euc1.descope.com');
  });
});

describe('a configuration is refused, and the key named, with', () => {
  const { clientSecret: _, ...withoutSecret } = employees;

  it.each([
    ['an unknown key', { ...good, other: canary }, /^the configuration: .*"other"/],
    ['an unknown key of the server', { ...good, server: { prot: 4000 } }, /^server: .*"prot"/],
    ['an unknown key of the limits', { ...good, limits: { deadline: 1 } }, /^limits: .*"deadline"/],
    [
      'an unknown key of a directory',
      withDirectory('employees', { ...employees, secret: canary }),
      /^directories\.employees: .*"secret"/,
    ],
    [
      'a key of another provider',
      withDirectory('employees', { ...employees, projectId: canary }),
      /^directories\.employees: .*"projectId"/,
    ],
    [
      'an unknown key of a custom field',
      withDirectory('employees', {
        ...employees,
        customFields: { grade: { type: 'choice', options: [canary] } },
      }),
      /^directories\.employees\.customFields\.grade/,
    ],
    [
      'an unknown type of a custom field',
      withDirectory('employees', { ...employees, customFields: { age: canary } }),
      /^directories\.employees\.customFields\.age/,
    ],
    [
      'an unknown key of the callers',
      { ...good, callers: { anonymous: true, other: canary } },
      /^callers: .*"other"/,
    ],
    ['callers that are not anonymous', { ...good, callers: { anonymous: false } }, /^callers\.anonymous: /],
    ['no callers', { directories: good.directories }, /^callers: /],
    ['no directories', { callers: good.callers }, /^directories: /],
    [
      'an empty list of directories',
      { ...good, directories: {} },
      /^directories: Name at least one directory\./,
    ],
    [
      'a directory name with a space',
      withDirectory('my employees', employees),
      /^directories\.my employees: /,
    ],
    ['a directory name in capitals', withDirectory('Employees', employees), /^directories\.Employees: /],
    [
      'a provider that is none',
      withDirectory('employees', { ...employees, provider: canary }),
      /^directories\.employees\.provider: /,
    ],
    [
      'no provider',
      withDirectory('employees', { ...employees, provider: undefined }),
      /^directories\.employees\.provider: /,
    ],
    [
      'a directory that is a text',
      withDirectory('employees', canary as unknown as object),
      /^directories\.employees: /,
    ],
    [
      'no secret',
      withDirectory('employees', withoutSecret),
      /^directories\.employees\.clientSecret: Expected a secret/,
    ],
    [
      'a secret as it is',
      withDirectory('employees', { ...employees, clientSecret: canary }),
      /^directories\.employees\.clientSecret: Expected a secret/,
    ],
    [
      'a secret in a number',
      withDirectory('employees', { ...employees, clientSecret: { env: 5 } }),
      /^directories\.employees\.clientSecret: Expected a secret/,
    ],
    [
      'a secret of two places',
      withDirectory('employees', { ...employees, clientSecret: { env: 'KEY', file: canary } }),
      /^directories\.employees\.clientSecret: Expected a secret/,
    ],
    [
      'an instance id that is none',
      withDirectory('employees', { ...employees, instanceId: `../${canary}` }),
      /^directories\.employees\.instanceId: /,
    ],
    [
      'an application id that is none',
      withDirectory('employees', { ...employees, applicationId: `a/${canary}` }),
      /^directories\.employees\.applicationId: /,
    ],
    [
      'a project id that is none',
      withDirectory('customers', { ...customers, projectId: `P.${canary}` }),
      /^directories\.customers\.projectId: /,
    ],
    [
      'a length that is none',
      withDirectory('customers', { ...customers, maxLength: { displayName: 0 } }),
      /^directories\.customers\.maxLength\.displayName: /,
    ],
    [
      'a length of an unknown field',
      withDirectory('customers', { ...customers, maxLength: { nick: 9 } }),
      /^directories\.customers\.maxLength/,
    ],
    ['a port that is none', { ...good, server: { port: 65_536 } }, /^server\.port: /],
    ['a port that is a text', { ...good, server: { port: canary } }, /^server\.port: /],
    ['a deadline that is none', { ...good, limits: { deadlineMs: 0 } }, /^limits\.deadlineMs: /],
    [
      'more time to read back than there is',
      { ...good, limits: { deadlineMs: 1000, readBackMs: 1000 } },
      /^limits\.readBackMs: Expected less than deadlineMs/,
    ],
    ['a server that is no object', { ...good, server: canary }, /^server: /],
    ['nothing in it', '', /^the configuration: /],
    ['a list', '- canary', /^the configuration: /],
  ])('%s', (_, config, line) => {
    expect(refusal(config).filter((one) => line.test(one))).not.toEqual([]);
  });

  it('several things at once, each on its own line', () => {
    const lines = refusal({
      ...good,
      server: { port: -1 },
      directories: { customers: { ...customers, projectId: '', extra: canary }, employees: withoutSecret },
    });
    expect(lines.map((line) => line.split(':')[0]).toSorted()).toEqual([
      ...['directories.customers', 'directories.customers.projectId'],
      ...['directories.employees.clientSecret', 'server.port'],
    ]);
  });

  it.each([
    ['a key named __proto__', 'callers: { anonymous: true }\n__proto__: { a: 1 }\n', /__proto__/],
    [
      'a server named __proto__',
      `server: { __proto__: { host: canary } }\n${stringify(good)}`,
      /^server: .*__proto__/,
    ],
  ])('%s', (_, text, line) => {
    expect(refusal(text).filter((one) => line.test(one))).not.toEqual([]);
  });
});

describe('a secret is refused, its key named and not what it says, that', () => {
  const withKey = (managementKey: object) => withDirectory('customers', { ...customers, managementKey });
  const variable = 'environment variable';
  const line = (place: string, problem: string) => [
    `directories.customers.managementKey: the ${place} of this secret ${problem}.`,
  ];

  it.each([
    ['is empty', '', 'is empty'],
    ['has two lines', `${canary}\n${canary}`, 'has a space, a line break or a character outside ASCII'],
    ['ends in a line break', `${canary}\n`, 'has a space, a line break or a character outside ASCII'],
    ['has a carriage return', `${canary}\r`, 'has a space, a line break or a character outside ASCII'],
    ['has a control character', `${canary}\u0007`, 'has a space, a line break or a character outside ASCII'],
    ['has a space', `${canary} 1`, 'has a space, a line break or a character outside ASCII'],
    [
      'has an invisible character',
      `${canary}\u200b`,
      'has a space, a line break or a character outside ASCII',
    ],
  ])('%s', (_, value, problem) => {
    expect(refusal(withKey({ env: 'BAD' }), { BAD: value })).toEqual(line(variable, problem));
  });

  it('is not in the environment', () => {
    expect(refusal(withKey({ env: 'CANARY' }))).toEqual(line(variable, 'does not exist'));
  });

  it.each([
    ['is empty', '\n', 'is empty'],
    ['has two lines', `${canary}\n\n`, 'has a space, a line break or a character outside ASCII'],
  ])('is in a file and %s', (_, text, problem) => {
    expect(refusal(withKey({ file: file(text) }))).toEqual(line('file', problem));
  });

  it('is in a file that is not there', () => {
    expect(refusal(withKey({ file: join(folder, canary) }))).toEqual(line('file', 'does not exist'));
  });

  it.each([
    ['stands where the name of its variable should', { env: 'K2canary+/secret==' }],
    ['stands where the path of its file should', { file: 'K2canarysecret' }],
    ['has a variable in lower case', { env: 'canary' }],
  ])('%s', (_, reference) => {
    expect(refusal(withKey(reference))).toEqual([
      'directories.customers.managementKey: Expected a secret: { env: NAME } or { file: PATH }.',
    ]);
  });
});
