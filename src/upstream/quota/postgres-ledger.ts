import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

/** A text that processes share. */
export interface Ledger {
  /**
   * Replaces the text, null at first, by what `change` makes of it at `now` by the ledger's clock; again where another
   * process came in between. Rejects where the ledger is away: then it may be replaced or not.
   */
  update(change: (text: string | null, now: number) => string): Promise<void>;
}

/** How often it is tried to be first. */
const maxTries = 30;

/** A row of its own for each `key`, by the database's clock. It needs no lock and holds at every isolation level. */
export function createPostgresLedger(database: Pick<pg.Pool, 'query'>, key: string): Ledger {
  async function replace(change: (text: string | null, now: number) => string): Promise<boolean> {
    const found = await database.query<{ now: string; version: string | null; state: string | null }>(
      `SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now, version, state
        FROM (SELECT CAST($1 AS TEXT) AS wanted) AS one LEFT JOIN idpatch_pace ON key = wanted`,
      [key],
    );
    const [row] = found.rows;
    if (!row) throw new Error('The database gave no row where there is always one.');
    const { rowCount } = await database.query(
      `INSERT INTO idpatch_pace AS pace (key, version, state) VALUES ($1, CAST($2 AS BIGINT) + 1, $3)
        ON CONFLICT (key) DO UPDATE SET version = excluded.version, state = excluded.state WHERE pace.version = $2`,
      [key, row.version ?? 0, change(row.state, Number(row.now))],
    );
    return rowCount === 1;
  }

  return {
    async update(change) {
      for (let tries = 1; tries <= maxTries; tries += 1) {
        const isDone = await replace(change).catch((error: { readonly code?: unknown }) => {
          // Rolled back for another's sake: https://www.postgresql.org/docs/current/errcodes-appendix.html
          if (!String(error.code).startsWith('40')) throw error;
          return false;
        });
        if (isDone) return;
        // Random, so that those that met do not meet again.
        await delay(Math.random() * 10);
      }
      throw new Error('Other processes always came first.');
    },
  };
}
