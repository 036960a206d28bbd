import type { GraphQLParams } from 'graphql-yoga';
import type { Caller } from '../auth/caller.ts';
import { createPatchContext, type PatchContext, type Services } from '../patch/context.ts';
import type { Place } from './admission.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { Turns } from './turns.ts';

/** The context of resolvers. */
export interface Context extends PatchContext {
  readonly loaders: Loaders;
  /**
   * Adds the users of one more list: so many, or these by id, each of them once in a request. False if the lists of the
   * request name too many users in total.
   */
  countUsers(users: number | readonly string[]): boolean;
  /** What the request costs, in points. */
  points: number;
  /** Resolves when the caller may go on with work that holds the event loop. */
  nextTurn(): Promise<void>;
}

/** The same with what Yoga needs of the request. */
export interface ServerContext extends Context {
  /** Throws a GraphQLError if they cannot be read. */
  readonly readParams: () => GraphQLParams;
  readonly place: Place;
  /** Takes points off the caller's budget. Returns the seconds to wait if it has too few, else undefined. */
  readonly charge: (points: number) => Promise<number | undefined>;
}

/** Makes the context of one request: see createPatchContext. */
export function createContext(
  services: Services,
  caller: Caller,
  turns: Turns,
  deadlineMs?: number,
  elapsedMs?: number,
): Context {
  const patch = createPatchContext(services, caller, deadlineMs, elapsedMs);
  const loaders = createLoaders(patch.directories, () => patch.startCall());
  let count = 0;
  const named = new Set<string>();
  return Object.assign(patch, {
    loaders,
    userChanged: loaders.replace,
    points: 0,
    nextTurn: () => turns.next(caller.id),
    countUsers(users: number | readonly string[]) {
      if (typeof users === 'number') count += users;
      else for (const id of users) named.add(id);
      return count + named.size <= maxUsersPerRequest;
    },
  });
}

/** Users that the lists of one request may name in total. Our own choice. */
export const maxUsersPerRequest = 1_000;
