import { setTimeout as delay } from 'node:timers/promises';
import { createLocalJWKSet } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { anonymous } from '../../src/auth/caller.ts';
import type { KeySet } from '../../src/auth/jwks.ts';
import { type TrustedIssuer, type Verified, verifyToken } from '../../src/auth/jwt.ts';
import { createTokenCache, type TokenCache } from '../../src/auth/token-cache.ts';
import { answers, call, claimsFor, createSigner, now, openTokenDoor, trusting } from './tokens.ts';

const start = 1_700_000_000;
const tolerance = 5;
const caller = anonymous([]);

let known: TokenCache;
let fresh: KeySet | undefined;
const keySet = createLocalJWKSet({ keys: [] });

/** What a token was verified to say. */
function verified(claims: object, by: KeySet | undefined = keySet): Verified {
  const issuer = { settings: { clockToleranceSeconds: tolerance }, keys: { fresh: () => fresh } };
  return { issuer, keySet: by, claims: { sub: 'sub', ...claims } } as unknown as Verified;
}

describe('a token that was verified', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: start * 1000 });
    known = createTokenCache();
    fresh = keySet;
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const at = (seconds: number) => vi.setSystemTime((start + seconds) * 1000);

  it('is known until it expires, as long as the clocks may differ', () => {
    known.add('token', caller, verified({ exp: start + 60 }));
    for (const seconds of [0, 59, 60, 64.999]) {
      at(seconds);
      expect(known.find('token')).toBe(caller);
    }
    at(65);
    expect(known.find('token')).toBeUndefined();
    at(0);
    expect(known.find('token')).toBeUndefined();
  });

  it.each(['nbf', 'iat'])('is not known before its %s, where the clock was set back', (claim) => {
    known.add('token', caller, verified({ exp: start + 60, [claim]: start }));
    at(-tolerance);
    expect(known.find('token')).toBe(caller);
    at(-tolerance - 1);
    expect(known.find('token')).toBeUndefined();
  });

  it('is not known without exp', () => {
    known.add('token', caller, verified({}));
    expect(known.find('token')).toBeUndefined();
  });

  it('is not known where there are other keys since, or old ones', () => {
    for (const other of [createLocalJWKSet({ keys: [] }), undefined]) {
      fresh = keySet;
      known.add('token', caller, verified({ exp: start + 60 }));
      expect(known.find('token')).toBe(caller);
      fresh = other;
      expect(known.find('token')).toBeUndefined();
      fresh = keySet;
      expect(known.find('token')).toBeUndefined();
    }
  });

  it('is not remembered where the keys came in between, or where it is too long', () => {
    fresh = undefined;
    known.add('token', caller, { ...verified({ exp: start + 60 }), keySet: undefined });
    expect(known.find('token')).toBeUndefined();
    fresh = keySet;
    for (const [length, expected] of [
      [4_096, caller],
      [4_097, undefined],
    ] as const) {
      known.add('t'.repeat(length), caller, verified({ exp: start + 60 }));
      expect(known.find('t'.repeat(length))).toBe(expected);
    }
  });

  it('makes room for others when there are a thousand', () => {
    for (let index = 0; index < 1_001; index += 1)
      known.add(`${index}`, caller, verified({ exp: start + 60 }));
    expect(known.find('0')).toBeUndefined();
    for (const index of [1, 500, 1_000]) expect(known.find(`${index}`)).toBe(caller);
  });

  it('is another with one letter changed', () => {
    known.add('token', caller, verified({ exp: start + 60 }));
    expect(known.find('tokeN')).toBeUndefined();
    expect(known.find('token=')).toBeUndefined();
  });
});

it('a token whose keys were replaced while it was verified does not say by which it was', async () => {
  const signer = await createSigner('ES256', 'k1');
  const token = await signer.sign({ iss: 'iss', aud: 'aud', sub: 'sub', iat: now(), exp: now() + 60 });
  for (const later of [keySet, createLocalJWKSet({ keys: [] })]) {
    fresh = keySet;
    const find = async () => {
      fresh = later;
      return signer.publicKey;
    };
    const settings = { issuer: 'iss', audience: 'aud', algorithms: ['ES256'], typ: ['at+jwt'] };
    const issuer = {
      settings: { ...settings, clockToleranceSeconds: 0 },
      keys: { find, fresh: () => fresh },
    };
    const { keySet: by } = await verifyToken(token, [issuer as unknown as TrustedIssuer]);
    expect(by).toBe(later === keySet ? keySet : undefined);
  }
});

it('a token that is used again and again is refused when it has expired', async () => {
  const signer = await createSigner('ES256', 'k1');
  const door = await openTokenDoor(
    () => [signer.publicJwk],
    (issuer) => ({ jwt: [trusting(issuer, { clockToleranceSeconds: 0 })] }),
  );
  try {
    const exp = now() + 3;
    const token = await signer.sign({ ...claimsFor(door), exp });
    for (let times = 0; times < 4; times += 1) expect(await call(door, token)).toEqual(answers.applied);
    await delay(exp * 1000 - Date.now() + 20);
    expect(await call(door, token)).toEqual(answers.badToken);
  } finally {
    await door.close();
  }
});
