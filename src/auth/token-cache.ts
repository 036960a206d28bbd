import type { Caller } from './caller.ts';
import type { KeySet } from './jwks.ts';
import type { TrustedIssuer, Verified } from './jwt.ts';

/**
 * Caches verified tokens: verifying a signature costs as much CPU as the rest of a patch. An entry is valid only
 * while the same key set would still verify the token.
 */
export interface TokenCache {
  /** The caller of a cached token that has not expired. */
  find(token: string): Caller | undefined;
  /** Caches a verified token. */
  add(token: string, caller: Caller, verified: Verified): void;
}

interface CachedToken {
  readonly caller: Caller;
  readonly issuer: TrustedIssuer;
  readonly keySet: KeySet;
  /** Seconds since 1970, as the claims have them. */
  readonly exp: number;
  readonly notBefore: number;
}

/** Entries, and characters of a token. Our own choices. */
const [maxTokens, maxTokenLength] = [1_000, 4_096];

/** Creates an empty cache. */
export function createTokenCache(): TokenCache {
  const entries = new Map<string, CachedToken>();
  return {
    find(token) {
      const entry = entries.get(token);
      if (!entry) return undefined;
      if (isInTime(entry) && entry.issuer.keys.current() === entry.keySet) return entry.caller;
      entries.delete(token);
      return undefined;
    },
    add(token, caller, { issuer, claims, keySet }) {
      if (token.length > maxTokenLength) return;
      const { exp = 0, nbf = 0, iat = 0 } = claims;
      if (entries.size >= maxTokens) entries.delete(entries.keys().next().value ?? '');
      entries.set(token, { caller, issuer, keySet, exp, notBefore: Math.max(nbf, iat) });
    },
  };
}

/** Compares whole seconds with the clock tolerance, as jose does. */
function isInTime({ exp, notBefore, issuer }: CachedToken): boolean {
  const now = Math.floor(Date.now() / 1000);
  const { clockToleranceSeconds } = issuer.settings;
  return exp > now - clockToleranceSeconds && notBefore <= now + clockToleranceSeconds;
}
