import { randomUUID } from 'node:crypto';
import { closePostgresPool, openPostgresPool } from '../../journal/postgres-pool.ts';
import type { Secret } from '../../settings/secret.ts';
import { createLocalPermits } from './permits.ts';
import { createPostgresLedger } from './postgres-ledger.ts';
import { createSharedPermits } from './shared-permits.ts';
import { createThrottle, type Throttle } from './throttle.ts';

/**
 * Milliseconds that the ledger may take before a process goes on standalone: longer than a busy process hangs, for the
 * others do not see what a standalone one uses. Our own choice.
 */
const ledgerTimeoutMs = 2_000;

/** The quotas of a process. */
export interface Quotas {
  /** The throttle of all requests that the provider counts together, by a `key` for those: at the first `perMinute`. */
  throttleOf(quota: { readonly key: string; readonly perMinute: number }): Throttle;
  close(): Promise<void>;
}

/** With the journal's `postgres` replicas share each quota, in a table that the journal makes. */
export function createQuotas(postgres?: Secret): Quotas {
  const pool = postgres && openPostgresPool(postgres, ledgerTimeoutMs);
  const replica = randomUUID();
  const throttles = new Map<string, Throttle>();
  return {
    throttleOf({ key, perMinute }) {
      const throttle =
        throttles.get(key) ??
        createThrottle((onChange) => {
          if (!pool) return createLocalPermits(() => perMinute);
          const ledger = createPostgresLedger(pool, key);
          return createSharedPermits(ledger, perMinute, replica, onChange);
        });
      throttles.set(key, throttle);
      return throttle;
    },
    close: () => closePostgresPool(pool),
  };
}
