/** Runs tasks of one key one after the other, in the order they came, and tasks of different keys side by side. */
export interface OneAtATime {
  /**
   * Runs the task when every earlier one of its key has ended. Gives `waited-too-long`, and does not run it,
   * where the signal comes first.
   */
  run<T>(key: string, signal: AbortSignal, task: () => Promise<T>): Promise<T | 'waited-too-long'>;
}

/** Makes an empty set of queues; a queue lasts as long as something waits in it. */
export function createOneAtATime(): OneAtATime {
  const tails = new Map<string, Promise<void>>();
  return {
    async run(key, signal, task) {
      const before = tails.get(key) ?? Promise.resolve();
      const { promise: done, resolve: leave } = Promise.withResolvers<void>();
      // Whoever comes next waits for all that came before, also where this one gives up its turn early.
      const tail = before.then(() => done);
      tails.set(key, tail);
      void tail.then(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
      try {
        const turn = await Promise.race([before.then(() => 'turn' as const), aborted(signal)]);
        return turn === 'turn' && !signal.aborted ? await task() : 'waited-too-long';
      } finally {
        leave();
      }
    },
  };
}

function aborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('aborted');
    else signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
}
