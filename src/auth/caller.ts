/** A right over every user of a directory. None includes another. */
export type DirectoryRight = 'users:read' | 'users:write' | 'users:write:privileged';

/** A right by its name in tokens and configuration; the last covers the caller's own record only. */
export type Right = DirectoryRight | 'profile:write:self';

/** Every right, in the order of its weight. */
export const rights = [
  'users:read',
  'users:write',
  'users:write:privileged',
  'profile:write:self',
] as const satisfies readonly Right[];

/** The caller's own user, which they may read and whose listed fields they may change. */
interface OwnRecord {
  readonly directory: string;
  /** The provider's own id of the user. */
  readonly userId: string;
  /** The fields as a patch names them, such as `displayName` or `customFields.nick`. */
  readonly fields: ReadonlySet<string>;
}

/** An authenticated caller and their rights. The same object while their token is cached. */
export interface Caller {
  /** Unique per issuer, subject and audience, and stable across requests: for log, journal and limits. */
  readonly id: string;
  /** The caller as older versions identified them, without the audience: the journal may have operations of then. */
  readonly former?: {
    readonly id: string;
    /** True if the issuer has no other audience: then those operations can be no other caller's. */
    readonly isUnique: boolean;
  };
  readonly isAnonymous: boolean;
  /** How large their share of a quota is beside those of others. */
  readonly weight: number;
  /** Rights over every user of a directory, by the directory's name. */
  readonly directories: ReadonlyMap<string, ReadonlySet<DirectoryRight>>;
  /** Undefined for a caller without a user of their own here, or without the right to change it. */
  readonly self: OwnRecord | undefined;
}

/** The anonymous caller, who has every right in these directories. */
export function anonymous(directories: Iterable<string>): Caller {
  const all: ReadonlySet<DirectoryRight> = new Set(['users:read', 'users:write', 'users:write:privileged']);
  return {
    id: 'anonymous',
    isAnonymous: true,
    weight: 1,
    directories: new Map([...directories].map((name) => [name, all])),
    self: undefined,
  };
}
