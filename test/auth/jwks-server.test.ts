import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { arrived } from '../harness/expected.ts';
import { listenOn } from '../harness/held-port.ts';
import {
  answers,
  call,
  claimsFor,
  createSigner,
  encoded,
  noKeys,
  openTokenDoor,
  refusesToken,
  trusting,
} from './tokens.ts';

const signer = await createSigner('ES256', 'k1');
const stranger = await createSigner('ES256', 'k2');
const keySet = (...keys: readonly unknown[]) => JSON.stringify({ keys });
const valid = keySet(signer.publicJwk);

const says =
  (body: string, status = 200): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(status === 204 ? undefined : body);
const redirect =
  (status: number, location: (port?: number) => string): RequestListener =>
  ({ socket }, response) =>
    response.writeHead(status, { location: location(socket.localPort) }).end(valid);

/** What a server does whose keys cannot be had. */
const unavailable: Readonly<Record<string, RequestListener>> = {
  ...Object.fromEntries([500, 401, 204, 206].map((status) => [`status ${status}`, says(valid, status)])),
  ...Object.fromEntries(
    [
      '<!doctype html>',
      '',
      'null',
      '[]',
      '{}',
      '{"keys":{"length":1}}',
      '{"keys":[null]}',
      valid.slice(0, -9),
    ].map((body) => [`body ${body}`, says(body)]),
  ),
  ...{ 'one key': says(JSON.stringify(signer.publicJwk)), 'too long': says(' '.repeat(300_000) + valid) },
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].flatMap((status) => [
      [`${status} to the same origin`, redirect(status, () => '/valid')],
      [`${status} to another`, redirect(status, (port) => `http://localhost:${port}/valid`)],
    ]),
  ),
  'breaks off': (_, response) => response.writeHead(200, { 'content-length': 9_999 }).write('{"keys":'),
  'hangs up': (request) => request.socket.destroy(),
  'speaks no HTTP': (request) => request.socket.end('220 mail.example.com ESMTP\r\n'),
  'never answers': () => {},
  'answers without end': (_, response) => {
    response.on('drain', () => response.write('x'.repeat(65_536)));
    response.write(' '.repeat(65_536));
  },
  'answers a byte at a time': (_, response) => {
    const drip = setInterval(() => response.write(' '), 50);
    response.on('close', () => clearInterval(drip));
  },
};

const { publicKey: shortKey, privateKey: shortPrivateKey } = generateKeyPairSync('rsa', {
  modulusLength: 1024,
});

/** Keys by which nothing is verified. */
const brokenKeys: readonly object[] = [
  ...[{}, { kty: 'EC' }, { kty: 'LATTICE', x: 'AAAA' }, { kty: ['EC'], crv: 'P-256' }],
  ...['P-256', 'P-257'].map((crv) => ({ kty: 'EC', crv, x: '!', y: '?' })),
  { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) },
  { kty: 'EC', crv: 'P-256', key_ops: 'verify' },
  { kty: 'oct', k: encoded('a secret that everybody can read'), alg: 'ES256' },
  JSON.parse('{"__proto__":{"kty":"EC"},"kty":"EC","crv":"P-256"}'),
  shortKey.export({ format: 'jwk' }),
];

const address = 'a tenant/keys?version=2&of=us';
/** By the path at which they are published, which is also the audience of their tokens. */
const published: Readonly<Record<string, RequestListener>> = {
  ...{ ...unavailable, valid: says(valid), none: says(keySet()), [address]: says(valid) },
  'without kid': says(keySet({ ...signer.publicJwk, kid: undefined })),
  ...Object.fromEntries(
    brokenKeys.map((key, index) => [
      `broken ${index}`,
      says(keySet({ ...key, kid: 'k2' }, signer.publicJwk)),
    ]),
  ),
};
const requests: { readonly name: string; readonly what: unknown }[] = [];
const server = createServer((request, response) => {
  const { method, url = '', headers } = request;
  const name = decodeURIComponent(url.slice(1));
  requests.push({ name, what: [method, url, headers.authorization, headers.cookie] });
  published[name]?.(request, response);
});
const origin = `http://127.0.0.1:${await listenOn(server, 0)}`;

