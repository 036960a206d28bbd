import { type PatchRequest, permittedTarget } from './check-patch.ts';
import type { Context } from './context.ts';
import { createGathering, type Gathering } from './gathering.ts';
import type { PatchError } from './outcome.ts';
import { type PatchResult, patchUser } from './patch-user.ts';
import type { Target } from './target.ts';

/** One of the patches of a call, with what the input's own schema found wrong with it. */
export interface OneOfMany {
  readonly request: PatchRequest;
  readonly found: readonly PatchError[];
}

/** The patches of a call that are of one directory. */
interface Lane {
  readonly gathering: Gathering;
  /** What they get in place of the call's own context. */
  readonly context: Context;
  /** The users who are meant, each in the place of its patch; undefined where nobody is, or it cannot be told. */
  readonly users: Promise<readonly (string | undefined)[]>;
}

/**
 * Applies each patch as patchUser does, and gives what became of each, in the order given. Patches of different
 * users go side by side; of one user, and of one idempotency key, one after the other in that order. All have the
 * time of one call: it is the call that must end. What goes to a provider that has a request for many goes together.
 * One rejects only by our own bug, and leaves the others as they are.
 */
export function patchUsers(patches: readonly OneOfMany[], context: Context): readonly Promise<PatchResult>[] {
  const time = context.startOperation();
  const inTime = { ...context, startOperation: () => time };
  const targets = patches.map(({ request, found }) =>
    found.length === 0 ? permittedTarget(request, context) : undefined,
  );
  const lanes = new Map<string | undefined, Lane>();
  for (const directory of new Set(targets.flatMap((target) => target?.directory ?? [])))
    lanes.set(directory.name, openLane(createGathering(directory, context.turns), targets, inTime));

  const results: Promise<PatchResult>[] = [];
  for (const [index, { request, found }] of patches.entries()) {
    const lane = lanes.get(targets[index]?.directory.name);
    const earlier = results.slice();
    const apply = async () => {
      const users = await lane?.users;
      const sameUser = (other: number) => users?.[index] !== undefined && users[other] === users[index];
      const key = found.length === 0 ? request.idempotencyKey : undefined;
      const sameKey = (other: number) => key !== undefined && patches[other]?.request.idempotencyKey === key;
      await Promise.allSettled(earlier.filter((_, other) => sameUser(other) || sameKey(other)));
      if (!lane) return patchUser(request, found, inTime);
      return lane.gathering.run(() => patchUser(request, found, lane.context));
    };
    results.push(apply());
  }
  // Between two patches of a user none is under way, and yet the call is.
  void context.underWay.run(() => Promise.allSettled(results));
  return results;
}

function openLane(gathering: Gathering, targets: readonly (Target | undefined)[], context: Context): Lane {
  const { directory, turns } = gathering;
  const { writing } = context.startOperation();
  const own = targets.map((target) => (target?.directory.name === directory.name ? target : undefined));
  // Of one alone there is no order to hold.
  const isAlone = own.filter((target) => target !== undefined).length === 1;
  const userOf = async (target: Target | undefined): Promise<string | undefined> => {
    if (!target || isAlone) return undefined;
    if ('userId' in target) return target.userId;
    // The patch asks the same itself, and says what is wrong.
    const user = await directory.provider.findUser(target.login, writing).catch(() => undefined);
    return user?.userId;
  };
  return {
    gathering,
    context: {
      ...context,
      turns,
      directories: new Map([...context.directories, [directory.name, directory]]),
    },
    users: Promise.all(own.map(userOf)),
  };
}
