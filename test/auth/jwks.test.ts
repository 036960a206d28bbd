import { errors } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJwks, type Jwks, KeysUnavailable } from '../../src/auth/jwks.ts';
import { type EmulatorRequest, serveOnLoopback } from '../../src/sandbox/emulator.ts';
import { createHttpClient } from '../../src/upstream/undici-client.ts';
import { createSigner, type Signer } from './tokens.ts';

const seconds = 1_000;
const hours = 60 * 60 * seconds;
const maxAge = 120 * seconds;

let server: { readonly url: string; readonly requests: EmulatorRequest[]; close(): Promise<void> };
let keys: Jwks;
/** The keys that the server publishes; undefined while it is down. */
let published: readonly Signer[] | undefined;
/** What the server does before it answers. */
let beforeAnswer: () => Promise<void> | undefined;
let clock: number;
let first: Signer;
let second: Signer;

beforeEach(async () => {
  first = await createSigner('ES256', 'first');
  second = await createSigner('ES256', 'second');
  published = [first];
  beforeAnswer = () => undefined;
  clock = 0;
  server = await serveOnLoopback(async () => {
    const answered = published;
    await beforeAnswer();
    return answered
      ? { status: 200, body: { keys: answered.map(({ publicJwk }) => publicJwk) } }
      : { status: 500, body: 'The server is down.' };
  });
  const limits = { connections: 2, connectTimeoutMs: 2_000, answerBytes: 9_999 };
  keys = createJwks(createHttpClient(server.url, limits), '/keys?of=here', maxAge, () => clock);
});
afterEach(async () => {
  await keys.close();
  await server.close();
});

/** What becomes of a token of this key: `none` is 401, `wait <seconds>` is 503. */
async function find(kid: string): Promise<string> {
  try {
    const header = { alg: 'ES256', kid };
    const key = await keys.withKeys((keySet) => keySet(header, { payload: '', signature: '' }));
    return key.type === 'public' ? 'found' : 'none';
  } catch (error) {
    if (error instanceof KeysUnavailable) return `wait ${error.retryAfterSeconds}`;
    expect(error).toBeInstanceOf(errors.JWKSNoMatchingKey);
    return 'none';
  }
}

/** Asserts what is found at a time, and the number of fetches up to then. */
async function finds(at: number, found: Readonly<Record<string, string>>, fetches: number): Promise<void> {
  clock = at;
  for (const [kid, expected] of Object.entries(found))
    expect(await find(kid), `${kid} at ${at}`).toBe(expected);
  // A fetch in the background.
  await expect.poll(() => server.requests.length, { message: `fetches at ${at}` }).toBe(fetches);
}

const all = (count: number, kid: (index: number) => string) =>
  Promise.all(Array.from({ length: count }, (_, index) => find(kid(index))));

/** The kids of the key set that is in use. */
const currentKids = () =>
  keys
    .current()
    ?.jwks()
    .keys.map(({ kid }) => kid);

describe('a key set', () => {
  it('is fetched on first use, once for all who wait', async () => {
    expect(server.requests).toHaveLength(0);
    expect(new Set(await all(50, () => 'first'))).toEqual(new Set(['found']));
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /keys?of=here']);
  });

  it('is fetched again by who comes after its maximum age: a withdrawn key is gone', async () => {
    await finds(0, { first: 'found' }, 1);
    published = [second];
    await finds(maxAge + 1, { first: 'none', second: 'found' }, 2);
  });

  it('is fetched again in the background when half as old, and keeps nobody waiting', async () => {
    await finds(0, { first: 'found' }, 1);
    published = [second];
    await finds(maxAge / 2, { first: 'found' }, 1);
    const answer = Promise.withResolvers<void>();
    beforeAnswer = () => answer.promise;
    await finds(maxAge / 2 + 1, { first: 'found' }, 2);
    await finds(maxAge, { first: 'found' }, 2);
    answer.resolve();
    // By then the fetched key set says that it is withdrawn.
    await expect.poll(currentKids).toEqual(['second']);
    await finds(maxAge, { first: 'none', second: 'found' }, 3);
  });

  it('is the same object as long as it says the same', async () => {
    await finds(0, { first: 'found' }, 1);
    const before = keys.current();
    await finds(2 * seconds, { junk: 'none' }, 2);
    expect(keys.current()).toBe(before);
    published = [first, second];
    await finds(4 * seconds, { second: 'found' }, 3);
    expect(keys.current()).not.toBe(before);
  });
});

