import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Authenticator } from '../callers/authenticate.ts';
import type { Caller } from '../callers/caller.ts';
import type { RateLimit } from '../callers/rate-limit.ts';
import { refusal } from './refusal.ts';

/** Lets nobody through to GraphQL of whom it is not known who they are. */
export interface WhoCalls {
  readonly plugin: Plugin;
  /** Who sent this request, once the plugin has let it through. */
  callerOf(request: Request): Caller;
}

/** Makes the plugin. What it refuses is logged with the reason, and with nothing of the token. */
export function createWhoCalls(authenticator: Authenticator, rateLimit: RateLimit, log: Logger): WhoCalls {
  const callers = new WeakMap<Request, Caller>();
  return {
    callerOf(request) {
      const caller = callers.get(request);
      if (!caller) throw new Error('A request came past the plugin that says who calls.');
      return caller;
    },
    plugin: {
      async onRequest({ request, endResponse }) {
        const found = await authenticator.authenticate(request.headers.get('authorization'));
        switch (found.kind) {
          case 'known': {
            callers.set(request, found.caller);
            // Nobody can be told from anybody else among anonymous callers, who are on this machine alone.
            const wait = found.caller.isAnonymous ? undefined : await rateLimit.take(found.caller.id);
            if (wait === undefined) return;
            log.info({ event: 'rate-limited', caller: found.caller.id });
            return endResponse(
              refusal(429, 'RATE_LIMITED', 'Too many requests of yours in this minute: wait.', {
                'retry-after': String(wait),
              }),
            );
          }
          case 'no-token':
            return endResponse(
              refusal(401, 'UNAUTHENTICATED', 'A bearer token is needed: Authorization: Bearer <token>.', {
                'www-authenticate': 'Bearer',
              }),
            );
          case 'refused':
            log.info({ event: 'unauthenticated', reason: found.reason });
            return endResponse(
              // The reason is for the log alone: https://www.rfc-editor.org/rfc/rfc6750#section-3.1
              refusal(401, 'UNAUTHENTICATED', 'The token is not valid here: get another.', {
                'www-authenticate': 'Bearer error="invalid_token"',
              }),
            );
          case 'keys-unavailable':
            log.warn({ event: 'keys-unavailable' });
            return endResponse(
              refusal(
                503,
                'ISSUER_UNAVAILABLE',
                'The keys of the token’s issuer cannot be had now: call again.',
                {
                  'retry-after': String(found.retryAfterSeconds),
                },
              ),
            );
        }
      },
    },
  };
}
