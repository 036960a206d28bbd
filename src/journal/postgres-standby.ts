import type { Row } from './rows.ts';

/** Runs one statement. */
export type Query = (statement: string) => Promise<readonly Row[]>;

/**
 * Everybody sees how many processes send the server's log to others, but only `pg_monitor` what for: those that are
 * known to make a backup or to replicate by rows are no standbys.
 * https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-REPLICATION-VIEW
 */
const standbys = `SELECT current_setting('synchronous_standby_names') AS names,
  current_setting('synchronous_commit') AS waits,
  (SELECT COUNT(*) FROM pg_stat_replication AS sender WHERE sender.state IS DISTINCT FROM 'backup' AND NOT EXISTS
    (SELECT FROM pg_replication_slots AS slot WHERE slot.active_pid = sender.pid AND slot.slot_type = 'logical')
  ) AS standbys`;

/**
 * What may be lost where the primary is lost and its standby promoted; undefined where that is nothing, or cannot be
 * seen. A primary without a standby takes its journal along.
 */
export async function standbyProblem(query: Query): Promise<string | undefined> {
  const [row] = await query(standbys).catch(() => []);
  if (!row || Number(row.standbys) === 0) return undefined;
  const setting =
    row.names === ''
      ? 'synchronous_standby_names is empty'
      : row.waits === 'local' && 'synchronous_commit is local';
  if (!setting) return undefined;
  return (
    `The database has a standby, and commits do not wait for it: ${setting}. ` +
    'If the primary is lost, the standby may lack an operation, and its key then writes again.'
  );
}
