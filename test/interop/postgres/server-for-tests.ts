import { afterAll } from 'vitest';
import { type PostgresServer, startPostgres } from '../../harness/postgres-server.ts';

/**
 * A server for the tests of one file, removed after them; or `missing`, why there can be none here: then the tests
 * that need it are to be skipped, and their title says so.
 */
export async function serverForTests(): Promise<{
  readonly server: PostgresServer;
  readonly missing: string | undefined;
}> {
  try {
    const server = await startPostgres();
    afterAll(() => server.remove());
    return { server, missing: undefined };
  } catch (error) {
    // Skipped tests are still listed, and nothing of them runs.
    return { server: undefined as never, missing: String(error) };
  }
}
