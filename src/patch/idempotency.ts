import { type PatchError, ReadFailure } from '../domain/errors.ts';
import { JournalUnavailable, type Operation } from '../journal/journal.ts';
import type { Change } from '../providers/provider.ts';
import { notApplied, readBackById, type Verdict } from './apply.ts';
import { type PatchCall, validate } from './check.ts';
import type { PatchContext } from './context.ts';
import type { OperationTime } from './operation-time.ts';
import type { PatchRequest } from './request.ts';

/**
 * The operation that the caller's key stands for already; undefined where there is none, or no key.
 * @throws JournalUnavailable
 */
export async function findByKey(
  { idempotencyKey: key }: PatchRequest,
  { journal, caller }: PatchContext,
): Promise<Operation | undefined> {
  return key === undefined ? undefined : journal.findByKey(caller.id, key, caller.former?.id);
}

/**
 * The journal cannot say whether the key was used before. UNKNOWN although nothing was sent now: an earlier call with
 * the key, whose answer was lost, may have written.
 */
export function keyLookupFailed(): Verdict {
  const message =
    'The journal cannot be read: nothing was sent now, and the outcome of an earlier call with this key is unknown. ' +
    'Call again with the same key.';
  return unknownForKey({ code: 'JOURNAL_UNAVAILABLE', message, path: ['idempotencyKey'] });
}

/** The key was used, and nothing tells whether it was for this input: the journal's digest key was another. */
function cannotCompare(): Verdict {
  const message =
    'This key was used before the journal’s digest key was changed, so the inputs cannot be compared: nothing was sent ' +
    'now. Read the user before you decide, and use a new key.';
  return unknownForKey({ code: 'JOURNAL_UNAVAILABLE', message, path: ['idempotencyKey'] });
}

function unknownForKey(error: PatchError): Verdict {
  return { outcome: 'UNKNOWN', confirmedBy: null, user: null, errors: [error], adjusted: [] };
}

/** Why a key that was used before gives this request no answer; undefined where it was used for the same input. */
export function otherInput(
  { inputDigest }: Operation,
  request: PatchRequest,
  { digests }: PatchContext,
): Verdict | undefined {
  const isSame = digests().isOfInput(inputDigest, request);
  if (isSame === undefined) return cannotCompare();
  return isSame ? undefined : keyReused();
}

/** The key stands for another input. */
export function keyReused(): Verdict {
  const message = 'This key was used with another input: use a new key for each input.';
  return notApplied([{ code: 'IDEMPOTENCY_KEY_REUSED', message, path: ['idempotencyKey'] }]);
}

/** The first call with the key has no result yet. */
export function keyInProgress(): Verdict {
  const message = 'A call with this key is in progress: call again with the same key for its answer.';
  return unknownForKey({ code: 'IDEMPOTENCY_IN_PROGRESS', message, path: ['idempotencyKey'] });
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

/** A call that is answered by the journal. */
interface Repeated extends PatchCall {
  readonly time: OperationTime;
}

/** The answer to a key that was used before: the first call's, as far as it is known. Nothing is ever sent again. */
export async function replay(operation: Operation, call: Repeated, context: PatchContext): Promise<Replayed> {
  try {
    return await replayed(operation, call, context);
  } catch (failure) {
    if (!(failure instanceof JournalUnavailable)) throw failure;
    // Without the digest key nothing tells whether the first call was for this input.
    context.log.warn({ event: 'journal', operationId: operation.operationId, err: failure });
    return keyLookupFailed();
  }
}

type Replayed = Verdict & { readonly operationId?: string };

async function replayed(operation: Operation, call: Repeated, context: PatchContext): Promise<Replayed> {
  const { operationId } = operation;
  const other = otherInput(operation, call.request, context);
  if (other) return other;
  if (operation.mayBeRunning) return { operationId, ...keyInProgress() };
  const changes = operation.open === null ? [] : await changesOf(call, context);
  const { result, user } = await context.reconciler.reconcile(operation, call.time.readingBack, changes);
  // The journal keeps nothing of the user: give the user as it is now, where the first answer had one.
  const hadUser =
    result.outcome !== 'NOT_APPLIED' || result.errors.some(({ code }) => code === 'STALE_VERSION');
  const read = () => readBackById(operation.user, context.directories, call.time.readingBack);
  const now = user ?? (hadUser ? await read() : undefined);
  return { operationId, ...result, user: now ?? null };
}

/** What the call asks for, where that does not depend on the user as it was. */
async function changesOf(call: Repeated, context: PatchContext): Promise<readonly Change[]> {
  const validated = await validate(call, call.time, context);
  const steps = validated.ok && !validated.plan.readsFirst ? validated.plan.steps() : [];
  return 'errors' in steps ? [] : steps.flatMap((step) => step.changes);
}
