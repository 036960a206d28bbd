/** The patches that this process is at, so that it does not leave in the middle of one, and knows a key that is at work. */
export interface InFlight {
  /** Runs an operation to its end, whether or not its caller stays. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** The same under a name: where one of that name is at work, gives that one in place of starting this. */
  runOnce<Work extends AtWork>(name: string, start: () => Work): Work;
  /** How many are at work. */
  count(): number;
  /** Resolves when no operation is at work. */
  settled(): Promise<void>;
}

/** An operation that was started. */
interface AtWork {
  readonly result: Promise<unknown>;
}

/** Makes an empty set. */
export function createInFlight(): InFlight {
  const atWork = new Set<Promise<unknown>>();
  const named = new Map<string, AtWork>();

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
    runOnce<Work extends AtWork>(name: string, start: () => Work) {
      const first = named.get(name) as Work | undefined;
      if (first) return first;
      const work = start();
      named.set(name, work);
      const end = () => {
        named.delete(name);
      };
      run(() => work.result).then(end, end);
      return work;
    },
    count: () => atWork.size,
    async settled() {
      while (atWork.size > 0) await Promise.allSettled(atWork);
    },
  };
}
