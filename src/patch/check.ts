import { refusals } from '../auth/policy.ts';
import { invalidInput, type PatchError, ReadFailure } from '../domain/errors.ts';
import type { PatchContext } from './context.ts';
import type { OperationTime } from './operation-time.ts';
import { type Plan, plan } from './plan.ts';
import type { PatchRequest } from './request.ts';
import { findTarget, type Target } from './target.ts';

/** A request with its target, which is resolved once. */
export interface PatchCall {
  readonly request: PatchRequest;
  /** Who is to be patched, or why that reference is wrong. */
  readonly target: Target | PatchError;
  /** What the input's types found wrong. Where there is any, the rest is checked and nothing is sent. */
  readonly inputErrors: readonly PatchError[];
}

/** A patch that may be sent, or everything that is wrong with the call. */
export type Validated =
  | { readonly ok: true; readonly plan: Plan; readonly target: Target }
  | { readonly ok: false; readonly errors: readonly PatchError[] };

/** Resolves the target of a request. Sends nothing. */
export function resolveCall(
  request: PatchRequest,
  inputErrors: readonly PatchError[],
  context: PatchContext,
): PatchCall {
  const target = findTarget(request.user, context, { id: ['user', 'id'], login: ['user', 'login'] });
  return { request, target, inputErrors };
}

/**
 * What the caller may not do. It comes before all other checks, so that a caller without rights learns nothing of the
 * user, the provider or an earlier call. A target that is wrong for everybody is left to `validate`. `rules`: the
 * policy, where it is not that of patching.
 */
export function authorize(
  { request, target }: PatchCall,
  { caller }: PatchContext,
  rules: typeof refusals = refusals,
): readonly PatchError[] {
  if ('directory' in target) {
    return rules(caller, { ...target, directory: target.directory.name }, request.patch, target.path);
  }
  return target.code === 'FORBIDDEN' ? [target] : [];
}

/**
 * Checks a call against all that is known without reading its user: the directory, its capabilities, its custom fields.
 * All errors are reported together with those of the input. The only request that it may send is the one for the
 * definitions of custom fields, where they are not cached.
 */
export async function validate(
  { request, target, inputErrors }: PatchCall,
  { writing }: OperationTime,
  { journal, limits }: PatchContext,
): Promise<Validated> {
  const errors = [...inputErrors];
  if (request.idempotencyKey !== undefined && !journal.remembers) {
    const message = 'No journal is configured, so keys cannot be remembered: leave it out.';
    errors.push(invalidInput(message, ['idempotencyKey']));
  }
  if (!('directory' in target)) return { ok: false, errors: withoutRepeats(errors, [target]) };
  const { name, provider } = target.directory;
  const names = request.patch.customFields?.map(({ field }) => field) ?? [];
  try {
    const definitions = names.length > 0 ? await provider.customFieldDefinitions(writing, names) : null;
    const made = plan(request.patch, {
      directory: name,
      capabilities: provider.capabilities,
      definitions,
      ...limits,
    });
    const all = withoutRepeats(errors, made.errors);
    return all.length > 0 ? { ok: false, errors: all } : { ok: true, plan: made, target };
  } catch (failure) {
    if (!(failure instanceof ReadFailure)) throw failure;
    return { ok: false, errors: withoutRepeats(errors, [failure.error]) };
  }
}

/** Both lists, without the invalid inputs of the second that lie at or below a path of the first. */
function withoutRepeats(first: readonly PatchError[], second: readonly PatchError[]): readonly PatchError[] {
  const repeats = (error: PatchError) =>
    error.code === 'INVALID_INPUT' &&
    first.some(({ path }) => path.length > 0 && path.every((part, index) => error.path[index] === part));
  return [...first, ...second.filter((error) => !repeats(error))];
}
