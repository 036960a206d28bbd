import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { holdPort } from './held-port.ts';

const program = fileURLToPath(new URL('../interop/postgres.ts', import.meta.url));

/** The password of the server's user; no message may hold it. */
export const password = 'pass-w0rd-of-the-server';

/** A real PostgreSQL of its own. */
export interface PostgresServer {
  readonly port: number;
  /** Its data folder. */
  readonly data: string;
  /** A connection string; `options` as PostgreSQL's `options` parameter has them. */
  url(options?: string, port?: number, user?: string): string;
  execute(statement: string, options?: string): Promise<readonly object[]>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends all its processes at once, as a machine without power. */
  kill(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

/** Starts a server on a free port with a data folder of its own; `prepare` may fill that. */
export async function startPostgres(prepare: (data: string) => void = () => {}): Promise<PostgresServer> {
  const folder = mkdtempSync(`${tmpdir()}/idpatch-postgres-`);
  // As root, the server runs as another user, who must get to its own folder below.
  chmodSync(folder, 0o755);
  const data = `${folder}/data`;
  const { port, release } = await holdPort();
  const url: PostgresServer['url'] = (options = '', at = port, user = 'postgres') =>
    `postgres://${user}:${password}@127.0.0.1:${at}/postgres?options=${encodeURIComponent(options)}`;
  let running: ChildProcess | undefined;
  const start = async () => {
    running = spawn(process.execPath, [program, data, String(port), password], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const said: unknown[] = [];
    running.stderr?.on('data', (text) => said.push(text));
    const ended = once(running, 'exit').then(() => Promise.reject(new Error(said.join(''))));
    await Promise.race([once(running, 'message'), ended]);
    ended.catch(() => {});
  };
  const stop = async () => {
    if (running?.kill('SIGTERM')) await once(running, 'exit');
  };
  const kill = async () => {
    const [pid = ''] = readFileSync(`${data}/postmaster.pid`, 'utf8').split('\n');
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    for (const each of [pid, ...children]) process.kill(Number(each), 'SIGKILL');
    // What started it would wait for its end.
    if (running?.kill('SIGKILL')) await once(running, 'exit');
  };
  const remove = async () => {
    await stop();
    release();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    prepare(data);
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    ...{ port, data, url },
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
    ...{ start, stop, kill, remove },
  };
}