describe('an unknown key', () => {
  it('is looked for once in two seconds; until then it is unavailable and not refused', async () => {
    await finds(0, { first: 'found' }, 1);
    published = [first, second];
    await finds(1, { second: 'wait 2', first: 'found' }, 1);
    await finds(1_000, { second: 'wait 1' }, 1);
    await finds(1_999, { second: 'wait 1' }, 1);
    await finds(2_000, { second: 'found', first: 'found' }, 2);
  });

  it('causes one fetch in two seconds for any number of tokens; who came before it is refused', async () => {
    for (const round of [0, 1, 2, 3]) {
      clock = round * 2 * seconds;
      expect(new Set(await all(200, (index) => `none-${index}`))).toEqual(new Set(['none']));
      clock += 1;
      expect(new Set(await all(200, (index) => `later-${index}`))).toEqual(new Set(['wait 2']));
      expect(server.requests).toHaveLength(1 + round);
    }
    expect(await find('first')).toBe('found');
  });

  it('is not refused because of a fetch that began before its token came', async () => {
    await finds(0, { first: 'found' }, 1);
    const answer = Promise.withResolvers<void>();
    beforeAnswer = () => answer.promise;
    clock = 2_000;
    const junk = find('junk');
    await expect.poll(() => server.requests.length).toBe(2);
    // Published and used after the server has read the keys for the fetch that is under way.
    published = [first, second];
    clock = 2_500;
    const later = find('second');
    // It shares the fetch that is under way, however long that takes.
    clock = 4_500;
    const last = find('second');
    answer.resolve();
    expect([await junk, await later, await last]).toEqual(['none', 'wait 1', 'wait 1']);
    await finds(4_500, { second: 'found' }, 3);
  });
});

describe('while its server is down', () => {
  it('it is fetched every two seconds at most', async () => {
    published = undefined;
    expect(new Set(await all(100, () => 'first'))).toEqual(new Set(['wait 2']));
    await finds(1_999, { first: 'wait 1', second: 'wait 1' }, 1);
    await finds(2_000, { first: 'wait 2' }, 2);
    published = [first];
    await finds(3_999, { first: 'wait 1' }, 2);
    await finds(4_000, { first: 'found', second: 'none' }, 3);
  });

  it('a cached key is found, and an unknown one unavailable', async () => {
    await finds(0, { first: 'found' }, 1);
    published = undefined;
    await finds(2_000, { first: 'found' }, 1);
    await finds(2_000, { second: 'wait 2', first: 'found' }, 2);
    published = [first, second];
    await finds(4_000, { second: 'found', first: 'found' }, 3);
  });

  it('it is fetched again every two seconds in the background, and keeps nobody waiting', async () => {
    await finds(0, { first: 'found' }, 1);
    published = undefined;
    for (let times = 0; times < 20; times += 1) await finds(maxAge + 1, { first: 'found' }, 2);
    published = [second];
    const answer = Promise.withResolvers<void>();
    beforeAnswer = () => answer.promise;
    await finds(maxAge + 2_000, { first: 'found' }, 2);
    await finds(maxAge + 2_001, { first: 'found' }, 3);
    // The fetch is not over.
    answer.resolve();
    await expect.poll(currentKids).toEqual(['second']);
  });

  it('cached keys are used for a day', async () => {
    await finds(0, { first: 'found' }, 1);
    published = undefined;
    await finds(24 * hours, { first: 'found' }, 2);
    await finds(24 * hours + 2_000, { first: 'wait 2' }, 3);
    published = [first];
    await finds(24 * hours + 4_000, { first: 'found' }, 4);
  });

  it('a key that was withdrawn meanwhile is out once the server is back', async () => {
    await finds(0, { first: 'found' }, 1);
    published = undefined;
    await finds(maxAge + 1, { first: 'found' }, 2);
    published = [second];
    await finds(2 * maxAge + 2, { first: 'none', second: 'found' }, 3);
  });
});
