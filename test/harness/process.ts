import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** idpatch as it is started by hand: `node src/main.ts`. */
export interface Process {
  readonly child: ChildProcess;
  /** Everything that it printed, line by line. */
  readonly lines: readonly string[];
  stdout(): string;
  stderr(): string;
  /** Its exit code, when its output is read to the end; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Waits until this is printed; rejects where the process ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** Asks it to leave, and gives its exit code. */
  stop(): Promise<number | null>;
}

/** One that listens. */
export interface ListeningProcess extends Process {
  /** Of GraphQL. */
  readonly url: string;
}

const running = new Set<Process>();

/** Ends every process that was started here and has not ended. */
export async function killProcesses(): Promise<void> {
  await Promise.all([...running].map((one) => one.kill()));
}

/** A folder of its own for configurations and journals. */
export function openFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(`${tmpdir()}/idpatch-process-`);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts idpatch in a folder, with these arguments; `after`: a command of bash that comes first. */
export function spawnProcess(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  { args = [], after = 'true' }: { readonly args?: readonly string[]; readonly after?: string } = {},
): Process {
  const child = spawn('bash', ['-c', `${after}; exec "$0" "$@"`, process.execPath, main, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[name] }).on('line', (line) => lines.push(line));
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  const ended = once(child, 'close').then(() => child.exitCode);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  const one: Process = {
    ...{ child, lines, ended },
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const search = () => {
          const found = pattern.exec(text.stdout);
          if (found) resolve(found);
        };
        child.stdout.on('data', search);
        const missing = `It ended before it printed ${pattern}:\n`;
        void ended.then(() => reject(new Error(missing + text.stdout + text.stderr)));
        search();
      }),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
  running.add(one);
  void ended.then(() => running.delete(one));
  return one;
}

/** Starts idpatch with a configuration and resolves when it listens. */
export async function startProcess(
  configuration: { readonly server?: object } & Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>>,
  folder: string,
  after?: string,
): Promise<ListeningProcess> {
  const IDPATCH_CONFIG = `${folder}/idpatch.yaml`;
  // A busy machine is no reason to refuse what a test sends.
  const server = { port: 0, maxEventLoopDelayMs: 60_000, ...configuration.server };
  writeFileSync(IDPATCH_CONFIG, stringify({ callers: { anonymous: true }, ...configuration, server }));
  const one = spawnProcess(folder, { IDPATCH_CONFIG, ...environment }, after === undefined ? {} : { after });
  const [, url = ''] = await one.printed(/"event":"listening","url":"([^"]+)"/);
  return { ...one, url };
}
