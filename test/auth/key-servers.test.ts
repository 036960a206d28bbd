import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
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
  type Signer,
  trusting,
} from './tokens.ts';

let signer: Signer;
let stranger: Signer;
beforeAll(async () => {
  signer = await createSigner('ES256', 'k1');
  stranger = await createSigner('ES256', 'k2');
});

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

/** A server for key sets that does what it likes; `asked` counts the requests. */
async function startKeyServer(listener: RequestListener): Promise<{ url: string; asked(): number }> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}

/** A front door that takes its issuer's keys from there. */
async function doorWithKeysAt(jwksUrl: string): Promise<FrontDoor> {
  const door = await openTokenDoor(
    () => [],
    ({ url }) => ({ jwt: [trusting({ url, jwksUrl }, { algorithms: ['ES256', 'RS256'] })] }),
  );
  open.push(() => door.close());
  return door;
}

/** Asserts that a token is answered so, in bounded time, that no provider was reached, and that idpatch is ready. */
async function isAnswered(door: FrontDoor, token: string, answer: Answer): Promise<void> {
  door.forgetRequests();
  const started = performance.now();
  expect(await call(door, token)).toEqual(answer);
  expect(performance.now() - started).toBeLessThan(10_000);
  if (answer.status !== 200) expect(arrived(door)).toEqual([]);
  expect((await fetch(`${door.url}/ready`)).status).toBe(200);
  expect((await fetch(`${door.url}/health`)).status).toBe(200);
}

/** How often something may have happened since then that happens once in so many milliseconds. */
const onceIn = (ms: number, since: number) => 1 + Math.floor((performance.now() - since) / ms);

