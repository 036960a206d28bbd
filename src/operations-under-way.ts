/** The patches that this process is at, so that it does not leave in the middle of one, and knows a key that is at work. */
export interface OperationsUnderWay {
  /** Runs an operation to its end, whether or not its caller stays. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** The same under a name: where one of that name is at work, gives that one's result in place of running this. */
  runOnce<T>(name: string, operation: () => Promise<T>): Promise<T>;
  /** How many are at work. */
  count(): number;
  /** Resolves when no operation is at work. */
  settled(): Promise<void>;
}

/** Makes an empty set. */
export function createOperationsUnderWay(): OperationsUnderWay {
  const atWork = new Set<Promise<unknown>>();
  const named = new Map<string, Promise<unknown>>();

  function run<T>(operation: () => Promise<T>): Promise<T> {
    const running = operation();
    atWork.add(running);
    const end = () => {
      atWork.delete(running);
    };
    running.then(end, end);
    return running;
  }

  return {
    run,
    runOnce<T>(name: string, operation: () => Promise<T>) {
      const first = named.get(name) as Promise<T> | undefined;
      if (first) return first;
      const running = run(operation);
      named.set(name, running);
      const end = () => {
        named.delete(name);
      };
      running.then(end, end);
      return running;
    },
    count: () => atWork.size,
    async settled() {
      while (atWork.size > 0) await Promise.allSettled(atWork);
    },
  };
}
