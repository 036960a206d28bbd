import type { Config } from './config/config.ts';
import type { Provider } from './providers/provider.ts';
import { instrumentUpstream } from './telemetry/instrument-upstream.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { createProtectedClient } from './upstream/circuit-breaker.ts';
import type { Pacing } from './upstream/quota/quotas.ts';

/** One configured instance of a provider, under the name that callers use. */
export interface Directory {
  readonly name: string;
  readonly provider: Provider;
}

/** The directories by name, in the order of the configuration. */
export type Directories = ReadonlyMap<string, Directory>;

/**
 * Creates the directories of a configuration, each with its own connections; directories of one project at one
 * provider share its quota. Opens no connection.
 */
export function createDirectories(config: Config, pacing: Pacing, telemetry: Telemetry): Directories {
  return new Map(
    Object.entries(config.directories).map(([name, configured]) => {
      const { origin, project, pace } = configured;
      const client = instrumentUpstream(telemetry, name, origin, createProtectedClient(origin));
      const pacer = pace && pacing.pacerOf({ key: `${origin} ${project}`, ...pace });
      const http = pacer ? pacer.pace(client, telemetry.metrics?.pacer(name, pacer)) : client;
      return [name, { name, provider: configured.create(name, { http }) }];
    }),
  );
}
