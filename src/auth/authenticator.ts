import type { TextForm } from '../domain/user.ts';
import { createHttpClient } from '../upstream/undici-client.ts';
import { anonymous, type Caller } from './caller.ts';
import { callerFromClaims } from './claims.ts';
import type { Callers } from './config.ts';
import { createJwks, type Jwks, KeysUnavailable } from './jwks.ts';
import { TokenRefused, type TrustedIssuer, verifyToken } from './jwt.ts';
import { createTokenCache } from './token-cache.ts';

/** The authenticated caller, or the reason why there is none. */
type Authentication =
  | { readonly kind: 'known'; readonly caller: Caller }
  /** There is no token, or none that is a bearer token. */
  | { readonly kind: 'no-token' }
  /** `reason` is for the log and repeats nothing of the token. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'keys-unavailable'; readonly reason: string; readonly retryAfterSeconds: number };

/** Authenticates callers by their bearer token. */
export interface Authenticator {
  /**
   * `authorization`: the request's header, null if absent. Never rejects for a bad token; synchronous for a cached
   * token.
   */
  authenticate(authorization: string | null): Authentication | Promise<Authentication>;
  /** Accepts these callers from now on, and no others; key sets that are still named are kept. */
  accept(callers: Callers): void;
  close(): Promise<void>;
}

/** Bounds of the connections to an issuer's key set. Our own choices. */
const keySetClient = { connections: 2, connectTimeoutMs: 2_000, answerBytes: 256 * 1024 } as const;

/** `Bearer <token>`, the scheme in any case: https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const bearer = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Creates the authenticator of the configuration. `userIdForms`: by every configured directory. Opens no connection. */
export function createAuthenticator(
  callers: Callers,
  userIdForms: ReadonlyMap<string, TextForm>,
): Authenticator {
  let keySets: ReadonlyMap<string, Jwks> = new Map();
  let accepted = acceptedOf(callers);
  return {
    authenticate(authorization) {
      const { anonymousCaller, tokenCache } = accepted;
      if (authorization === null) {
        return anonymousCaller ? { kind: 'known', caller: anonymousCaller } : { kind: 'no-token' };
      }
      const [, token] = bearer.exec(authorization) ?? [];
      if (token === undefined) return { kind: 'no-token' };
      const caller = tokenCache.find(token);
      return caller ? { kind: 'known', caller } : verify(token);
    },
    accept(callers) {
      accepted = acceptedOf(callers);
    },
    async close() {
      await Promise.all([...keySets.values()].map((keys) => keys.close()));
    },
  };

  function acceptedOf({ jwt = [], anonymous: isAnonymous }: Callers) {
    const named = new Map<string, Jwks>();
    const issuers = jwt.map((settings): TrustedIssuer => {
      const { issuer, jwks } = settings;
      const isOnlyAudience = jwt.filter((one) => one.issuer === issuer).length === 1;
      const sharing = jwt.filter((one) => one.jwks === jwks);
      const maxAgeSeconds = Math.min(...sharing.map(({ jwksMaxAgeSeconds }) => jwksMaxAgeSeconds));
      const name = `${maxAgeSeconds} ${jwks}`;
      const keys = named.get(name) ?? keySets.get(name) ?? openJwks(jwks, maxAgeSeconds);
      named.set(name, keys);
      return { settings, isOnlyAudience, keys };
    });
    for (const [name, keys] of keySets) if (!named.has(name)) void keys.close();
    keySets = named;
    const anonymousCaller = isAnonymous ? anonymous([...userIdForms.keys()]) : undefined;
    // Its callers have the rights that these issuers give.
    return { issuers, anonymousCaller, tokenCache: createTokenCache() };
  }

  async function verify(token: string): Promise<Authentication> {
    const { issuers, tokenCache } = accepted;
    try {
      const verified = await verifyToken(token, issuers);
      const caller = callerFromClaims(verified, userIdForms);
      tokenCache.add(token, caller, verified);
      return { kind: 'known', caller };
    } catch (error) {
      if (error instanceof TokenRefused) return { kind: 'refused', reason: error.message };
      if (!(error instanceof KeysUnavailable)) throw error;
      const { message: reason, retryAfterSeconds } = error;
      return { kind: 'keys-unavailable', reason, retryAfterSeconds };
    }
  }
}

function openJwks(jwks: string, maxAgeSeconds: number): Jwks {
  const { origin, pathname, search } = new URL(jwks);
  return createJwks(createHttpClient(origin, keySetClient), `${pathname}${search}`, maxAgeSeconds * 1000);
}
