/** The operations that this process runs: shutdown waits for them, and calls with the same key share one. */
export interface InFlight {
  /** Runs an operation to its end, also where its caller disconnects. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** The same under a name: while one of that name runs, returns it and does not call `start`. */
  runOnce<Run extends NamedRun>(name: string, start: () => Run): Run;
  /** The number of running operations. */
  count(): number;
  /** Resolves when none is running. */
  settled(): Promise<void>;
}

/** A named operation. */
interface NamedRun {
  readonly result: Promise<unknown>;
}

export function createInFlight(): InFlight {
  const running = new Set<Promise<unknown>>();
  const named = new Map<string, NamedRun>();

  function run<T>(operation: () => Promise<T>): Promise<T> {
    const promise = operation();
    running.add(promise);
    const end = () => {
      running.delete(promise);
    };
    promise.then(end, end);
    return promise;
  }

  return {
    run,
    runOnce<Run extends NamedRun>(name: string, start: () => Run) {
      const first = named.get(name) as Run | undefined;
      if (first) return first;
      const started = start();
      named.set(name, started);
      const end = () => {
        named.delete(name);
      };
      run(() => started.result).then(end, end);
      return started;
    },
    count: () => running.size,
    async settled() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
