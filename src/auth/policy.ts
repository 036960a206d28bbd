import type { InputPath, PatchError } from '../domain/errors.ts';
import type { PatchField, UserPatch } from '../domain/user.ts';
import type { Caller, DirectoryRight } from './caller.ts';

/** The user that an access decision is about; `userId` is absent while only a login is known. */
export interface Subject {
  readonly directory: string;
  readonly userId?: string;
}

/**
 * The right that each field of a patch needs. Members of a field need the field's right unless they are listed.
 * A verified flag needs its right only when it is `true`: anybody who may change an address may mark it unverified.
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

const rightsOfFields = [...new Set(Object.values(rightOfField))];

/** True for a field that needs more than users:write. */
export function isPrivileged(field: PatchField): boolean {
  return rightOfField[field] === 'users:write:privileged';
}

/** The same message for an unknown user and for a forbidden one, so that it reveals neither. */
export const noSuchUser = 'There is no such user, or you have no right to do this.';

/** True if the caller may read this user. */
export function mayRead(caller: Caller, subject: Subject): boolean {
  return has(caller, subject.directory, 'users:read') || isSelf(caller, subject);
}

/** True if the caller has any right in this directory. */
export function seesDirectory(caller: Caller, directory: string): boolean {
  return caller.directories.has(directory) || caller.self?.directory === directory;
}

/**
 * Authorizes a patch: one FORBIDDEN error per field that the caller may not change, or a single one if the caller
 * has no access to the user; empty if the patch is allowed. `at`: the input path of the user. Sends nothing.
 */
export function refusals(
  caller: Caller,
  subject: Subject,
  patch: UserPatch,
  at: InputPath,
): readonly PatchError<'FORBIDDEN'>[] {
  if (hasNoAccess(caller, subject)) return [forbidden(noSuchUser, at)];
  if (rightsOfFields.every((right) => has(caller, subject.directory, right))) return [];
  const isOwn = isSelf(caller, subject);
  return touched(patch).flatMap(({ field, right, path }) => {
    if (has(caller, subject.directory, right)) return [];
    if (!isOwn) {
      return [forbidden(`This needs the right ${right} in the directory "${subject.directory}".`, path)];
    }
    if (right === 'users:write' && caller.self?.fields.has(field)) return [];
    return path.at(-1) === 'verified'
      ? [forbidden('On your own record, verified can only be set to false.', path)]
      : [forbidden('You may not change this field of your own record.', path)];
  });
}

/** Authorizes a preview of the patch: a plan shows current values, so it needs read access too. */
export function planRefusals(
  caller: Caller,
  subject: Subject,
  patch: UserPatch,
  at: InputPath,
): readonly PatchError<'FORBIDDEN'>[] {
  const refused = refusals(caller, subject, patch, at);
  if (hasNoAccess(caller, subject) || mayRead(caller, subject)) return refused;
  const message = 'A plan shows current values of the user: it needs the right users:read.';
  return [forbidden(message, at), ...refused];
}

function forbidden(message: string, path: InputPath): PatchError<'FORBIDDEN'> {
  return { code: 'FORBIDDEN', message, path };
}

function hasNoAccess(caller: Caller, subject: Subject): boolean {
  return !caller.directories.has(subject.directory) && !isSelf(caller, subject);
}

function has({ directories }: Caller, directory: string, right: DirectoryRight): boolean {
  return directories.get(directory)?.has(right) === true;
}

function isSelf({ self }: Caller, { directory, userId }: Subject): boolean {
  return self !== undefined && self.directory === directory && self.userId === userId;
}

/** A part of a patch that needs a right; `field`: its name in the configuration. */
interface Touched {
  readonly field: string;
  readonly right: DirectoryRight;
  readonly path: InputPath;
}

function touched(patch: UserPatch): readonly Touched[] {
  return (Object.keys(patch) as PatchField[]).flatMap((field): readonly Touched[] => {
    const whole = { field, right: rightOfField[field], path: ['patch', field] };
    if (field === 'email' || field === 'phone') {
      const flag = { field: `${field}.verified`, right: rightOfField[`${field}.verified`] };
      return patch[field]?.verified ? [whole, { ...flag, path: ['patch', field, 'verified'] }] : [whole];
    }
    const operations = (field === 'customFields' && patch.customFields) || [];
    if (operations.length === 0) return [whole];
    return operations.map(({ field: name, operation }, index) => ({
      field: `customFields.${name}`,
      right: whole.right,
      path: [...whole.path, String(index), operation.toLowerCase(), 'field'],
    }));
  });
}
