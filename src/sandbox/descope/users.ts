import { createReadLag, type SeedUser, type WriteLogEntry } from '../emulator.ts';
import type { DescopeAttributes } from './attributes.ts';
import { applyChange, createChangeReader } from './change.ts';
import { boolean, type Members, Refusal, string, strings } from './refusal.ts';
import type { DescopeEmulatorSettings } from './settings.ts';
import { type DescopeUser, emptyUser } from './wire.ts';

/** The users of one emulated project. Every method does all that it is asked, or throws a Refusal. */
export interface DescopeUsers {
  all(): ReadonlyMap<string, DescopeUser>;
  /** The user of the members `userId` and `loginId`. */
  find(body: Members): DescopeUser;
  /** The same as a read shows it. */
  read(body: Members): DescopeUser;
  patch(user: DescopeUser, body: Members): DescopeUser;
  load(body: Members): Members;
}

/** Keeps the users, and appends every change to the log. */
export function createDescopeUsers(
  settings: DescopeEmulatorSettings,
  attributes: DescopeAttributes,
  writes: WriteLogEntry[],
): DescopeUsers {
  const { loadMaximum = 100 } = settings;
  const readChange = createChangeReader(settings, attributes);
  const users = new Map<string, DescopeUser>();
  const lag = createReadLag<DescopeUser>(settings.readLagMs);

  function refuseConflicts(user: DescopeUser, change: Members): void {
    const next = applyChange(user, change);
    const others = [...users.values()].filter((other) => other.userId !== user.userId);
    const refuse = (what: string) => {
      throw new Refusal('E011001', `${what} belongs to another user`);
    };
    if (change.loginIds !== undefined && next.loginIds.some((id) => others.some(hasLoginId(id))))
      refuse('loginId');
    for (const [member, isUnique] of [
      ['email', settings.uniqueEmail],
      ['phone', settings.uniquePhone],
    ] as const) {
      if (typeof change[member] !== 'string') continue;
      const value = next[member].toLowerCase();
      const owner = others.find(({ loginIds }) => loginIds.some((id) => id.toLowerCase() === value));
      if (owner && settings.contactConflict === 'merges') merge(user, owner);
      else if (owner) refuse(member);
      if (isUnique && others.some((other) => other[member].toLowerCase() === value)) refuse(member);
    }
  }

  /** The other user is deleted, and its logins are this user's from now on. */
  function merge(user: DescopeUser, other: DescopeUser): void {
    users.delete(other.userId);
    users.set(user.userId, { ...user, loginIds: [...user.loginIds, ...other.loginIds] });
    writes.push({ userId: other.userId, change: { mergedInto: user.userId } });
  }

  for (const seed of settings.users) {
    if (users.has(seed.userId)) throw new Error(`Two users to start with have the id ${seed.userId}.`);
    const user = emptyUser(seed.userId, [seed.username], Math.floor(seed.createdAt / 1000));
    const change = readChange(user, toWire(seed));
    refuseConflicts(user, { ...change, loginIds: user.loginIds });
    users.set(seed.userId, applyChange(user, change));
  }

  return {
    all: () => structuredClone(users),

    find(body) {
      const userId = string(body, 'userId');
      const loginId = string(body, 'loginId');
      if (!userId && !loginId) throw new Refusal('E011002', 'loginId or userId is required');
      const byLoginId = loginId ? [...users.values()].find(hasLoginId(loginId)) : undefined;
      // The service also takes a user id in the place of a login id.
      const byUserId = loginId ? users.get(loginId) : undefined;
      const named =
        settings.ambiguousLoginId === 'userId' ? (byUserId ?? byLoginId) : (byLoginId ?? byUserId);
      const user = userId ? users.get(userId) : named;
      if (!user || (userId && loginId && user !== named)) throw new Refusal('E112102', 'user not found', 404);
      return user;
    },

    read(body) {
      const user = this.find(body);
      return lag.read(user.userId, user);
    },

    patch(user, body) {
      const { userId } = user;
      const requested = readChange(user, body);
      refuseConflicts(user, requested);
      if (Object.keys(requested).length === 0) return user;
      const change = settings.distort?.(structuredClone({ userId, change: requested })) ?? requested;
      if (Object.keys(change).length === 0) return user;
      lag.write(userId, user);
      const changed = applyChange(users.get(userId) ?? user, change);
      users.set(userId, changed);
      writes.push(structuredClone({ userId, change }));
      return changed;
    },

    load(body) {
      const userIds = strings(body, 'userIds') ?? [];
      if (userIds.length === 0) throw new Refusal('E011002', 'userIds is required');
      if (userIds.length > loadMaximum) throw new Refusal('E011004', `more than ${loadMaximum} userIds`);
      // "optionally include disabled/expired users in the response": the official client's own words.
      const includesAll = boolean(body, 'includeInvalidUsers') ?? false;
      const found = [...new Set(userIds)]
        .map((userId) => users.get(userId))
        .filter((user) => user !== undefined)
        .map((user) => lag.read(user.userId, user))
        .filter(({ status }) => includesAll || (status !== 'disabled' && status !== 'expired'));
      return { users: found, total: found.length };
    },
  };
}

const hasLoginId = (loginId: string) => (user: DescopeUser) => user.loginIds.includes(loginId);

/** A seed as a patch would set it. */
function toWire(seed: SeedUser): Members {
  return {
    name: seed.displayName,
    givenName: seed.givenName,
    middleName: seed.middleName,
    familyName: seed.familyName,
    email: seed.email?.address,
    verifiedEmail: seed.email?.verified,
    phone: seed.phone && `+${seed.phone.region}${seed.phone.number}`,
    verifiedPhone: seed.phone?.verified,
    picture: seed.picture,
    status: seed.status ?? 'enabled',
    roleNames: seed.roleNames,
    userTenants: seed.tenants,
    ssoAppIds: seed.ssoAppIds,
    customAttributes: seed.customFields,
  };
}
