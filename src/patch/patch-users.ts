import type { Directory } from '../directories.ts';
import type { PatchError } from '../domain/errors.ts';
import { withDeadline } from '../upstream/deadline.ts';
import { createGathering, type Gathering } from './batch.ts';
import { authorize, type PatchRequest, resolveCall } from './check.ts';
import { type OperationTime, type PatchContext, withReservation } from './context.ts';
import { type PatchResult, patchTarget } from './patch-user.ts';
import type { Target } from './target.ts';

/** One of the patches of a call, with what the input's own schema found wrong with it. */
export interface OneOfMany {
  readonly request: PatchRequest;
  readonly found: readonly PatchError[];
}

/** The patches of a call that are of one directory. */
interface Lane {
  readonly gathering: Gathering;
  /** What each gets in place of the call's own context. */
  contextOf(index: number): PatchContext;
  /** The users who are meant, each in the place of its patch; undefined where nobody is, or it cannot be told. */
  readonly users: Promise<readonly (string | undefined)[]>;
  /** Says that all of them are over. */
  end(): void;
}

/**
 * Applies each patch as patchUser does, and gives what became of each, in the order given. Patches of different
 * users go side by side; of one user, and of one idempotency key, one after the other in that order. All have the
 * time of one call: it is the call that must end. What goes to a provider that has a request for many goes together.
 * One rejects only by our own bug, and leaves the others as they are.
 */
export function patchUsers(
  patches: readonly OneOfMany[],
  context: PatchContext,
): readonly Promise<PatchResult>[] {
  const time = context.startOperation();
  const calls = patches.map(({ request, found }) => resolveCall(request, found, context));
  const targets = calls.map((call) =>
    call.inputErrors.length === 0 && 'directory' in call.target && authorize(call, context).length === 0
      ? call.target
      : undefined,
  );
  const lanes = new Map<string | undefined, Lane>();
  for (const directory of new Set(targets.flatMap((target) => target?.directory ?? [])))
    lanes.set(directory.name, openLane(directory, targets, time, context));

  const results: Promise<PatchResult>[] = [];
  for (const [index, call] of calls.entries()) {
    const target = targets[index];
    const lane = lanes.get(target?.directory.name);
    const earlier = results.slice();
    const apply = async () => {
      const users = await lane?.users;
      const sameUser = (other: number) => users?.[index] !== undefined && users[other] === users[index];
      const key = call.inputErrors.length === 0 ? call.request.idempotencyKey : undefined;
      const sameKey = (other: number) => key !== undefined && patches[other]?.request.idempotencyKey === key;
      const before = Promise.allSettled(earlier.filter((_, other) => sameUser(other) || sameKey(other)));
      // When the time for writing is over nothing of this one can be, so that it needs no order any more: a journal
      // that hangs holds all of them up together, and not each after the other.
      await withDeadline(before, time.writing.deadline);
      // Nothing is sent for it.
      if (!lane || !target) return patchTarget(call, { ...context, startOperation: () => time });
      const together = { ...call, target: { ...target, directory: lane.gathering.directory } };
      return lane.gathering.run(() => patchTarget(together, lane.contextOf(index)));
    };
    results.push(apply());
  }
  // Between two patches of a user none is under way, and yet the call is.
  void context.inFlight.run(() => Promise.allSettled(results));
  for (const [name, lane] of lanes) {
    const own = results.filter((_, index) => targets[index]?.directory.name === name);
    void Promise.allSettled(own).then(() => lane.end());
  }
  return results;
}

/** Reserves quota for the read-back: one reservation per write or, where writes go together, per request of a batch. */
function openLane(
  { name, provider }: Directory,
  targets: readonly (Target | undefined)[],
  time: OperationTime,
  context: PatchContext,
): Lane {
  const shared = withReservation(time);
  const gathering = createGathering({ name, provider }, context.userLock, shared);
  const { directory, userLock } = gathering;
  const times = targets.map(() => (provider.writeMany ? { ...shared, end() {} } : withReservation(time)));
  const timeOf = (index: number) => times[index] ?? time;
  const own = targets.map((target) => (target?.directory.name === directory.name ? target : undefined));
  // Of one alone there is no order to hold.
  const isAlone = own.filter((target) => target !== undefined).length === 1;
  const userOf = async (target: Target | undefined, index: number): Promise<string | undefined> => {
    if (!target || isAlone) return undefined;
    if ('userId' in target) return target.userId;
    // The patch asks the same itself, and says what is wrong.
    const found = directory.provider.findUser(target.login, timeOf(index).writing);
    const user = await found.catch(() => undefined);
    return user?.userId;
  };
  const directories = new Map([...context.directories, [directory.name, directory]]);
  return {
    gathering,
    contextOf: (index) => ({ ...context, userLock, directories, startOperation: () => timeOf(index) }),
    users: Promise.all(own.map(userOf)),
    end() {
      gathering.end();
      for (const one of times) one.end();
    },
  };
}
