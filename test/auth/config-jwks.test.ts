import { describe, expect, it } from 'vitest';
import { parse, refusal, refusesKey, withIssuer } from './config-issuer.ts';

describe('the address of a key set', () => {
  const form =
    'callers.jwt.0.jwks: Expected the address of a key set, such as https://login.example.com/jwks.json.';
  const but = 'callers.jwt.0.jwks: Expected https to a public name, but';

  it.each([
    ...[
      ' https://login.example.com/jwks',
      'https:login.example.com/jwks',
      'https:\\\\login.example.com/jwks',
    ],
    ...['', 'canary', 'login.canary.example/jwks', '//login.canary.example/jwks', '/jwks.json'],
    ...[
      'ftp://login.canary.example',
      'file:///etc/canary',
      'data:application/json,canary',
      'javascript:canary',
    ],
    ...['https://canary:canary@login.example.com/jwks', 'https://canary@login.example.com/jwks'],
    ...[
      'https://@login.example.com/jwks',
      'https://:@login.example.com',
      'https://a%40b@login.canary.example',
    ],
    ...[
      'https://login.example.com/jwks#canary',
      'https://login.example.com/#',
      'https://login.example.com/@canary',
    ],
    ...[
      'https://',
      'https://can ary/jwks',
      'https://login.example.com:canary/',
      'https://login.canary:99999',
    ],
  ])('%j is refused', (address) => {
    expect(refusal(withIssuer({ jwks: address }))).toEqual([form]);
    expect(refusal(withIssuer({ jwks: address, allowLoopback: true }))).toEqual([form]);
  });

  it.each([7, null, true, ['https://login.canary.example/jwks'], { env: 'CANARY' }])(
    '%j is refused',
    (address) => {
      refusesKey('jwks', { jwks: address });
    },
  );

  const no = {
    https: 'it is not https',
    address: 'it is an address, not a name',
    name: 'it is not a public name',
  };
  it.each<readonly [string, string]>([
    ['http://login.canary.example/jwks', no.https],
    ['http://127.0.0.1:4000/jwks', no.https],
    ['http://localhost/jwks', no.https],
    ...['127.0.0.1', '127.1', '0x7f000001', '2130706433', '[::1]', '0', '127.0.0.1.', '１２７.0.0.1'].map(
      (host) => [`https://${host}/jwks`, no.address] as const,
    ),
    ...['10.0.0.1', '192.168.1.1', '172.16.0.1', '169.254.169.254', '[fe80::1]', '[fd00::1]', '8.8.8.8'].map(
      (host) => [`https://${host}:8443/jwks`, no.address] as const,
    ),
    ['https://[::ffff:10.0.0.1]/jwks', no.address],
    ...['localhost', 'localhost.', 'LOCALHOST', 'canary', 'canary.localhost', 'canary.local'].map(
      (host) => [`https://${host}/jwks`, no.name] as const,
    ),
    ...['canary.internal', 'canary.lan', 'canary.home.arpa', 'metadata.canary.internal.'].map(
      (host) => [`https://${host}/jwks`, no.name] as const,
    ),
  ])('%s is refused', (address, problem) => {
    expect(refusal(withIssuer({ jwks: address }))).toEqual([`${but} ${problem}.`]);
  });

  it.each([
    ...[
      'http://127.0.0.1:4000/jwks',
      'http://localhost:4000/jwks',
      'http://[::1]:4000/jwks',
      'http://127.8.9.1/',
    ],
    ...['https://localhost/jwks', 'https://login.canary.example/jwks'],
  ])('%s is taken where loopback is allowed', (address) => {
    expect(parse(withIssuer({ jwks: address, allowLoopback: true })).callers.jwt?.[0]?.jwks).toBe(address);
  });

  it.each([
    ['http://10.0.0.1/jwks', no.https],
    ['http://login.canary.example/jwks', no.https],
    ['http://127.0.0.1.canary.example/jwks', no.https],
    ['http://localhost.canary.example/jwks', no.https],
    ['https://169.254.169.254/jwks', no.address],
    ['https://canary.internal/jwks', no.name],
  ])('%s is refused even where loopback is allowed', (address, problem) => {
    expect(refusal(withIssuer({ jwks: address, allowLoopback: true }))).toEqual([`${but} ${problem}.`]);
  });
});
