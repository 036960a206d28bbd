import type { GraphQLParams } from 'graphql-yoga';
import type { Caller } from '../auth/caller.ts';
import { createPatchContext, type PatchContext, type Services } from '../patch/context.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** The context of resolvers. */
export interface Context extends PatchContext {
  readonly loaders: Loaders;
  /** Adds the users of one more list. False if the lists of the request name too many users in total. */
  countUsers(users: number): boolean;
}

/** The same with what Yoga needs of the request. */
export interface ServerContext extends Context {
  /** Throws a GraphQLError if they cannot be read. */
  readonly readParams: () => GraphQLParams;
}

/** Makes the context of one request: see createPatchContext. */
export function createContext(
  services: Services,
  caller: Caller,
  deadlineMs?: number,
  elapsedMs?: number,
): Context {
  const patch = createPatchContext(services, caller, deadlineMs, elapsedMs);
  const loaders = createLoaders(patch.directories, () => patch.startCall());
  let count = 0;
  return Object.assign(patch, {
    loaders,
    userChanged: loaders.replace,
    countUsers(users: number) {
      count += users;
      return count <= maxUsersPerRequest;
    },
  });
}

/** Users that the lists of one request may name in total. Our own choice. */
export const maxUsersPerRequest = 1_000;
