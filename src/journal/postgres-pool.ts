import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Secret } from '../settings/secret.ts';

/** Milliseconds that an end may take. */
const endMs = 500;

/**
 * Opens a small pool to the journal's database for what replicas count together beside the journal: nobody waits
 * for it for longer than `timeoutMs`, because each can count alone. Connects at the first query.
 */
export function openPostgresPool(connectionString: Secret, timeoutMs: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: connectionString.reveal(),
    application_name: 'idpatch',
    max: 2,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  // An idle connection that dies is gone from the pool already; an `error` that nobody hears ends the process.
  pool.on('error', () => {});
  return pool;
}

/** Closes such a pool. A server that has vanished never confirms an end, and is not waited for. */
export async function closePostgresPool(pool: pg.Pool | undefined): Promise<void> {
  await Promise.race([pool?.end(), sleep(endMs, undefined, { ref: false })]);
}
