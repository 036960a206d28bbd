import { errors } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJwks, type Jwks, KeysUnavailable } from '../../src/auth/jwks.ts';
import { type EmulatorRequest, serveOnLoopback } from '../../src/sandbox/emulator.ts';
import { createHttpClient } from '../../src/upstream/undici-client.ts';
import { createSigner, type Signer } from './tokens.ts';

const seconds = 1_000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

let server: { readonly url: string; readonly requests: EmulatorRequest[]; close(): Promise<void> };
let keys: Jwks;
/** What the server publishes; undefined while it is down. */
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
  const client = createHttpClient(server.url, {
    connections: 2,
    connectTimeoutMs: 2_000,
    answerBytes: 9_999,
  });
  keys = createJwks(client, '/keys?of=here', () => clock);
});
afterEach(async () => {
  await keys.close();
  await server.close();
});

/** What comes of looking for a key: `found`, `none`, or `unavailable`. */
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

const fetches = () => server.requests.length;

describe('the keys of an issuer', () => {
  it('are fetched when first needed, once for all who wait for them', async () => {
    expect(fetches()).toBe(0);
    expect(await Promise.all(Array.from({ length: 50 }, () => find('first')))).toEqual(
      Array.from({ length: 50 }, () => 'found'),
    );
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /keys?of=here']);
    clock += 10 * minutes;
    expect(await find('first')).toBe('found');
    expect(fetches()).toBe(1);
  });

  it('are fetched again after ten minutes: a key that was taken back is none', async () => {
    await find('first');
    published = [second];
    clock += 10 * minutes;
    expect([await find('first'), fetches()]).toEqual(['found', 1]);
    clock += 1;
    expect([await find('first'), fetches()]).toEqual(['none', 2]);
    expect([await find('second'), fetches()]).toEqual(['found', 2]);
  });

  it('are fetched again for a new key, half a minute after the last look', async () => {
    await find('first');
    published = [first, second];
    clock += 30 * seconds - 1;
    expect([await find('second'), fetches()]).toEqual(['none', 1]);
    clock += 1;
    expect([await find('second'), fetches()]).toEqual(['found', 2]);
    expect([await find('first'), fetches()]).toEqual(['found', 2]);
  });

  it('are fetched once a cooldown, however many keys are asked for that are not there', async () => {
    expect(await find('none-0')).toBe('none');
    expect(fetches()).toBe(1);
    for (const round of [1, 2, 3]) {
      clock += 30 * seconds;
      const found = await Promise.all(Array.from({ length: 200 }, (_, index) => find(`none-${index}`)));
      expect(new Set(found)).toEqual(new Set(['none']));
      for (let index = 0; index < 20; index += 1) expect(await find(`later-${index}`)).toBe('none');
      expect(fetches()).toBe(1 + round);
    }
    expect([await find('first'), fetches()]).toEqual(['found', 4]);
  });
});

describe('while the server is down', () => {
  it('from the start, no key is known, and it is asked every five seconds at most', async () => {
    published = undefined;
    const found = await Promise.all(Array.from({ length: 100 }, () => find('first')));
    expect([new Set(found), fetches()]).toEqual([new Set(['unavailable']), 1]);
    clock += 5 * seconds - 1;
    expect([await find('first'), await find('second'), fetches()]).toEqual(['unavailable', 'unavailable', 1]);
    clock += 1;
    expect([await find('first'), fetches()]).toEqual(['unavailable', 2]);
    published = [first];
    expect([await find('first'), fetches()]).toEqual(['unavailable', 2]);
    clock += 5 * seconds;
    expect([await find('first'), fetches()]).toEqual(['found', 3]);
    expect([await find('second'), fetches()]).toEqual(['none', 3]);
  });

  it('the keys that are known serve, and one that is not cannot be told', async () => {
    await find('first');
    published = undefined;
    clock += 30 * seconds;
    expect([await find('first'), fetches()]).toEqual(['found', 1]);
    expect([await find('second'), fetches()]).toEqual(['unavailable', 2]);
    expect([await find('second'), await find('first'), fetches()]).toEqual(['unavailable', 'found', 2]);
    published = [first, second];
    clock += 5 * seconds;
    expect([await find('second'), await find('first'), fetches()]).toEqual(['found', 'found', 3]);
  });

  it('the keys that are known serve for a day, with a look every five seconds at most', async () => {
    await find('first');
    published = undefined;
    clock = 11 * minutes;
    for (let index = 0; index < 20; index += 1) expect(await find('first')).toBe('found');
    expect(fetches()).toBe(2);
    clock = 24 * hours;
    expect([await find('first'), fetches()]).toEqual(['found', 3]);
    clock += 5 * seconds;
    expect([await find('first'), fetches()]).toEqual(['unavailable', 4]);
    published = [first];
    clock += 5 * seconds;
    expect([await find('first'), fetches()]).toEqual(['found', 5]);
  });

  it('nothing is kept from an answer that is no key set', async () => {
    await find('first');
    published = undefined;
    clock = 11 * minutes;
    await find('first');
    published = [];
    clock += 5 * seconds;
    // An issuer that publishes no key has taken all of them back.
    expect([await find('first'), fetches()]).toEqual(['none', 3]);
  });
});
