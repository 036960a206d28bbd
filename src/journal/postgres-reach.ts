import pg from 'pg';
import { migrationsFrom, readVersion } from './migrations.ts';
import { codeOf, withoutSecrets } from './postgres-errors.ts';
import { standbyProblem } from './postgres-standby.ts';
import type { Row } from './rows.ts';

/** How long the connection and each statement may take. */
const timeoutMs = 5_000;

/** What was found at a database: facts, and what an operator should change. */
export interface Found {
  readonly facts: readonly string[];
  readonly problems: readonly string[];
}

/** Connects to a journal's database and looks at it; writes nothing. Rejects where it cannot be a journal now. */
export async function reachPostgres(connectionString: string): Promise<Found> {
  try {
    return await look(connectionString);
  } catch (error) {
    throw withoutSecrets(error, connectionString);
  }
}

async function look(connectionString: string): Promise<Found> {
  const client = new pg.Client({
    connectionString,
    application_name: 'idpatch',
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  // The statement is rejected as well.
  client.on('error', () => {});
  const query = async (statement: string) => (await client.query<Row>(statement)).rows;
  try {
    await client.connect();
    const [server] = await query(
      `SELECT current_setting('server_version') AS version, current_setting('transaction_read_only') AS read_only`,
    );
    if (server?.read_only === 'on') throw new Error('The database is read-only: a standby, or set so.');
    const version = await tablesVersion(query);
    const problem = await standbyProblem(query);
    return {
      facts: [
        `PostgreSQL ${server?.version}`,
        version === undefined
          ? 'without tables, which idpatch makes as it starts'
          : `with tables of version ${version}`,
      ],
      problems: problem === undefined ? [] : [problem],
    };
  } finally {
    // A server that is gone never confirms the end.
    void client.end().catch(() => {});
  }
}

async function tablesVersion(
  query: (statement: string) => Promise<readonly Row[]>,
): Promise<number | undefined> {
  let version: number;
  try {
    version = Number((await query(readVersion))[0]?.version);
  } catch (error) {
    if (codeOf(error) === '42P01') return undefined;
    throw error;
  }
  // Throws where they are of a newer idpatch.
  migrationsFrom(version);
  return version;
}
