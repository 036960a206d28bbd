import { collectSubFields } from '@graphql-tools/utils';
import { type GraphQLResolveInfo, isObjectType } from 'graphql';
import { mayRead, noSuchUser } from '../../auth/policy.ts';
import { invalidInput } from '../../domain/errors.ts';
import { globalId, hasCustomFields, type User, type UserWithCustomFields } from '../../domain/user.ts';
import {
  findByLogin,
  findTarget,
  type TargetPaths,
  type UserBy as UserReference,
} from '../../patch/target.ts';
import { type Context, maxUsersPerRequest } from '../context.ts';
import { rethrowReadFailure, toGraphQLError } from './graphql-error.ts';

/**
 * Reads the user of a reference, with custom fields if the query needs them; undefined if there is no such user. Throws
 * a GraphQLError with `extensions.code` if the reference is not valid, the caller may not read the user, or the
 * provider does not answer.
 */
type ReadUser = (by: UserReference, paths: TargetPaths) => Promise<User | undefined>;

/** Reads the users of one field. */
export function userReader(context: Context, info: GraphQLResolveInfo): ReadUser {
  const { loaders } = context;
  const load = needsCustomFields(info) ? loaders.userWithCustomFields : loaders.user;
  return async (by, paths) => {
    const target = findTarget(by, context, paths);
    if (!('directory' in target)) throw toGraphQLError(target);
    const { name } = target.directory;
    if (!mayRead(context.caller, { ...target, directory: name })) {
      throw toGraphQLError({ code: 'FORBIDDEN', message: noSuchUser, path: target.path });
    }
    if ('login' in target) {
      return findByLogin(target, context.startOperation().writing).catch(rethrowReadFailure);
    }
    return load(globalId({ directory: name, userId: target.userId })).catch(rethrowReadFailure);
  };
}

/**
 * Throws a GraphQLError if this list, or the lists of the request in total, name too many users: aliases repeat lists.
 * `argument`: the list's name. `ids`: of its users, where the same user twice is one.
 */
export function limitNamedUsers(
  length: number,
  argument: string,
  context: Context,
  ids?: readonly string[],
): void {
  if (length > maxUsersPerRequest) {
    throw toGraphQLError(invalidInput(`At most ${maxUsersPerRequest} ${argument}.`, [argument]));
  }
  if (context.countUsers(ids ?? length)) return;
  const message = `The lists of one request may name at most ${maxUsersPerRequest} users in total.`;
  throw toGraphQLError(invalidInput(message, [argument]));
}

/** Whether a field is selected for which some providers need another request. */
function needsCustomFields({ schema, fragments, variableValues, fieldNodes }: GraphQLResolveInfo): boolean {
  const type = schema.getType('User');
  if (!isObjectType(type)) throw new Error('The schema has no User.');
  const { fields } = collectSubFields(schema, fragments, variableValues, type, [...fieldNodes]);
  const selected = [...fields.values()].flatMap((nodes) => nodes.map((node) => node.name.value));
  return selected.includes('customFields') || selected.includes('version');
}

/** Calls `use` with the custom fields too: at once if they were read with the user, else after another read. */
export function withCustomFields<T>(
  user: User,
  context: Context,
  use: (user: UserWithCustomFields) => T,
): T | Promise<T> {
  return hasCustomFields(user) ? use(user) : readCustomFields(user, context).then(use);
}

async function readCustomFields(user: User, context: Context): Promise<UserWithCustomFields> {
  const found = await context.loaders.userWithCustomFields(globalId(user)).catch(rethrowReadFailure);
  if (found) return found;
  throw toGraphQLError({ code: 'USER_NOT_FOUND', message: 'The user no longer exists.', path: [] });
}
