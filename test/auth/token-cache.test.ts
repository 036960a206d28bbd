import { createLocalJWKSet } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { anonymous } from '../../src/auth/caller.ts';
import type { KeySet } from '../../src/auth/jwks.ts';
import { type TrustedIssuer, type Verified, verifyToken } from '../../src/auth/jwt.ts';
import { createTokenCache, type TokenCache } from '../../src/auth/token-cache.ts';
import { answers, call, claimsFor, createSigner, openTokenDoor, trusting } from './tokens.ts';

const start = 1_700_000_000;
const tolerance = 5;
const caller = anonymous([]);
const keySet = createLocalJWKSet({ keys: [] });
const otherKeySet = createLocalJWKSet({ keys: [] });

let cache: TokenCache;
/** The issuer's key set now. */
let current: KeySet | undefined;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: start * 1000 });
  cache = createTokenCache();
  current = keySet;
});
afterEach(() => {
  vi.useRealTimers();
});
const setTime = (seconds: number) => vi.setSystemTime((start + seconds) * 1000);

function add(claims: object = { exp: start + 60 }, by = keySet, token = 'token'): void {
  const issuer = { settings: { clockToleranceSeconds: tolerance }, keys: { current: () => current } };
  cache.add(token, caller, { issuer, keySet: by, claims: { sub: 'sub', ...claims } } as unknown as Verified);
}

describe('a cached token', () => {
  it('is found until it expires, with the clock tolerance', () => {
    add();
    for (const seconds of [0, 59, 60, 64.999]) {
      setTime(seconds);
      expect(cache.find('token')).toBe(caller);
    }
    for (const seconds of [65, 0]) {
      setTime(seconds);
      expect(cache.find('token')).toBeUndefined();
    }
  });

  it.each(['nbf', 'iat'])('is not found before its %s, if the clock was set back', (claim) => {
    add({ exp: start + 60, [claim]: start });
    setTime(-tolerance);
    expect(cache.find('token')).toBe(caller);
    setTime(-tolerance - 1);
    expect(cache.find('token')).toBeUndefined();
  });

  it.each([otherKeySet, undefined])('is dropped if its key set is no longer the current one', (later) => {
    add();
    expect(cache.find('token')).toBe(caller);
    for (current of [later, keySet]) expect(cache.find('token')).toBeUndefined();
  });

  it('is the one of the last thousand', () => {
    for (let index = 0; index < 1_001; index += 1) add(undefined, keySet, `${index}`);
    expect(cache.find('0')).toBeUndefined();
    for (const index of [1, 500, 1_000]) expect(cache.find(`${index}`)).toBe(caller);
    // By its exact text alone.
    for (const text of ['01', '1=']) expect(cache.find(text)).toBeUndefined();
  });
});

it('a token is not cached without exp, or longer than 4,096 characters', () => {
  add({});
  expect(cache.find('token')).toBeUndefined();
  for (const [length, expected] of [
    [4_096, caller],
    [4_097, undefined],
  ] as const) {
    add(undefined, keySet, 't'.repeat(length));
    expect(cache.find('t'.repeat(length))).toBe(expected);
  }
});

it('a verified token has the key set that verified it, whichever is the current one', async () => {
  const signer = await createSigner('ES256', 'k1');
  const claims = { iss: 'iss', aud: 'aud', sub: 'sub', iat: start, exp: start + 60 };
  const own = createLocalJWKSet({ keys: [signer.publicJwk] });
  const settings = { issuer: 'iss', audience: 'aud', algorithms: ['ES256'], typ: ['at+jwt'] };
  const issuer = {
    settings: { ...settings, clockToleranceSeconds: 0 },
    keys: { withKeys: (verify: (keys: KeySet) => unknown) => verify(own), current: () => otherKeySet },
  };
  const verified = await verifyToken(await signer.sign(claims), [issuer as unknown as TrustedIssuer]);
  expect(verified.keySet).toBe(own);
});

it('the front door refuses a token that it has accepted, once it has expired', async () => {
  const signer = await createSigner('ES256', 'k1');
  const door = await openTokenDoor(
    () => [signer.publicJwk],
    (issuer) => ({ jwt: [trusting(issuer, { clockToleranceSeconds: 0 })] }),
  );
  try {
    const token = await signer.sign({ ...claimsFor(door), exp: start + 60 });
    for (const seconds of [0, 59]) {
      setTime(seconds);
      expect(await call(door, token)).toEqual(answers.applied);
    }
    setTime(60);
    expect(await call(door, token)).toEqual(answers.badToken);
  } finally {
    await door.close();
  }
});
