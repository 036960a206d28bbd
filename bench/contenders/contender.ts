import type { Cores } from '../cores.ts';
import type { Listening } from '../processes.ts';
import type { Work } from '../work.ts';

/** What a contender finds when it is started. */
export interface World {
  readonly cores: Cores;
  /** Where the upstream is, without a path. */
  readonly upstream: string;
  /** A folder of its own. */
  readonly folder: string;
  /** An access token of the issuer whose keys the upstream publishes. */
  readonly token: string;
  /** The connection string of a PostgreSQL, which is started when it is first asked for. */
  readonly postgres: () => Promise<string>;
}

/** Something that carries patches to the upstream. */
export interface Contender {
  readonly name: string;
  /** Calls of the upstream that one request needs, exactly; left out where that is not to be held. */
  readonly calls?: number;
  readonly path: string;
  readonly headers?: (world: World) => Readonly<Record<string, string>>;
  /** Its requests in its own words, and the right answers to them, for so many connections. */
  work(connections: number): readonly Work[];
  /** Starts its process on the server's core. */
  start(world: World): Promise<Listening>;
}
