import { randomUUID } from 'node:crypto';
import type { PatchError } from '../domain/errors.ts';
import { globalId } from '../domain/user.ts';
import { staleError } from '../domain/user-version.ts';
import { type Operation as JournaledOperation, JournalUnavailable } from '../journal/journal.ts';
import { withDeadline } from '../upstream/deadline.ts';
import { applySteps, notApplied, type Verdict } from './apply.ts';
import { authorize, type PatchCall, resolveCall, validate } from './check.ts';
import { contactConflicts } from './contact-conflict.ts';
import type { PatchContext } from './context.ts';
import { canonicalInput } from './digests.ts';
import {
  errorOfFailure,
  findByKey,
  keyInProgress,
  keyLookupFailed,
  keyReused,
  replay,
} from './idempotency.ts';
import type { OperationTime } from './operation-time.ts';
import type { Plan } from './plan.ts';
import { begin, record } from './record.ts';
import type { PatchRequest } from './request.ts';
import { findUserId, readTarget, type Target, userNotFound } from './target.ts';

/** The result of one patchUser call. A repeated key gives the id of the operation that it stands for. */
export interface PatchResult extends Verdict {
  readonly operationId: string;
}

/** A call on its way. */
interface Operation extends PatchCall {
  readonly operationId: string;
  readonly time: OperationTime;
}

/**
 * Changes the named fields of one user and reports the outcome. `inputErrors`: what the input's types found wrong; they
 * are reported together with all other errors, and nothing is sent.
 * Resolves in every case; errors that a caller can act on are in the result, never thrown.
 */
export function patchUser(
  request: PatchRequest,
  inputErrors: readonly PatchError[],
  context: PatchContext,
): Promise<PatchResult> {
  return patchTarget(resolveCall(request, inputErrors, context), context);
}

/** The same for a call whose target is resolved. */
export function patchTarget(call: PatchCall, context: PatchContext): Promise<PatchResult> {
  return context.instrumentation.run(() => runOncePerKey(call, context));
}

/** Runs the operation, unless one with the same key runs in this process: then gives the result of that one. */
async function runOncePerKey(call: PatchCall, context: PatchContext): Promise<PatchResult> {
  const { request, inputErrors } = call;
  const operationId = randomUUID();
  const key = request.idempotencyKey;
  const operation: Operation = { ...call, operationId, time: context.startOperation() };
  const startedAt = performance.now();
  const logged = (result: PatchResult) => {
    logResult(result, call, performance.now() - startedAt, context);
    return result;
  };
  const denied = authorize(call, context);
  if (denied.length > 0) return logged({ operationId, ...notApplied([...inputErrors, ...denied]) });
  const run = async () => logged({ operationId, ...(await perform(operation, context)) });
  // The key itself may be what is wrong with the input.
  if (key === undefined || inputErrors.length > 0) return context.inFlight.run(run);
  const name = JSON.stringify([context.caller.id, key]);
  const first = context.inFlight.runOnce(name, () => ({ operationId, request, result: run() }));
  if (first.operationId === operationId) return first.result;
  if (canonicalInput(first.request) !== canonicalInput(request))
    return logged({ operationId, ...keyReused() });
  // The first call may have a later deadline than this one.
  const result = await withDeadline(first.result, operation.time.readingBack.deadline);
  return logged(result === 'deadline' ? { operationId: first.operationId, ...keyInProgress() } : result);
}

/** From the authorized call to the verdict; with an operationId where the verdict is another operation's. */
async function perform(operation: Operation, context: PatchContext): Promise<Verdict & Partial<PatchResult>> {
  const { operationId, inputErrors, time } = operation;
  try {
    const known = inputErrors.length === 0 ? await findByKeyOrLog(operation, context) : undefined;
    if (known === 'unavailable') return keyLookupFailed();
    if (known) return await replay(known, operation, context);
    const validated = await validate(operation, time, context);
    if (!validated.ok) return notApplied(validated.errors);
    const { plan, target } = validated;
    const userId = await findUserId(target, time.writing);
    if (typeof userId !== 'string') return notApplied([userId]);
    const user = globalId({ directory: target.directory.name, userId });
    const ended = await lockAndApply(operation, user, plan, { ...target, userId }, context);
    return 'known' in ended ? await replay(ended.known, operation, context) : ended;
  } catch (failure) {
    return failed(failure, operationId, context);
  } finally {
    time.end();
  }
}

async function findByKeyOrLog({ operationId, request }: Operation, context: PatchContext) {
  try {
    return await findByKey(request, context);
  } catch (failure) {
    if (!(failure instanceof JournalUnavailable)) throw failure;
    context.log.warn({ event: 'journal', operationId, err: failure });
    return 'unavailable';
  }
}

