import { refusals } from '../auth/policy.ts';
import { invalidInput, type PatchError, ReadFailure } from '../domain/errors.ts';
import type { UserPatch } from '../domain/user.ts';
import type { OperationTime, PatchContext } from './context.ts';
import { type Plan, plan } from './plan.ts';
import { findTarget, type Target, type UserBy } from './target.ts';

/** What a caller asks of patchUser. */
export interface PatchRequest {
  readonly user: UserBy;
  readonly patch: UserPatch;
  /** The version that the user must be at; absent: any. */
  readonly ifVersion?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** A patch that may be sent, or everything that is wrong with the request. */
export type Checked =
  | { readonly sendable: true; readonly plan: Plan; readonly target: Target }
  | { readonly sendable: false; readonly errors: readonly PatchError[] };

const targetPaths = { id: ['user', 'id'], login: ['user', 'login'] };

/**
 * What of the request the caller may not do. Comes before everything else, so that it tells nothing of the user,
 * the provider or an earlier call. A target that cannot be right is left for `checkPatch` to say so. `refuse`: by
 * which rules, where it is not to be patched.
 */
export function authorize(
  { user, patch }: PatchRequest,
  context: PatchContext,
  refuse: typeof refusals = refusals,
): readonly PatchError<'FORBIDDEN'>[] {
  const target = findTarget(user, context, targetPaths);
  if ('directory' in target) {
    return refuse(context.caller, { ...target, directory: target.directory.name }, patch, target.path);
  }
  return target.code === 'FORBIDDEN' ? [target] : [];
}

/** Who is meant, where the caller may patch them so; undefined for a request that is refused before anybody is asked. */
export function authorizedTarget(request: PatchRequest, context: PatchContext): Target | undefined {
  const target = findTarget(request.user, context, targetPaths);
  return 'directory' in target && authorize(request, context).length === 0 ? target : undefined;
}

/**
 * Checks a request against all that is known without its user: the directory, what it can do, its custom fields.
 * `found` is what the input's own schema found wrong; everything is reported together. Sends nothing but the
 * question for the custom fields, where they are not known yet.
 */
export async function validatePatch(
  request: PatchRequest,
  found: readonly PatchError[],
  { writing }: OperationTime,
  context: PatchContext,
): Promise<Checked> {
  const { journal, limits } = context;
  const errors = [...found];
  if (request.idempotencyKey !== undefined && !journal) {
    const message = 'No journal is configured here, so no key can be remembered: leave it out.';
    errors.push(invalidInput(message, ['idempotencyKey']));
  }
  const target = findTarget(request.user, context, targetPaths);
  if (!('directory' in target)) return { sendable: false, errors: together(errors, [target]) };
  const { name, provider } = target.directory;
  const names = request.patch.customFields?.map(({ field }) => field) ?? [];
  try {
    const definitions = names.length > 0 ? await provider.customFieldDefinitions(writing, names) : null;
    const rules = { directory: name, capabilities: provider.capabilities, definitions, ...limits };
    const made = plan(request.patch, rules);
    const all = together(errors, made.errors);
    return all.length > 0 ? { sendable: false, errors: all } : { sendable: true, plan: made, target };
  } catch (failure) {
    if (!(failure instanceof ReadFailure)) throw failure;
    return { sendable: false, errors: together(errors, [failure.error]) };
  }
}

/** Both lists, without what the second says of a place that the first has called wrong already. */
function together(found: readonly PatchError[], more: readonly PatchError[]): readonly PatchError[] {
  const repeats = (error: PatchError) =>
    error.code === 'INVALID_INPUT' &&
    found.some(({ path }) => path.length > 0 && path.every((part, index) => error.path[index] === part));
  return [...found, ...more.filter((error) => !repeats(error))];
}
