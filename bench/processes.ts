import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** A server in a process of its own. */
export interface Started {
  readonly pid: number;
  /** `http://127.0.0.1:<port>`, without a path. */
  readonly url: string;
  /** Milliseconds from its start until it listened. */
  readonly startMs: number;
  /** Asks it to leave, and ends it where it does not. */
  stop(): Promise<void>;
}

/** What to start, and how. */
interface Command {
  /** A program and its arguments. */
  readonly command: readonly string[];
  /** Absent: where this process runs. */
  readonly core?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The port that it is given, for a server that does not print where it listens. */
  readonly port?: number;
}

const running = new Set<ChildProcess>();

// Whatever ends this process, nothing that it started is left behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Milliseconds that a process has to leave when it is asked to. */
const leaveMs = 5_000;

/**
 * Starts a server and resolves when it listens: it prints what `listen` does, or it answers at the port of the command.
 * Rejects with what it printed where it ends before that.
 */
export async function startServer({ command, core, env = {}, cwd, port }: Command): Promise<Started> {
  const [file = '', ...args] = [...(core ? ['taskset', '-c', core] : []), ...command];
  const began = performance.now();
  const child = spawn(file, args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const ended = once(child, 'exit').then(() => void running.delete(child));
  const printed: string[] = [];
  // Later output is read as well, so that the server need not wait, but it is not kept.
  const keep = (line: string) => printed.length < 100 && printed.push(line);
  createInterface({ input: child.stderr }).on('line', keep);
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      keep(line);
      const found = /"event":"listening","url":"(http:\/\/[^"/]+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
  });
  const url = await Promise.race([port ? untilAnswered(port, child) : listening, ended]);
  if (!url) throw new Error(`${command.join(' ')} did not start:\n${printed.join('\n')}`);
  return {
    ...{ pid: child.pid ?? 0, url, startMs: performance.now() - began },
    async stop() {
      const late = setTimeout(() => child.kill('SIGKILL'), leaveMs);
      child.kill('SIGTERM');
      await ended;
      clearTimeout(late);
    },
  };
}

async function untilAnswered(port: number, child: ChildProcess): Promise<string | undefined> {
  const url = `http://127.0.0.1:${port}`;
  while (child.exitCode === null) {
    try {
      await fetch(url);
      return url;
    } catch {
      await delay(20);
    }
  }
  return undefined;
}

/** Has a server listen at a free port, and prints where in the form that startServer waits for. */
export function listen(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` })}\n`);
  });
}
