import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type PostgresServer, startPostgres } from '../test/harness/postgres-server.ts';
import type { World } from './contenders/contender.ts';
import { type Cores, moveTo, shareCores } from './cores.ts';
import { createIssuer } from './issuer.ts';
import { ask, type Running, startServer } from './processes.ts';
import { startGenerator } from './run-load.ts';
import type { UpstreamSettings } from './upstream/settings.ts';

/** One upstream, made for one measurement. */
export interface Scene extends World {
  /** Calls that the upstream has had. */
  calls(): Promise<number>;
  close(): Promise<void>;
}

/** What all measurements of a run share. */
export interface Bench {
  readonly cores: Cores;
  readonly generator: Running;
  /** Starts an upstream, so that no measurement finds what another left. */
  openScene(settings?: Partial<UpstreamSettings>): Promise<Scene>;
  close(): Promise<void>;
}

/** How a run is opened. */
export interface BenchSettings {
  /** Milliseconds that the upstream takes longer than it needs. */
  readonly latencyMs: number;
  /** Whether this process itself may be moved to the core of the load. */
  readonly mayMove: boolean;
}

/** Opens a run: its folder, its issuer, its load generator. */
export async function openBench({ latencyMs, mayMove }: BenchSettings): Promise<Bench> {
  const cores = shareCores();
  if (mayMove) moveTo(cores.load);
  const folder = mkdtempSync(`${tmpdir()}/idpatch-bench-`);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const issuer = await createIssuer();
  const generator = startGenerator(cores.load);
  let starting: Promise<PostgresServer> | undefined;
  const postgres = async () => {
    starting ??= startPostgres();
    return (await starting).url();
  };
  const close = async () => {
    await generator.stop();
    await (await starting)?.remove();
  };
  // PostgreSQL is asked to leave before its folder goes; whatever else still runs is ended on exit.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void close().finally(() => process.exit(130)));
  }
  return {
    cores,
    generator,
    close,
    async openScene(settings = {}) {
      const whole: UpstreamSettings = { fields: 1, latencyMs, keySet: issuer.keySet, ...settings };
      const file = fileURLToPath(new URL('upstream/main.ts', import.meta.url));
      const upstream = await startServer({ args: [file, JSON.stringify(whole)], core: cores.upstream });
      return {
        ...{ cores, folder, postgres, upstream: upstream.url },
        token: await issuer.token(upstream.url),
        calls: async () => (await ask<{ calls: number }>(upstream, {})).calls,
        close: () => upstream.stop(),
      };
    },
  };
}
