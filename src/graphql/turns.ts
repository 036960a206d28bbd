/**
 * Gives callers turns for work that holds the event loop. Who finds nobody waiting works at once; of those who wait,
 * callers take turns, however much each of them asks for.
 */
export interface Turns {
  /** Resolves when it is the caller's turn; undefined if it is now. */
  take(caller: string): Promise<void> | undefined;
  /** The same, but never before the event loop has looked at what else there is to do. */
  next(caller: string): Promise<void>;
}

/** Milliseconds of one turn of the event loop after which others wait for the next. Our own choice. */
const turnMs = 2;

/** Callers who get their turn in one turn of the event loop, if they need little time. Our own choice. */
const maxPerTurn = 10;

/** Points of work to do in a turn: about a millisecond. Our own choice. */
export const pointsPerTurn = 1_000;

/** `schedule` calls back after the event loop has looked for input, and after all microtasks of the callback before. */
export function createTurns(
  schedule: (callback: () => void) => void = setImmediate,
  now: () => number = () => performance.now(),
): Turns {
  /** Callers in the order of their turns. */
  const waiting = new Map<string, (() => void)[]>();
  /** When the work in this turn of the event loop began; undefined if there is none. */
  let beganAt: number | undefined;
  let waiters = 0;

  const hasTime = () => beganAt === undefined || now() - beganAt < turnMs;

  function begin(): void {
    if (beganAt !== undefined) return;
    beganAt = now();
    schedule(turn);
  }

  function turn(): void {
    beganAt = undefined;
    if (waiters === 0) return;
    begin();
    for (let more = Math.min(waiters, maxPerTurn) - 1; more > 0; more -= 1) schedule(serveInTime);
    serve();
  }

  function serveInTime(): void {
    if (hasTime()) serve();
  }

  function serve(): void {
    const [caller = '', queue = []] = waiting.entries().next().value ?? [];
    const work = queue.shift();
    if (!work) return;
    waiters -= 1;
    // To the end.
    waiting.delete(caller);
    if (queue.length > 0) waiting.set(caller, queue);
    work();
  }

  function next(caller: string): Promise<void> {
    begin();
    waiters += 1;
    return new Promise((resolve) => {
      const queue = waiting.get(caller);
      if (queue) queue.push(resolve);
      else waiting.set(caller, [resolve]);
    });
  }

  return {
    next,
    take(caller) {
      if (waiters > 0 || !hasTime()) return next(caller);
      begin();
      return undefined;
    },
  };
}
