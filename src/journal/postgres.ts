import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Journal, JournalUnavailable } from './journal.ts';
import { createVersionTable, migrationsFrom, readVersion } from './migrations.ts';
import { createSqlJournal, type Row, type Value } from './sql-journal.ts';

/** How long one connection and one statement may take. */
const timeoutMs = 3000;

/** Until when after its start a statement that failed is tried again. */
const retryForMs = 2000;

/**
 * Error codes after which the same statement may succeed: a transaction that lost against another, a server or
 * connection that went away, and what replicas that make the tables at the same time do to each other.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const passing: ReadonlySet<string> = new Set([
  ...['40001', '40003', '40P01'],
  ...['08000', '08003', '08006', '57P01', '57P02', 'ECONNRESET', 'EPIPE'],
  ...['23505', '42P07', '42710', '42P01', 'XX000'],
]);

/** Which pg says without a code where the server ends a connection. */
const lostConnection = /^(Connection terminated unexpectedly|Client has encountered a connection error)/;

/**
 * A journal that any number of processes share, in PostgreSQL or a database that speaks its protocol and SQL. Its
 * tables are made in the first schema of the search path. Connects at the first call.
 */
export function createPostgresJournal(connectionString: string): Journal {
  let closed: Promise<void> | undefined;
  let migrated: Promise<void> | undefined;
  const pool = new pg.Pool({
    connectionString,
    application_name: 'idpatch',
    max: 4,
    keepAlive: true,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    // Later than the server's own, so that it usually has ended the statement when pg gives up.
    query_timeout: timeoutMs + 500,
    // Only `off` answers before a crash of the server cannot undo it; every other setting is the operator's to choose.
    onConnect: async (client) => {
      await client.query(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
      );
    },
  });
  // An idle connection that dies is gone from the pool already; an `error` that nobody hears ends the process.
  pool.on('error', () => {});

  async function query(statement: string, values: readonly Value[] = []): Promise<readonly Row[]> {
    // Not a client of our own: the pool hears its `error` while it is in use.
    const { rows } = await pool.query<Row>(statement, [...values]);
    return rows;
  }

  async function migrate(): Promise<void> {
    let version = 0;
    try {
      // Before any CREATE, which asks for the right to it even where everything is there.
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
    async run(statement, values) {
      const started = performance.now();
      for (;;) {
        try {
          if (closed !== undefined) throw new Error('The journal was closed.');
          migrated ??= migrate();
          await migrated;
          return await query(statement, values);
        } catch (error) {
          // Whatever it was, the tables may be others when it is over.
          migrated = undefined;
          if (!isPassing(error) || performance.now() - started > retryForMs) {
            throw new JournalUnavailable(withoutSecrets(error, connectionString));
          }
          // Random, so that those that met do not meet again.
          await sleep(Math.random() * 50);
        }
      }
    },
    close() {
      // A server that has vanished never confirms an end.
      closed ??= Promise.race([pool.end(), sleep(timeoutMs, undefined, { ref: false })]);
      return closed;
    },
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return passing.has(code);
  return error instanceof Error && lostConnection.test(error.message);
}

/**
 * Classes of error codes whose messages name no value: about the connection, the login, the database's state and the
 * tables. Others may quote one, as `invalid input syntax for type bigint: "…"` does, or say what a trigger likes.
 */
const withoutValues = /^(08|25|28|3D|3F|40|42|53|54|55|57|58)/;

/** Code and message alone: pg's errors have more, such as the client, and the values of rows in their details. */
function withoutSecrets(error: unknown, connectionString: string): Error {
  const causes = error instanceof AggregateError ? error.errors : [error];
  const message = causes.map((cause) => (cause instanceof Error ? cause.message : 'unknown')).join('; ');
  const secrets = [connectionString, passwordOf(connectionString)];
  const tells = secrets.some((secret) => secret !== '' && message.includes(secret));
  const code = codeOf(error);
  const quotes = /^[0-9A-Z]{5}$/.test(code ?? '') && !withoutValues.test(code ?? '');
  const says = quotes
    ? 'The database refused it.'
    : tells
      ? 'The message held the connection string.'
      : message;
  return Object.assign(new Error(says), { code });
}

function passwordOf(connectionString: string): string {
  try {
    const { password } = new pg.Client({ connectionString });
    return typeof password === 'string' ? password : '';
  } catch {
    return '';
  }
}
