import { errors } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJwks, type Jwks, KeysUnavailable } from '../../src/auth/jwks.ts';
import { type EmulatorRequest, serveOnLoopback } from '../../src/sandbox/emulator.ts';
import { createHttpClient } from '../../src/upstream/undici-client.ts';
import { createSigner, type Signer } from './tokens.ts';

const minutes = 60_000;
const hours = 60 * minutes;

let server: { readonly url: string; readonly requests: EmulatorRequest[]; close(): Promise<void> };
let keys: Jwks;
/** The keys that the server publishes; undefined while it is down. */
let published: readonly Signer[] | undefined;
let clock: number;
let first: Signer;
let second: Signer;

beforeEach(async () => {
  first = await createSigner('ES256', 'first');
  second = await createSigner('ES256', 'second');
  published = [first];
  clock = 0;
  server = await serveOnLoopback(() =>
    published
      ? { status: 200, body: { keys: published.map(({ publicJwk }) => publicJwk) } }
      : { status: 500, body: 'The server is down.' },
  );
  const limits = { connections: 2, connectTimeoutMs: 2_000, answerBytes: 9_999 };
  keys = createJwks(createHttpClient(server.url, limits), '/keys?of=here', () => clock);
});
afterEach(async () => {
  await keys.close();
  await server.close();
});

async function find(kid: string): Promise<'found' | 'none' | 'unavailable'> {
  try {
    const key = await keys.find({ alg: 'ES256', kid }, { payload: '', signature: '' });
    return key.type === 'public' ? 'found' : 'none';
  } catch (error) {
    if (error instanceof KeysUnavailable) {
      expect(error.retryAfterSeconds).toBe(5);
      return 'unavailable';
    }
    expect(error).toBeInstanceOf(errors.JWKSNoMatchingKey);
    return 'none';
  }
}

/** Asserts what is found at a time, and the number of fetches up to then. */
async function finds(at: number, found: Readonly<Record<string, string>>, fetches: number): Promise<void> {
  clock = at;
  for (const [kid, expected] of Object.entries(found))
    expect(await find(kid), `${kid} at ${at}`).toBe(expected);
  expect(server.requests.length, `fetches at ${at}`).toBe(fetches);
}

const all = (count: number, kid: (index: number) => string) =>
  Promise.all(Array.from({ length: count }, (_, index) => find(kid(index))));

describe('a key set', () => {
  it('is fetched on first use, once for all who wait', async () => {
    expect(server.requests).toHaveLength(0);
    expect(new Set(await all(50, () => 'first'))).toEqual(new Set(['found']));
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /keys?of=here']);
  });

  it('is fetched again after ten minutes: a withdrawn key is gone', async () => {
    await finds(0, { first: 'found' }, 1);
    published = [second];
    await finds(10 * minutes, { first: 'found' }, 1);
    await finds(10 * minutes + 1, { first: 'none', second: 'found' }, 2);
  });

  it('is fetched again for an unknown key, 30 seconds after the last fetch', async () => {
    await finds(0, { first: 'found' }, 1);
    published = [first, second];
    await finds(29_999, { second: 'none' }, 1);
    await finds(30_000, { second: 'found', first: 'found' }, 2);
  });

  it('is fetched once in 30 seconds for any number of unknown keys', async () => {
    for (const round of [0, 1, 2, 3]) {
      clock = round * 30_000;
      expect(new Set(await all(200, (index) => `none-${index}`))).toEqual(new Set(['none']));
      for (let index = 0; index < 20; index += 1) expect(await find(`later-${index}`)).toBe('none');
      expect(server.requests).toHaveLength(1 + round);
    }
    expect(await find('first')).toBe('found');
  });
});

describe('while its server is down', () => {
  it('it is fetched every five seconds at most', async () => {
    published = undefined;
    expect(new Set(await all(100, () => 'first'))).toEqual(new Set(['unavailable']));
    await finds(4_999, { first: 'unavailable', second: 'unavailable' }, 1);
    await finds(5_000, { first: 'unavailable' }, 2);
    published = [first];
    await finds(9_999, { first: 'unavailable' }, 2);
    await finds(10_000, { first: 'found', second: 'none' }, 3);
  });

  it('a cached key is found, and an unknown one unavailable', async () => {
    await finds(0, { first: 'found' }, 1);
    published = undefined;
    await finds(30_000, { first: 'found' }, 1);
    await finds(30_000, { second: 'unavailable', first: 'found' }, 2);
    published = [first, second];
    await finds(35_000, { second: 'found', first: 'found' }, 3);
  });

  it('cached keys are used for a day', async () => {
    await finds(0, { first: 'found' }, 1);
    published = undefined;
    for (let times = 0; times < 20; times += 1) await finds(11 * minutes, { first: 'found' }, 2);
    await finds(24 * hours, { first: 'found' }, 3);
    await finds(24 * hours + 5_000, { first: 'unavailable' }, 4);
    published = [first];
    await finds(24 * hours + 10_000, { first: 'found' }, 5);
  });
});
