import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Secret } from '../settings/secret.ts';
import { gatherWrites } from './gather.ts';
import { type Journal, JournalUnavailable } from './journal.ts';
import { createVersionTable, migrationsFrom, readVersion } from './migrations.ts';
import { codeOf, isConflict, isLoss, isOfRow, isSilence, withoutSecrets } from './postgres-errors.ts';
import { clientOf } from './postgres-login.ts';
import { standbyProblem } from './postgres-standby.ts';
import type { Row } from './rows.ts';
import { createSqlJournal, type Value, type Write } from './sql-journal.ts';

/** How long one connection and one statement may take. */
const timeoutMs = 3000;

/** How long after its start a failed statement is tried again, except once after silence. */
const retryForMs = 2000;

/** Sets what every statement needs, for the session, or for the transaction alone: `isLocal`. */
const settings = (isLocal: boolean) =>
  // Only with `off` can a crash of the server undo an answered commit; all other settings are left to the operator.
  `SELECT set_config('statement_timeout', '${timeoutMs}', ${isLocal}), CASE current_setting('synchronous_commit')
    WHEN 'off' THEN set_config('synchronous_commit', 'on', ${isLocal}) END`;

/** A pooler, such as PgBouncer, tells its clients a number of its own in place of the server process's. */
async function isPooled(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return !('processID' in client) || rows[0]?.pid !== client.processID;
}

const queryAlone = (client: pg.ClientBase, statement: string, values: readonly Value[]) =>
  client.query<Row>(statement, [...values]);

/** Runs a statement with its settings in one transaction, and sends all of it at once. */
async function queryWithSettings(client: pg.ClientBase, statement: string, values: readonly Value[]) {
  const begun = client.query(`BEGIN; ${settings(true)}`);
  const done = queryAlone(client, statement, values);
  // Rolls back where the statement failed.
  const ended = client.query('COMMIT');
  await Promise.allSettled([begun, done, ended]);
  await begun;
  const result = await done;
  await ended;
  return result;
}

/**
 * A journal that any number of processes share, in PostgreSQL or a database with its protocol and SQL. The tables are
 * created in the first schema of the search path. Connects at the first call. `digestKey`: as `Journal.digestKey`.
 * `warn` takes what may be lost with the server.
 */
export function createPostgresJournal(
  connectionString: Secret,
  digestKey?: string,
  warn: (problem: string) => void = () => {},
): Journal {
  let closed: Promise<void> | undefined;
  let migrated: Promise<void> | undefined;
  let sendAll = () => {};
  let standbySeen = false;
  let warned: string | undefined;
  /** Connections through a pooler, which may give every transaction another session of the server. */
  const pooled = new WeakSet<pg.ClientBase>();
  const pool = new pg.Pool({
    connectionString: connectionString.reveal(),
    Client: clientOf(connectionString),
    application_name: 'idpatch',
    max: 4,
    keepAlive: true,
    connectionTimeoutMillis: timeoutMs,
    // Later than the server's own timeout, so that the server has usually ended the statement by then.
    query_timeout: timeoutMs + 500,
    pipeline: true,
    onConnect: async (client) => {
      // Connections in use have no other listener; the statement is rejected as well.
      client.on('error', () => {});
      if (await isPooled(client)) pooled.add(client);
      else await client.query(settings(false));
    },
  });
  // The pool has already removed an idle connection that died; an `error` without a listener would end the process.
  pool.on('error', () => {});

  async function query(statement: string, values: readonly Value[] = []): Promise<readonly Row[]> {
    const client = await pool.connect();
    let failure: Error | undefined;
    const onNotice = ({ routine }: { readonly routine?: string | undefined }) => {
      // Somebody cancelled its wait for the standby: it is committed here alone, and answered as a success.
      if (routine === 'SyncRepWaitForLSN') failure = new Error('The commit did not wait for the standby.');
    };
    client.on('notice', onNotice);
    try {
      const { rows } = await (pooled.has(client) ? queryWithSettings : queryAlone)(client, statement, values);
      if (failure) throw failure;
      return rows;
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      client.off('notice', onNotice);
      // A connection that failed is not used again.
      client.release(failure);
    }
  }

  /** Ends the connections that are not in use: where one server is lost, each could hold up another statement. */
  function dropIdle(): void {
    for (let count = pool.idleCount; count > 0; count -= 1) {
      pool.connect().then(
        (client) => client.release(true),
        () => {},
      );
    }
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

  /** Looks once at each server; a statement does not wait for it. */
  async function lookForStandby(): Promise<void> {
    if (standbySeen) return;
    standbySeen = true;
    const problem = await standbyProblem(query);
    if (problem !== undefined && problem !== warned) warn(problem);
    warned = problem;
  }

  async function run(statement: string, values: readonly Value[]): Promise<readonly Row[]> {
    const started = performance.now();
    for (let tries = 1; ; tries += 1) {
      const used = connectionString.reveal();
      try {
        if (closed !== undefined) throw new Error('The journal was closed.');
        migrated ??= migrate();
        await migrated;
        void lookForStandby();
        return await query(statement, values);
      } catch (error) {
        // The database may have been restored or replaced: migrate again.
        migrated = undefined;
        // The password was replaced: nothing was sent.
        const isRenewed = codeOf(error) === '28P01' && (await connectionString.renew(used));
        const isLost = isLoss(error);
        if (isLost) {
          standbySeen = false;
          dropIdle();
        }
        // All connections may lead to a machine that lost its power: then the first statement at a new one succeeds.
        const hasTime = performance.now() - started <= retryForMs || (tries === 1 && isSilence(error));
        if (!(hasTime && (isRenewed || isLost || isConflict(error)))) {
          throw new JournalUnavailable(withoutSecrets(error, used));
        }
        // Jitter, so that conflicting transactions do not meet again. A new connection costs more than a statement.
        await sleep(Math.random() * (isLost ? 400 : 50));
      }
    }
  }

  return createSqlJournal({
    now: 'CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)',
    instance: randomUUID(),
    shared: true,
    digestKey: () => (digestKey === undefined ? undefined : Buffer.from(digestKey)),
    run,
    writer<Name extends string>(writes: Readonly<Record<Name, Write>>) {
      const { write, flush } = gatherWrites<Name>({
        concurrency: 2,
        maxWaitMs: timeoutMs,
        async run(statements) {
          // One statement for all, as each statement of its own would be a round trip and a commit of its own.
          const parts = statements.map(({ name }, index) => {
            const { columns, sql } = writes[name];
            const types = Object.entries(columns).map((column) => column.join(' '));
            const from = `FROM json_to_recordset(CAST($${index + 1} AS JSON)) AS asked (${types})`;
            return `w${index} AS (${sql((column) => `asked.${column}`, from)})`;
          });
          const written = statements.map((_, index) => `SELECT ${index} AS statement, id FROM w${index}`);
          const rows = await run(
            `WITH ${parts.join(', ')} ${written.join(' UNION ALL ')}`,
            statements.map(({ rows }) => JSON.stringify(rows)),
          );
          const byStatement = Map.groupBy(rows, ({ statement }) => Number(statement));
          return statements.map((_, index) => (byStatement.get(index) ?? []).map(({ id }) => String(id)));
        },
        blamesRow: isOfRow,
      });
      sendAll = flush;
      return write;
    },
    close() {
      sendAll();
      // A server that is gone never confirms the end.
      closed ??= Promise.race([pool.end(), sleep(timeoutMs, undefined, { ref: false })]);
      return closed;
    },
  });
}
