import { createHttpClient } from '../upstream/undici-client.ts';
import { anonymous, type Caller } from './caller.ts';
import { callerFromClaims } from './claims.ts';
import type { Callers } from './config.ts';
import { createJwks, type Jwks, KeysUnavailable } from './jwks.ts';
import { TokenRefused, type TrustedIssuer, verifyToken } from './jwt.ts';
import { createTokenCache } from './token-cache.ts';

/** Who asks; or why that is not known. */
type Authentication =
  | { readonly kind: 'known'; readonly caller: Caller }
  /** There is no token, or none that is a bearer token. */
  | { readonly kind: 'no-token' }
  /** `reason` is for the log and repeats nothing of the token. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'keys-unavailable'; readonly retryAfterSeconds: number };

/** Says who asks. */
export interface Authenticator {
  /**
   * `authorization` is the request's header; null where it has none. Answers in every case, and at once where
   * nothing has to be verified.
   */
  authenticate(authorization: string | null): Authentication | Promise<Authentication>;
  close(): Promise<void>;
}

/** How the connections to an issuer's key set are bounded. Our own choices. */
const keySetClient = { connections: 2, connectTimeoutMs: 2_000, answerBytes: 256 * 1024 } as const;

/** `Bearer <token>`, the scheme in any case: https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const bearer = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Makes what the configuration says of callers. `directoryNames`: every directory there is. Connects to nothing yet. */
export function createAuthenticator(callers: Callers, directoryNames: readonly string[]): Authenticator {
  const keySets = new Map<string, Jwks>();
  const issuers = (callers.jwt ?? []).map((settings): TrustedIssuer => {
    const keys = keySets.get(settings.jwks) ?? keysAt(settings.jwks);
    keySets.set(settings.jwks, keys);
    return { settings, keys };
  });
  const knownTokens = createTokenCache();
  const anybody = callers.anonymous ? anonymous(directoryNames) : undefined;
  return {
    authenticate(authorization) {
      if (authorization === null) return anybody ? { kind: 'known', caller: anybody } : { kind: 'no-token' };
      const [, token] = bearer.exec(authorization) ?? [];
      if (token === undefined) return { kind: 'no-token' };
      const known = knownTokens.find(token);
      return known ? { kind: 'known', caller: known } : verify(token);
    },
    async close() {
      await Promise.all([...keySets.values()].map((keys) => keys.close()));
    },
  };

  async function verify(token: string): Promise<Authentication> {
    try {
      const verified = await verifyToken(token, issuers);
      const caller = callerFromClaims(verified, directoryNames);
      knownTokens.note(token, caller, verified);
      return { kind: 'known', caller };
    } catch (error) {
      if (error instanceof TokenRefused) return { kind: 'refused', reason: error.reason };
      if (!(error instanceof KeysUnavailable)) throw error;
      return { kind: 'keys-unavailable', retryAfterSeconds: error.retryAfterSeconds };
    }
  }
}

function keysAt(jwks: string): Jwks {
  const { origin, pathname, search } = new URL(jwks);
  return createJwks(createHttpClient(origin, keySetClient), `${pathname}${search}`);
}
