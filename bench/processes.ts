import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that was started here. */
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Asks it to leave, and ends it where it does not. */
  stop(): Promise<void>;
}

/** A process that listens. */
export interface Listening extends Running {
  /** `http://127.0.0.1:<port>`, without a path. */
  readonly url: string;
}

/** What to start. */
export interface Command {
  /** A file for Node, with its arguments; or with `program` the arguments alone. */
  readonly args: readonly string[];
  /** Another program than Node. */
  readonly program?: string;
  readonly core: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The port that it was told to take, for a server that does not say which it took. */
  readonly port?: number;
}

const running = new Set<ChildProcess>();

// Whatever ends this process, nothing that it started is left behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Milliseconds that a process has to leave when it is asked to. */
const leaveMs = 5_000;

/** Milliseconds that a server has until it listens. */
const startMs = 60_000;

/** Starts a process on a core. Messages go both ways where it is Node; NODE_ENV is production for all alike. */
export function start({ args, program = process.execPath, core, env = {}, cwd }: Command): Running {
  const [file = program, ...rest] =
    core === undefined ? [program, ...args] : ['taskset', '-c', core, program, ...args];
  const child = spawn(file, rest, {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  // A message to a process that has just ended is not worth ending this one.
  child.on('error', () => {});
  return {
    pid: child.pid ?? 0,
    child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      const late = setTimeout(() => child.kill('SIGKILL'), leaveMs);
      child.kill('SIGTERM');
      await ended;
      clearTimeout(late);
    },
  };
}

/**
 * Starts a server and resolves when it listens: it prints a line of JSON with `"event":"listening"` and its `url`, or
 * it takes connections on the port of the command. Rejects with what it said where it ends before that.
 */
export async function startServer(command: Command): Promise<Listening> {
  const started = start(command);
  const { child } = started;
  const said: string[] = [];
  const hear = (line: string) => {
    // What a server goes on to say is read, so that it need not wait, and not kept.
    if (said.length < 100) said.push(line);
  };
  if (child.stderr) createInterface({ input: child.stderr }).on('line', hear);
  const ended = new AbortController();
  child.once('exit', () => ended.abort());
  const late = setTimeout(() => ended.abort(), startMs);
  const { port } = command;
  const url = await new Promise<string | undefined>((resolve) => {
    ended.signal.addEventListener('abort', () => resolve(undefined));
    if (port !== undefined) {
      untilTaken(port, ended.signal).then(
        () => resolve(`http://127.0.0.1:${port}`),
        () => resolve(undefined),
      );
    }
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      hear(line);
      const found = /"event":"listening","url":"(http:\/\/[^"/]+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
  });
  clearTimeout(late);
  if (url === undefined) {
    await started.stop();
    throw new Error(`${command.args.join(' ')} did not start:\n${said.join('\n')}`);
  }
  return { ...started, url };
}

/** Asks a process for something by a message, and gives its answer. */
export async function ask<Answer>({ child }: Running, message: object): Promise<Answer> {
  const answered = new Promise<Answer>((resolve, reject) => {
    const ended = () => reject(new Error('A process of the bench ended before it answered.'));
    child.once('exit', ended);
    child.once('message', (answer) => {
      child.off('exit', ended);
      resolve(answer as Answer);
    });
  });
  child.send(message);
  return answered;
}

/** Resolves when something takes connections on a port. */
async function untilTaken(port: number, signal: AbortSignal): Promise<void> {
  while (!(await isTaken(port))) await delay(20, undefined, { signal });
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** A port of 127.0.0.1 that nobody has now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const listener = createServer();
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as AddressInfo;
      listener.close(() => resolve(port));
    });
  });
}

/** Says on standard output that a server listens, in the form that startServer waits for. */
export function sayListening(port: number): void {
  process.stdout.write(`${JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` })}\n`);
}
