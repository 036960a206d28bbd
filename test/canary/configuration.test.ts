import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { startIssuer } from '../../src/sandbox/issuer.ts';
import { createPlants } from './plants.ts';
import { search } from './search.ts';
import { ask } from './talk.ts';
import { type Program, startProgram } from './world.ts';

const plants = createPlants();
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(`${tmpdir()}/idpatch-canary-configuration-`);
  folders.push(folder);
  return folder;
}

/** A configuration as text, with `secret` as the client secret's value just as it stands. */
function yaml(secret = '{ env: CLIENT_SECRET }', changes: object = {}, directory: object = {}): string {
  const marker = 'THE-CLIENT-SECRET';
  return stringify({
    server: { port: 0 },
    callers: { anonymous: true },
    directories: {
      employees: {
        provider: 'eiam-developer',
        baseUrl: 'https://eiam-developerapi.cn-hangzhou.aliyuncs.com',
        ...{ instanceId: 'idaas_a', applicationId: 'app_a', clientSecret: marker },
        ...directory,
      },
    },
    ...changes,
  }).replace(marker, secret);
}

interface Wrong {
  readonly name: string;
  /** What is wrong, with the words that are planted by the way. */
  readonly text: (word: string, folder: string) => string;
  readonly environment?: (word: string) => Readonly<Record<string, string>>;
}

const goodSecret = 'a-secret-that-is-fine';
const url = (word: string) => `postgres://idpatch:${word}@db.example.com/idpatch`;

/** Instead of a secret's reference. */
const inPlace: Readonly<Record<string, (word: string) => string>> = {
  'stands in the file itself': (word) => word,
  'stands in braces': (word) => `{ ${word} }`,
  'stands in two pairs of braces': (word) => `{{ ${word} }}`,
  'stands in brackets': (word) => `[${word}]`,
  'is a key': (word) => `{ ${word}: true }`,
  'is the name of a variable': (word) => `{ env: ${word} }`,
  'is the name of a variable in capitals': (word) => `{ env: ${word.toUpperCase().replace(/^/, 'A_')} }`,
  'is the name of a file': (word) => `{ file: /nowhere/${word} }`,
  'is beside its reference': (word) => `{ env: CLIENT_SECRET, value: ${word} }`,
  'has a tag': (word) => `!secret ${word}`,
  'has an unknown alias': (word) => `*${word}`,
  'has an anchor that is told twice': (word) => `&${word} a\n  b: &${word} ${word}: ${word}`,
  'has a tab before it': (word) => `\n\t${word}`,
  'has quotes that do not end': (word) => `"${word}`,
  'has an escape that is none': (word) => `"\\q${word}"`,
  'is a key twice': (word) => `{ ${word}: 1, ${word}: 2 }`,
  'is a complex key': (word) => `{ ? [${word}] : 1 }`,
  'has two lines': (word) => `|\n    ${word}\n    ${word}`,
};