/**
 * Records the intent, applies the plan while it holds the user's lock, and records the result. Gives the operation that
 * the key stands for, where another was first.
 */
async function lockAndApply(
  operation: Operation,
  user: string,
  plan: Plan,
  target: Target & { readonly userId: string },
  context: PatchContext,
): Promise<Verdict | { readonly known: JournaledOperation }> {
  const { operationId, time } = operation;
  let isBegun = false;
  const settle = (verdict: Verdict) => {
    if (verdict.outcome !== 'NOT_APPLIED') context.userChanged(user, verdict.user ?? undefined);
    const recorded = record(operation, user, plan, verdict, context);
    // Awaited below, after the lock is released.
    recorded.catch(() => {});
    return { verdict, recorded };
  };
  const locked = await context.userLock
    .withLock<{ readonly known: JournaledOperation } | ReturnType<typeof settle>>(
      user,
      operationId,
      time.writing,
      async () => {
        const begun = await begin(operation, user, plan, context);
        isBegun = begun.kind === 'begun';
        return begun.kind === 'known' ? { known: begun.operation } : undefined;
      },
      // The lock is released in the turn in which the result is recorded: the journal writes both in one transaction.
      async () => settle(await apply(operation, plan, target, context)),
    )
    .catch((failure: unknown) => {
      const verdict = failed(failure, operationId, context);
      return isBegun ? settle(verdict) : { verdict, recorded: undefined };
    });
  const ended = locked === 'timeout' ? settle(notApplied([lockTimeout()])) : locked;
  if ('known' in ended) return ended;
  await ended.recorded;
  return ended.verdict;
}

/** Applies the plan; the user's lock is held. */
async function apply(
  { operationId, request, time }: Operation,
  plan: Plan,
  target: Target & { readonly userId: string },
  context: PatchContext,
): Promise<Verdict> {
  try {
    const readsFirst = plan.readsFirst || request.ifVersion !== undefined;
    const current = readsFirst ? await readTarget(target, target.userId, time.writing) : undefined;
    if (current && 'code' in current) return notApplied([userNotFound(target)]);
    const stale = current && staleError(current, request.ifVersion);
    if (stale) return { ...notApplied([stale]), user: current };
    const steps = plan.steps(current);
    if ('errors' in steps) return notApplied(steps.errors);
    const { provider } = target.directory;
    const conflicts = await contactConflicts(provider, target.userId, steps, time.writing);
    if (conflicts.length > 0) return notApplied(conflicts);
    const verdict = await applySteps(provider, target.userId, steps, time, (bug) =>
      context.log.error({ event: 'bug', operationId, err: bug }),
    );
    // The provider cannot know the input path of the user; set it here.
    const errors = verdict.errors.map((error) =>
      error.code === 'USER_NOT_FOUND' ? userNotFound(target) : error,
    );
    return { ...verdict, errors };
  } catch (failure) {
    return failed(failure, operationId, context);
  }
}

/** The verdict where something failed before anything was written; logs a journal's failure. Throws what is a bug. */
function failed(failure: unknown, operationId: string, { log }: PatchContext): Verdict {
  const error = errorOfFailure(failure);
  if (failure instanceof JournalUnavailable) log.warn({ event: 'journal', operationId, err: failure });
  return notApplied([error]);
}

/**
 * One line for each operation: paths and codes, and the ids by which a provider's support finds its refusals; no
 * values.
 */
function logResult(
  { operationId, outcome, errors }: PatchResult,
  { request, target }: PatchCall,
  durationMs: number,
  { log, caller, instrumentation }: PatchContext,
): void {
  const requestIds = errors.flatMap((error) =>
    'providerRequestId' in error ? (error.providerRequestId ?? []) : [],
  );
  const directory = 'directory' in target ? target.directory.name : null;
  const traceId = instrumentation.ended({
    operationId,
    directory: directory ?? '',
    outcome,
    errors,
    seconds: durationMs / 1_000,
  });
  log.info({
    event: 'patchUser',
    operationId,
    ...(traceId === undefined ? {} : { traceId }),
    caller: caller.id,
    directory,
    fields: Object.keys(request.patch),
    outcome,
    errors: errors.map(({ code, path }) => `${code} ${path.join('.')}`),
    ...(requestIds.length > 0 ? { providerRequestIds: [...new Set(requestIds)] } : {}),
    durationMs: Math.round(durationMs),
  });
}

function lockTimeout(): PatchError {
  const message = 'The time of this call was over before the patch could start: nothing was sent.';
  return { code: 'DEADLINE_EXCEEDED', message, path: [] };
}
