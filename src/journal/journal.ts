import type { PatchError } from '../domain/errors.ts';
import type { PatchConfirmation, PatchOutcome } from '../domain/outcome.ts';

/**
 * The memory of what was asked and what became of it. It keeps who, when, which user, which paths, a digest of
 * the input and the outcome; no value of any field and no other personal data.
 *
 * The contract, which test/journal/contract.ts holds every journal to:
 * - **Durable before it answers.** When `begin` resolves with `begun`, the intent survives the machine's power;
 *   only then may a request leave. When `finish` resolves, so does the result.
 * - **One winner.** Of any number of `begin` with the same caller and key, at the same time and on any number of
 *   processes that share the journal, one gets `begun`; the others get what stands there.
 * - **Says when it cannot.** Every method rejects with JournalUnavailable where it cannot do its work (down,
 *   full, read-only, not to be opened) within its time, and nothing of it was done or it is as if nothing was.
 *   A journal that failed is tried afresh at the next call: it heals without a restart.
 * - **One final result.** A result is written once; `finish` of an operation that has one changes nothing.
 */
export interface Journal {
  /** False where there is no journal: then no key can be honoured. */
  readonly remembers: boolean;

  /** Writes an intent, unless the caller has used its key before: then gives the operation that stands there. */
  begin(
    intent: Intent,
  ): Promise<{ readonly kind: 'begun' } | { readonly kind: 'known'; readonly operation: Operation }>;

  /** The operation that the caller began with this key; undefined where there is none, or none any more. */
  findByKey(caller: string, key: string): Promise<Operation | undefined>;

  /** Writes the result of an operation. */
  finish(operationId: string, result: OperationResult): Promise<void>;

  /** The operation of this id; undefined where there is none, or none any more. */
  find(operationId: string): Promise<Operation | undefined>;

  /**
   * Takes the lease of a user for `holder` until `ttlMs` from now by the journal's own clock, where nobody else
   * holds it: true where it is taken. A lease that ran out may be taken by anybody.
   */
  lease(user: string, holder: string, ttlMs: number): Promise<boolean>;

  /** Gives a lease back, where `holder` still holds it. */
  release(user: string, holder: string): Promise<void>;

  /** Forgets the finished operations, and the unfinished whose time is over, that began before `before`; says how many. */
  prune(before: Date): Promise<number>;

  /** Resolves where the journal can be written now. */
  check(): Promise<void>;

  /** Closes files and connections. A later call opens nothing again. */
  close(): Promise<void>;
}

/** What is about to be tried. */
export interface Intent {
  readonly operationId: string;
  readonly caller: string;
  /** The caller's idempotency key; null where they gave none. */
  readonly key: string | null;
  /** A digest of the whole input, hexadecimal. Says whether two inputs are the same, and nothing of them. */
  readonly inputDigest: string;
  /** The user's global id. */
  readonly user: string;
  /** The paths of the fields to change, such as `patch.email`. */
  readonly fields: readonly string[];
  /** Milliseconds from now by the journal's own clock after which the process that began it can no longer be at it. */
  readonly ttlMs: number;
}

/** What became of an operation. */
export interface OperationResult {
  readonly outcome: PatchOutcome;
  readonly confirmedBy: PatchConfirmation | null;
  /** The errors as they were answered; their texts repeat nothing of the input. */
  readonly errors: readonly PatchError[];
}

/** An operation as the journal remembers it. */
export interface Operation extends Omit<Intent, 'ttlMs'> {
  readonly startedAt: Date;
  /** Null where no result was written. */
  readonly finishedAt: Date | null;
  readonly result: OperationResult | null;
  /**
   * Without a result: whether the process that began it may still be at it. False means that it ended in
   * between, so that the outcome is unknown and nothing more will come of it but a write that already left.
   */
  readonly mayBeRunning: boolean;
}

/** The journal cannot do its work now. `cause` is for the log; it holds no personal data. */
export class JournalUnavailable extends Error {
  override readonly name = 'JournalUnavailable';
  constructor(cause: unknown) {
    super('The journal cannot be written or read.', { cause });
  }
}
