import type { Consumer } from './client.ts';

/** The tasks of one consumer. */
interface Line {
  readonly weight: number;
  running: number;
  /** From the oldest on; each is called with whether its task may run. */
  readonly waiting: ((mayRun: boolean) => void)[];
}

/**
 * Runs at most `concurrency` tasks at once. The next task is the oldest of the consumer with the fewest running tasks per
 * weight, in turn among equals. Where more than `maxWaiting` wait, the newest of the consumer with the most waiting tasks
 * per weight is refused.
 */
export function createFairQueue(concurrency: number, maxWaiting = Number.POSITIVE_INFINITY) {
  /** Of those who have tasks; from the one whose turn was longest ago on. */
  const lines = new Map<string | undefined, Line>();
  let [running, waiting] = [0, 0];

  function lineOf(consumer: Consumer | undefined): Line {
    const line = lines.get(consumer?.id) ?? { weight: consumer?.weight ?? 1, running: 0, waiting: [] };
    lines.set(consumer?.id, line);
    return line;
  }

  /** Of the lines in which tasks wait the one with the least load, the first of equals. */
  function leastOf(entries: Iterable<readonly [string | undefined, Line]>, loadOf: (line: Line) => number) {
    let least: readonly [string | undefined, Line] | undefined;
    for (const entry of entries)
      if (entry[1].waiting.length > 0 && (!least || loadOf(entry[1]) < loadOf(least[1]))) least = entry;
    return least;
  }

  function runNext(): void {
    const [id, line] = leastOf(lines, (line) => line.running / line.weight) ?? [];
    if (!line) return;
    lines.delete(id);
    lines.set(id, line);
    waiting -= 1;
    line.waiting.shift()?.(true);
  }

  function refuseNewest(): void {
    // Of equals the one who came last.
    const [id, line] = leastOf([...lines].reverse(), (line) => -line.waiting.length / line.weight) ?? [];
    if (!line) return;
    waiting -= 1;
    line.waiting.pop()?.(false);
    forget(id, line);
  }

  function forget(id: string | undefined, line: Line): void {
    if (line.running + line.waiting.length === 0) lines.delete(id);
  }

  async function run<T>(id: string | undefined, line: Line, task: () => Promise<T>): Promise<T> {
    running += 1;
    line.running += 1;
    try {
      return await task();
    } finally {
      running -= 1;
      line.running -= 1;
      forget(id, line);
      runNext();
    }
  }

  return {
    /** Tasks that wait now. */
    get waiting() {
      return waiting;
    },
    /** Whether a task would have to wait. */
    get isFull() {
      return running >= concurrency;
    },
    /** Runs the task, at once where it need not wait; undefined where it was refused. */
    async run<T>(consumer: Consumer | undefined, task: () => Promise<T>): Promise<T | undefined> {
      const line = lineOf(consumer);
      if (running < concurrency) return run(consumer?.id, line, task);
      const { promise: turn, resolve } = Promise.withResolvers<T | undefined>();
      line.waiting.push((mayRun) => resolve(mayRun ? run(consumer?.id, line, task) : undefined));
      waiting += 1;
      if (waiting > maxWaiting) refuseNewest();
      return turn;
    },
  };
}
