import type { Cores } from '../cores.ts';
import type { Listening } from '../processes.ts';
import type { Exchange, Patch } from '../work.ts';

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
  /** Calls of the upstream that one patch needs. */
  readonly calls: number;
  readonly path: string;
  readonly headers?: (world: World) => Readonly<Record<string, string>>;
  /** One patch in its own words, and the right answer to it. */
  exchange(patch: Patch): Exchange;
  /** Starts its process on the server's core. */
  start(world: World): Promise<Listening>;
}
