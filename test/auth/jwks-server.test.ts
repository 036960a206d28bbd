import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { arrived } from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  type Answer,
  answers,
  call,
  claimsFor,
  createSigner,
  encoded,
  openTokenDoor,
  refusesToken,
  trusting,
} from './tokens.ts';

const signer = await createSigner('ES256', 'k1');
const stranger = await createSigner('ES256', 'k2');
const keySet = (...keys: readonly unknown[]) => JSON.stringify({ keys });

/** Starts a server for key sets that counts its requests. */
async function startKeyServer(listener: RequestListener) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, requests: () => requests, close };
}

/** Opens a front door that takes its issuer's keys from there. */
async function openDoorWithKeysAt(jwksUrl: string): Promise<FrontDoor> {
  const door = await openTokenDoor(
    () => [],
    ({ url }) => ({ jwt: [trusting({ url, jwksUrl }, { algorithms: ['ES256', 'RS256'] })] }),
  );
  onTestFinished(() => door.close());
  return door;
}

/** Asserts the answer to a token, that no provider is called unless it is accepted, and that idpatch stays ready. */
async function expectAnswer(door: FrontDoor, token: string, answer: Answer): Promise<void> {
  door.forgetRequests();
  expect(await call(door, token)).toEqual(answer);
  if (answer.status !== 200) expect(arrived(door)).toEqual([]);
  for (const path of ['/ready', '/health']) expect((await fetch(`${door.url}${path}`)).status).toBe(200);
}

/** The most fetches since then, if there is one in so many milliseconds. */
const maxFetches = (ms: number, since: number) => 1 + Math.floor((performance.now() - since) / ms);

describe('a key set is unavailable, and the answer 503 with Retry-After, if its server', () => {
  const valid = keySet(signer.publicJwk);
  const answer = (body: string, status = 200): readonly [string, RequestListener] => [
    `answers ${status} ${body.slice(0, 30)}`,
    (_, response) => response.writeHead(status).end(status === 204 ? undefined : body),
  ];

  it.each([
    ...[500, 401, 404, 204, 206].map((status) => answer(valid, status)),
    ...['<!doctype html>', '', 'null', '[]', '{}', '{"keys":{"length":1}}', '{"keys":[null]}'].map((body) =>
      answer(body),
    ),
    ...[
      answer(valid.slice(0, -9)),
      answer(JSON.stringify(signer.publicJwk)),
      answer(' '.repeat(300_000) + valid),
    ],
    ...Object.entries<RequestListener>({
      'breaks off': (_, response) => response.writeHead(200, { 'content-length': 9_999 }).write('{"keys":'),
      'hangs up': (request) => request.socket.destroy(),
      'speaks no HTTP': (request) => request.socket.end('220 mail.example.com ESMTP\r\n'),
      'never answers': () => {},
      'never ends': (_, response) => response.writeHead(200).write('{"keys":['),
      'answers without end': (_, response) => {
        response.on('drain', () => response.write('x'.repeat(65_536)));
        response.write(' '.repeat(65_536));
      },
      'answers a byte at a time': (_, response) => {
        const drip = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(drip));
      },
    }),
  ])('%s', async (_, listener) => {
    const server = await startKeyServer(listener);
    const door = await openDoorWithKeysAt(`${server.url}/keys`);
    const since = performance.now();
    const token = await signer.sign(claimsFor(door));
    const all = await Promise.all(Array.from({ length: 20 }, () => call(door, token)));
    for (const answer of all) expect(answer).toEqual(answers.noKeys);
    await expectAnswer(door, token, answers.noKeys);
    expect(server.requests()).toBeGreaterThan(0);
    expect(server.requests()).toBeLessThanOrEqual(maxFetches(5_000, since));
  });

  it('is down, while tokens that need no key are refused as ever', async () => {
    const server = await startKeyServer(() => {});
    await server.close();
    const door = await openDoorWithKeysAt(`${server.url}/keys`);
    await expectAnswer(door, await signer.sign(claimsFor(door)), answers.noKeys);
    await refusesToken(door, await signer.sign(claimsFor(door, { aud: 'other' })));
    await refusesToken(door, await signer.sign(claimsFor(door), { jku: server.url }));
    const response = await fetch(`${door.url}/graphql`, { method: 'POST', body: '{}' });
    expect([response.status, await response.json()]).toEqual([401, answers.noToken.body]);
  });

  it.each([301, 302, 303, 307, 308])('redirects with %d, which is not followed', async (status) => {
    const target = await startKeyServer((_, response) => response.end(keySet(signer.publicJwk)));
    for (const location of [`${target.url}/keys`, '/other']) {
      const server = await startKeyServer(({ url }, response) => {
        if (url === '/other') response.end(keySet(signer.publicJwk));
        else response.writeHead(status, { location }).end(keySet(signer.publicJwk));
      });
      const door = await openDoorWithKeysAt(`${server.url}/keys`);
      await expectAnswer(door, await signer.sign(claimsFor(door)), answers.noKeys);
      expect([server.requests(), target.requests()]).toEqual([1, 0]);
    }
  });
});

