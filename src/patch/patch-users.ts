import type { Directory } from '../directories.ts';
import type { PatchError } from '../domain/errors.ts';
import { withDeadline } from '../upstream/deadline.ts';
import { type Batcher, createBatcher } from './batch.ts';
import { authorize, resolveCall } from './check.ts';
import type { PatchContext } from './context.ts';
import { type OperationTime, withReservation } from './operation-time.ts';
import { type PatchResult, patchTarget } from './patch-user.ts';
import type { PatchRequest } from './request.ts';
import type { Target } from './target.ts';

/** One of the patches of a call. */
export interface OneOfMany {
  readonly request: PatchRequest;
  /** What the input's types found wrong with it. */
  readonly inputErrors: readonly PatchError[];
}

/** The patches of a call in one directory. */
interface DirectoryBatch {
  readonly batcher: Batcher;
  /** The context for the patch with this index. */
  contextOf(index: number): PatchContext;
  /** The user ids by the index of the patch; undefined where there is no user, or the lookup failed. */
  readonly userIds: Promise<readonly (string | undefined)[]>;
  /** All of the patches are over. */
  end(): void;
}

/**
 * Applies each patch as patchUser does; the results are in the order given. Patches of different users run in parallel,
 * those of one user or one idempotency key one after the other in that order. All share the deadline of the call. Where
 * the provider can write many users in one request, they share requests. A result rejects only because of a bug, and
 * leaves the others as they are.
 */
export function patchUsers(
  patches: readonly OneOfMany[],
  context: PatchContext,
): readonly Promise<PatchResult>[] {
  const time = context.startOperation();
  const calls = patches.map(({ request, inputErrors }) => resolveCall(request, inputErrors, context));
  const targets = calls.map((call) =>
    call.inputErrors.length === 0 && 'directory' in call.target && authorize(call, context).length === 0
      ? call.target
      : undefined,
  );
  const batches = new Map<string | undefined, DirectoryBatch>();
  for (const directory of new Set(targets.flatMap((target) => target?.directory ?? [])))
    batches.set(directory.name, openBatch(directory, targets, time, context));

  const results: Promise<PatchResult>[] = [];
  for (const [index, call] of calls.entries()) {
    const target = targets[index];
    const batch = batches.get(target?.directory.name);
    const earlier = results.slice();
    const apply = async () => {
      const userIds = await batch?.userIds;
      const sameUser = (other: number) => userIds?.[index] !== undefined && userIds[other] === userIds[index];
      const key = call.inputErrors.length === 0 ? call.request.idempotencyKey : undefined;
      const sameKey = (other: number) => key !== undefined && patches[other]?.request.idempotencyKey === key;
      const before = Promise.allSettled(earlier.filter((_, other) => sameUser(other) || sameKey(other)));
      // After the deadline for writing nothing is sent, so the order does not matter: a journal that hangs delays all
      // of them together, and not one after the other.
      await withDeadline(before, time.writing.deadline);
      // Refused: it sends nothing.
      if (!batch || !target) return patchTarget(call, { ...context, startOperation: () => time });
      const batched = { ...call, target: { ...target, directory: batch.batcher.directory } };
      return batch.batcher.run(() => patchTarget(batched, batch.contextOf(index)));
    };
    results.push(apply());
  }
  // Between two patches of one user none is running, but the call is.
  void context.inFlight.run(() => Promise.allSettled(results));
  for (const [name, batch] of batches) {
    const own = results.filter((_, index) => targets[index]?.directory.name === name);
    void Promise.allSettled(own).then(() => batch.end());
  }
  return results;
}

/** Reserves quota for the read-back: one reservation per write or, where writes share requests, per request. */
function openBatch(
  { name, provider }: Directory,
  targets: readonly (Target | undefined)[],
  time: OperationTime,
  context: PatchContext,
): DirectoryBatch {
  const shared = withReservation(time);
  const batcher = createBatcher({ name, provider }, context.userLock, shared);
  const { directory, userLock } = batcher;
  const times = targets.map(() => (provider.writeMany ? { ...shared, end() {} } : withReservation(time)));
  const timeOf = (index: number) => ({ ...(times[index] ?? time), pause: batcher.pause });
  const own = targets.map((target) => (target?.directory.name === name ? target : undefined));
  // A single patch needs no order.
  const isSingle = own.filter((target) => target !== undefined).length === 1;
  const userIdOf = async (target: Target | undefined, index: number): Promise<string | undefined> => {
    if (!target || isSingle) return undefined;
    if ('userId' in target) return target.userId;
    // The patch looks up the login itself, and reports a failure.
    const lookup = directory.provider.findUser(target.login, timeOf(index).writing);
    const user = await lookup.catch(() => undefined);
    return user?.userId;
  };
  const directories = new Map([...context.directories, [name, directory]]);
  return {
    batcher,
    contextOf: (index) => ({ ...context, userLock, directories, startOperation: () => timeOf(index) }),
    userIds: Promise.all(own.map(userIdOf)),
    end() {
      batcher.end();
      for (const one of times) one.end();
    },
  };
}
