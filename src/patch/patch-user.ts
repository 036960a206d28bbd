import { randomUUID } from 'node:crypto';
import type { PatchError } from '../domain/errors.ts';
import { globalId, parseGlobalId } from '../domain/user.ts';
import { staleError } from '../domain/user-version.ts';
import { type Journal, JournalUnavailable } from '../journal/journal.ts';
import { withDeadline } from '../upstream/deadline.ts';
import { applySteps, notApplied, type Verdict } from './apply.ts';
import { authorize, type PatchRequest, validatePatch } from './check.ts';
import type { OperationTime, PatchContext } from './context.ts';
import { errorOfFailure } from './error-of-failure.ts';
import {
  findByKey,
  inputDigest,
  keyInProgress,
  keyLookupFailed,
  keyReused,
  record,
  replay,
} from './idempotency.ts';
import type { Plan } from './plan.ts';
import { findUserId, readTarget, type Target, userNotFound } from './target.ts';

/** What one patchUser call came to. A repeated key gives the id of the operation that it stands for. */
export interface PatchResult extends Verdict {
  readonly operationId: string;
}

/** One call, on its way. */
interface Operation {
  readonly operationId: string;
  readonly request: PatchRequest;
  readonly digest: string;
  readonly time: OperationTime;
}

/**
 * Changes the named fields of one user, and says what became of it. `found` is what the input's own schema
 * found wrong: it is reported together with everything else, and then nothing is sent.
 * Answers in every case; what a caller can act on is in `errors`, never thrown.
 */
export function patchUser(
  request: PatchRequest,
  found: readonly PatchError[],
  context: PatchContext,
): Promise<PatchResult> {
  return context.instrumentation.run(() => decide(request, found, context));
}

async function decide(
  request: PatchRequest,
  found: readonly PatchError[],
  context: PatchContext,
): Promise<PatchResult> {
  const operationId = randomUUID();
  // What is never put on record is never compared either.
  const digest = context.journal || request.idempotencyKey !== undefined ? inputDigest(request) : '';
  const operation: Operation = { operationId, request, digest, time: context.startOperation() };
  const startedAt = performance.now();
  const told = (result: PatchResult) => {
    logResult(result, request, performance.now() - startedAt, context);
    return result;
  };
  const refused = authorize(request, context);
  if (refused.length > 0) return told({ operationId, ...notApplied([...found, ...refused]) });
  const run = async () => told({ operationId, ...(await perform(operation, found, context)) });
  const key = request.idempotencyKey;
  // What is wrong with an input may be its key, which then stands for nothing.
  if (key === undefined || found.length > 0) return context.inFlight.run(run);
  const name = JSON.stringify([context.caller.id, key]);
  const first = context.inFlight.runOnce(name, () => ({ operationId, digest, result: run() }));
  if (first.operationId === operationId) return first.result;
  if (first.digest !== digest) return told({ operationId, ...keyReused() });
  // The first may have more time than this one.
  const result = await withDeadline(first.result, operation.time.readingBack.deadline);
  return told(result === 'deadline' ? { operationId: first.operationId, ...keyInProgress() } : result);
}

/** The way of one operation, from the input to the verdict; with the operation's id where it is another's. */
async function perform(
  operation: Operation,
  found: readonly PatchError[],
  context: PatchContext,
): Promise<Verdict & Partial<PatchResult>> {
  const { operationId, request, time } = operation;
  const { journal } = context;
  const logUnavailable = (failure: unknown) => {
    if (!(failure instanceof JournalUnavailable)) throw failure;
    context.log.warn({ event: 'journal', operationId, err: failure });
    return 'unavailable' as const;
  };
  try {
    const isRemembered = journal && found.length === 0;
    const known = isRemembered ? await findByKey(request, context).catch(logUnavailable) : undefined;
    if (known === 'unavailable') return keyLookupFailed();
    if (known) return await replay(known, request, operation.digest, time, context);
    const checked = await validatePatch(request, found, time, context);
    if (!checked.sendable) return notApplied(checked.errors);
    const { plan, target } = checked;
    const userId = await findUserId(target, time.writing);
    if (typeof userId !== 'string') return notApplied([userId]);
    const user = globalId({ directory: target.directory.name, userId });
    const earlier = journal && (await begin(operation, user, plan, journal, context));
    if (earlier) return earlier;
    const verdict = await takeTurn(operation, plan, target, userId, context);
    if (verdict.outcome !== 'NOT_APPLIED') context.userChanged(user, verdict.user ?? undefined);
    if (journal) await record(operationId, verdict, journal, context);
    return verdict;
  } catch (failure) {
    if (failure instanceof JournalUnavailable) logUnavailable(failure);
    return notApplied([errorOfFailure(failure)]);
  } finally {
    time.end();
  }
}

