import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { type Answer, isFinal } from './checker.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** idpatch as it is started by hand: `node src/main.ts` with an idpatch.yaml. */
export interface Program {
  readonly url: string;
  /** Everything that it printed, line by line. */
  readonly lines: readonly string[];
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** Asks it to leave, and gives its exit code. */
  stop(): Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** Ends every program that was started here and has not ended. */
export async function killPrograms(): Promise<void> {
  await Promise.all([...running].map((child) => endOf(child, 'SIGKILL')));
}

/** A folder of its own for configurations and journals. */
export function openFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(`${tmpdir()}/idpatch-faults-`);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts idpatch with a configuration and resolves when it listens. */
export async function startProgram(
  configuration: object,
  environment: Readonly<Record<string, string>>,
  folder: string,
): Promise<Program> {
  const file = `${folder}/idpatch.yaml`;
  writeFileSync(file, stringify({ server: { port: 0 }, callers: { anonymous: true }, ...configuration }));
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: { PATH: process.env.PATH, IDPATCH_CONFIG: file, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const ended = once(child, 'exit').then(() => running.delete(child));
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const url = /"event":"listening","url":"([^"]+)"/.exec(line)?.[1];
      if (url) resolve(url);
    });
  });
  const url = await Promise.race([listening, ended.then(() => undefined)]);
  if (!url) throw new Error(`idpatch did not start:\n${lines.join('\n')}`);
  return {
    url,
    lines,
    kill: () => endOf(child, 'SIGKILL'),
    async stop() {
      await endOf(child, 'SIGTERM');
      return child.exitCode;
    },
  };
}

async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

const mutation = `mutation ($input: PatchUserInput!) {
  patchUser(input: $input) { operationId outcome confirmedBy errors { code message path retryable } }
}`;

/** What one call came to: the answer; `left` where the caller went away, `lost` where the other side did or said nonsense. */
export type Reply = Answer | 'left' | 'lost';

/** One call of patchUser. */
export interface Calling {
  readonly input: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds after which the caller leaves. */
  readonly leaveAfterMs?: number | undefined;
  /** Takes what the answer says for people, where it may tell too much. */
  readonly hear?: (text: string) => void;
}

/** Longer than any deadline in these tests: whoever gets no answer by then gets none. */
const patienceMs = 30_000;

/** Calls patchUser once. */
export async function callPatchUser(
  url: string,
  { input, headers, leaveAfterMs, hear }: Calling,
): Promise<Reply> {
  let text: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: mutation, variables: { input } }),
      signal: AbortSignal.timeout(leaveAfterMs ?? patienceMs),
    });
    text = await response.text();
  } catch {
    return leaveAfterMs === undefined ? 'lost' : 'left';
  }
  hear?.(text);
  const { data } = JSON.parse(text) as { data?: { patchUser: RawAnswer | null } | null };
  if (!data?.patchUser) return 'lost';
  const { outcome, confirmedBy, errors } = data.patchUser;
  return { outcome, confirmedBy, errors: errors.map(({ code, path }) => `${code} ${path.join('.')}`) };
}

interface RawAnswer extends Pick<Answer, 'outcome' | 'confirmedBy'> {
  readonly errors: readonly { readonly code: string; readonly path: readonly string[] }[];
}

/** Calls until an answer is final, and gives every reply. */
export async function callUntilFinal(url: string, calling: Calling, pauseMs = 50): Promise<Reply[]> {
  const replies: Reply[] = [];
  const until = performance.now() + patienceMs;
  for (;;) {
    const reply = await callPatchUser(url, calling);
    replies.push(reply);
    if (typeof reply === 'string' || isFinal(reply) || performance.now() > until) return replies;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