const wrong: readonly Wrong[] = [
  ...Object.entries(inPlace).map(([name, say]): Wrong => {
    return { name: `a secret that ${name}`, text: (word) => yaml(say(word)) };
  }),
  ...(
    [
      ['has a line break', (word: string) => `${word}\nmore`],
      ['has a space', (word: string) => `${word} more`],
      ['has a character outside ASCII', (word: string) => `${word}é`],
      ['has a control character', (word: string) => `${word}\u001b[31m`],
    ] as const
  ).flatMap(([name, say]): readonly Wrong[] => [
    {
      name: `a variable that ${name}`,
      text: () => yaml(),
      environment: (word) => ({ CLIENT_SECRET: say(word) }),
    },
    {
      name: `a file that ${name}`,
      text: (word, folder) => {
        writeFileSync(`${folder}/secret`, say(word));
        return yaml(`{ file: ${folder}/secret }`);
      },
    },
  ]),
  ...(
    [
      ['credentials', (word: string) => `https://user:${word}@api.example.com`],
      ['a path', (word: string) => `https://api.example.com/${word}`],
      ['a query', (word: string) => `https://api.example.com?key=${word}`],
      ['a fragment', (word: string) => `https://api.example.com#${word}`],
      ['no https', (word: string) => `http://${word}.example.com`],
      ['a private name', (word: string) => `https://${word}.internal`],
      ['a number for a name', (word: string) => `https://10.0.0.1:99999/${word}`],
    ] as const
  ).map(([name, say]): Wrong => {
    return { name: `a base URL with ${name}`, text: (word) => yaml(undefined, {}, { baseUrl: say(word) }) };
  }),
  {
    name: 'a key set with credentials and parameters',
    text: (word) => {
      const jwks = `http://user:${word}@login.example.com/jwks?key=${word}`;
      const issuer = {
        issuer: `${word} ${word}`,
        jwks,
        audience: [word],
        algorithms: [word],
        rights: [word],
      };
      return yaml(undefined, { callers: { jwt: [issuer, issuer], anonymous: word } });
    },
  },
  {
    name: 'a journal whose address is no secret',
    text: (word) => yaml(undefined, { journal: { postgres: url(word) } }),
  },
  { name: 'a journal that is a text', text: (word) => yaml(undefined, { journal: url(word) }) },
  {
    name: 'values of other kinds',
    text: (word) =>
      yaml(
        undefined,
        {
          server: { host: [word], port: word, graphiql: word, cors: [word] },
          limits: { deadlineMs: word, document: { tokens: word } },
        },
        { provider: word, customFields: { age: word } },
      ),
  },
  {
    name: 'ids that are none',
    text: (word) => yaml(undefined, {}, { instanceId: `${word}/..`, applicationId: { a: word } }),
  },
  { name: 'an unknown key', text: (word) => yaml(undefined, { password: word }, { clientSecretText: word }) },
  { name: 'a configuration that is a text', text: (word) => word },
  { name: 'a configuration that is a list', text: (word) => `- ${word}` },
  { name: 'two documents', text: (word) => `${yaml()}---\n${word}: 1\n` },
  { name: 'bytes that are no text', text: (word) => `- "\u0000${word}\u0001\ufffe"` },
  { name: 'a port that is none', text: () => yaml(), environment: (word) => ({ PORT: word }) },
  {
    name: 'a host that is none',
    text: () => yaml(undefined, { callers: { jwt: [] } }),
    environment: (word) => ({ HOST: `${word}.example.invalid`, PORT: '0' }),
  },
];

const says = ({ stdout, stderr }: Program) => `${stdout()}${stderr()}`;

describe.concurrent('a configuration is refused, by key and without its values:', () => {
  it.each(wrong.map((one, at) => [one.name, one, at % 2 === 0 ? [] : ['check']] as const))(
    '%s',
    async (name, { text, environment }, args) => {
      const folder = newFolder();
      const word = plants.word(name);
      const given = { CLIENT_SECRET: goodSecret, ...environment?.(word) };
      // Either way it is read by the same code.
      const program = await startProgram(folder, text(word, folder), given, args);
      await program.ended;
      // A key that is unknown is named, and names nothing else.
      const told = says(program).replaceAll(`Unrecognized key: "${word}"`, '');
      expect(search(told, plants.all)).toEqual([]);
      expect(program.stderr()).toMatch(/^idpatch does not start:/);
      expect(program.stderr()).not.toMatch(/Warning|node:internal/);
      expect(program.stdout()).toBe('');
    },
  );
});

it('a secret in two pairs of braces is in no warning either, which a process that goes on would print', async () => {
  const file = `${newFolder()}/idpatch.yaml`;
  const word = plants.word('a secret in a warning');
  writeFileSync(file, yaml(`{{ ${word} }}`));
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on('warning', hear);
  expect(() => loadConfig({ IDPATCH_CONFIG: file })).toThrow('directories.employees.clientSecret: ');
  await setImmediate();
  process.off('warning', hear);
  expect(search(warnings.join('\n'), plants.all)).toEqual([]);
});

