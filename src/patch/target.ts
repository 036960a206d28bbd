import type { Directories, Directory } from '../directories.ts';
import {
  AmbiguousLogin,
  type InputPath,
  invalidInput,
  type PatchError,
  ReadFailure,
} from '../domain/errors.ts';
import { parseGlobalId, type UserWithCustomFields } from '../domain/user.ts';
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
  if (!reference) {
    const message =
      'Expected <directory>:<user id>, as User.id gives it; a user id has letters, digits, _ and -.';
    return invalidInput(message, paths.id);
  }
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
  return 'userId' in reference
    ? { directory, userId: reference.userId, path: paths.id }
    : { directory, login: reference.login, path: paths.login };
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
 * @throws ReadFailure; an AmbiguousLogin about the place in the input that has the login
 */
export async function findByLogin(
  { directory, login, path }: Target & { readonly login: string },
  call: CallOptions,
): Promise<UserWithCustomFields | undefined> {
  try {
    return await directory.provider.findUser(login, call);
  } catch (failure) {
    throw failure instanceof AmbiguousLogin ? new AmbiguousLogin(failure.message, path) : failure;
  }
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
