import { randomUUID } from 'node:crypto';
import { closePostgresPool, openPostgresPool } from '../../journal/postgres-pool.ts';
import type { Secret } from '../../settings/secret.ts';
import type { Pace } from './grants.ts';
import { createPostgresLedger } from './postgres-ledger.ts';
import { createThrottle } from './throttle.ts';

/**
 * Milliseconds that the ledger may take before a process goes on standalone: longer than a busy process hangs, for the
 * others do not see what a standalone one uses. Our own choice.
 */
const ledgerTimeoutMs = 2_000;

/** The quotas of a process. */
export type Quotas = ReturnType<typeof createQuotas>;

/** With the journal's `postgres` replicas share each quota, in a table that the journal makes. */
export function createQuotas(postgres?: Secret) {
  const pool = postgres && openPostgresPool(postgres, ledgerTimeoutMs);
  const replica = randomUUID();
  const throttles = new Map<string, ReturnType<typeof createThrottle>>();
  return {
    /** The throttle of all requests that the provider counts together, by a `key` for those: at the first pace. */
    throttleOf({ key, ...pace }: { readonly key: string } & Pace) {
      const ledger = pool && createPostgresLedger(pool, key);
      const throttle = throttles.get(key) ?? createThrottle({ ...pace, ledger, replica });
      throttles.set(key, throttle);
      return throttle;
    },
    close: () => closePostgresPool(pool),
  };
}
