import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type PostgresServer, startPostgres } from '../test/harness/postgres-server.ts';
import { type Cores, shareCores } from './cores.ts';
import { startServer } from './processes.ts';

/** What all measurements of a run share. */
export interface Bench {
  readonly cores: Cores;
  readonly folder: string;
  /** The connection string of a new database in a PostgreSQL, which starts when it is first asked for. */
  readonly postgres: () => Promise<string>;
  close(): Promise<void>;
}

/** What a contender finds when it starts: an upstream of its own, so that no measurement finds what another left. */
export interface World extends Bench {
  /** Where the upstream is, without a path. */
  readonly upstream: string;
  /** An access token of the issuer whose keys the upstream publishes. */
  readonly token: string;
  /** How many calls the upstream has had. */
  calls(): Promise<number>;
  closeUpstream(): Promise<void>;
}

export function openBench(): Bench {
  const folder = mkdtempSync(`${tmpdir()}/idpatch-bench-`);
  let starting: Promise<PostgresServer> | undefined;
  let databases = 0;
  const postgres = async () => {
    starting ??= startPostgres();
    const server = await starting;
    databases += 1;
    await server.execute(`create database bench_${databases}`);
    return server.url().replace('/postgres?', `/bench_${databases}?`);
  };
  const close = async () => {
    await (await starting)?.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  return { cores: shareCores(), folder, postgres, close };
}

const upstreamFile = fileURLToPath(new URL('upstream/main.ts', import.meta.url));

/** Starts an upstream. */
export async function openWorld(bench: Bench): Promise<World> {
  const { url, stop } = await startServer({ command: [process.execPath, upstreamFile] });
  const ask = async () => (await (await fetch(`${url}/bench`)).json()) as { calls: number; token: string };
  const { token } = await ask();
  return { ...bench, upstream: url, token, calls: async () => (await ask()).calls, closeUpstream: stop };
}