describe('where the keys cannot be had', () => {
  const keySet = () => JSON.stringify({ keys: [signer.publicJwk] });

  it.each<[string, RequestListener]>([
    ['answers 500', (_, response) => response.writeHead(500).end(keySet())],
    ['answers 401', (_, response) => response.writeHead(401).end(keySet())],
    ['answers 404', (_, response) => response.writeHead(404).end()],
    ['answers 204', (_, response) => response.writeHead(204).end()],
    ['answers 206', (_, response) => response.writeHead(206).end(keySet())],
    ['answers HTML', (_, response) => response.end('<!doctype html><title>Log in</title>')],
    ['answers nothing', (_, response) => response.end()],
    ['answers half of it', (_, response) => response.end(keySet().slice(0, -9))],
    ['breaks off', (_, response) => response.writeHead(200, { 'content-length': 9_999 }).write(keySet())],
    ['hangs up', (request) => request.socket.destroy()],
    ['speaks no HTTP', (request) => request.socket.end('220 mail.example.com ESMTP\r\n')],
    ['answers null', (_, response) => response.end('null')],
    ['answers a list', (_, response) => response.end('[]')],
    ['answers an object', (_, response) => response.end('{}')],
    ['answers a key alone', (_, response) => response.end(JSON.stringify(signer.publicJwk))],
    ['answers keys that are none', (_, response) => response.end('{"keys":{"length":1}}')],
    ['answers null for a key', (_, response) => response.end('{"keys":[null]}')],
    ['answers at length', (_, response) => response.end(`${' '.repeat(300_000)}${keySet()}`)],
    [
      'answers without end',
      (_, response) => {
        response.on('drain', () => response.write('x'.repeat(65_536)));
        response.write(' '.repeat(65_536));
      },
    ],
  ])('because the server %s, it is 503', async (_, listener) => {
    const server = await startKeyServer(listener);
    const door = await doorWithKeysAt(`${server.url}/keys`);
    const since = performance.now();
    const token = await signer.sign(claimsFor(door));
    await isAnswered(door, token, answers.noKeys);
    for (let index = 0; index < 20; index += 1) expect(await call(door, token)).toEqual(answers.noKeys);
    expect(server.asked()).toBeGreaterThan(0);
    expect(server.asked()).toBeLessThanOrEqual(onceIn(5_000, since));
  });

  it.each<[string, RequestListener]>([
    ['never answers', () => {}],
    ['never ends', (_, response) => response.writeHead(200).write('{"keys":[')],
    [
      'answers a byte at a time',
      (_, response) => {
        const drip = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('because the server %s, it is 503 and nobody waits for long', async (_, listener) => {
    const server = await startKeyServer(listener);
    const door = await doorWithKeysAt(`${server.url}/keys`);
    const token = await signer.sign(claimsFor(door));
    const since = performance.now();
    const all = await Promise.all(Array.from({ length: 30 }, () => call(door, token)));
    expect(new Set(all.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify(answers.noKeys)]));
    expect(server.asked()).toBe(1);
    await isAnswered(door, token, answers.noKeys);
    expect(server.asked()).toBeLessThanOrEqual(onceIn(5_000, since));
  });

  it('because nobody listens there, it is 503', async () => {
    const server = await startKeyServer(() => {});
    await open.splice(0)[0]?.();
    const door = await doorWithKeysAt(`${server.url}/keys`);
    const token = await signer.sign(claimsFor(door));
    for (let index = 0; index < 20; index += 1) await isAnswered(door, token, answers.noKeys);
    // What needs no key is refused as ever.
    await refusesToken(door, await signer.sign(claimsFor(door, { aud: 'other' })));
    await refusesToken(door, await signer.sign(claimsFor(door), { jku: server.url }));
  });

  it.each([301, 302, 303, 307, 308])('because the server redirects with %d, it is 503', async (status) => {
    const target = await startKeyServer((_, response) => response.end(keySet()));
    const server = await startKeyServer(({ url }, response) => {
      if (url === '/other') response.end(keySet());
      else response.writeHead(status, { location: `${target.url}/keys` }).end(keySet());
    });
    const door = await doorWithKeysAt(`${server.url}/keys`);
    await isAnswered(door, await signer.sign(claimsFor(door)), answers.noKeys);
    expect([server.asked(), target.asked()]).toEqual([1, 0]);
    const local = await startKeyServer(({ url }, response) => {
      if (url === '/other') response.end(keySet());
      else response.writeHead(status, { location: '/other' }).end();
    });
    const doorToo = await doorWithKeysAt(`${local.url}/keys`);
    await isAnswered(doorToo, await signer.sign(claimsFor(doorToo)), answers.noKeys);
    expect(local.asked()).toBe(1);
  });

  it('a caller with no token is still told to bring one', async () => {
    const server = await startKeyServer((_, response) => response.writeHead(500).end());
    const door = await doorWithKeysAt(`${server.url}/keys`);
    const response = await fetch(`${door.url}/graphql`, { method: 'POST', body: '{}' });
    expect([response.status, await response.json(), server.asked()]).toEqual([401, answers.noToken.body, 0]);
  });
});

describe('a key set', () => {
  /** A door whose issuer publishes these. */
  async function doorWithKeys(...keys: readonly unknown[]): Promise<FrontDoor> {
    const server = await startKeyServer((_, response) => response.end(JSON.stringify({ keys })));
    return doorWithKeysAt(`${server.url}/keys?tenant=1`);
  }

  it('is asked for at its address, with its query and nothing else of the configuration', async () => {
    const asked: unknown[] = [];
    const server = await startKeyServer(({ method, url, headers }, response) => {
      asked.push([method, url, headers.authorization, headers.cookie]);
      response.end(JSON.stringify({ keys: [signer.publicJwk] }));
    });
    const door = await doorWithKeysAt(`${server.url}/a%20tenant/keys?version=2&of=us`);
    await isAnswered(door, await signer.sign(claimsFor(door)), answers.applied);
    expect(asked).toEqual([['GET', '/a%20tenant/keys?version=2&of=us', undefined, undefined]]);
  });

  it('that is empty has no key for anybody: 401', async () => {
    const door = await doorWithKeys();
    await isAnswered(door, await signer.sign(claimsFor(door)), answers.badToken);
  });

  it.each<[string, object]>([
    ['has no point', { kty: 'EC', crv: 'P-256', x: '!', y: '?' }],
    ['is on no curve', { kty: 'EC', crv: 'P-257', x: 'AAAA', y: 'AAAA' }],
    ['is beside its curve', { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) }],
    ['lacks everything', { kty: 'EC' }],
    ['is of no kind', {}],
    ['is of an unknown kind', { kty: 'LATTICE', x: 'AAAA' }],
    ['has a list for its kind', { kty: ['EC'], crv: 'P-256' }],
    ['has odd operations', { kty: 'EC', crv: 'P-256', key_ops: 'verify' }],
    ['is a shared secret', { kty: 'oct', k: encoded('a secret that everybody can read') }],
    ['is a shared secret for ES256', { kty: 'oct', k: encoded('a secret'), alg: 'ES256' }],
    ['names a prototype', JSON.parse('{"__proto__":{"kty":"EC"},"kty":"EC","crv":"P-256"}')],
  ])('with a key that %s has one fewer: 401 for it, and the others serve', async (_, broken) => {
    const door = await doorWithKeys({ ...broken, kid: 'k2' }, signer.publicJwk);
    await isAnswered(door, await stranger.sign(claimsFor(door)), answers.badToken);
    await isAnswered(door, await signer.sign(claimsFor(door)), answers.applied);
  });

  it('with an RSA key of 1024 bits has one fewer', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const door = await doorWithKeys({ ...publicKey.export({ format: 'jwk' }), kid: 'k2' }, signer.publicJwk);
    const header = encoded({ alg: 'RS256', typ: 'at+jwt', kid: 'k2' });
    const signed = `${header}.${encoded(claimsFor(door))}`;
    const signature = createSign('sha256').update(signed).sign(privateKey, 'base64url');
    await isAnswered(door, `${signed}.${signature}`, answers.badToken);
    await isAnswered(door, await signer.sign(claimsFor(door)), answers.applied);
  });

  it('of one key without a kid serves tokens with none', async () => {
    const { kid: _, ...withoutKid } = signer.publicJwk;
    const door = await doorWithKeys(withoutKid);
    await isAnswered(door, await signer.sign(claimsFor(door), { kid: undefined }), answers.applied);
    await isAnswered(door, await stranger.sign(claimsFor(door), { kid: undefined }), answers.badToken);
    await isAnswered(door, await signer.sign(claimsFor(door)), answers.badToken);
  });
});
