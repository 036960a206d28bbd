import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A journal in a process of its own. */
export interface Child {
  /** Calls a method there: what it gave, or the name of the error that it rejected with. */
  call(
    method: string,
    ...values: unknown[]
  ): Promise<{ readonly value: unknown } | { readonly error: string }>;
  /** Ends it as a crash does; resolves when it has ended. */
  kill(): Promise<void>;
}

const program = fileURLToPath(new URL('./child.ts', import.meta.url));

/** Starts a process with a journal in a file. */
export function startChild(file: string): Child {
  const child = spawn(process.execPath, [program, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async call(...said) {
      child.stdin.write(`${JSON.stringify(said)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('The process ended.');
      return JSON.parse(value);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
