import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { closePostgresPool, openPostgresPool } from '../journal/postgres-pool.ts';
import type { Secret } from '../settings/secret.ts';

/** How many requests each caller may make. */
export interface RateLimit {
  /**
   * Counts one request of the caller with this id. Gives the seconds to wait, at least 1, where it is one too many;
   * undefined where it may go on.
   */
  take(callerId: string): Promise<number | undefined>;
  close(): Promise<void>;
}

/** Seconds that are counted together. */
const windowSeconds = 60;

/** Milliseconds that a shared count may take before this process counts alone. Our own choice. */
const sharedTimeoutMs = 500;

/**
 * Makes the limit of `perMinute` requests a caller. With `postgres`, the journal's connection string, all replicas
 * count together, in a table that the journal makes; where that cannot be had, this process counts for itself.
 */
export function createRateLimit(perMinute: number, postgres?: Secret): RateLimit {
  const window = { points: perMinute, duration: windowSeconds };
  const alone = new RateLimiterMemory(window);
  const pool = postgres && openPostgresPool(postgres, sharedTimeoutMs);
  const limiter = pool
    ? new RateLimiterPostgres({
        ...window,
        storeClient: pool,
        storeType: 'pool',
        keyPrefix: '',
        tableName: 'idpatch_rate_limit',
        tableCreated: true,
        // Whoever is over the limit is not counted at the database again.
        inMemoryBlockOnConsumed: perMinute + 1,
        insuranceLimiter: alone,
      })
    : alone;
  // Who calls is nothing for a table.
  const keyOf = (callerId: string) =>
    pool ? createHash('sha256').update(callerId).digest('base64url') : callerId;
  return {
    async take(callerId) {
      try {
        await limiter.consume(keyOf(callerId));
        return undefined;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
      }
    },
    close: () => closePostgresPool(pool),
  };
}
