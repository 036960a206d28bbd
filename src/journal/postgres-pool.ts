import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Secret } from '../settings/secret.ts';
import { clientOf } from './postgres-login.ts';

/** Maximum time (ms) for closing. */
const endMs = 500;

/**
 * Opens a small pool to the journal's database for counters that replicas share. Its timeouts are short, because each
 * replica can also count alone. Connects at the first query.
 */
export function openPostgresPool(connectionString: Secret, timeoutMs: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: connectionString.reveal(),
    Client: clientOf(connectionString),
    application_name: 'idpatch',
    max: 2,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  // The pool has already removed an idle connection that died; an `error` without a listener would end the process.
  pool.on('error', () => {});
  return pool;
}

/** Closes the pool. Does not wait for a server that is gone, which never confirms the end. */
export async function closePostgresPool(pool: pg.Pool | undefined): Promise<void> {
  await Promise.race([pool?.end(), sleep(endMs, undefined, { ref: false })]);
}
