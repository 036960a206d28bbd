import type { Logger } from 'pino';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Caller } from '../auth/caller.ts';
import type { RateLimit } from '../auth/rate-limit.ts';
import { type Refused, refuse, refuseLimited } from './response.ts';

/** Authenticates the caller and applies the rate limit before GraphQL runs. */
export type Authenticate = (
  authorization: string | undefined,
) => Promise<{ readonly caller: Caller } | Refused>;

/** Logs rejections by their reason, and nothing of the token. */
export function createAuthenticate(
  authenticator: Authenticator,
  rateLimit: RateLimit,
  log: Logger,
): Authenticate {
  return async (authorization) => {
    const result = await authenticator.authenticate(authorization ?? null);
    switch (result.kind) {
      case 'known': {
        const { caller } = result;
        // Anonymous callers cannot be told apart; they are on this machine.
        const wait = caller.isAnonymous ? undefined : await rateLimit.take(caller.id);
        if (wait === undefined) return { caller };
        log.info({ event: 'rate-limited', caller: caller.id });
        return refuseLimited('requestsPerCallerPerMinute', wait);
      }
      case 'no-token': {
        const message = 'A bearer token is required: Authorization: Bearer <token>.';
        return refuse(401, 'UNAUTHENTICATED', message, { 'www-authenticate': 'Bearer' });
      }
      case 'refused': {
        log.info({ event: 'unauthenticated', reason: result.reason });
        // The reason is logged only: https://www.rfc-editor.org/rfc/rfc6750#section-3.1
        const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' };
        return refuse(401, 'UNAUTHENTICATED', 'The token is not valid.', challenge);
      }
      case 'keys-unavailable': {
        log.warn({ event: 'keys-unavailable', reason: result.reason });
        const message = 'The keys of the token’s issuer are unavailable: try again.';
        const wait = { 'retry-after': String(result.retryAfterSeconds) };
        return refuse(503, 'ISSUER_UNAVAILABLE', message, wait);
      }
    }
  };
}
