import { fileURLToPath } from 'node:url';
import { startServer } from '../processes.ts';
import { descopeExchange, workOf } from '../work.ts';
import type { Contender } from './contender.ts';

/** The least that can stand between a caller and Descope: node:http takes the body, undici sends it on. */
export const passThrough: Contender = {
  name: 'pass-through',
  calls: 1,
  path: '/v1/mgmt/user/patch',
  work: (connections) => workOf(connections, descopeExchange),
  start: ({ cores, upstream }) =>
    startServer({
      args: [fileURLToPath(new URL('pass-through-server.ts', import.meta.url)), upstream],
      core: cores.server,
    }),
};
