import type { Logger } from 'pino';
import type { Directories } from '../directories.ts';
import type { InputPath, PatchError, PatchErrorCode } from '../domain/errors.ts';
import { parseGlobalId, type UserWithCustomFields } from '../domain/user.ts';
import {
  type ChangeDigest,
  type Journal,
  JournalUnavailable,
  type Operation,
  type OperationResult,
} from '../journal/journal.ts';
import type { Change } from '../providers/provider.ts';
import type { CallOptions } from '../upstream/client.ts';
import { createDeadline } from '../upstream/deadline.ts';
import { readBackById } from './apply.ts';
import { adjustedPaths } from './confirm.ts';
import type { Digests } from './digests.ts';

/**
 * Makes outcomes final: reads the users of operations whose outcome is open until they show the changes. Nothing is
 * ever sent again. UNKNOWN becomes APPLIED, or PARTIAL where the rest was refused; PARTIAL becomes APPLIED where the
 * rest was only not confirmed. An outcome without open changes never changes.
 */
export interface Reconciler {
  /**
   * The operation as it is after a read of its user, where its outcome is open and the last read is old enough; with the
   * user, where it was read. `changes`: what the operation asks for, where the caller knows.
   */
  reconcile(operation: Operation, call: CallOptions, changes?: readonly Change[]): Promise<Reconciled>;
  /** Reads the user of an open operation at `readsAfterMs`, as long as this process lives. */
  watch(operation: Operation): void;
  /** The ages of the watched operations in milliseconds. */
  ages(): readonly number[];
  close(): Promise<void>;
}

/** An operation that is not in progress, with its result. */
interface Reconciled {
  readonly operation: Operation;
  readonly result: OperationResult;
  readonly user?: UserWithCustomFields | undefined;
}

/** A watched operation. */
interface Watched {
  operation: Operation;
  readonly since: number;
  /** How many reads there were. */
  reads: number;
  nextAt: number;
}

/** Milliseconds after which an operation is read again for a caller who asks. */
const freshMs = 2_000;

/** Milliseconds from the outcome to the reads in the background. */
const readsAfterMs = [1_000, 3_000, 10_000, 30_000, 120_000, 600_000];

/** Maximum number of watched operations: an hour-long outage must not fill the memory. */
const maxWatched = 10_000;

/** Milliseconds for which an operation is watched: longer than it is read, for the metric and the callers who ask. */
const watchMs = 3_600_000;

/** Milliseconds between two rounds of reads. */
const roundMs = 1_000;

/** Users of one directory that a round reads: a small share of its quota. */
const usersPerRound = 2;

/** Milliseconds for the reads of a round. */
const readMs = 3_000;

/** Codes of changes that may still turn out to be written. */
const openCodes: ReadonlySet<PatchErrorCode> = new Set(['OUTCOME_UNKNOWN', 'NOT_CONFIRMED']);

