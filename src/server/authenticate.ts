import type { Logger } from 'pino';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Caller } from '../auth/caller.ts';
import type { RateLimit } from '../auth/rate-limit.ts';
import { errorResponse, type HttpResponse } from './response.ts';

/** Authenticates the caller and applies the rate limit before GraphQL runs. */
export type Authenticate = (
  authorization: string | undefined,
) => Promise<{ readonly caller: Caller } | { readonly refused: HttpResponse }>;

/** Logs each rejection with its reason, and nothing of the token. */
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
        return {
          refused: errorResponse(429, 'RATE_LIMITED', 'Too many requests: wait.', {
            'retry-after': String(wait),
          }),
        };
      }
      case 'no-token':
        return {
          refused: errorResponse(
            401,
            'UNAUTHENTICATED',
            'A bearer token is required: Authorization: Bearer <token>.',
            { 'www-authenticate': 'Bearer' },
          ),
        };
      case 'refused':
        log.info({ event: 'unauthenticated', reason: result.reason });
        return {
          // The reason is logged only: https://www.rfc-editor.org/rfc/rfc6750#section-3.1
          refused: errorResponse(401, 'UNAUTHENTICATED', 'The token is not valid.', {
            'www-authenticate': 'Bearer error="invalid_token"',
          }),
        };
      case 'keys-unavailable':
        log.warn({ event: 'keys-unavailable' });
        return {
          refused: errorResponse(
            503,
            'ISSUER_UNAVAILABLE',
            'The keys of the token’s issuer are unavailable: try again.',
            { 'retry-after': String(result.retryAfterSeconds) },
          ),
        };
    }
  };
}
