import type { JWTPayload } from 'jose';
import { isUserId, type TextForm } from '../domain/user.ts';
import { type Caller, type DirectoryRight, type Right, rights } from './caller.ts';
import type { Issuer } from './config.ts';
import type { Verified } from './jwt.ts';

/** The caller of a verified token, with the rights that the issuer's configuration derives from its claims. */
export function callerFromClaims(
  { issuer: { settings: issuer, isOnlyAudience }, claims }: Verified,
  userIdForms: ReadonlyMap<string, TextForm>,
): Caller {
  const granted = new Set(rightsIn(issuer, claims));
  const overAll = new Set(
    [...granted].filter((right): right is DirectoryRight => right !== 'profile:write:self'),
  );
  const named = Array.isArray(issuer.directories)
    ? issuer.directories
    : wordsAt(claims, issuer.directories.claim);
  const directories = [...userIdForms.keys()].filter((name) => overAll.size > 0 && named.includes(name));
  return {
    id: [issuer.issuer, claims.sub, issuer.audience].map(escaped).join('|'),
    former: { id: `${issuer.issuer} ${claims.sub}`, isUnique: isOnlyAudience },
    isAnonymous: false,
    weight: issuer.weight,
    directories: new Map(directories.map((name) => [name, overAll])),
    self: granted.has('profile:write:self') ? ownRecord(issuer, claims, userIdForms) : undefined,
  };
}

/** Without the separator of an id, and without spaces, so that no id can be one of older versions. */
function escaped(part: string): string {
  return part.replace(/[%|\s]/g, (character) => encodeURIComponent(character));
}

function rightsIn({ rights: source }: Issuer, claims: JWTPayload): readonly Right[] {
  if (Array.isArray(source)) return source;
  const words = wordsAt(claims, source.claim);
  const { grants } = source;
  if (!grants) return rights.filter((right) => words.includes(right));
  return words.flatMap((word) => (Object.hasOwn(grants, word) ? (grants[word] ?? []) : []));
}

function ownRecord(
  { self }: Issuer,
  claims: JWTPayload,
  userIdForms: ReadonlyMap<string, TextForm>,
): Caller['self'] {
  const form = self && userIdForms.get(self.directory);
  if (!form) return undefined;
  const userId = valueAt(claims, self.claim);
  // Ignore claims that are not valid user ids.
  if (typeof userId !== 'string' || !isUserId(userId, form)) return undefined;
  return { directory: self.directory, userId, fields: new Set(self.fields) };
}

/** The strings of a list, or the words of a space-separated text such as `scope` (RFC 6749, 3.3). */
function wordsAt(claims: JWTPayload, claim: string | readonly string[]): readonly string[] {
  const value = valueAt(claims, claim);
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '');
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}

function valueAt(claims: JWTPayload, claim: string | readonly string[]): unknown {
  let value: unknown = claims;
  for (const name of [claim].flat()) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
