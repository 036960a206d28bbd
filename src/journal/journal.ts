import type { InputPath, PatchError } from '../domain/errors.ts';
import type { PatchConfirmation, PatchOutcome } from '../domain/outcome.ts';

/**
 * The durable record of operations and their results. It keeps the caller, the time, the user's id, the paths, digests
 * of the input and of the values asked for, and the outcome; no value of any field and no other personal data.
 *
 * The contract, which test/journal/contract.ts checks for every journal:
 * - **Durable before it resolves.** When `begin` resolves with `begun`, the intent survives a power failure; only then
 *   may a request be sent. When `finish` resolves, the result does.
 * - **One winner.** Of any number of `begin` with the same caller and key, at the same time and in any number of
 *   processes that share the journal, one gets `begun`; the others get the operation that is there.
 * - **Reports failure.** Every method rejects with JournalUnavailable where it cannot do its work in time (down, full,
 *   read-only, cannot be opened); then it had no effect, or none that can be seen. The next call tries again: a journal
 *   recovers without a restart.
 * - **One final result.** A result with no open changes is final: `finish` of an operation that has one changes nothing.
 */
export interface Journal {
  /** False where there is no journal: then no key can be honoured. */
  readonly remembers: boolean;

  /**
   * The secret key of the digests, the same for every process that uses the journal; undefined where none is configured.
   * @throws JournalUnavailable
   */
  digestKey(): Buffer | undefined;

  /** Writes an intent, unless the caller has used its key before: then returns the operation of that key. */
  begin(
    intent: Intent,
  ): Promise<{ readonly kind: 'begun' } | { readonly kind: 'known'; readonly operation: Operation }>;

  /**
   * The operation that the caller began with this key, else the one of a former id of the caller; undefined where there
   * is none, or it was pruned.
   */
  findByKey(caller: string, key: string, formerCaller?: string): Promise<Operation | undefined>;

  /** Writes the result of an operation. `open`: the changes that may still turn out to be written; absent: it is final. */
  finish(operationId: string, result: OperationResult, open?: readonly ChangeDigest[]): Promise<void>;

  /** The operation with this id; undefined where there is none, or it was pruned. */
  find(operationId: string): Promise<Operation | undefined>;

  /**
   * Takes the lease of a user for `holder`, unless another holds it; true where it was taken. It expires after `ttlMs`
   * by the journal's own clock, and may then be taken by any holder. Granted at once where no other process can use the
   * journal.
   */
  lease(user: string, holder: string, ttlMs: number): Promise<boolean>;

  /** Releases a lease, where `holder` still holds it. */
  release(user: string, holder: string): Promise<void>;

  /** Deletes operations that began before `before` and are finished or past their `ttlMs`; returns how many. */
  prune(before: Date): Promise<number>;

  /** Resolves if the journal can be written now. */
  check(): Promise<void>;

  /** Closes files and connections. Later calls do not reopen them. */
  close(): Promise<void>;
}

/** An operation that is about to be sent. */
export interface Intent {
  readonly operationId: string;
  readonly caller: string;
  /** The caller's idempotency key; null where there is none. */
  readonly key: string | null;
  /** A digest of the whole input: tells whether two inputs mean the same, and nothing else to anybody without its key. */
  readonly inputDigest: string;
  /** The user's global id. */
  readonly user: string;
  /** The paths of the fields to change, such as `patch.email`. */
  readonly fields: readonly string[];
  /** What is asked of each field, where it is known before the user is read. */
  readonly changes: readonly ChangeDigest[];
  /** Milliseconds, by the journal's own clock, after which the process that began it cannot be running it any more. */
  readonly ttlMs: number;
}

/** A digest that tells whether a user shows a change, and nothing else about it to anybody without the key. */
export interface ChangeDigest {
  /** The change's path, as in `fields`. */
  readonly path: string;
  /** The user's field: `email`, or `customFields.nick`. */
  readonly field: string;
  /** Of the value as it was asked for, and of its normal form: two of 43 characters of base64url, with a dot between. */
  readonly digest: string;
}

/** The result of an operation. */
export interface OperationResult {
  readonly outcome: PatchOutcome;
  readonly confirmedBy: PatchConfirmation | null;
  /** The paths of the changes that the provider keeps in another form. */
  readonly adjusted: readonly InputPath[];
  /** The errors as they were answered; their messages contain no value of the input. */
  readonly errors: readonly PatchError[];
}

/** An operation as the journal has it. */
export interface Operation extends Omit<Intent, 'ttlMs' | 'changes'> {
  /** The changes that may still turn out to be written; null where the result is final. */
  readonly open: readonly ChangeDigest[] | null;
  readonly startedAt: Date;
  /** Null without a result. */
  readonly finishedAt: Date | null;
  readonly result: OperationResult | null;
  /**
   * Without a result: whether the process that began it may still be running it. False: that process ended, so the
   * outcome is unknown, and nothing more is sent than may have been sent already.
   */
  readonly mayBeRunning: boolean;
}

/** The journal cannot do its work now. `cause` is for the log; it contains no personal data. */
export class JournalUnavailable extends Error {
  override readonly name = 'JournalUnavailable';
  constructor(cause: unknown) {
    super('The journal cannot be written or read.', { cause });
  }
}
