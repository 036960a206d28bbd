import { execFileSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type PostgresServer, password, startPostgres } from './postgres-server.ts';

/** A primary and its standby, which streams from it. */
export interface PostgresPair {
  readonly primary: PostgresServer;
  readonly standby: PostgresServer;
  /** Cuts the standby off: it has what was committed so far, and gets nothing any more. */
  cut(): Promise<void>;
  /** Makes the standby the primary. */
  promote(): Promise<void>;
  remove(): Promise<void>;
}

/** Starts both; commits at the primary wait for the standby where that is `synchronous`. */
export async function startPair(standbyIs: 'synchronous' | 'asynchronous'): Promise<PostgresPair> {
  const primary = await startPostgres();
  await primary.stop();
  const set = (data: string, settings: Readonly<Record<string, string>>) => {
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
    appendFileSync(`${data}/postgresql.auto.conf`, lines.join(''));
  };
  // In its folder, for it is killed and does not clean up.
  set(primary.data, { dynamic_shared_memory_type: 'mmap' });
  const standby = await startPostgres((data) => {
    execFileSync('cp', ['-a', primary.data, data]);
    writeFileSync(`${data}/standby.signal`, '');
    const from = `host=127.0.0.1 port=${primary.port} user=postgres password=${password} application_name=standby`;
    set(data, { primary_conninfo: from, wal_retrieve_retry_interval: '100ms' });
  });
  const remove = async () => {
    await Promise.all([primary.remove(), standby.remove()]);
  };
  try {
    if (standbyIs === 'synchronous') set(primary.data, { synchronous_standby_names: 'standby' });
    await primary.start();
    const streaming = () => primary.execute("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'");
    for (let waits = 0; (await streaming()).length === 0; waits += 1) {
      if (waits > 200) throw new Error('The standby does not stream.');
      await delay(50);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    ...{ primary, standby, remove },
    async cut() {
      const [now] = (await primary.execute('SELECT pg_current_wal_lsn() AS lsn')) as {
        readonly lsn: string;
      }[];
      const reached = `SELECT 1 FROM pg_stat_replication WHERE flush_lsn >= '${now?.lsn}'`;
      while ((await primary.execute(reached)).length === 0) await delay(20);
      await standby.execute("ALTER SYSTEM SET primary_conninfo = ''");
      await standby.execute('SELECT pg_reload_conf()');
      while ((await standby.execute('SELECT 1 FROM pg_stat_wal_receiver')).length > 0) await delay(20);
    },
    async promote() {
      await standby.execute('SELECT pg_promote()');
    },
  };
}
