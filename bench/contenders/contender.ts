import { fileURLToPath } from 'node:url';
import { type Started, startServer } from '../processes.ts';
import { descopeExchange, graphqlExchange, type Work, workOf } from '../work.ts';
import type { World } from '../world.ts';

/** Something that carries patches to the upstream. */
export interface Contender {
  /** Calls of the upstream that one request makes, exactly; absent where that is not checked. */
  readonly calls?: number;
  /** How many users one request is about; absent: one. */
  readonly users?: number;
  readonly path: string;
  readonly headers?: (world: World) => Readonly<Record<string, string>>;
  /** Its requests and the right answers to them, for so many connections. */
  work(connections: number): readonly Work[];
  /** Starts its process on the server's core. */
  start(world: World): Promise<Started>;
}

const startFile =
  (file: URL) =>
  ({ cores, upstream }: World) =>
    startServer({ command: [process.execPath, fileURLToPath(file), upstream], core: cores.server });

/** The least that can stand between a caller and Descope: node:http receives the body, undici sends it on. */
export const passThrough: Contender = {
  ...{ calls: 1, path: '/v1/mgmt/user/patch' },
  start: startFile(new URL('pass-through-server.ts', import.meta.url)),
  work: (connections) => workOf(connections, descopeExchange),
};

/** The same mutation written by hand with Yoga and undici, and none of the checks. */
export const bareYoga: Contender = {
  ...{ calls: 1, path: '/graphql' },
  start: startFile(new URL('bare-yoga-server.ts', import.meta.url)),
  work: (connections) => workOf(connections, (patch) => graphqlExchange(patch, 'customers')),
};
