/**
 * The statements that bring the tables from each version to the next, the same for every database, including SQLite.
 * Each has IF NOT EXISTS, because another replica, or an earlier attempt that was cut off, may have run it. SQLite, which
 * runs them in one transaction, does not know it for columns. A released migration is never changed; new ones are
 * appended.
 *
 * Times are milliseconds since 1970 by the database's clock. `begun_by` is the process, `attempt` the one call of
 * `begin` that wrote the row; both are random. The unique pair does not apply to rows without a key, as NULLs differ.
 */
const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE IF NOT EXISTS idpatch_operation (
      operation_id TEXT NOT NULL PRIMARY KEY,
      caller TEXT NOT NULL,
      idempotency_key TEXT,
      input_digest TEXT NOT NULL,
      user_id TEXT NOT NULL,
      fields TEXT NOT NULL,
      begun_by TEXT NOT NULL,
      attempt TEXT NOT NULL,
      started_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      finished_at BIGINT,
      result TEXT,
      UNIQUE (caller, idempotency_key)
    )`,
    'CREATE INDEX IF NOT EXISTS idpatch_operation_started_at ON idpatch_operation (started_at)',
    `CREATE TABLE IF NOT EXISTS idpatch_lease (
      user_id TEXT NOT NULL PRIMARY KEY,
      holder TEXT NOT NULL,
      expires_at BIGINT NOT NULL
    )`,
    `CREATE TABLE IF NOT EXISTS idpatch_health (
      id BIGINT NOT NULL PRIMARY KEY,
      checked_at BIGINT NOT NULL
    )`,
  ],
  // For auth/rate-limit.ts, where replicas share a database; the columns are rate-limiter-flexible's.
  [
    `CREATE TABLE IF NOT EXISTS idpatch_rate_limit (
      key VARCHAR(255) NOT NULL PRIMARY KEY,
      points INTEGER NOT NULL DEFAULT 0,
      expire BIGINT
    )`,
  ],
  // For upstream/quota/postgres-ledger.ts, where replicas share a database.
  [
    `CREATE TABLE IF NOT EXISTS idpatch_pace (
      key TEXT NOT NULL PRIMARY KEY,
      version BIGINT NOT NULL,
      state TEXT NOT NULL
    )`,
  ],
  // NULL where the result is final; results of before this version are.
  ['ALTER TABLE idpatch_operation ADD COLUMN IF NOT EXISTS open_changes TEXT'],
];

/** Creates the table of the migrations that were run. */
export const createVersionTable =
  'CREATE TABLE IF NOT EXISTS idpatch_schema (version BIGINT NOT NULL PRIMARY KEY)';

/** Reads the version: one row with `version`, which is 0 where no migration was run. */
export const readVersion = 'SELECT COALESCE(MAX(version), 0) AS version FROM idpatch_schema';

/** The statements that bring tables of this version to the newest, in order. Throws where the tables are newer. */
export function migrationsFrom(version: number): string[] {
  if (version > migrations.length) {
    throw new Error(
      `The journal's tables are of version ${version}; this idpatch knows ${migrations.length}.`,
    );
  }
  return migrations
    .slice(version)
    .flatMap((statements, index) => [
      ...statements,
      `INSERT INTO idpatch_schema (version) VALUES (${version + index + 1}) ON CONFLICT DO NOTHING`,
    ]);
}
