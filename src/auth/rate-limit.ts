import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { closePostgresPool, openPostgresPool } from '../journal/postgres-pool.ts';
import type { Secret } from '../settings/secret.ts';

/** Limits the requests of each caller, or what they cost. */
export interface RateLimit {
  /**
   * Counts one request of the caller, or so many points. Returns the seconds to wait (at least 1) if that exceeds the
   * limit, else undefined.
   */
  take(callerId: string, points?: number): Promise<number | undefined>;
  /** Changes the limit; what was counted stays counted. */
  limitTo(perMinute: number): void;
  close(): Promise<void>;
}

/** Length of the window (s). */
const windowSeconds = 60;

/** Timeout of the shared counter (ms), after which this process counts alone. Our own choice. */
const sharedTimeoutMs = 500;

/**
 * Creates the limit of `perMinute` requests, or points, per caller. With `postgres`, the journal's connection string, all
 * replicas share the counters in a table of the journal; while the database is unavailable this process counts alone.
 */
export function createRateLimit(perMinute: number, postgres?: Secret): RateLimit {
  const window = { points: perMinute, duration: windowSeconds };
  const local = new RateLimiterMemory(window);
  const pool = postgres && openPostgresPool(postgres, sharedTimeoutMs);
  const limiter = pool
    ? new RateLimiterPostgres({
        ...window,
        // Without the statement's name, which a server behind a pooler does not know in the next transaction.
        storeClient: {
          query: ({ text, values }: { readonly text: string; readonly values: unknown[] }) =>
            pool.query(text, values),
        },
        storeType: 'pool',
        keyPrefix: '',
        tableName: 'idpatch_rate_limit',
        tableCreated: true,
        // A caller over the limit causes no more database calls.
        inMemoryBlockOnConsumed: perMinute + 1,
        insuranceLimiter: local,
      })
    : local;
  // The table must not reveal caller ids.
  const keyOf = (callerId: string) =>
    pool ? createHash('sha256').update(callerId).digest('base64url') : callerId;
  return {
    async take(callerId, points = 1) {
      try {
        await limiter.consume(keyOf(callerId), points);
        return undefined;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
      }
    },
    limitTo(perMinute) {
      local.points = perMinute;
      Object.assign(limiter, { points: perMinute, inMemoryBlockOnConsumed: perMinute + 1 });
    },
    close: () => closePostgresPool(pool),
  };
}
