import { fileURLToPath } from 'node:url';
import { startServer } from '../processes.ts';
import { bareYoga } from './bare-yoga.ts';
import type { Contender } from './contender.ts';

/**
 * The schema of the bare Yoga without Yoga: node:http, the document kept, graphql-js, undici, and none of the
 * checks. What GraphQL and two HTTP connections cost, below which nothing built of these can be.
 */
export const lean: Contender = {
  ...bareYoga,
  name: 'lean graphql-js',
  start: ({ cores, upstream }) =>
    startServer({
      args: [fileURLToPath(new URL('lean-server.ts', import.meta.url)), upstream],
      core: cores.server,
    }),
};
