import { randomUUID } from 'node:crypto';
import { closePostgresPool, openPostgresPool } from '../../journal/postgres-pool.ts';
import type { Secret } from '../../settings/secret.ts';
import { createLocalPermits } from './permits.ts';
import { createPostgresLedger } from './postgres-ledger.ts';
import { createSharedPermits } from './shared-permits.ts';
import { createThrottle, type Throttle } from './throttle.ts';

/**
 * Milliseconds that the ledger may take before a process goes on alone. Longer than a busy process hangs, for what is
 * used alone is not seen by the others; it is waited for once, and not again until the ledger is back. Our own choice.
 */
const ledgerTimeoutMs = 2_000;

/** What a provider counts requests by, and how many it takes. */
interface Quota {
  /** The same for all that is counted together. */
  readonly key: string;
  /** Requests in 60 seconds, at least 2. */
  readonly perMinute: number;
}

/** The pacers of a process. */
export interface Quotas {
  /** The pacer of a quota: one for all who name the same, at the number that the first of them names. */
  throttleOf(quota: Quota): Throttle;
  close(): Promise<void>;
}

/**
 * Makes pacers. With `postgres`, the journal's connection string, all replicas share each quota, in a table that the
 * journal makes; otherwise each quota is this process's own.
 */
export function createQuotas(postgres?: Secret): Quotas {
  const pool = postgres && openPostgresPool(postgres, ledgerTimeoutMs);
  const replica = randomUUID();
  const clock = () => performance.now();
  const pacers = new Map<string, Throttle>();
  return {
    throttleOf({ key, perMinute }) {
      const known = pacers.get(key);
      if (known) return known;
      const pacer = createThrottle(
        (onChange) =>
          pool
            ? createSharedPermits(createPostgresLedger(pool, key), perMinute, replica, clock, onChange)
            : createLocalPermits(() => perMinute),
        clock,
      );
      pacers.set(key, pacer);
      return pacer;
    },
    close: () => closePostgresPool(pool),
  };
}
