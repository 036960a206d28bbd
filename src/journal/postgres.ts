import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Secret } from '../settings/secret.ts';
import { type Journal, JournalUnavailable } from './journal.ts';
import { createVersionTable, migrationsFrom, readVersion } from './migrations.ts';
import { clientOf, passwordOf } from './postgres-login.ts';
import type { Row } from './rows.ts';
import { createSqlJournal, type Value } from './sql-journal.ts';

/** How long one connection and one statement may take. */
const timeoutMs = 3000;

/** How long after its start a failed statement is tried again. */
const retryForMs = 2000;

/**
 * Error codes after which the same statement may succeed: conflicting transactions, a lost server or connection, and
 * replicas that create the tables at the same time.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const transient: ReadonlySet<string> = new Set([
  ...['40001', '40003', '40P01'],
  ...['08000', '08003', '08006', '57P01', '57P02', 'ECONNRESET', 'EPIPE'],
  ...['23505', '42P07', '42710', '42P01', 'XX000'],
]);

/** pg's messages, without a code, where the server ends a connection. */
const lostConnection = /^(Connection terminated unexpectedly|Client has encountered a connection error)/;

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

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return transient.has(code);
  return error instanceof Error && lostConnection.test(error.message);
}

/**
 * Classes of error codes whose messages contain no value: about the connection, the login, the database's state and the
 * tables. Others may quote one, as `invalid input syntax for type bigint: "…"` does, or have the text of a trigger.
 */
const withoutValues = /^(08|25|28|3D|3F|40|42|53|54|55|57|58)/;

/** Code and message alone: pg's errors also have the client and, in their details, values of rows. */
function withoutSecrets(error: unknown, connectionString: string): Error {
  const causes = error instanceof AggregateError ? error.errors : [error];
  const message = causes.map((cause) => (cause instanceof Error ? cause.message : 'unknown')).join('; ');
  const secrets = [connectionString, passwordOf(connectionString)];
  const leaks = secrets.some((secret) => secret !== '' && message.includes(secret));
  const code = codeOf(error);
  const quotes = /^[0-9A-Z]{5}$/.test(code ?? '') && !withoutValues.test(code ?? '');
  const safeMessage = quotes
    ? 'The database refused it.'
    : leaks
      ? 'The message held the connection string.'
      : message;
  return Object.assign(new Error(safeMessage), { code });
}
