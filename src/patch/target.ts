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

/** A caller's reference to a user: exactly one of the two. */
export interface UserBy {
  readonly id?: string | null | undefined;
  readonly login?: { readonly directory: string; readonly login: string } | null | undefined;
}

/** A user in a directory that exists: by id, or by a login that is still to be looked up. */
export type Target = {
  readonly directory: Directory;
  /** Where the input has the reference. */
  readonly path: InputPath;
} & ({ readonly userId: string } | { readonly login: string });

/** Where the input has either kind of reference. */
export interface TargetPaths {
  readonly id: InputPath;
  readonly login: InputPath;
}

/** The directories that a caller sees. */
export interface VisibleDirectories {
  readonly directories: Directories;
  /** Whether there are others. */
  readonly hidesDirectories: boolean;
}

/** Resolves a reference, or says what is wrong with it. Sends nothing. */
export function findTarget(
  { id, login }: UserBy,
  { directories, hidesDirectories }: VisibleDirectories,
  paths: TargetPaths,
): Target | PatchError {
  const reference = login ?? parseGlobalId(id ?? '');
  if (!reference) return invalidId(directories.get((id ?? '').replace(/:.*/s, '')), paths.id);
  const directory = directories.get(reference.directory);
  if (!directory) {
    const names = [...directories.keys()].join(', ') || 'none';
    const at = login ? [...paths.login, 'directory'] : paths.id;
    // The same text whether the directory does not exist or is not visible to this caller.
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
 * The provider's id of the target. A login is looked up; an id is returned as it is, whether it exists or not.
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
 * @throws ReadFailure; with the input path of the login where it is ambiguous, or the user's id has not the
 * directory's form
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
  const message = `The user has an id that idpatch does not accept in the directory "${directory.name}": it must have only ${userIds.description}.`;
  throw new ReadFailure(invalidInput(message, path));
}

/** The directory has no such user; with the input path of the reference. */
export function userNotFound({ directory, path }: Target): PatchError<'USER_NOT_FOUND'> {
  return { code: 'USER_NOT_FOUND', message: `The directory "${directory.name}" has no such user.`, path };
}

/**
 * The target as the provider has it now.
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