const door = await openTokenDoor(
  () => [],
  ({ url }) => ({
    jwt: [
      ...Object.keys(published).map((name) => [name, `${origin}/${encodeURI(name)}`] as const),
      ...[['down', 'http://127.0.0.1:1/keys'] as const],
    ].map(([audience, jwksUrl]) => trusting({ url, jwksUrl }, { audience, algorithms: ['ES256', 'RS256'] })),
  }),
);
afterAll(async () => {
  await door.close();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

/** What a token of this audience is answered; while its keys are unavailable idpatch stays ready. */
const answerTo = async (aud: string, by = signer, header: object = {}) =>
  call(door, await by.sign(claimsFor(door, { aud }), header));

describe('a key set', () => {
  it('that is unavailable is 503 with Retry-After, and fetched once in two seconds', async () => {
    door.forgetRequests();
    const names = Object.keys(unavailable);
    const since = performance.now();
    const given = await Promise.all(
      names.map(async (aud) => {
        const all = await Promise.all(Array.from({ length: 20 }, () => answerTo(aud)));
        return [...all, await answerTo(aud)];
      }),
    );
    const most = 1 + Math.floor((performance.now() - since) / 2_000);
    expect(given.flat()).toHaveLength(21 * names.length);
    for (const answer of given.flat()) expect(noKeys).toContainEqual(answer);
    for (const name of names) {
      const fetches = requests.filter((one) => one.name === name).length;
      expect([name, fetches >= 1 && fetches <= most]).toEqual([name, true]);
    }
    // No redirect was followed.
    expect(requests.filter(({ name }) => name === 'valid')).toEqual([]);
    expect(arrived(door)).toEqual([]);
    for (const path of ['/ready', '/health']) expect((await fetch(`${door.url}${path}`)).status).toBe(200);
  });

  it('whose server is down does not keep tokens that need no key from being refused as ever', async () => {
    expect(noKeys).toContainEqual(await answerTo('down'));
    await refusesToken(door, await signer.sign(claimsFor(door, { aud: 'other' })));
    await refusesToken(door, await signer.sign(claimsFor(door, { aud: 'down' }), { jku: origin }));
    const response = await fetch(`${door.url}/graphql`, { method: 'POST', body: '{}' });
    expect([response.status, await response.json()]).toEqual([401, answers.noToken.body]);
  });

  it('is fetched at its address, query included, without credentials', async () => {
    expect(await answerTo(address)).toEqual(answers.applied);
    const fetched = requests.filter(({ name }) => name === address).map(({ what }) => what);
    expect(fetched).toEqual([['GET', '/a%20tenant/keys?version=2&of=us', undefined, undefined]]);
  });

  it('without keys refuses every token', async () => {
    expect(await answerTo('none')).toEqual(answers.badToken);
  });

  it.each(brokenKeys.map((key, index) => [key, index] as const))(
    'with the broken key %j refuses its tokens alone',
    async (_, index) => {
      const aud = `broken ${index}`;
      expect(await answerTo(aud, stranger)).toEqual(answers.badToken);
      const claims = encoded(claimsFor(door, { aud }));
      const signed = `${encoded({ alg: 'RS256', typ: 'at+jwt', kid: 'k2' })}.${claims}`;
      const signature = createSign('sha256').update(signed).sign(shortPrivateKey, 'base64url');
      expect([answers.badToken, ...noKeys]).toContainEqual(await call(door, `${signed}.${signature}`));
      expect(await answerTo(aud)).toEqual(answers.applied);
    },
  );

  it('of one key without a kid verifies tokens without a kid', async () => {
    const aud = 'without kid';
    expect(await answerTo(aud, signer, { kid: undefined })).toEqual(answers.applied);
    // Either may be of a key that was added since the key set was fetched.
    expect(noKeys).toContainEqual(await answerTo(aud, stranger, { kid: undefined }));
    expect(noKeys).toContainEqual(await answerTo(aud));
  });
});
