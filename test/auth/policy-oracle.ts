import type { DirectoryRight } from '../../src/auth/caller.ts';
import { type DirectoryName, directoryNames, type ExpectedError } from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import { type Asker, forbidden, noDirectory, tells, userIdOf } from './policy-door.ts';
import { type Ask, type Cell, ownLists, rightAt } from './policy-fields.ts';

/** What a caller has over one user. */
export interface Held {
  /** Over every user of the directory. */
  readonly rights: readonly DirectoryRight[];
  readonly isOwn: boolean;
  /** Of their own record. */
  readonly fields: readonly string[];
  /** The directories that there are for them. */
  readonly seen: readonly DirectoryName[];
  readonly mayRead: boolean;
}

/**
 * The rules once more, in the words of the settings: what this caller has over a user, the first of the directory
 * where no other is named.
 */
export function held(
  door: FrontDoor,
  asker: Asker,
  directory: DirectoryName,
  userId = userIdOf(door, directory),
): Held {
  const named = asker.directories ?? directoryNames;
  const rights: readonly DirectoryRight[] = named.includes(directory) ? (asker.rights ?? []) : [];
  const { own } = asker;
  const isOwn = own?.directory === directory && (own.userId ?? userIdOf(door, directory)) === userId;
  const fields: readonly string[] = isOwn ? ownLists[own.list] : [];
  const seen = directoryNames.filter(
    (name) => own?.directory === name || (named.includes(name) && (asker.rights ?? []).length > 0),
  );
  return { rights, isOwn, fields, seen, mayRead: isOwn || rights.includes('users:read') };
}

/** What refuses the whole cell to this caller; empty where nothing does. */
export function refusalsOf(
  { asks }: Pick<Cell, 'asks'>,
  { rights, isOwn, fields, seen }: Held,
  directory: string,
  by: 'id' | 'login' = 'id',
): readonly ExpectedError[] {
  if (!seen.some((name) => name === directory)) {
    const at = by === 'id' ? ['user', 'id'] : ['user', 'login', 'directory'];
    return [forbidden(noDirectory(...seen), ...at)];
  }
  if (rights.length === 0 && !isOwn) return [forbidden(tells.noUser, 'user', by)];
  return asks.flatMap(({ coordinate, listed, path }: Ask) => {
    const right = rightAt[coordinate] as DirectoryRight;
    if (rights.includes(right) || fields.includes(listed)) return [];
    if (!isOwn) return [forbidden(tells.needs(right, directory), ...path)];
    return [forbidden(coordinate.endsWith('.verified') ? tells.ownFlag : tells.ownField, ...path)];
  });
}

/** What the same is told who asks for the plan. */
export function planRefusalsOf(cell: Cell, of: Held, directory: DirectoryName): readonly ExpectedError[] {
  const { rights, isOwn, mayRead } = of;
  const refused = refusalsOf(cell, of, directory);
  return mayRead || (rights.length === 0 && !isOwn)
    ? refused
    : [forbidden(tells.plan, 'user', 'id'), ...refused];
}
