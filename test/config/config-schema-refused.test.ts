import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { contractors, customers, employees, good, issuer, load, objections, otlp } from './config-schema.ts';

const withIssuer = (changes: object) => ({ ...good, callers: { jwt: [{ ...issuer, ...changes }] } });
const withDirectory = (directory: unknown) => ({ ...good, directories: { customers, one: directory } });
const without = (one: object, key: string) =>
  Object.fromEntries(Object.entries(one).filter(([name]) => name !== key));
const selfOf = { directory: 'customers', fields: ['email'] };

describe('what is no configuration by its structure is invalid, and the program refuses it:', () => {
  it.each<[string, unknown]>([
    ['nothing', null],
    ['a text', 'canary'],
    ['a list', [good]],
    ['no callers', without(good, 'callers')],
    ['no directories', without(good, 'directories')],
    ['an empty list of directories', { ...good, directories: {} }],
    ['callers of no kind', { ...good, callers: {} }],
    ['no issuers', { ...good, callers: { jwt: [] } }],
    ['callers that are not anonymous', { ...good, callers: { anonymous: false } }],
    ...['server', 'callers', 'limits', 'metrics'].map((key): [string, unknown] => [
      `an unknown key of ${key}`,
      { ...good, [key]: { ...(key === 'callers' ? good.callers : {}), other: 1 } },
    ]),
    ['an unknown key', { ...good, other: 1 }],
    ['an unknown key of traces', { ...good, traces: { otlp, other: 1 } }],
    ['an unknown key of the limits of a document', { ...good, limits: { document: { other: 1 } } }],
    ['an unknown key of the journal', { ...good, journal: { sqlite: 'a', other: 1 } }],
    ['an unknown key of an issuer', withIssuer({ other: 1 })],
    ['an unknown key of rights', withIssuer({ rights: { claim: 'a', other: 1 } })],
    ['an unknown key of directories in a claim', withIssuer({ directories: { claim: 'a', other: 1 } })],
    ['an unknown key of an own record', withIssuer({ self: { ...selfOf, other: 1 } })],
    ...[employees, contractors, customers].map((one): [string, unknown] => [
      `an unknown key of ${one.provider}`,
      withDirectory({ ...one, other: 1 }),
    ]),
    ['an unknown key of a pace', withDirectory({ ...customers, pace: { perMinute: 9, other: 1 } })],
    [
      'an unknown key of a custom field',
      withDirectory({ ...employees, customFields: { a: { type: 'text', b: 1 } } }),
    ],
    ['an unknown field with a length', withDirectory({ ...customers, maxLength: { nick: 9 } })],
    ['a field of another provider with a length', withDirectory({ ...employees, maxLength: { picture: 9 } })],
    ['keys of two providers', withDirectory({ ...employees, projectId: 'P2abc' })],
    ['all keys of two providers', withDirectory({ ...employees, ...customers })],
    ['the keys of another provider', withDirectory({ ...contractors, provider: 'descope' })],
    ['a provider that is none', withDirectory({ ...employees, provider: 'okta' })],
    ['no provider', withDirectory(without(employees, 'provider'))],
    ['a directory that is a text', withDirectory('descope')],
    ['a directory by a name with a space', { ...good, directories: { 'my own': customers } }],
    ...[employees, contractors, customers].flatMap((one) =>
      Object.keys(one).map((key): [string, unknown] => [
        `${one.provider} without ${key}`,
        withDirectory(without(one, key)),
      ]),
    ),
    ...Object.keys(issuer).map((key): [string, unknown] => [
      `an issuer without ${key}`,
      { ...good, callers: { jwt: [without(issuer, key)] } },
    ]),
    ['a secret as it is', withDirectory({ ...customers, managementKey: 'K2abc' })],
    ['a secret in the wrong spelling', withDirectory({ ...customers, managementKey: { env: 'k2abc' } })],
    ['a secret of a file without a path', withDirectory({ ...customers, managementKey: { file: 'k2abc' } })],
    ['a secret of two places', withDirectory({ ...customers, managementKey: { env: 'KEY', file: './a' } })],
    ['a secret for a section', { ...good, server: { env: 'KEY' } }],
    ['a secret for the limits of a document', { ...good, limits: { document: { env: 'KEY' } } }],
    ['a secret for custom fields', withDirectory({ ...employees, customFields: { env: 'KEY' } })],
    ['a header as it is', { ...good, traces: { otlp, headers: { 'x-key': 'canary' } } }],
    ['an address of a database as it is', { ...good, journal: { postgres: 'postgres://a:b@c/d' } }],
    ['two journals', { ...good, journal: { sqlite: 'a', postgres: { env: 'KEY' } } }],
    [
      'two authorizations',
      { ...good, traces: { otlp, authorization: { basic: { env: 'KEY' }, bearer: { env: 'KEY' } } } },
    ],
    ['a port that is a text', { ...good, server: { port: '4000' } }],
    ['a port that is too high', { ...good, server: { port: 65_536 } }],
    ['a yes that is a text', { ...good, server: { graphiql: 'yes' } }],
    ['a page that is no list', { ...good, server: { cors: 'https://app.example.com' } }],
    ['a deadline with a fraction', { ...good, limits: { deadlineMs: 100.5 } }],
    ['a share above one', { ...good, traces: { otlp, sample: 1.1 } }],
    ['an algorithm that is none', withIssuer({ algorithms: ['HS256'] })],
    ['a right that is none', withIssuer({ rights: ['users:all'] })],
    ['a privileged field of an own record', withIssuer({ self: { ...selfOf, fields: ['status'] } })],
    ['a kind of custom field that is none', withDirectory({ ...employees, customFields: { age: 'date' } })],
    ['a custom field without a name', withDirectory({ ...employees, customFields: { '': 'text' } })],
    [
      'a custom field with too long a name',
      withDirectory({ ...employees, customFields: { ['a'.repeat(41)]: 'text' } }),
    ],
    ['nothing for a section', { ...good, limits: null }],
  ])('%s', (_, config) => {
    expect(objections(config)).not.toEqual([]);
    expect(() => load(config)).toThrow(/\S: \S/);
  });
});

