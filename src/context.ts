import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Directories } from './directories.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import type { Call } from './providers/provider.ts';

/** What lives as long as the process. */
export interface Services {
  readonly directories: Directories;
  readonly limits: Config['limits'];
  /** Patches of one user wait for each other, by global id. */
  readonly patchesOfOneUser: OneAtATime;
  readonly log: Logger;
}

/** The time that one operation has. The last part of it is kept for looking at what was written. */
export interface OperationTime {
  /** For looking up and writing. */
  readonly writing: Call;
  /** For reading back: ends when the operation must. */
  readonly readingBack: Call;
}

/** What a resolver gets: the services, and what belongs to its GraphQL request alone. */
export interface Context extends Services {
  readonly loaders: Loaders;
  /** Starts the time of one operation. */
  startOperation(): OperationTime;
}

/** Makes the context of one GraphQL request. */
export function createContext(services: Services): Context {
  const { deadlineMs, readBackMs } = services.limits;
  return {
    ...services,
    loaders: createLoaders(services.directories, { signal: AbortSignal.timeout(deadlineMs) }),
    startOperation: () => ({
      writing: { signal: AbortSignal.timeout(deadlineMs - readBackMs) },
      readingBack: { signal: AbortSignal.timeout(deadlineMs) },
    }),
  };
}
