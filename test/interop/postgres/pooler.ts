import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { holdPort } from '../../harness/held-port.ts';
import { type PostgresServer, password } from '../../harness/postgres-server.ts';

const program = '/usr/sbin/pgbouncer';

/** Why there is no PgBouncer, for a title; empty where there is one. */
export const poolerMissing = existsSync(program) ? '' : ` (no ${program})`;

/** A real PgBouncer before a server. */
export interface Pooler {
  /** A connection string of a database behind it. */
  url(database: string): string;
  close(): Promise<void>;
}

/** Starts one on a free port. In transaction mode a database has three connections, for all to share. */
export async function openPooler(server: PostgresServer, mode: 'session' | 'transaction'): Promise<Pooler> {
  const folder = mkdtempSync(`${tmpdir()}/idpatch-pgbouncer-`);
  chmodSync(folder, 0o755);
  const { port, release } = await holdPort();
  const file = (name: string, text: string) => {
    writeFileSync(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  const users = file('users.txt', `"postgres" "${password}"\n`);
  const settings = {
    ...{ listen_addr: '127.0.0.1', listen_port: port, unix_socket_dir: '' },
    ...{
      auth_type: 'plain',
      auth_file: users,
      pool_mode: mode,
      default_pool_size: mode === 'session' ? 40 : 3,
    },
    // Every test has a database of its own, and the server takes a hundred connections.
    server_idle_timeout: 1,
  };
  const ini = file(
    'pgbouncer.ini',
    [
      '[databases]',
      `* = host=127.0.0.1 port=${server.port}`,
      '[pgbouncer]',
      ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`),
    ].join('\n'),
  );
  // It does not run as root.
  const user = process.getuid?.() === 0 ? ['-u', 'postgres'] : [];
  const child = spawn(program, ['-q', ...user, ini], { stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(child, port);
  return {
    url: (database) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`,
    async close() {
      if (child.kill('SIGKILL')) await once(child, 'exit');
      release();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Resolves when the program takes connections at the port; rejects with what it said where it ends. */
export async function listening(child: ChildProcess, port: number): Promise<void> {
  const said: unknown[] = [];
  child.stderr?.on('data', (text) => said.push(text));
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await delay(20);
  }
  throw new Error(said.join(''));
}