export function createReconciler(
  journal: Journal,
  directories: Directories,
  digests: () => Digests,
  log: Logger,
): Reconciler {
  const watched = new Map<string, Watched>();
  const lastReads = new Map<string, number>();
  let round: Promise<void> | undefined;
  const timer = setInterval(() => {
    // Rounds do not queue: with a provider that hangs, closing would wait for all of them.
    round ??= readDue().finally(() => {
      round = undefined;
    });
  }, roundMs).unref();

  async function readDue(): Promise<void> {
    const now = performance.now();
    const reads = new Map<string, number>();
    const due = [...watched.values()].filter(({ operation, nextAt, since }) => {
      if (now - since > watchMs) watched.delete(operation.operationId);
      if (nextAt > now) return false;
      const directory = parseGlobalId(operation.user)?.directory ?? '';
      const count = reads.get(directory) ?? 0;
      reads.set(directory, count + 1);
      return count < usersPerRound;
    });
    await Promise.all(
      due.map(async (one) => {
        one.reads += 1;
        one.nextAt = one.since + (readsAfterMs[one.reads] ?? Number.POSITIVE_INFINITY);
        const { operationId } = one.operation;
        await read(one.operation, { deadline: createDeadline(readMs) }).catch((err) =>
          log.error({ event: 'bug', operationId, err }),
        );
      }),
    );
  }

  async function read(
    operation: Operation,
    call: CallOptions,
    changes: readonly Change[] = [],
  ): Promise<Reconciled> {
    const { operationId } = operation;
    const result = operation.result ?? mayHaveBeenSent(operation);
    lastReads.delete(operationId);
    lastReads.set(operationId, performance.now());
    for (const [oldest] of lastReads) {
      if (lastReads.size <= maxWatched) break;
      lastReads.delete(oldest);
    }
    const user = await readBackById(operation.user, directories, call);
    if (!user) return { operation, result };
    const known = operation.open?.length ? operation.open : watched.get(operationId)?.operation.open;
    const open = known?.length ? known : changes.map(asked);
    const shownAs = (change: ChangeDigest) => digests().shownAs(operationId, change, user);
    const now = withShown(result, open, (change) => shownAs(change) !== undefined);
    if (!now) return { operation, result, user };
    const isNew = (path: InputPath) => !result.adjusted.some((other) => other.join('.') === path.join('.'));
    const byDigest = open
      .filter((change) => shownAs(change) === 'adjusted')
      .map(({ path }) => path.split('.'));
    const paths = changes.length > 0 ? adjustedPaths(changes, user) : byDigest;
    const adjusted = [...result.adjusted, ...paths.filter(isNew)];
    const final = { ...now, adjusted };
    try {
      await journal.finish(operationId, final);
    } catch (err) {
      if (!(err instanceof JournalUnavailable)) throw err;
      log.warn({ event: 'journal', operationId, err });
      // Not answered before it is on record: a later read could not confirm it again.
      return { operation, result, user };
    }
    watched.delete(operationId);
    log.info({ event: 'reconciled', operationId, outcome: final.outcome });
    const end = { finishedAt: new Date(), open: null };
    return { operation: { ...operation, ...end, result: final }, result: final, user };

    // A repeated call may order custom fields differently, so that the index in an error's path says nothing.
    function asked(change: Change): ChangeDigest {
      const digest = digests().ofChange(operationId, change);
      return change.field === 'customFields' ? { ...digest, path: 'patch.customFields' } : digest;
    }
  }

  return {
    async reconcile(operation, call, changes) {
      const result = operation.result ?? mayHaveBeenSent(operation);
      if (operation.open === null) return { operation, result };
      const lastRead = lastReads.get(operation.operationId) ?? Number.NEGATIVE_INFINITY;
      if (performance.now() - lastRead < freshMs) return { operation, result };
      return read(operation, call, changes);
    },
    watch(operation) {
      if (watched.size >= maxWatched) return;
      const since = performance.now();
      lastReads.set(operation.operationId, since);
      watched.set(operation.operationId, {
        operation,
        since,
        reads: 0,
        nextAt: since + (readsAfterMs[0] ?? 0),
      });
    },
    ages: () => [...watched.values()].map(({ since }) => performance.now() - since),
    async close() {
      clearInterval(timer);
      await round;
    },
  };
}

/**
 * The result with the changes that the user shows; undefined where it does not show every open one. PARTIAL where some
 * of the others were refused.
 */
function withShown(
  result: OperationResult,
  open: readonly ChangeDigest[],
  isShown: (change: ChangeDigest) => boolean,
): OperationResult | undefined {
  const [unknown, refused] = [true, false].map((isOpen) =>
    result.errors.filter(({ code }) => openCodes.has(code) === isOpen),
  ) as [PatchError[], PatchError[]];
  const areShown = unknown.every(({ path }) => {
    const own = open.filter((change) => `${path.join('.')}.`.startsWith(`${change.path}.`));
    return own.length > 0 && own.every(isShown);
  });
  if (!areShown || unknown.length === 0) return undefined;
  return refused.length === 0
    ? { ...result, outcome: 'APPLIED', confirmedBy: 'READ_BACK', errors: [] }
    : { ...result, outcome: 'PARTIAL', errors: refused };
}

/** The result of an intent whose process died before it had one. */
function mayHaveBeenSent({ fields }: Operation): OperationResult {
  const message =
    'The process ended before it had an answer: the change may have been sent, and may have been written.';
  const error = (path: InputPath): PatchError => ({ code: 'OUTCOME_UNKNOWN', message, path });
  return {
    ...{ outcome: 'UNKNOWN', confirmedBy: null, adjusted: [] },
    errors: fields.map((field) => error(field.split('.'))),
  };
}
