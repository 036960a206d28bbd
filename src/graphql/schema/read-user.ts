import { collectSubFields } from '@graphql-tools/utils';
import { GraphQLError, type GraphQLResolveInfo, isObjectType } from 'graphql';
import { mayRead, noSuchUser } from '../../auth/policy.ts';
import { type InputPath, invalidInput } from '../../domain/errors.ts';
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
 * The user who is meant, read with custom fields where the query asks for what needs them; undefined where there is
 * no such user. Throws a GraphQLError with `extensions.code` where the reference is wrong, the caller may not read
 * them, or the provider gave no answer.
 */
export async function readUser(
  by: UserReference,
  paths: TargetPaths,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<User | undefined> {
  const target = findTarget(by, context, paths);
  if (!('directory' in target)) throw toGraphQLError(target);
  const { name } = target.directory;
  if (!mayRead(context.caller, { ...target, directory: name })) {
    throw toGraphQLError({ code: 'FORBIDDEN', message: noSuchUser, path: target.path });
  }
  try {
    if ('login' in target) return await findByLogin(target, context.startOperation().writing);
    const id = globalId({ directory: name, userId: target.userId });
    return await (needsCustomFields(info)
      ? context.loaders.userWithCustomFields(id)
      : context.loaders.user(id));
  } catch (failure) {
    return rethrowReadFailure(failure);
  }
}

/**
 * Refuses what names more users than one request may: by many lists, under aliases, each of which alone is short
 * enough. Throws a GraphQLError.
 */
export function limitNamedUsers(users: number, path: InputPath, context: Context): void {
  if (context.countUsers(users)) return;
  const message = `The lists of one request name at most ${maxUsersPerRequest} users together.`;
  throw toGraphQLError(invalidInput(message, path));
}

/** Whether the selection has a field that the lists of some providers do not carry. */
function needsCustomFields({ schema, fragments, variableValues, fieldNodes }: GraphQLResolveInfo): boolean {
  const type = schema.getType('User');
  if (!isObjectType(type)) throw new Error('The schema has no User.');
  const { fields } = collectSubFields(schema, fragments, variableValues, type, [...fieldNodes]);
  const selected = [...fields.values()].flatMap((nodes) => nodes.map((node) => node.name.value));
  return selected.includes('customFields') || selected.includes('version');
}

/**
 * What is made of the user with custom fields: at once where the user has them, after another read where the call
 * that read the user does not carry them. Throws a GraphQLError.
 */
export function withCustomFields<T>(
  user: User,
  context: Context,
  make: (user: UserWithCustomFields) => T,
): T | Promise<T> {
  return hasCustomFields(user) ? make(user) : readWhole(user, context).then(make);
}

async function readWhole(user: User, context: Context): Promise<UserWithCustomFields> {
  const whole = await context.loaders.userWithCustomFields(globalId(user)).catch(rethrowReadFailure);
  if (!whole)
    throw new GraphQLError('The user is there no more.', { extensions: { code: 'USER_NOT_FOUND' } });
  return whole;
}
