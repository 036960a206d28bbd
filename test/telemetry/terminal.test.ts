import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from '../harness/answers.ts';
import { openFolder } from '../harness/process.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Whether util-linux's `script`, which gives a program a terminal, is there; of macOS it has other options. */
const hasScript = (() => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
})();

/** Starts the sandbox as `npm start` does, in a terminal of its own. */
function startInTerminal(environment: Readonly<Record<string, string>>) {
  const folder = openFolder();
  const child = spawn('script', ['-qfec', 'echo "pid $$"; exec "$NODE" "$MAIN"', '/dev/null'], {
    cwd: folder.path,
    env: {
      ...{ PATH: process.env.PATH, SHELL: '/bin/sh', TERM: 'xterm-256color', PORT: '0' },
      ...{ NODE: process.execPath, MAIN: main, ...environment },
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    try {
      process.kill(Number(/pid (\d+)/.exec(shown)?.[1]), 'SIGKILL');
    } catch {
      // It has ended.
    }
    await ended;
    folder.remove();
  });
  return { shown: () => shown, ended, interrupt: () => child.stdin.write('\x03') };
}

const patch = 'mutation ($id: ID!) { patchUser(input: { user: { id: $id }, patch: {} }) { operationId } }';

test.for([
  ['in colours', {}, '\x1b[32mINFO\x1b[39m', '\x1b[36mpatchUser\x1b[39m \x1b[90m{', '}\x1b[39m'],
  ['without colours where NO_COLOR says so', { NO_COLOR: '1' }, 'INFO', 'patchUser {', '}'],
] as const)(
  'in a terminal a person reads the log, %s',
  async ([, environment, level, begin, end], { skip }) => {
    skip(!hasScript, 'There is no `script` of util-linux, which gives a program a terminal.');
    const sandbox = startInTerminal(environment);
    const shown = async (pattern: RegExp) => {
      await expect.poll(sandbox.shown, { timeout: 30_000 }).toMatch(pattern);
      return pattern.exec(sandbox.shown())?.[1] ?? '';
    };
    const url = await shown(/GraphiQL: (http:\S+)\/graphql\r\n/);
    const id = await shown(/customers +(customers:\w+)/);
    const { body } = await ask({ url }, patch, { variables: { id } });
    const { operationId } = JSON.parse(body).data.patchUser;
    // Below the text that welcomes.
    const line = await shown(/support-desk\)"\s+(\[[^\n]*)\r\n$/);
    const members =
      '"directory":"customers","fields":[],"outcome":"NOT_APPLIED","errors":["INVALID_INPUT patch"]';
    expect(line.replace(/\d\d:\d\d:\d\d\.\d{3}/, 'time').replace(/\d+(?=\}[^}]*$)/, 'some')).toBe(
      `[time] ${level} <anonymous>: ${begin}"operationId":"${operationId}",${members},"durationMs":some${end}`,
    );
    sandbox.interrupt();
    expect(await sandbox.ended).toBe(0);
  },
);
