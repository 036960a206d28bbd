import type { InputPath, PatchError } from '../domain/errors.ts';
import type { PatchField, UserPatch } from '../domain/user.ts';
import type { Caller, DirectoryRight } from './caller.ts';

/** A user in a directory; without `userId` where only a login is known, so that it can be anybody there. */
export interface Subject {
  readonly directory: string;
  readonly userId?: string;
}

/**
 * Which right each field of a patch needs, as the input names it. What lies below a field needs what the field
 * needs, unless it is named itself. A verified flag needs its right where it is `true`: whoever changes an address
 * may well say that it has not been verified.
 */
export const rightOfField = {
  username: 'users:write',
  displayName: 'users:write',
  givenName: 'users:write',
  middleName: 'users:write',
  familyName: 'users:write',
  email: 'users:write',
  'email.verified': 'users:write:privileged',
  phone: 'users:write',
  'phone.verified': 'users:write:privileged',
  picture: 'users:write',
  status: 'users:write:privileged',
  roleNames: 'users:write:privileged',
  tenants: 'users:write:privileged',
  ssoAppIds: 'users:write:privileged',
  customFields: 'users:write',
} as const satisfies Record<PatchField | 'email.verified' | 'phone.verified', DirectoryRight>;

/** Whether a field, as a whole, is beyond users:write. */
export function isPrivileged(field: PatchField): boolean {
  return rightOfField[field] === 'users:write:privileged';
}

/** Reads the same whether there is no such user or the caller has nothing to do with them. */
export const noSuchUser = 'There is no such user, or you may not do this with them.';

/** Whether the caller may see this user. */
export function mayRead(caller: Caller, whom: Subject): boolean {
  return has(caller, whom.directory, 'users:read') || isSelf(caller, whom);
}

/** Whether the caller has anything to do with this directory. */
export function seesDirectory(caller: Caller, directory: string): boolean {
  return caller.directories.has(directory) || caller.self?.directory === directory;
}

/**
 * What keeps the caller from patching this user so: one error for each field that they may not change, or a single
 * one where they have nothing to do with the user. Empty where nothing does. `at` is where the input says who is
 * meant. Asks nobody.
 */
export function refusals(
  caller: Caller,
  whom: Subject,
  patch: UserPatch,
  at: InputPath,
): readonly PatchError<'FORBIDDEN'>[] {
  if (hasNoAccess(caller, whom)) {
    return [{ code: 'FORBIDDEN', message: noSuchUser, path: at }];
  }
  return touched(patch).flatMap(({ field, right, path }) => {
    if (has(caller, whom.directory, right)) return [];
    if (!isSelf(caller, whom)) {
      return [
        {
          code: 'FORBIDDEN',
          message: `This needs the right ${right} in the directory "${whom.directory}".`,
          path,
        },
      ];
    }
    if (right === 'users:write:privileged') {
      const message = field.endsWith('.verified')
        ? 'Of your own record you can only say verified: false.'
        : 'This is nothing that you may change of your own record.';
      return [{ code: 'FORBIDDEN', message, path }];
    }
    if (caller.self?.fields.has(field)) return [];
    return [{ code: 'FORBIDDEN', message: 'This is nothing that you may change of your own record.', path }];
  });
}

/** The same for what patching the user so would do: it shows the user, so that it needs reading as well. */
export function planRefusals(
  caller: Caller,
  whom: Subject,
  patch: UserPatch,
  at: InputPath,
): readonly PatchError<'FORBIDDEN'>[] {
  const refused = refusals(caller, whom, patch, at);
  if (hasNoAccess(caller, whom) || mayRead(caller, whom)) return refused;
  const message = 'A plan shows what the user has now: it needs the right users:read.';
  return [{ code: 'FORBIDDEN', message, path: at }, ...refused];
}

function hasNoAccess(caller: Caller, whom: Subject): boolean {
  return !caller.directories.has(whom.directory) && !isSelf(caller, whom);
}

function has({ directories }: Caller, directory: string, right: DirectoryRight): boolean {
  return directories.get(directory)?.has(right) === true;
}

function isSelf({ self }: Caller, { directory, userId }: Subject): boolean {
  return self !== undefined && self.directory === directory && self.userId === userId;
}

/** A place in a patch that needs a right: `field` by its name in configuration. */
interface Touched {
  readonly field: string;
  readonly right: DirectoryRight;
  readonly path: InputPath;
}

function touched(patch: UserPatch): readonly Touched[] {
  return (Object.keys(patch) as PatchField[]).flatMap((field): readonly Touched[] => {
    const whole = { field, right: rightOfField[field], path: ['patch', field] };
    switch (field) {
      case 'email':
      case 'phone': {
        const flag = { field: `${field}.verified`, right: rightOfField[`${field}.verified`] };
        return patch[field]?.verified ? [whole, { ...flag, path: ['patch', field, 'verified'] }] : [whole];
      }
      case 'customFields': {
        const operations = patch.customFields ?? [];
        if (operations.length === 0) return [whole];
        return operations.map(({ field: name, operation }, index) => ({
          field: `customFields.${name}`,
          right: whole.right,
          path: [...whole.path, String(index), operation.toLowerCase(), 'field'],
        }));
      }
      default:
        return [whole];
    }
  });
}