describe('a key named __proto__ is refused as any other that is unknown:', () => {
  const inAll = `callers: { anonymous: true }\ndirectories:`;
  const jwt = JSON.stringify({ ...issuer, rights: 'RIGHTS' });
  it.each([
    [
      'among directories',
      `${inAll} { a: ${JSON.stringify(customers)}, __proto__: ${JSON.stringify(customers)} }`,
    ],
    ['in a directory', `${inAll} { a: { __proto__: { a: 1 }, ${JSON.stringify(customers).slice(1)} }`],
    ['among lengths', `${inAll} { a: { maxLength: { __proto__: 1 }, ${JSON.stringify(customers).slice(1)} }`],
    [
      'among headers',
      `${JSON.stringify(good).slice(1, -1).replace(/^/, '{')}, traces: { otlp: '${otlp}', headers: { __proto__: a } } }`,
    ],
    [
      'among grants',
      `directories: { a: ${JSON.stringify(customers)} }\ncallers: { jwt: [${jwt.replace('"RIGHTS"', '{ claim: a, grants: { __proto__: 1 } }')}] }`,
    ],
  ])('%s', (_, text) => {
    expect(objections(parse(text))).not.toEqual([]);
    expect(() => load(text)).toThrow(/: Unrecognized key: "__proto__"/);
  });

  it('but as the name of a custom field it is taken', () => {
    const text = `${inAll} { a: { customFields: { __proto__: text }, ${JSON.stringify(employees).slice(1)} }`;
    expect(objections(parse(text))).toEqual([]);
    expect(load(text)?.directories.a).toBeDefined();
  });
});
