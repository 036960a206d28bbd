import type { Directories, Directory } from '../directories.ts';
import {
  AmbiguousLogin,
  type InputPath,
  invalidInput,
  type PatchError,
  ReadFailure,
} from '../domain/errors.ts';
import { isUserId, parseGlobalId, plainUserIds, type UserWithCustomFields } from '../domain/user.ts';
import type { CallOptions } from '../upstream/client.ts';

/** Which user is meant, as the caller says it: exactly one of the two. */
export interface UserBy {
  readonly id?: string | null | undefined;
  readonly login?: { readonly directory: string; readonly login: string } | null | undefined;
}

/** The user who is meant, in a directory that exists: by id, or by a login that is still to be looked up. */
export type Target = {
  readonly directory: Directory;
  /** Where the input says who is meant. */
  readonly path: InputPath;
} & ({ readonly userId: string } | { readonly login: string });

/** Where the input says who is meant, for either way of saying it. */
export interface TargetPaths {
  readonly id: InputPath;
  readonly login: InputPath;
}

/** The directories that a caller sees. */
export interface Sight {
  readonly directories: Directories;
  /** Whether there are others. */
  readonly hidesDirectories: boolean;
}

/** The directory and user that a reference means, or what is wrong with it. Asks no provider. */
export function findTarget(
  { id, login }: UserBy,
  { directories, hidesDirectories }: Sight,
  paths: TargetPaths,
): Target | PatchError {
  const reference = login ?? parseGlobalId(id ?? '');
  if (!reference) return invalidId(directories.get((id ?? '').replace(/:.*/s, '')), paths.id);
  const directory = directories.get(reference.directory);
  if (!directory) {
    const names = [...directories.keys()].join(', ') || 'none';
    const at = login ? [...paths.login, 'directory'] : paths.id;
    // The same whether it is not there or not for this caller.
    if (hidesDirectories) {
      const message = `There is no such directory, or you have no right in it. You have rights in: ${names}.`;
      return { code: 'FORBIDDEN', message, path: at };
    }
    const message = `There is no such directory. There are: ${names}.`;
    return { code: 'UNKNOWN_DIRECTORY', message, path: at };
  }
  if ('login' in reference) return { directory, login: reference.login, path: paths.login };
  const { userId } = reference;
  return isUserId(userId, directory.provider.capabilities.userIds)
    ? { directory, userId, path: paths.id }
    : invalidId(directory, paths.id);
}

function invalidId(directory: Directory | undefined, path: InputPath): PatchError<'INVALID_INPUT'> {
  const { description } = directory?.provider.capabilities.userIds ?? plainUserIds;
  return invalidInput(
    `Expected <directory>:<user id>, as User.id gives it; a user id has ${description}.`,
    path,
  );
}

/**
 * The provider's id of the target. A login is looked up; an id is taken at once as it is, whether it exists or not.
 * @throws ReadFailure
 */
export function findUserId(
  target: Target,
  call: CallOptions,
): string | PatchError<'USER_NOT_FOUND'> | Promise<string | PatchError<'USER_NOT_FOUND'>> {
  if ('userId' in target) return target.userId;
  return findByLogin(target, call).then((user) => user?.userId ?? userNotFound(target));
}

/**
 * The user who signs in by the login; undefined where there is none.
 * @throws ReadFailure; with the path of the login where it is ambiguous, or the user's id is none that a caller could
 * give
 */
export async function findByLogin(
  { directory, login, path }: Target & { readonly login: string },
  call: CallOptions,
): Promise<UserWithCustomFields | undefined> {
  const user = await directory.provider.findUser(login, call).catch((failure) => {
    throw failure instanceof AmbiguousLogin ? new AmbiguousLogin(failure.message, path) : failure;
  });
  const { userIds } = directory.provider.capabilities;
  if (!user || isUserId(user.userId, userIds)) return user;
  const message = `The user has an id that idpatch does not take in the directory "${directory.name}": it must have only ${userIds.description}.`;
  throw new ReadFailure(invalidInput(message, path));
}

/** That there is no such user, at the place in the input that says who is meant. */
export function userNotFound({ directory, path }: Target): PatchError<'USER_NOT_FOUND'> {
  return { code: 'USER_NOT_FOUND', message: `The directory "${directory.name}" has no such user.`, path };
}

/**
 * The target as the provider has it now, whole.
 * @throws ReadFailure
 */
export async function readTarget(
  target: Target,
  userId: string,
  call: CallOptions,
): Promise<UserWithCustomFields | PatchError<'USER_NOT_FOUND'>> {
  const [user] = await target.directory.provider.readUsers([userId], { customFields: true }, call);
  if (user instanceof ReadFailure) throw user;
  return user ? (user as UserWithCustomFields) : userNotFound(target);
}
