import { fileURLToPath } from 'node:url';
import { startServer } from '../processes.ts';
import { graphqlExchange, workOf } from '../work.ts';
import type { Contender } from './contender.ts';

/** The same mutation written by hand with Yoga, Pothos and undici, and none of the checks. */
export const bareYoga: Contender = {
  name: 'bare Yoga',
  calls: 1,
  path: '/graphql',
  work: (connections) => workOf(connections, (patch) => graphqlExchange(patch, 'customers')),
  start: ({ cores, upstream }) =>
    startServer({
      args: [fileURLToPath(new URL('bare-yoga-server.ts', import.meta.url)), upstream],
      core: cores.server,
    }),
};
