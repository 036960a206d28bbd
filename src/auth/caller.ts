/** What may be done to every user of a directory. None of them includes another. */
export type DirectoryRight = 'users:read' | 'users:write' | 'users:write:privileged';

/** A right as tokens and configuration name it; the last one holds for the caller's own record alone. */
export type Right = DirectoryRight | 'profile:write:self';

/** Every right, in the order of their weight. */
export const rights = [
  'users:read',
  'users:write',
  'users:write:privileged',
  'profile:write:self',
] as const satisfies readonly Right[];

/** The caller's own record, which they may read, and change in some fields. */
interface OwnRecord {
  readonly directory: string;
  /** The provider's own id of the user. */
  readonly userId: string;
  /** The fields as a patch names them, such as `displayName` or `customFields.nick`. */
  readonly fields: ReadonlySet<string>;
}

/** Who asks, and what they may do. The same object as long as its token is known, or because anybody may ask. */
export interface Caller {
  /** The same for every request of one caller, and for no other: for the log, the journal and the rate limit. */
  readonly id: string;
  /** Whether it is anybody at all. */
  readonly isAnonymous: boolean;
  /** Directories in which they have rights over every user, by name. */
  readonly directories: ReadonlyMap<string, ReadonlySet<DirectoryRight>>;
  /** Undefined for a caller who has no record of their own here, or no right to it. */
  readonly self: OwnRecord | undefined;
}

/** The one caller where nobody says who they are: may do everything in these directories. */
export function anonymous(directories: Iterable<string>): Caller {
  const all: ReadonlySet<DirectoryRight> = new Set(['users:read', 'users:write', 'users:write:privileged']);
  return {
    id: 'anonymous',
    isAnonymous: true,
    directories: new Map([...directories].map((name) => [name, all])),
    self: undefined,
  };
}
