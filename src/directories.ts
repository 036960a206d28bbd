import type { Config } from './config.ts';
import { createGuardedClient } from './http/guard.ts';
import type { Pacer } from './http/pacer.ts';
import type { Pacing } from './http/pacing.ts';
import type { Provider } from './providers/provider.ts';

/** One configured instance of a provider, by the name that callers use for it. */
export interface Directory {
  readonly name: string;
  readonly provider: Provider;
  /** Where the directory has a quota: who keeps it. Directories of one project at one provider share it. */
  readonly pacer: Pacer | undefined;
}

/** The directories by name, in the order of the configuration. */
export type Directories = ReadonlyMap<string, Directory>;

/** Makes the directories of a configuration, each with connections of its own. Connects to nothing yet. */
export function createDirectories(config: Config, pacing: Pacing): Directories {
  return new Map(
    Object.entries(config.directories).map(([name, configured]) => {
      const { origin, project, pace } = configured;
      const client = createGuardedClient(origin);
      const pacer = pace && pacing.pacerOf({ key: `${origin} ${project}`, ...pace });
      const provider = configured.create(name, { http: pacer ? pacer.pace(client) : client });
      return [name, { name, provider, pacer }];
    }),
  );
}
