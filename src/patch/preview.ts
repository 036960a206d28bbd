import { planRefusals } from '../auth/policy.ts';
import { type InputPath, maxErrors, type PatchError } from '../domain/errors.ts';
import type { CustomFieldValue, UserWithCustomFields } from '../domain/user.ts';
import { staleError } from '../domain/user-version.ts';
import type { Change, DescribedRequest } from '../providers/provider.ts';
import { authorize, resolveCall, validate } from './check.ts';
import { howShown } from './confirm.ts';
import { contactConflicts } from './contact-conflict.ts';
import type { PatchContext } from './context.ts';
import { errorOfFailure, findByKey, otherInput } from './idempotency.ts';
import type { PatchRequest } from './request.ts';
import { findUserId, readTarget } from './target.ts';

/**
 * What patchUser would do. No requests where it would send nothing: with errors, or where the key was used for the same
 * input, which would get the first answer again.
 */
export interface PatchPlan {
  readonly errors: readonly PatchError[];
  readonly requests: readonly DescribedRequest[];
  readonly changes: readonly PlannedChange[];
}

/** One field as text, now and afterwards; null where there is no value. */
export interface PlannedChange {
  readonly path: InputPath;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * What patchUser would do with this request, or every reason why it would not: by the same checks, plan and encoding.
 * Reads the user; writes nothing, neither at the provider nor in the journal.
 */
export async function planPatchUser(
  request: PatchRequest,
  inputErrors: readonly PatchError[],
  context: PatchContext,
): Promise<PatchPlan> {
  const refused = (errors: readonly PatchError[]): PatchPlan => ({
    errors: errors.slice(0, maxErrors),
    requests: [],
    changes: [],
  });
  const time = context.startOperation('onlyReads');
  const call = resolveCall(request, inputErrors, context);
  const denied = authorize(call, context, planRefusals);
  if (denied.length > 0) return refused([...inputErrors, ...denied]);
  try {
    const known = inputErrors.length === 0 ? await findByKey(request, context) : undefined;
    // patchUser would refuse the call or repeat the first answer: either way it would send nothing.
    if (known) return refused(otherInput(known, request, context)?.errors ?? []);
    const validated = await validate(call, time, context);
    if (!validated.ok) return refused(validated.errors);
    const { plan, target } = validated;
    const userId = await findUserId(target, time.writing);
    if (typeof userId !== 'string') return refused([userId]);
    const current = await readTarget(target, userId, time.writing);
    if ('code' in current) return refused([current]);
    const stale = staleError(current, request.ifVersion);
    if (stale) return refused([stale]);
    const steps = plan.steps(current);
    if ('errors' in steps) return refused(steps.errors);
    const conflicts = await contactConflicts(target.directory.provider, userId, steps, time.writing);
    if (conflicts.length > 0) return refused(conflicts);
    return {
      errors: [],
      requests: steps.map((step) => target.directory.provider.describe(userId, step)),
      changes: steps
        .flatMap(({ changes }) => changes)
        .filter((change) => howShown(change, current) !== 'exactly')
        .map((change) => plannedChange(change, current)),
    };
  } catch (failure) {
    return refused([errorOfFailure(failure)]);
  }
}

function plannedChange(change: Change, user: UserWithCustomFields): PlannedChange {
  const { path } = change;
  switch (change.field) {
    case 'customFields': {
      const before = user.customFields.find(({ field }) => field === change.name)?.value;
      return {
        path,
        before: displayValue(before),
        after: change.operation === 'REMOVE' ? null : displayValue(change.value),
      };
    }
    case 'tenants': {
      const shown = (tenants: typeof change.value) =>
        display(tenants.map(({ tenantId, roleNames }) => ({ tenantId, roleNames })));
      return { path, before: shown(user.tenants), after: shown(change.value) };
    }
    default:
      return { path, before: display(user[change.field]), after: display(change.value) };
  }
}

function displayValue(value: CustomFieldValue | undefined): string | null {
  return value === undefined
    ? null
    : display(value.kind === 'date' ? value.value.toISOString() : value.value);
}

/** Text as it is; anything else as JSON. */
function display(value: unknown): string | null {
  if (value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
