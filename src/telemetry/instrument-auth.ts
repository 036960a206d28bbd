import type { Authenticator } from '../auth/authenticator.ts';
import type { RateLimit } from '../auth/rate-limit.ts';
import type { Telemetry } from './telemetry.ts';

const reasons = {
  'no-token': 'no_token',
  refused: 'token_refused',
  'keys-unavailable': 'keys_unavailable',
} as const;

/** The authenticator with a counter of refused requests. */
export function instrumentAuthenticator({ metrics }: Telemetry, authenticator: Authenticator): Authenticator {
  if (!metrics) return authenticator;
  return {
    ...authenticator,
    async authenticate(authorization) {
      const found = await authenticator.authenticate(authorization);
      if (found.kind !== 'known') metrics.callersRefused({ reason: reasons[found.kind] });
      return found;
    },
  };
}

/** The rate limit with a counter of limited requests. */
export function instrumentRateLimit({ metrics }: Telemetry, rateLimit: RateLimit): RateLimit {
  if (!metrics) return rateLimit;
  return {
    ...rateLimit,
    async take(...request) {
      const wait = await rateLimit.take(...request);
      if (wait !== undefined) metrics.rateLimited({});
      return wait;
    },
  };
}
