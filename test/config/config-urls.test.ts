import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { withListenAddress } from '../../src/config/load.ts';
import { Secret } from '../../src/settings/secret.ts';
import { refusalOf } from './refused-config.ts';

function parse(baseUrl: unknown, more: object = {}, server: object = {}) {
  return parseConfig({
    server,
    callers: { anonymous: true },
    directories: {
      customers: {
        provider: 'descope',
        projectId: 'P2abc',
        managementKey: new Secret('key'),
        baseUrl,
        ...more,
      },
    },
  });
}

describe('a base URL', () => {
  it.each([
    ['https://api.descope.com', 'https://api.descope.com'],
    ['https://api.descope.com/', 'https://api.descope.com'],
    ['https://API.Descope.com:443', 'https://api.descope.com'],
    ['https://api.example.com:8443', 'https://api.example.com:8443'],
  ])('%s is taken', (baseUrl, origin) => {
    expect(parse(baseUrl).directories.customers?.origin).toBe(origin);
  });

  const bare =
    'directories.customers.baseUrl: Expected an origin such as https://api.example.com: no credentials, path, query or fragment.';
  it.each([
    ...[
      '',
      'canary',
      'api.canary.example',
      '//api.canary.example',
      'ftp://api.canary.example',
      'file:///etc/canary',
    ],
    ...[
      'https://canary:canary@api.example.com',
      'https://canary@api.example.com',
      'https://@api.example.com',
    ],
    ...['https://api.example.com/canary', 'https://api.example.com?canary', 'https://api.example.com?'],
    ...['https://api.example.com#canary', 'https://api.example.com/#', 'https://api.example.com/../canary'],
    ...[' https://api.example.com', 'https://api.example.com\n', 'https://api.exa\tmple.com'],
    ...['https:api.example.com', 'https:\\\\api.example.com', 'https:///api.example.com'],
    ...['https://', 'https://can ary', 'javascript:canary', 'https://api.example.com:canary'],
  ])('%j is refused', (baseUrl) => {
    expect(refusalOf(() => parse(baseUrl))).toBe(bare);
  });

  it.each([7, null, ['https://canary.example'], { env: 1 }])('%j is refused', (baseUrl) => {
    expect(refusalOf(() => parse(baseUrl))).toMatch(/^directories\.customers\.baseUrl: /);
  });

  const but = 'directories.customers.baseUrl: Expected https to a public name, but';
  it.each([
    ['http://api.canary.example', 'it is not https'],
    ['http://127.0.0.1:4000', 'it is not https'],
    ...[
      'https://127.0.0.1',
      'https://127.1',
      'https://0x7f000001',
      'https://2130706433',
      'https://[::1]',
    ].map((url) => [url, 'it is an address, not a name']),
    ...[
      'https://10.0.0.1',
      'https://192.168.1.1',
      'https://169.254.169.254',
      'https://[fe80::1]',
      'https://8.8.8.8',
    ].map((url) => [url, 'it is an address, not a name']),
    ...['https://[::ffff:10.0.0.1]', 'https://0', 'https://127.0.0.1.', 'https://１２７.0.0.1'].map((url) => [
      url,
      'it is an address, not a name',
    ]),
    ...['https://localhost..', 'https://localhost.localdomain', 'https://canary.svc'].map((url) => [
      url,
      'it is not a public name',
    ]),
    ...[
      'https://canary.corp',
      'https://canary.home',
      'https://canary.intranet',
      'https://canary.private',
    ].map((url) => [url, 'it is not a public name']),
    ['https://127.0.0.1..', 'it is an address, not a name'],
    ...['https://localhost', 'https://localhost.', 'https://canary', 'https://canary.localhost'].map(
      (url) => [url, 'it is not a public name'],
    ),
    ...[
      'https://canary.local',
      'https://canary.internal',
      'https://canary.lan',
      'https://canary.home.arpa',
    ].map((url) => [url, 'it is not a public name']),
  ])('%s is refused', (baseUrl, problem) => {
    expect(refusalOf(() => parse(baseUrl))).toBe(`${but} ${problem}.`);
  });

  it.each(['http://127.0.0.1:4000', 'http://localhost:4000', 'http://[::1]:4000', 'https://api.descope.com'])(
    '%s is taken where loopback is allowed',
    (baseUrl) => {
      expect(parse(baseUrl, { allowLoopback: true }).directories.customers?.origin).toBe(baseUrl);
    },
  );

  it.each([
    ['http://10.0.0.1', 'it is not https'],
    ['http://api.canary.example', 'it is not https'],
    ['http://127.0.0.1.canary.example', 'it is not https'],
    ['http://localhost.canary.example', 'it is not https'],
    ['https://169.254.169.254', 'it is an address, not a name'],
  ])('%s is refused even where loopback is allowed', (baseUrl, problem) => {
    expect(refusalOf(() => parse(baseUrl, { allowLoopback: true }))).toBe(`${but} ${problem}.`);
  });

  it('allowLoopback is a boolean', () => {
    expect(refusalOf(() => parse('http://127.0.0.1:1', { allowLoopback: 'canary' }))).toMatch(
      /^directories\.customers\.allowLoopback: /,
    );
  });
});

describe('an anonymous caller', () => {
  it.each(['127.0.0.1', '127.8.9.10', 'localhost', '::1'])('is let in at %s', (host) => {
    expect(parse(undefined, {}, { host }).server.host).toBe(host);
  });

  it.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    'idpatch.example.com',
    '127.0.0.1.example.com',
    'localhost.example.com',
    '*',
  ])('is not let in at %s', (host) => {
    expect(refusalOf(() => parse(undefined, {}, { host }))).toBe(
      'callers.anonymous: Anonymous callers are accepted only if server.host is a loopback address such as 127.0.0.1.',
    );
  });

  it('is not let in where HOST in the environment opens the server to others', () => {
    const raw = {
      callers: { anonymous: true },
      directories: {
        customers: { provider: 'descope', projectId: 'P2abc', managementKey: new Secret('key') },
      },
    };
    const listening = (config: object, environment: Record<string, string>) =>
      parseConfig(withListenAddress(config, environment));
    expect(refusalOf(() => listening(raw, { HOST: '0.0.0.0' }))).toMatch(/^callers\.anonymous: /);
    expect(refusalOf(() => listening(raw, { PORT: 'canary' }))).toMatch(/^server\.port: /);
    expect(refusalOf(() => listening(raw, { PORT: '99999' }))).toMatch(/^server\.port: /);
    expect(refusalOf(() => listening({ ...raw, server: 'canary' }, { PORT: '4001' }))).toMatch(/^server: /);
  });
});