/** Puts the intent on record, before anything is sent. Gives what the key stands for, if another was quicker. */
async function begin(
  { operationId, request, digest, time }: Operation,
  user: string,
  plan: Plan,
  journal: Journal,
  context: PatchContext,
): Promise<Awaited<ReturnType<typeof replay>> | undefined> {
  const begun = await journal.begin({
    operationId,
    caller: context.caller.id,
    key: request.idempotencyKey ?? null,
    inputDigest: digest,
    user,
    fields: plan.paths.map((path) => path.join('.')),
    // What it wrote may still be on its way to the provider when its time here is over.
    ttlMs: 2 * context.limits.deadlineMs,
  });
  return begun.kind === 'known' ? replay(begun.operation, request, digest, time, context) : undefined;
}

/** Applies the plan when it is this patch's turn. */
async function takeTurn(
  { operationId, request, time }: Operation,
  plan: Plan,
  target: Target,
  userId: string,
  context: PatchContext,
): Promise<Verdict> {
  const user = globalId({ directory: target.directory.name, userId });
  try {
    const verdict = await context.userLock.withLock(user, operationId, time.writing, async () => {
      const readsFirst = plan.readsFirst || request.ifVersion !== undefined;
      const current = readsFirst ? await readTarget(target, userId, time.writing) : undefined;
      if (current && 'code' in current) return notApplied([current]);
      const stale = current && staleError(current, request.ifVersion);
      if (stale) return { ...notApplied([stale]), user: current };
      const steps = plan.steps(current);
      if ('errors' in steps) return notApplied(steps.errors);
      return applySteps(target.directory.provider, userId, steps, time, (bug) =>
        context.log.error({ event: 'bug', operationId, err: bug }),
      );
    });
    if (verdict === 'timeout') return notApplied([waitedTooLong()]);
    // Where the input says who is meant is known here and not to the provider.
    const errors = verdict.errors.map((error) =>
      error.code === 'USER_NOT_FOUND' ? userNotFound(target) : error,
    );
    return { ...verdict, errors };
  } catch (failure) {
    if (failure instanceof JournalUnavailable)
      context.log.warn({ event: 'journal', operationId, err: failure });
    return notApplied([errorOfFailure(failure)]);
  }
}

/** One line an operation: paths and codes, and the ids by which a provider's support finds its refusals; no values. */
function logResult(
  { operationId, outcome, errors }: PatchResult,
  { user, patch }: PatchRequest,
  durationMs: number,
  { log, caller, directories, instrumentation }: PatchContext,
): void {
  const requestIds = errors.flatMap((error) =>
    'providerRequestId' in error ? (error.providerRequestId ?? []) : [],
  );
  const named = user.login?.directory ?? parseGlobalId(user.id ?? '')?.directory ?? '';
  const directory = directories.has(named) ? named : null;
  const told = { operationId, directory: directory ?? '', outcome, errors, seconds: durationMs / 1_000 };
  const traceId = instrumentation.ended(told);
  log.info({
    event: 'patchUser',
    operationId,
    ...(traceId === undefined ? {} : { traceId }),
    caller: caller.id,
    directory,
    fields: Object.keys(patch),
    outcome,
    errors: errors.map(({ code, path }) => `${code} ${path.join('.')}`),
    ...(requestIds.length > 0 ? { providerRequestIds: [...new Set(requestIds)] } : {}),
    durationMs: Math.round(durationMs),
  });
}

function waitedTooLong(): PatchError {
  const message = 'The time of this call was over before it was this patch’s turn: nothing of it was sent.';
  return { code: 'DEADLINE_EXCEEDED', message, path: [] };
}