describe.concurrent('a journal that cannot be had is not told by its address:', () => {
  it.each([
    ['a server that is not there', (word: string) => `postgres://idpatch:${word}@127.0.0.1:1/idpatch`],
    ['a name that is none', (word: string) => `postgres://idpatch:${word}@${word}.invalid/idpatch`],
    ['a password with a slash', (word: string) => `postgres://idpatch:${word}/${word}@127.0.0.1:1/idpatch`],
    ['a password with a hash', (word: string) => `postgres://idpatch:${word}#${word}@127.0.0.1:1/idpatch`],
    [
      'a password with a question mark',
      (word: string) => `postgres://idpatch:${word}?${word}@127.0.0.1:1/idpatch`,
    ],
    ['a password with a broken escape', (word: string) => `postgres://idpatch:${word}%@127.0.0.1:1/idpatch`],
    ['a password without a user', (word: string) => `postgres://${word}@127.0.0.1:1/idpatch`],
    ['a password in a parameter', (word: string) => `postgres://127.0.0.1:1/idpatch?user=a&password=${word}`],
    [
      'a key that is no file',
      (word: string) => `postgres://idpatch:${word}@127.0.0.1:1/a?sslkey=/nowhere/key`,
    ],
    ['words', (word: string) => `host=127.0.0.1,password=${word}`],
    ['a password alone', (word: string) => word],
    ['another protocol', (word: string) => `https://idpatch:${word}@127.0.0.1:1/${word}`],
  ])('%s', async (name, address) => {
    const folder = newFolder();
    const word = plants.word(`journal at ${name}`);
    const issuer = await startIssuer();
    const trust = { issuer: issuer.url, jwks: issuer.jwksUrl, allowLoopback: true, algorithms: ['ES256'] };
    const callers = {
      jwt: [{ ...trust, audience: 'a', rights: ['users:write'], directories: ['employees'] }],
    };
    const text = yaml(undefined, {
      callers,
      journal: { postgres: { env: 'DATABASE_URL' } },
      limits: { deadlineMs: 2_000, readBackMs: 500 },
    });
    const program = await startProgram(folder, text, {
      CLIENT_SECRET: goodSecret,
      DATABASE_URL: address(word),
    });
    const told: string[] = [];
    if (program.url) {
      const query = `mutation { patchUser(input: { user: { id: "employees:a" }, patch: { displayName: "A" } }) {
        outcome errors { code message path } } }`;
      const authorization = `Bearer ${await issuer.token({ aud: 'a', sub: 'a' })}`;
      const headers = { 'content-type': 'application/json', authorization };
      const patched = await ask(program.url, { headers, body: JSON.stringify({ query }) });
      const ready = await ask(program.url, { method: 'GET', path: '/ready' });
      told.push(...[patched, ready].flatMap(({ head, body }) => [head, body]));
      expect(patched.body).toContain('JOURNAL_UNAVAILABLE');
      expect(ready.status).toBe(503);
    }
    await program.stop();
    await issuer.close();
    expect(search(told.join('\n') + says(program), plants.all)).toEqual([]);
  });
});

describe.concurrent('an error that nobody catches', () => {
  it.each([
    ['is thrown', 'throw wrong'],
    ['is a rejection', 'Promise.reject(wrong)'],
  ])('ends the process without its message and its members, when it %s', async (name, how) => {
    const folder = newFolder();
    const word = plants.word(`uncaught: ${name}`);
    const file = `${folder}/wrong.mjs`;
    const make = `const wrong = Object.assign(new Error('${word}', { cause: '${word}' }), { input: '${word}' })`;
    writeFileSync(file, `setTimeout(() => { ${make}; ${how}; }, 1_500);`);
    const program = await startProgram(folder, yaml(), {
      CLIENT_SECRET: goodSecret,
      NODE_OPTIONS: `--import ${file}`,
    });
    await program.ended;
    expect(search(says(program), plants.all)).toEqual([]);
    expect(program.stderr()).toMatch(
      /^idpatch ends over a bug: \{"type":"Error","stack":\[".*wrong\.mjs.*\n$/,
    );
  });
});
