import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Logger, pino } from 'pino';
import type { Config } from './config.ts';
import { createDirectories } from './directories.ts';
import { createOneAtATime } from './one-at-a-time.ts';
import { createServer, type StarterTab } from './server.ts';

/** A running idpatch. */
export interface Service {
  /** `http://<host>:<port>`, with the port that was really taken. */
  readonly url: string;
  /** Takes no more connections, lets the requests under way end, then closes the providers' connections. */
  close(): Promise<void>;
}

/** The log: one line of JSON an event on standard output. */
export function createLog(): Logger {
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime });
}

/** Starts what a configuration describes and listens. Rejects where the address cannot be had. */
export async function startService(
  config: Config,
  { log, starterTabs = [] }: { readonly log: Logger; readonly starterTabs?: readonly StarterTab[] },
): Promise<Service> {
  const directories = createDirectories(config);
  let leaving = false;
  const handler = createServer(
    { directories, limits: config.limits, patchesOfOneUser: createOneAtATime(), log },
    { ...config.server, starterTabs, isReady: () => !leaving },
  );
  const server = createHttpServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.server.port, config.server.host, resolve);
  });
  const { family, address, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async close() {
      leaving = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await closed;
      await Promise.all([...directories.values()].map(({ provider }) => provider.close()));
    },
  };
}
