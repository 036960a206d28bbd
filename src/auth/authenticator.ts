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
  const { jwt = [] } = callers;
  const jwksByUrl = new Map<string, Jwks>();
  const issuers = jwt.map((settings): TrustedIssuer => {
    const { issuer, jwks } = settings;
    const isOnlyAudience = jwt.filter((one) => one.issuer === issuer).length === 1;
    const sharing = jwt.filter((one) => one.jwks === jwks);
    const maxAgeSeconds = Math.min(...sharing.map(({ jwksMaxAgeSeconds }) => jwksMaxAgeSeconds));
    const keys = jwksByUrl.get(jwks) ?? openJwks(jwks, maxAgeSeconds);
    jwksByUrl.set(jwks, keys);
    return { settings, isOnlyAudience, keys };
  });
  const tokenCache = createTokenCache();
  const anonymousCaller = callers.anonymous ? anonymous([...userIdForms.keys()]) : undefined;
  return {
    authenticate(authorization) {
      if (authorization === null) {
        return anonymousCaller ? { kind: 'known', caller: anonymousCaller } : { kind: 'no-token' };
      }
      const [, token] = bearer.exec(authorization) ?? [];
      if (token === undefined) return { kind: 'no-token' };
      const caller = tokenCache.find(token);
      return caller ? { kind: 'known', caller } : verify(token);
    },
    async close() {
      await Promise.all([...jwksByUrl.values()].map((keys) => keys.close()));
    },
  };

  async function verify(token: string): Promise<Authentication> {
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
