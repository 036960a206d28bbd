import type { IncomingMessage } from 'node:http';
import type { GraphQLParams } from 'graphql-yoga';
import type { Caller } from '../auth/caller.ts';
import { createPatchContext, type PatchContext, type Services } from '../patch/context.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What Yoga and its plugins get of a request. */
export interface ServerContext {
  readonly req: IncomingMessage;
  readonly caller: Caller;
  /** Throws a GraphQLError where they cannot be read. */
  readonly readParams: () => GraphQLParams;
}

/** What a resolver gets: what a patch needs, and what reads of its GraphQL request share. */
export interface Context extends PatchContext {
  readonly loaders: Loaders;
  /** Counts users that a list of the request names. Whether it may name them: a document has room for many lists. */
  countUsers(users: number): boolean;
}

/**
 * Makes the context of one GraphQL request of one caller. `deadlineMs`: what the caller asks for in place of the
 * configured deadline; never more than that.
 */
export function createContext(services: Services, caller: Caller, deadlineMs?: number): Context {
  const patch = createPatchContext(services, caller, deadlineMs);
  const loaders = createLoaders(patch.directories, () => patch.startCall());
  let named = 0;
  return {
    ...patch,
    loaders,
    userChanged: (id, user) => loaders.replace(id, user),
    countUsers(users) {
      named += users;
      return named <= maxUsersPerRequest;
    },
  };
}

/** Users that the lists of one request may name, all together. Our own choice. */
export const maxUsersPerRequest = 1_000;
