import type { DirectoryRight } from '../../src/auth/caller.ts';
import { type DirectoryName, directoryNames, type ExpectedError } from '../harness/expected.ts';
import { forbidden, messages, type TestCaller, userIdOf } from './policy-door.ts';
import { type Cell, fieldsOfRight, selfLists } from './policy-fields.ts';

/** The access of a caller to one user. */
export interface Access {
  /** Over every user of the directory. */
  readonly rights: readonly DirectoryRight[];
  readonly isSelf: boolean;
  /** The fields of their own record that they may change. */
  readonly fields: readonly string[];
  /** The directories that they see. */
  readonly seen: readonly DirectoryName[];
  readonly mayRead: boolean;
}

/** The rules a second time, in the terms of the configuration. */
export function accessOf(
  { rights = [], directories = directoryNames, self }: TestCaller,
  directory: DirectoryName,
  userId = userIdOf(directory),
): Access {
  const here = directories.includes(directory) ? rights : [];
  const isSelf = self?.directory === directory && (self.userId ?? userIdOf(directory)) === userId;
  const seen = directoryNames.filter(
    (name) => self?.directory === name || (directories.includes(name) && rights.length > 0),
  );
  const fields: readonly string[] = isSelf ? selfLists[self.list] : [];
  return { rights: here, isSelf, fields, seen, mayRead: isSelf || here.includes('users:read') };
}

/** The errors of a patch to this caller; none where it is allowed. */
export function refusalsOf(
  { needs }: Pick<Cell, 'needs'>,
  { rights, isSelf, fields, seen }: Access,
  directory: string,
  by: 'id' | 'login' = 'id',
): readonly ExpectedError[] {
  if (!seen.some((name) => name === directory)) {
    const at = by === 'id' ? ['user', 'id'] : ['user', 'login', 'directory'];
    return [forbidden(messages.noDirectory(...seen), ...at)];
  }
  if (rights.length === 0 && !isSelf) return [forbidden(messages.noUser, 'user', by)];
  return needs.flatMap(({ field, listed, path }) => {
    const right = fieldsOfRight['users:write'].includes(field) ? 'users:write' : 'users:write:privileged';
    if (rights.includes(right) || fields.includes(listed)) return [];
    if (!isSelf) return [forbidden(messages.needs(right, directory), ...path)];
    return [forbidden(field.endsWith('.verified') ? messages.ownFlag : messages.ownField, ...path)];
  });
}

/** The errors of the plan of the same patch. */
export function planRefusalsOf(cell: Cell, access: Access, directory: string): readonly ExpectedError[] {
  const refused = refusalsOf(cell, access, directory);
  const hasNoAccess = access.rights.length === 0 && !access.isSelf;
  return access.mayRead || hasNoAccess ? refused : [forbidden(messages.plan, 'user', 'id'), ...refused];
}

/** The message of a refused read of a user, whether they exist or not; undefined where it is allowed. */
export function readRefusalOf({ mayRead, seen }: Access, directory: DirectoryName): string | undefined {
  if (!seen.includes(directory)) return messages.noDirectory(...seen);
  return mayRead ? undefined : messages.noUser;
}
