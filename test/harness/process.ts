import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { type Answer, isFinal } from '../faults/checker.ts';

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

const payload = 'operationId outcome confirmedBy errors { code message path retryable }';
const ofOne = `mutation ($input: PatchUserInput!) { patchUser(input: $input) { ${payload} } }`;
const ofMany = `mutation ($inputs: [PatchUserInput!]!) { patchUsers(inputs: $inputs) { ${payload} } }`;

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
export async function callPatchUser(url: string, { input, ...calling }: Calling): Promise<Reply> {
  const data = await call(url, { query: ofOne, variables: { input } }, calling);
  return typeof data === 'string' ? data : toReply(data?.patchUser);
}

/** Calls patchUsers once, and gives what it says of each, in order. */
export async function callPatchUsers(
  url: string,
  inputs: readonly object[],
  calling: Omit<Calling, 'input'>,
): Promise<readonly Reply[]> {
  const data = await call(url, { query: ofMany, variables: { inputs } }, calling);
  if (typeof data === 'string') return inputs.map(() => data);
  const told = data?.patchUsers;
  return inputs.map((_, index) => (told?.length === inputs.length ? toReply(told[index]) : 'lost'));
}

interface Data {
  readonly patchUser?: RawAnswer | null;
  readonly patchUsers?: readonly (RawAnswer | null)[] | null;
}

async function call(
  url: string,
  body: object,
  { headers, leaveAfterMs, hear }: Omit<Calling, 'input'>,
): Promise<Data | null | undefined | 'left' | 'lost'> {
  let text: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(leaveAfterMs ?? patienceMs),
    });
    text = await response.text();
  } catch {
    return leaveAfterMs === undefined ? 'lost' : 'left';
  }
  hear?.(text);
  return (JSON.parse(text) as { data?: Data | null }).data;
}

function toReply(answer: RawAnswer | null | undefined): Reply {
  if (!answer) return 'lost';
  const { outcome, confirmedBy, errors } = answer;
  return { outcome, confirmedBy, errors: errors.map(({ code, path }) => `${code} ${path.join('.')}`) };
}

interface RawAnswer extends Pick<Answer, 'outcome' | 'confirmedBy'> {
  readonly errors: readonly { readonly code: string; readonly path: readonly string[] }[];
}

/** Calls until an answer is final, and gives every reply. */
export async function callUntilFinal(url: string, calling: Calling, pauseMs = 50): Promise<Reply[]> {
  const calls = await untilFinal(async () => [await callPatchUser(url, calling)], pauseMs);
  return calls.flat();
}

/** Calls until every answer is final, and gives the replies of each call, in order. */
export async function untilFinal(
  call: () => Promise<readonly Reply[]>,
  pauseMs = 50,
): Promise<readonly (readonly Reply[])[]> {
  const calls: (readonly Reply[])[] = [];
  const until = performance.now() + patienceMs;
  for (;;) {
    const replies = await call();
    calls.push(replies);
    const isOver = replies.every((reply) => typeof reply === 'string' || isFinal(reply));
    if (isOver || performance.now() > until) return calls;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