describe('a key set', () => {
  /** Opens a front door whose issuer publishes these keys. */
  async function openDoorWithKeys(...keys: readonly unknown[]): Promise<FrontDoor> {
    const server = await startKeyServer((_, response) => response.end(keySet(...keys)));
    return openDoorWithKeysAt(`${server.url}/keys?tenant=1`);
  }

  it('is fetched at its address, query included, without credentials', async () => {
    const requests: unknown[] = [];
    const server = await startKeyServer(({ method, url, headers }, response) => {
      requests.push([method, url, headers.authorization, headers.cookie]);
      response.end(keySet(signer.publicJwk));
    });
    const door = await openDoorWithKeysAt(`${server.url}/a%20tenant/keys?version=2&of=us`);
    await expectAnswer(door, await signer.sign(claimsFor(door)), answers.applied);
    expect(requests).toEqual([['GET', '/a%20tenant/keys?version=2&of=us', undefined, undefined]]);
  });

  it('without keys refuses every token', async () => {
    const door = await openDoorWithKeys();
    await expectAnswer(door, await signer.sign(claimsFor(door)), answers.badToken);
  });

  it.each([
    ...[{}, { kty: 'EC' }, { kty: 'LATTICE', x: 'AAAA' }, { kty: ['EC'], crv: 'P-256' }],
    ...[
      { kty: 'EC', crv: 'P-256', x: '!', y: '?' },
      { kty: 'EC', crv: 'P-257', x: 'AAAA', y: 'AAAA' },
    ],
    { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) },
    { kty: 'EC', crv: 'P-256', key_ops: 'verify' },
    { kty: 'oct', k: encoded('a secret that everybody can read'), alg: 'ES256' },
    JSON.parse('{"__proto__":{"kty":"EC"},"kty":"EC","crv":"P-256"}'),
  ])('with the broken key %j refuses its tokens alone', async (broken) => {
    const door = await openDoorWithKeys({ ...broken, kid: 'k2' }, signer.publicJwk);
    await expectAnswer(door, await stranger.sign(claimsFor(door)), answers.badToken);
    await expectAnswer(door, await signer.sign(claimsFor(door)), answers.applied);
  });

  it('with an RSA key of 1024 bits refuses its tokens alone', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k2' };
    const door = await openDoorWithKeys(jwk, signer.publicJwk);
    const signed = `${encoded({ alg: 'RS256', typ: 'at+jwt', kid: 'k2' })}.${encoded(claimsFor(door))}`;
    const signature = createSign('sha256').update(signed).sign(privateKey, 'base64url');
    await expectAnswer(door, `${signed}.${signature}`, answers.badToken);
    await expectAnswer(door, await signer.sign(claimsFor(door)), answers.applied);
  });

  it('of one key without a kid verifies tokens without a kid', async () => {
    const door = await openDoorWithKeys({ ...signer.publicJwk, kid: undefined });
    await expectAnswer(door, await signer.sign(claimsFor(door), { kid: undefined }), answers.applied);
    await expectAnswer(door, await stranger.sign(claimsFor(door), { kid: undefined }), answers.badToken);
    await expectAnswer(door, await signer.sign(claimsFor(door)), answers.badToken);
  });

  it('is fetched once a cooldown for 200 unknown keys, and used while its server is down', async () => {
    const door = await openTokenDoor(() => [signer.publicJwk]);
    onTestFinished(() => door.close());
    const since = performance.now();
    const tokens = await Promise.all(
      Array.from({ length: 200 }, (_, index) => stranger.sign(claimsFor(door), { kid: `unknown-${index}` })),
    );
    const all = await Promise.all(tokens.map((token) => call(door, token)));
    for (const answer of all) expect(answer).toEqual(answers.badToken);
    expect(door.sandbox.issuer.requests.length).toBeLessThanOrEqual(maxFetches(30_000, since));
    expect(arrived(door)).toEqual([]);
    await door.sandbox.issuer.close();
    await expectAnswer(door, await signer.sign(claimsFor(door)), answers.applied);
    await refusesToken(door, await stranger.sign(claimsFor(door), { kid: 'k1' }));
  });
});
