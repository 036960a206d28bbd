import type { Caller } from './caller.ts';
import type { KeySet } from './jwks.ts';
import type { TrustedIssuer, Verified } from './jwt.ts';

/**
 * Tokens that were verified a moment ago, for a caller who calls often: to verify a signature costs as much as all
 * else that is done for a patch. One is known only as long as it would be verified again by the same keys.
 */
export interface TokenCache {
  /** The caller that the token speaks for, where it is known and still in time. */
  find(token: string): Caller | undefined;
  /** Remembers a token that was verified, where it is known by which keys. */
  note(token: string, caller: Caller, verified: Verified): void;
}

interface KnownToken {
  readonly caller: Caller;
  readonly issuer: TrustedIssuer;
  readonly keySet: KeySet;
  /** Seconds since 1970, as the claims have them. */
  readonly exp: number;
  readonly notBefore: number;
}

/** Tokens that are kept, and the characters of the longest of them. Our own choices. */
const [maxTokens, longestToken] = [1_000, 4_096];

/** Knows none. */
export function createTokenCache(): TokenCache {
  const known = new Map<string, KnownToken>();
  return {
    find(token) {
      const entry = known.get(token);
      if (!entry) return undefined;
      if (isInTime(entry) && entry.issuer.keys.fresh() === entry.keySet) return entry.caller;
      known.delete(token);
      return undefined;
    },
    note(token, caller, { issuer, claims, keySet }) {
      if (!keySet || token.length > longestToken) return;
      const { exp = 0, nbf = 0, iat = 0 } = claims;
      if (known.size >= maxTokens) known.delete(known.keys().next().value ?? '');
      known.set(token, { caller, issuer, keySet, exp, notBefore: Math.max(nbf, iat) });
    },
  };
}

/** As jose reads these claims: by whole seconds, with the clock's tolerance either way. */
function isInTime({ exp, notBefore, issuer }: KnownToken): boolean {
  const now = Math.floor(Date.now() / 1000);
  const { clockToleranceSeconds } = issuer.settings;
  return exp > now - clockToleranceSeconds && notBefore <= now + clockToleranceSeconds;
}
