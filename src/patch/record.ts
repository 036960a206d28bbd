import type { Verdict } from './apply.ts';
import type { PatchContext } from './context.ts';
import type { Plan } from './plan.ts';
import type { PatchRequest } from './request.ts';

/** What the journal records of a call. */
interface Recorded {
  readonly operationId: string;
  readonly request: PatchRequest;
}

/** Records the intent, before anything is sent. Gives the operation that the key stands for, if another was first. */
export async function begin(operation: Recorded, user: string, plan: Plan, context: PatchContext) {
  const { journal, digests, limits } = context;
  if (!journal.remembers) return { kind: 'begun' } as const;
  const { operationId, request } = operation;
  const steps = digests().areDurable && !plan.readsFirst ? plan.steps() : [];
  const changes = 'errors' in steps ? [] : steps.flatMap((step) => step.changes);
  return journal.begin({
    ...intentOf(operation, user, plan, context),
    inputDigest: digests().ofInput(request),
    changes: changes.map((change) => digests().ofChange(operationId, change)),
    // A write may still be on its way to the provider when the time of its operation is over.
    ttlMs: 2 * limits.deadlineMs,
  });
}

function intentOf({ operationId, request }: Recorded, user: string, plan: Plan, { caller }: PatchContext) {
  const fields = plan.paths.map((path) => path.join('.'));
  return { operationId, caller: caller.id, key: request.idempotencyKey ?? null, user, fields };
}

/** Records the result. Where that fails the verdict is answered anyway: it is the truth. */
export async function record(
  operation: Recorded,
  user: string,
  plan: Plan,
  { outcome, confirmedBy, errors, adjusted, open: changes = [] }: Verdict,
  context: PatchContext,
): Promise<void> {
  const { journal, digests, reconciler, log } = context;
  if (!journal.remembers) return;
  const { operationId } = operation;
  const result = { outcome, confirmedBy, errors, adjusted };
  const open = changes.map((change) => digests().ofChange(operationId, change));
  const isFinal = open.length === 0;
  try {
    await journal.finish(operationId, result, isFinal ? undefined : digests().areDurable ? open : []);
  } catch (err) {
    log.error({ event: 'journal', operationId, problem: 'The result could not be put on record.', err });
  }
  if (isFinal) return;
  const now = new Date();
  const times = { startedAt: now, finishedAt: now, mayBeRunning: false };
  reconciler.watch({ ...intentOf(operation, user, plan, context), ...times, inputDigest: '', result, open });
}
