import { type Journal, JournalUnavailable } from '../journal/journal.ts';
import type { JournalOperation } from './labels.ts';
import type { Telemetry } from './telemetry.ts';

/** The journal with metrics and spans. */
export function instrumentJournal({ metrics, tracing }: Telemetry, journal: Journal): Journal {
  if (!journal.remembers || (!metrics && !tracing)) return journal;

  async function measured<T>(operation: JournalOperation, run: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    let result: 'ok' | 'unavailable' | 'failed' = 'failed';
    try {
      const given = await run();
      result = 'ok';
      return given;
    } catch (failure) {
      if (failure instanceof JournalUnavailable) result = 'unavailable';
      throw failure;
    } finally {
      metrics?.journalRequests({ operation, result });
      metrics?.journalSeconds({ operation }, (performance.now() - startedAt) / 1_000);
    }
  }

  const instrumented = <T>(operation: JournalOperation, run: () => Promise<T>): Promise<T> =>
    tracing ? tracing.span(`journal ${operation}`, () => measured(operation, run)) : measured(operation, run);

  return {
    ...journal,
    begin: (intent) => instrumented('begin', () => journal.begin(intent)),
    findByKey: (...asked) => instrumented('recall', () => journal.findByKey(...asked)),
    finish: (operationId, result, open) =>
      instrumented('finish', () => journal.finish(operationId, result, open)),
    find: (operationId) => instrumented('find', () => journal.find(operationId)),
    lease: (user, holder, ttlMs) => instrumented('lease', () => journal.lease(user, holder, ttlMs)),
    release: (user, holder) => instrumented('release', () => journal.release(user, holder)),
    prune: (before) => instrumented('prune', () => journal.prune(before)),
    check: () => instrumented('check', () => journal.check()),
  };
}
