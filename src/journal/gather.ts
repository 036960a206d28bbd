import { JournalUnavailable } from './journal.ts';
import type { WriteRow, Writer } from './sql-journal.ts';

/** The rows of one statement. */
export interface Rows<Name extends string> {
  readonly name: Name;
  readonly rows: readonly WriteRow[];
}

interface Waiting<Name extends string> {
  readonly name: Name;
  readonly id: string;
  readonly row: WriteRow;
  /** By performance.now(). */
  readonly since: number;
  readonly resolve: (isWritten: boolean) => void;
  readonly reject: (error: unknown) => void;
}

export interface Gathering<Name extends string> {
  /** How many transactions may be under way at a time. */
  readonly concurrency: number;
  /** Milliseconds that a write may wait for its transaction to begin. */
  readonly maxWaitMs: number;
  /**
   * Runs the statements in one transaction, which is durable when this resolves, and returns the ids of the rows that
   * each wrote, in the order of the statements. Rejects with JournalUnavailable.
   */
  run(statements: readonly Rows<Name>[]): Promise<readonly (readonly string[])[]>;
  /** Whether one of the rows, and not the database, may be the cause. */
  blamesRow(error: unknown): boolean;
}

/** Rows of one transaction. Our own choice: it takes a few milliseconds. */
const maxRows = 256;

/**
 * Gathers writes of one turn of the event loop, and those that come while others are under way, into one transaction,
 * and so one round trip and one commit. `id`: what the write is about; a transaction has one row for each name and id,
 * as PostgreSQL cannot change a row twice in one statement. Resolves to whether the statement wrote the row.
 */
export function gatherWrites<Name extends string>({
  concurrency,
  maxWaitMs,
  run,
  blamesRow,
}: Gathering<Name>) {
  let waiting: Waiting<Name>[] = [];
  let underWay = 0;
  let isScheduled = false;
  let expiry: NodeJS.Timeout | undefined;

  /** Rejects those who have waited too long: a server that says nothing holds up every transaction under way. */
  function expireLater(): void {
    const [first] = waiting;
    if (!first || expiry) return;
    const expire = () => {
      expiry = undefined;
      const until = performance.now() - maxWaitMs;
      const expired = waiting.filter(({ since }) => since <= until);
      waiting = waiting.filter(({ since }) => since > until);
      const error = new JournalUnavailable(new Error('The database did not take it in time.'));
      for (const { reject } of expired) reject(error);
      expireLater();
    };
    expiry = setTimeout(expire, Math.max(1, first.since + maxWaitMs - performance.now())).unref();
  }

  function schedule(): void {
    if (isScheduled || waiting.length === 0 || underWay >= concurrency) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      if (waiting.length > 0) sendNext();
    });
  }

  function sendNext(): void {
    underWay += 1;
    void send(take()).finally(() => {
      underWay -= 1;
      schedule();
    });
    schedule();
  }

  function take(): readonly Waiting<Name>[] {
    const taken = new Map<string, Waiting<Name>>();
    const left: Waiting<Name>[] = [];
    for (const one of waiting) {
      const subject = `${one.name} ${one.id}`;
      if (taken.size < maxRows && !taken.has(subject)) taken.set(subject, one);
      else left.push(one);
    }
    waiting = left;
    if (waiting.length === 0) {
      clearTimeout(expiry);
      expiry = undefined;
    }
    return [...taken.values()];
  }

  async function send(taken: readonly Waiting<Name>[]): Promise<void> {
    // In the same order in every process, so that transactions that meet wait for each other and not in a circle.
    const sorted = taken.toSorted((one, other) =>
      `${one.name} ${one.id}` < `${other.name} ${other.id}` ? -1 : 1,
    );
    const byName = [...Map.groupBy(sorted, ({ name }) => name)];
    try {
      const written = await run(byName.map(([name, some]) => ({ name, rows: some.map(({ row }) => row) })));
      const ids = new Map(byName.map(([name], index) => [name, new Set(written[index])]));
      for (const { name, id, resolve } of taken) resolve(ids.get(name)?.has(id) === true);
    } catch (error) {
      // One row that cannot be written must not keep the others from it.
      if (taken.length > 1 && error instanceof JournalUnavailable && blamesRow(error.cause))
        await Promise.all(taken.map((one) => send([one])));
      else for (const { reject } of taken) reject(error);
    }
  }

  const write: Writer<Name> = (name, id, row) =>
    new Promise((resolve, reject) => {
      waiting.push({ name, id, row, since: performance.now(), resolve, reject });
      schedule();
      expireLater();
    });
  return {
    write,
    /** Sends all that waits. */
    flush(): void {
      while (waiting.length > 0) sendNext();
    },
  };
}
