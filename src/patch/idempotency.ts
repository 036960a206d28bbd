import { createHash } from 'node:crypto';
import type { PatchError } from '../domain/errors.ts';
import { parseGlobalId } from '../domain/user.ts';
import type { Journal, Operation } from '../journal/journal.ts';
import { notApplied, readBack, unknown, type Verdict } from './apply.ts';
import { type PatchRequest, validatePatch } from './check.ts';
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
 * The operation that the caller's key stands for already; undefined without a key, or without a journal.
 * @throws JournalUnavailable
 */
export async function findByKey(
  { idempotencyKey: key }: PatchRequest,
  { journal, caller }: PatchContext,
): Promise<Operation | undefined> {
  return key === undefined ? undefined : journal?.findByKey(caller.id, key);
}

/**
 * The journal cannot say whether the key was used before. Nothing was sent now; but whoever calls again for a lost
 * answer must not be told that nothing was written.
 */
export function keyLookupFailed(): Verdict {
  const message =
    'The journal cannot be read: nothing was sent now, and what became of an earlier call with this key cannot be ' +
    'told. Call again with the same key.';
  const error: PatchError = { code: 'JOURNAL_UNAVAILABLE', message, path: ['idempotencyKey'] };
  return { outcome: 'UNKNOWN', confirmedBy: null, user: null, errors: [error] };
}

/** The key stands for another input. */
export function keyReused(): Verdict {
  const message =
    'This key was used for another input: a key stands for one input, and for the first call’s answer.';
  return notApplied([{ code: 'IDEMPOTENCY_KEY_REUSED', message, path: ['idempotencyKey'] }]);
}

/** The first call with the key has no result yet. */
export function keyInProgress(): Verdict {
  const message = 'A call with this key is under way: call again with the same key for its answer.';
  const error: PatchError = { code: 'IDEMPOTENCY_IN_PROGRESS', message, path: ['idempotencyKey'] };
  return { outcome: 'UNKNOWN', confirmedBy: null, user: null, errors: [error] };
}

/** Puts a result on record, before it is answered. Where it cannot be, the truth is answered all the same. */
export async function record(
  operationId: string,
  verdict: Verdict,
  journal: Journal,
  { log }: PatchContext,
): Promise<void> {
  const { outcome, confirmedBy, errors } = verdict;
  try {
    await journal.finish(operationId, { outcome, confirmedBy, errors });
  } catch (err) {
    log.error({ event: 'journal', operationId, problem: 'The result could not be put on record.', err });
  }
}

/** The answer to a key that was used before: the first call's, as far as it is known. Nothing is ever sent again. */
export async function replay(
  operation: Operation,
  request: PatchRequest,
  digest: string,
  time: OperationTime,
  context: PatchContext,
): Promise<Verdict & { readonly operationId?: string }> {
  const { operationId, result } = operation;
  if (operation.inputDigest !== digest) return keyReused();
  if (result) {
    const { outcome, confirmedBy } = result;
    // The journal keeps nothing of the user, so it is given as it is now.
    const showed = outcome !== 'NOT_APPLIED' || result.errors.some(({ code }) => code === 'STALE_VERSION');
    const user = showed ? await look(operation, time, context) : undefined;
    return { operationId, outcome, confirmedBy, user: user ?? null, errors: result.errors };
  }
  if (operation.mayBeRunning) return { operationId, ...keyInProgress() };
  const verdict = await afterCrash(operation, request, time, context);
  if (context.journal) await record(operationId, verdict, context.journal, context);
  return { operationId, ...verdict };
}

/**
 * An intent whose process died before it had a result: it may have been sent. Where the user now shows every
 * change it is in; otherwise it is not known, because it may yet come. What was added to a list or taken from
 * one cannot be told without the list as it was.
 */
async function afterCrash(
  operation: Operation,
  request: PatchRequest,
  time: OperationTime,
  context: PatchContext,
): Promise<Verdict> {
  const checked = await validatePatch(request, [], time, context);
  const user = (await look(operation, time, context)) ?? null;
  const steps = checked.sendable && !checked.plan.readsFirst ? checked.plan.steps() : [];
  const changes = 'errors' in steps ? [] : steps.flatMap((step) => step.changes);
  if (user && changes.length > 0 && unconfirmed(changes, user).length === 0) {
    return { outcome: 'APPLIED', confirmedBy: 'READ_BACK', user, errors: [] };
  }
  const paths = operation.fields.map((field) => ({ path: field.split('.') }));
  return { outcome: 'UNKNOWN', confirmedBy: null, user, errors: paths.map(unknown) };
}

function look({ user }: Operation, { readingBack }: OperationTime, { directories }: PatchContext) {
  const reference = parseGlobalId(user);
  const provider = reference && directories.get(reference.directory)?.provider;
  return provider && readBack(provider, reference.userId, readingBack);
}
