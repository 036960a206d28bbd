import { randomUUID } from 'node:crypto';
import type { Context, OperationTime } from './context.ts';
import { type PatchError, ProviderUnavailableError, ReadFailure, UserNotFoundError } from './outcome.ts';
import { type Plan, plan } from './plan.ts';
import { findTarget, findUserId, type Target, type UserBy, userNotFound } from './target.ts';
import { globalId, type UserPatch, type WholeUser } from './user.ts';
import { notApplied, type Verdict, writeSteps } from './write-steps.ts';

const targetPaths = { id: ['user', 'id'], login: ['user', 'login'] };

/** What one patchUser call came to. */
export interface PatchResult extends Verdict {
  readonly operationId: string;
}

/**
 * Changes the named fields of one user, and says what became of it. `found` is what the input's own schema
 * found wrong: it is reported together with everything else, and then nothing is sent.
 * Answers in every case; what a caller can act on is in `errors`, never thrown.
 */
export async function patchUser(
  request: { readonly user: UserBy; readonly patch: UserPatch },
  found: readonly PatchError[],
  context: Context,
): Promise<PatchResult> {
  const operationId = randomUUID();
  const startedAt = performance.now();
  const time = context.startOperation();
  const target = findTarget(request.user, context.directories, targetPaths);
  const checked = await checkPatch(request.patch, found, target, time, context);
  const verdict = checked.sendable
    ? await applyPlan(checked.plan, checked.target, time, context)
    : notApplied(checked.errors);
  context.log.info({
    event: 'patchUser',
    operationId,
    directory: 'directory' in target ? target.directory.name : null,
    paths: checked.sendable ? checked.plan.paths.map((path) => path.join('.')) : [],
    outcome: verdict.outcome,
    errors: verdict.errors.map(({ code, path }) => `${code} ${path.join('.')}`),
    durationMs: Math.round(performance.now() - startedAt),
  });
  return { operationId, ...verdict };
}

type Checked =
  | { readonly sendable: true; readonly plan: Plan; readonly target: Target }
  | { readonly sendable: false; readonly errors: readonly PatchError[] };

/** A plan that may be sent, or everything that is wrong with the input, whoever found it. */
async function checkPatch(
  patch: UserPatch,
  found: readonly PatchError[],
  target: ReturnType<typeof findTarget>,
  { writing }: OperationTime,
  { limits }: Context,
): Promise<Checked> {
  if (!('directory' in target)) return { sendable: false, errors: together(found, [target]) };
  const { name, provider } = target.directory;
  const names = patch.customFields?.map(({ field }) => field) ?? [];
  try {
    const definitions = names.length > 0 ? await provider.customFieldDefinitions(writing, names) : null;
    const made = plan(patch, {
      directory: name,
      capabilities: provider.capabilities,
      definitions,
      ...limits,
    });
    const errors = together(found, made.errors);
    return errors.length > 0 ? { sendable: false, errors } : { sendable: true, plan: made, target };
  } catch (failure) {
    return { sendable: false, errors: together(found, [errorOf(failure)]) };
  }
}

/** Sends what a plan comes to, one patch of a user at a time. */
async function applyPlan(
  plan: Plan,
  target: Target,
  time: OperationTime,
  context: Context,
): Promise<Verdict> {
  try {
    const userId = await findUserId(target, time.writing);
    if (userId instanceof UserNotFoundError) return notApplied([userId]);
    const id = globalId({ directory: target.directory.name, userId });
    const verdict = await context.patchesOfOneUser.run(id, time.writing.signal, () =>
      applyInTurn(plan, target, userId, time),
    );
    if (verdict === 'waited-too-long') return notApplied([waitedTooLong()]);
    context.loaders.replace(id, verdict.user ?? undefined);
    return verdict;
  } catch (failure) {
    return notApplied([errorOf(failure)]);
  }
}

async function applyInTurn(
  plan: Plan,
  target: Target,
  userId: string,
  time: OperationTime,
): Promise<Verdict> {
  const { provider } = target.directory;
  let current: WholeUser | undefined;
  if (plan.readsFirst) {
    const [user] = await provider.readUsers([userId], { customFields: true }, time.writing);
    if (user instanceof ReadFailure) throw user;
    if (!user) return notApplied([userNotFound(target)]);
    current = user as WholeUser;
  }
  const verdict = await writeSteps(provider, userId, plan.steps(current), time);
  const errors = verdict.errors.map((error) =>
    error instanceof UserNotFoundError ? userNotFound(target) : error,
  );
  return { ...verdict, errors };
}

/** Both lists, without what the second says of a place that the first has called wrong already. */
function together(found: readonly PatchError[], more: readonly PatchError[]): readonly PatchError[] {
  const repeats = (error: PatchError) =>
    found.some(({ path }) => path.length > 0 && path.every((part, index) => error.path[index] === part));
  return [...found, ...more.filter((error) => !repeats(error))];
}

function waitedTooLong(): PatchError {
  const says =
    'Other patches of this user took all the time that this call had: nothing of this one was sent.';
  return new ProviderUnavailableError(says, [], 'DEADLINE_EXCEEDED');
}

/** The error of a failed read. Anything else that was thrown is our own bug, and goes on. */
function errorOf(failure: unknown): PatchError {
  if (failure instanceof ReadFailure) return failure.error;
  throw failure;
}
