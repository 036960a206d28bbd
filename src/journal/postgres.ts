import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Secret } from '../settings/secret.ts';
import { type Journal, JournalUnavailable } from './journal.ts';
import { createVersionTable, migrationsFrom, readVersion } from './migrations.ts';
import { codeOf, isTransient, withoutSecrets } from './postgres-errors.ts';
import { clientOf } from './postgres-login.ts';
import type { Row } from './rows.ts';
import { createSqlJournal, type Value } from './sql-journal.ts';

/** How long one connection and one statement may take. */
const timeoutMs = 3000;

/** How long after its start a failed statement is tried again. */
const retryForMs = 2000;

/**
 * A journal that any number of processes share, in PostgreSQL or a database with its protocol and SQL. The tables are
 * created in the first schema of the search path. Connects at the first call. `digestKey`: as `Journal.digestKey`.
 */
export function createPostgresJournal(connectionString: Secret, digestKey?: string): Journal {
  let closed: Promise<void> | undefined;
  let migrated: Promise<void> | undefined;
  const pool = new pg.Pool({
    connectionString: connectionString.reveal(),
    Client: clientOf(connectionString),
    application_name: 'idpatch',
    max: 4,
    keepAlive: true,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    // Later than the server's own timeout, so that the server has usually ended the statement by then.
    query_timeout: timeoutMs + 500,
    // Only with `off` can a crash of the server undo an answered commit; all other settings are left to the operator.
    onConnect: async (client) => {
      await client.query(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
      );
    },
  });
  // The pool has already removed an idle connection that died; an `error` without a listener would end the process.
  pool.on('error', () => {});

  async function query(statement: string, values: readonly Value[] = []): Promise<readonly Row[]> {
    // Through the pool, which listens to `error` of a client in use.
    const { rows } = await pool.query<Row>(statement, [...values]);
    return rows;
  }

  async function migrate(): Promise<void> {
    let version = 0;
    try {
      // Before any CREATE, which needs its privilege even where the tables exist.
      version = Number((await query(readVersion))[0]?.version);
    } catch (error) {
      if (codeOf(error) !== '42P01') throw error;
      await query(createVersionTable);
    }
    for (const statement of migrationsFrom(version)) await query(statement);
  }

  return createSqlJournal({
    now: 'CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)',
    instance: randomUUID(),
    shared: true,
    digestKey: () => (digestKey === undefined ? undefined : Buffer.from(digestKey)),
    async run(statement, values) {
      const started = performance.now();
      for (;;) {
        const used = connectionString.reveal();
        try {
          if (closed !== undefined) throw new Error('The journal was closed.');
          migrated ??= migrate();
          await migrated;
          return await query(statement, values);
        } catch (error) {
          // The database may have been restored or replaced: migrate again.
          migrated = undefined;
          // The password was replaced: nothing was sent.
          const isRenewed = codeOf(error) === '28P01' && (await connectionString.renew(used));
          if (!(isRenewed || isTransient(error)) || performance.now() - started > retryForMs) {
            throw new JournalUnavailable(withoutSecrets(error, used));
          }
          // Jitter, so that conflicting transactions do not meet again.
          await sleep(Math.random() * 50);
        }
      }
    },
    close() {
      // A server that is gone never confirms the end.
      closed ??= Promise.race([pool.end(), sleep(timeoutMs, undefined, { ref: false })]);
      return closed;
    },
  });
}
