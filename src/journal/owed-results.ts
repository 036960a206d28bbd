import type { Logger } from 'pino';
import { type Intent, type Journal, JournalUnavailable, type Operation } from './journal.ts';

/** An operation that this process began, as long as the journal does not have its result. */
interface Begun {
  readonly intent: Intent;
  readonly startedAt: Date;
  owed?: Required<Pick<Operation, 'result' | 'open' | 'finishedAt'>>;
}

/** Milliseconds between two attempts to write owed results. */
const retryMs = 1_000;

/** Maximum number of owed results: about 20 MB. Beyond it, an operation stays without a result. */
const maxOwed = 10_000;

/**
 * Wraps a journal: a result that it cannot take is kept in memory, answered from there, so that an outcome that was
 * answered stays what it was, and written when the journal is back. It is lost if the process dies before.
 */
export function keepOwedResults(
  journal: Journal,
  log: Logger,
): { readonly journal: Journal; owed(): number } {
  const begun = new Map<string, Begun>();
  const byKey = new Map<string, string>();
  const owing = new Set<string>();
  const keyName = (caller: string, key: string) => JSON.stringify([caller, key]);

  const forget = (operationId: string) => {
    const intent = begun.get(operationId)?.intent;
    begun.delete(operationId);
    owing.delete(operationId);
    if (intent && intent.key !== null) byKey.delete(keyName(intent.caller, intent.key));
  };

  const operationOf = ({ intent, startedAt, owed }: Begun): Operation => {
    const { ttlMs: _, changes, ...rest } = intent;
    const unfinished = { result: null, finishedAt: null, open: changes, mayBeRunning: true };
    return { ...rest, startedAt, ...(owed ? { ...owed, mayBeRunning: false } : unfinished) };
  };

  /** What this process knows of an operation, where the journal does not know more. */
  const withOwed = (operation: Operation | undefined): Operation | undefined => {
    const own = operation && begun.get(operation.operationId);
    return own?.owed && operation?.open !== null ? operationOf(own) : operation;
  };

  async function orOwed(find: () => Promise<Operation | undefined>, operationId: string | undefined) {
    try {
      return withOwed(await find());
    } catch (failure) {
      const own = operationId === undefined ? undefined : begun.get(operationId);
      if (own && failure instanceof JournalUnavailable) return operationOf(own);
      throw failure;
    }
  }

  let writing: Promise<void> | undefined;
  const writeOwed = () => {
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  async function writeAll(): Promise<void> {
    for (const operationId of owing) {
      const owed = begun.get(operationId)?.owed;
      if (!owed?.result) continue;
      try {
        await journal.finish(operationId, owed.result, owed.open ?? undefined);
      } catch {
        return;
      }
      // A later result, which could not be written either, may be owed by now.
      if (begun.get(operationId)?.owed === owed) forget(operationId);
    }
  }
  const timer = setInterval(() => owing.size > 0 && void writeOwed(), retryMs).unref();

  const kept: Journal = {
    ...journal,
    async begin(intent) {
      const result = await journal.begin(intent);
      if (result.kind === 'known')
        return { kind: 'known', operation: withOwed(result.operation) ?? result.operation };
      begun.set(intent.operationId, { intent, startedAt: new Date() });
      if (intent.key !== null) byKey.set(keyName(intent.caller, intent.key), intent.operationId);
      return result;
    },
    findByKey: (caller, key, former) =>
      orOwed(() => journal.findByKey(caller, key, former), byKey.get(keyName(caller, key))),
    find: (operationId) => orOwed(() => journal.find(operationId), operationId),
    async finish(operationId, result, open) {
      const own = begun.get(operationId);
      try {
        await journal.finish(operationId, result, open);
        forget(operationId);
      } catch (err) {
        if (!(err instanceof JournalUnavailable)) throw err;
        if (!own || (owing.size >= maxOwed && !own.owed)) {
          forget(operationId);
          throw err;
        }
        own.owed = { result, open: open ?? null, finishedAt: new Date() };
        owing.add(operationId);
        log.error({
          event: 'journal',
          operationId,
          problem: 'The result could not be put on record yet.',
          err,
        });
      }
    },
    async close() {
      clearInterval(timer);
      if (owing.size > 0) await writeOwed();
      await journal.close();
    },
  };
  return { journal: journal.remembers ? kept : journal, owed: () => owing.size };
}
