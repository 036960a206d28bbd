import type { Logger } from 'pino';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Caller } from '../auth/caller.ts';
import type { RateLimit } from '../auth/rate-limit.ts';
import { errorResponse, type HttpResponse } from './response.ts';

/** Lets nobody through to GraphQL of whom it is not known who they are, or who called too often. */
export type Authenticate = (
  authorization: string | undefined,
) => Promise<{ readonly caller: Caller } | { readonly refused: HttpResponse }>;

/** Makes it. What is refused is logged with the reason, and with nothing of the token. */
export function createAuthenticate(
  authenticator: Authenticator,
  rateLimit: RateLimit,
  log: Logger,
): Authenticate {
  return async (authorization) => {
    const found = await authenticator.authenticate(authorization ?? null);
    switch (found.kind) {
      case 'known': {
        const { caller } = found;
        // Nobody can be told from anybody else among anonymous callers, who are on this machine alone.
        const wait = caller.isAnonymous ? undefined : await rateLimit.take(caller.id);
        if (wait === undefined) return { caller };
        log.info({ event: 'rate-limited', caller: caller.id });
        return {
          refused: errorResponse(429, 'RATE_LIMITED', 'Too many requests of yours in this minute: wait.', {
            'retry-after': String(wait),
          }),
        };
      }
      case 'no-token':
        return {
          refused: errorResponse(
            401,
            'UNAUTHENTICATED',
            'A bearer token is needed: Authorization: Bearer <token>.',
            { 'www-authenticate': 'Bearer' },
          ),
        };
      case 'refused':
        log.info({ event: 'unauthenticated', reason: found.reason });
        return {
          // The reason is for the log alone: https://www.rfc-editor.org/rfc/rfc6750#section-3.1
          refused: errorResponse(401, 'UNAUTHENTICATED', 'The token is not valid here: get another.', {
            'www-authenticate': 'Bearer error="invalid_token"',
          }),
        };
      case 'keys-unavailable':
        log.warn({ event: 'keys-unavailable' });
        return {
          refused: errorResponse(
            503,
            'ISSUER_UNAVAILABLE',
            'The keys of the token’s issuer cannot be had now: call again.',
            { 'retry-after': String(found.retryAfterSeconds) },
          ),
        };
    }
  };
}
