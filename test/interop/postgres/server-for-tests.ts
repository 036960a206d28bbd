import { afterAll, describe, expect, onTestFinished } from 'vitest';
import type { SandboxChanges } from '../../../src/sandbox/sandbox.ts';
import type { Service } from '../../../src/service.ts';
import { Secret } from '../../../src/settings/secret.ts';
import { type FrontDoor, openDoor } from '../../harness/front-door.ts';
import { type PostgresServer, startPostgres } from '../../harness/postgres-server.ts';

/**
 * A server for the tests of one file, removed after them, and what describes the tests that need it. `missing`: why
 * there can be no server, for a title; then they are skipped.
 */
export async function serverForTests(): Promise<{
  readonly server: PostgresServer;
  readonly missing: string;
  describeWithServer(title: string, tests: () => void): void;
}> {
  try {
    const server = await startPostgres();
    afterAll(() => server.remove());
    return { server, missing: '', describeWithServer: describe };
  } catch (error) {
    const missing = ` (no PostgreSQL: ${error})`;
    // Skipped tests are still listed, and nothing of them runs.
    const server = undefined as never;
    return { server, missing, describeWithServer: (title, tests) => describe.skip(title + missing, tests) };
  }
}

/** Two replicas, which share a schema of their own alone, until the test ends. */
export async function openReplicas(
  server: PostgresServer,
  schema: string,
  changes: SandboxChanges = {},
): Promise<{ readonly door: FrontDoor; readonly other: Service }> {
  await server.execute(`CREATE SCHEMA ${schema}`);
  return openReplicasAt(server.url(`-c search_path=${schema}`), changes);
}

/** Two replicas, whose journal is at the URL, until the test ends. */
export async function openReplicasAt(
  url: string,
  changes: SandboxChanges = {},
): Promise<{ readonly door: FrontDoor; readonly other: Service }> {
  const door = await openDoor({ ...changes, journal: { postgres: new Secret(url) } });
  const other = await door.startAnother();
  onTestFinished(() => other.close());
  // The journal has made the tables when it is ready.
  expect((await fetch(`${door.url}/ready`)).status).toBe(200);
  return { door, other };
}
