import { createHash } from 'node:crypto';
import { type PatchError, ReadFailure } from '../domain/errors.ts';
import { parseGlobalId } from '../domain/user.ts';
import { JournalUnavailable, type Operation } from '../journal/journal.ts';
import { notApplied, readBack, unknown, type Verdict } from './apply.ts';
import { type PatchCall, type PatchRequest, validate } from './check.ts';
import { unconfirmed } from './confirm.ts';
import type { OperationTime, PatchContext } from './context.ts';

/** A digest of a request: the same for the same input, whatever the order of its members. 64 hexadecimal characters. */
export function inputDigest({ user, patch, ifVersion }: PatchRequest): string {
  const sorted = (_name: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : value;
  return createHash('sha256').update(JSON.stringify({ user, patch, ifVersion }, sorted)).digest('hex');
}

/**
 * The operation that the caller's key stands for already; undefined where there is none, or no key.
 * @throws JournalUnavailable
 */
export async function findByKey(
  { idempotencyKey: key }: PatchRequest,
  { journal, caller }: PatchContext,
): Promise<Operation | undefined> {
  return key === undefined ? undefined : journal.findByKey(caller.id, key);
}

/**
 * The journal cannot say whether the key was used before. UNKNOWN although nothing was sent now: an earlier call with
 * the key, whose answer was lost, may have written.
 */
export function keyLookupFailed(): Verdict {
  const message =
    'The journal cannot be read: nothing was sent now, and the outcome of an earlier call with this key is unknown. ' +
    'Call again with the same key.';
  const error: PatchError = { code: 'JOURNAL_UNAVAILABLE', message, path: ['idempotencyKey'] };
  return { outcome: 'UNKNOWN', confirmedBy: null, user: null, errors: [error] };
}

/** The key stands for another input. */
export function keyReused(): Verdict {
  const message = 'This key was used with another input: use a new key for each input.';
  return notApplied([{ code: 'IDEMPOTENCY_KEY_REUSED', message, path: ['idempotencyKey'] }]);
}

/** The first call with the key has no result yet. */
export function keyInProgress(): Verdict {
  const message = 'A call with this key is in progress: call again with the same key for its answer.';
  const error: PatchError = { code: 'IDEMPOTENCY_IN_PROGRESS', message, path: ['idempotencyKey'] };
  return { outcome: 'UNKNOWN', confirmedBy: null, user: null, errors: [error] };
}

/** The error of a failure before anything was written. @throws whatever else was thrown: a bug of ours */
export function errorOfFailure(failure: unknown): PatchError {
  if (failure instanceof ReadFailure) return failure.error;
  if (failure instanceof JournalUnavailable) {
    const message = 'The journal cannot be written, so nothing was sent.';
    return { code: 'JOURNAL_UNAVAILABLE', message, path: [] };
  }
  throw failure;
}

/** Records the result. The verdict is answered all the same where that fails, for it is the truth. */
export async function finish(
  operationId: string,
  { outcome, confirmedBy, errors }: Verdict,
  { journal, log }: PatchContext,
): Promise<void> {
  try {
    await journal.finish(operationId, { outcome, confirmedBy, errors });
  } catch (err) {
    log.error({ event: 'journal', operationId, problem: 'The result could not be put on record.', err });
  }
}

/** A call that is answered by the journal. */
interface Repeated extends PatchCall {
  readonly digest: string;
  readonly time: OperationTime;
}

/** The answer to a key that was used before: the first call's, as far as it is known. Nothing is ever sent again. */
export async function replay(
  operation: Operation,
  call: Repeated,
  context: PatchContext,
): Promise<Verdict & { readonly operationId?: string }> {
  const { operationId, result } = operation;
  if (operation.inputDigest !== call.digest) return keyReused();
  if (result) {
    // The journal keeps nothing of the user: give the user as it is now, where the first answer had one.
    const hadUser =
      result.outcome !== 'NOT_APPLIED' || result.errors.some(({ code }) => code === 'STALE_VERSION');
    const user = hadUser ? await readUserOf(operation, call.time, context) : undefined;
    return { operationId, ...result, user: user ?? null };
  }
  if (operation.mayBeRunning) return { operationId, ...keyInProgress() };
  const verdict = await decideAfterCrash(operation, call, context);
  await finish(operationId, verdict, context);
  return { operationId, ...verdict };
}

/**
 * For an intent whose process died before it had a result: the write may have been sent. APPLIED where the user now
 * shows every change, otherwise UNKNOWN, for the write may still arrive. Additions to a list and removals from one
 * cannot be confirmed without the list as it was.
 */
async function decideAfterCrash(
  operation: Operation,
  call: Repeated,
  context: PatchContext,
): Promise<Verdict> {
  const validated = await validate(call, call.time, context);
  const user = (await readUserOf(operation, call.time, context)) ?? null;
  const steps = validated.ok && !validated.plan.readsFirst ? validated.plan.steps() : [];
  const changes = 'errors' in steps ? [] : steps.flatMap((step) => step.changes);
  if (user && changes.length > 0 && unconfirmed(changes, user).length === 0) {
    return { outcome: 'APPLIED', confirmedBy: 'READ_BACK', user, errors: [] };
  }
  const paths = operation.fields.map((field) => ({ path: field.split('.') }));
  return { outcome: 'UNKNOWN', confirmedBy: null, user, errors: paths.map(unknown) };
}

function readUserOf({ user }: Operation, { readingBack }: OperationTime, { directories }: PatchContext) {
  const reference = parseGlobalId(user);
  const provider = reference && directories.get(reference.directory)?.provider;
  return provider && readBack(provider, reference.userId, readingBack);
}
