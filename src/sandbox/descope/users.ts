import { randomBytes } from 'node:crypto';
import type { SeedUser, WriteLogEntry } from '../emulator.ts';
import type { DescopeAttributes } from './attributes.ts';
import { applyChange, readChange } from './change.ts';
import { boolean, count, type Members, object, Refusal, string, strings } from './refusal.ts';
import type { DescopeEmulatorSettings } from './settings.ts';
import { type DescopeUser, emptyUser } from './user-form.ts';

/** The users of one emulated project. Every method either does all of what it is asked or throws a Refusal. */
export interface DescopeUsers {
  all(): ReadonlyMap<string, DescopeUser>;
  /** Who is meant by the members `userId` and `loginId`. */
  find(body: Members): DescopeUser;
  patch(user: DescopeUser, body: Members, overrides?: Partial<DescopeEmulatorSettings>): DescopeUser;
  rename(user: DescopeUser, newLoginId: string): DescopeUser;
  create(loginId: string, body: Members): DescopeUser;
  delete(user: DescopeUser): void;
  /** Takes the values of attributes away whose definition is gone. */
  forget(attributes: readonly string[]): void;
  load(body: Members): Members;
  search(body: Members): Members;
}

/** Keeps the users, as they are and as the search index still sees them, and the log of what changed. */
export function createDescopeUsers(
  settings: DescopeEmulatorSettings,
  attributes: DescopeAttributes,
  writes: WriteLogEntry[],
): DescopeUsers {
  const { now = Date.now, conflictStatus = 400, searchLagMs = 1_000, loadMaximum = 100 } = settings;
  const users = new Map<string, DescopeUser>();
  let index: { readonly at: number; readonly users: ReadonlyMap<string, DescopeUser> }[] = [];

  function commit(userId: string, user: DescopeUser | undefined, change: Members): DescopeUser | undefined {
    if (Object.keys(change).length === 0) return user;
    if (user) users.set(userId, user);
    else users.delete(userId);
    index.push({ at: now(), users: new Map(users) });
    writes.push(structuredClone({ userId, change }));
    return user;
  }

  function refuseConflicts(
    user: DescopeUser,
    next: DescopeUser,
    change: Members,
    { conflictErrorCode = 'E011001', uniqueEmail, uniquePhone }: DescopeEmulatorSettings = settings,
  ): void {
    const taken = (what: string) =>
      new Refusal(conflictErrorCode, `${what} belongs to another user`, conflictStatus);
    const others = [...users.values()].filter((other) => other.userId !== user.userId);
    if (change.loginIds !== undefined)
      for (const id of next.loginIds)
        if (others.some((other) => other.loginIds.includes(id))) throw taken('loginId');
    for (const [member, unique] of [
      ['email', uniqueEmail],
      ['phone', uniquePhone],
    ] as const) {
      const value = next[member].toLowerCase();
      if (typeof change[member] !== 'string') continue;
      if (others.some((other) => other.loginIds.some((id) => id.toLowerCase() === value)))
        throw taken(member);
      if (unique && others.some((other) => other[member].toLowerCase() === value)) throw taken(member);
    }
  }

  function patch(user: DescopeUser, body: Members, overrides: Partial<DescopeEmulatorSettings> = {}) {
    const rules = { ...settings, ...overrides };
    const asked = readChange(user, body, rules, attributes);
    refuseConflicts(user, applyChange(user, asked), asked, rules);
    if (Object.keys(asked).length === 0) return user;
    const change = settings.distort?.(structuredClone({ userId: user.userId, change: asked })) ?? asked;
    return commit(user.userId, applyChange(user, change), change) ?? user;
  }

  function freeLoginId(loginId: string): void {
    if ([...users.values()].some((user) => user.loginIds.includes(loginId)))
      throw new Refusal('E062107', 'loginId belongs to another user', conflictStatus);
  }

  for (const seed of settings.users) {
    freeLoginId(seed.username);
    if (users.has(seed.userId)) throw new Error(`two users to start with have the id ${seed.userId}`);
    const user = emptyUser(seed.userId, [seed.username], Math.floor(seed.createdAt / 1000));
    const change = readChange(user, wireForm(seed), settings, attributes);
    refuseConflicts(user, applyChange(user, change), change);
    users.set(seed.userId, applyChange(user, change));
  }
  index.push({ at: Number.NEGATIVE_INFINITY, users: new Map(users) });

  return {
    all: () => structuredClone(users),

    find(body) {
      const userId = string(body, 'userId');
      const loginId = string(body, 'loginId');
      if (!userId && !loginId) throw new Refusal('E011002', 'loginId or userId is required');
      const byLoginId = [...users.values()].find((user) => loginId && user.loginIds.includes(loginId));
      const byIdInItsPlace = loginId ? users.get(loginId) : undefined;
      const named =
        settings.ambiguousLoginId === 'userId'
          ? (byIdInItsPlace ?? byLoginId)
          : (byLoginId ?? byIdInItsPlace);
      const user = userId ? users.get(userId) : named;
      if (!user || (userId && loginId && user !== named)) throw new Refusal('E112102', 'user not found', 404);
      return user;
    },

    patch,

    rename(user, newLoginId) {
      if (newLoginId === '') throw new Refusal('E011002', 'newLoginId is required');
      const change = { loginIds: [newLoginId, ...user.loginIds.slice(1)] };
      const next = applyChange(user, change);
      refuseConflicts(user, next, change);
      return commit(user.userId, next, change) ?? next;
    },

    create(loginId, body) {
      // A user id in place of the login id means a user who is already there.
      if (users.has(loginId)) throw new Refusal('E062107', 'the user exists', conflictStatus);
      freeLoginId(loginId);
      const { additionalLoginIds, test, ...members } = body;
      const blank = emptyUser(newUserId(), [loginId], Math.floor(now() / 1000));
      const change: Members = {
        ...readChange(blank, { ...members, additionalIdentifiers: additionalLoginIds }, settings, attributes),
        ...(boolean({ test }, 'test') ? { test: true } : {}),
      };
      const whole = { loginIds: [loginId], status: 'invited', ...change };
      const user = applyChange(blank, whole);
      refuseConflicts(blank, user, whole);
      return commit(user.userId, user, whole) ?? user;
    },

    delete: (user) => void commit(user.userId, undefined, { userId: null }),

    forget(names) {
      for (const user of users.values()) {
        const held = names.filter((name) => Object.hasOwn(user.customAttributes, name));
        if (held.length === 0) continue;
        const change = { customAttributes: Object.fromEntries(held.map((name) => [name, null])) };
        commit(user.userId, applyChange(user, change), change);
      }
    },

    load(body) {
      const userIds = strings(body, 'userIds') ?? [];
      if (userIds.length === 0) throw new Refusal('E011002', 'userIds is required');
      if (userIds.length > loadMaximum) throw new Refusal('E011004', `more than ${loadMaximum} userIds`);
      // "optionally include disabled/expired users in the response": the official client's own words.
      const all = boolean(body, 'includeInvalidUsers') ?? false;
      const found = [...new Set(userIds)]
        .map((userId) => users.get(userId))
        .filter((user) => user !== undefined)
        .filter((user) => all || (user.status !== 'disabled' && user.status !== 'expired'));
      return { users: found, total: found.length };
    },

    search(body) {
      const until = now() - searchLagMs;
      const seen = index.findLastIndex((snapshot) => snapshot.at <= until);
      index = index.slice(seen);
      const limit = count(body, 'limit') ?? 100;
      const page = count(body, 'page') ?? 0;
      const found = [...(index[0]?.users.values() ?? [])].filter((user) => matches(user, body));
      sort(found, body.sort);
      return { users: found.slice(page * limit, (page + 1) * limit), total: found.length };
    },
  };
}

/** The members that the emulated search knows; the service knows more. */
export const searchMembers = [
  'userIds',
  'loginIds',
  'tenantIds',
  'roleNames',
  'ssoAppIds',
  'statuses',
  'emails',
  'phones',
  'customAttributes',
  'withTestUser',
  'testUsersOnly',
  'limit',
  'page',
  'sort',
] as const;

function matches(user: DescopeUser, body: Members): boolean {
  const oneOf = (name: string, values: readonly string[]) => {
    const wanted = strings(body, name) ?? [];
    return wanted.length === 0 || values.some((value) => wanted.includes(value));
  };
  const attributes = Object.entries(object(body.customAttributes ?? {}, 'customAttributes'));
  const testOnly = boolean(body, 'testUsersOnly') ?? false;
  const withTest = boolean(body, 'withTestUser') ?? false;
  // Named together, filters narrow each other [guess].
  return [
    oneOf('userIds', [user.userId]),
    oneOf('loginIds', user.loginIds),
    oneOf(
      'tenantIds',
      user.userTenants.map((tenant) => tenant.tenantId),
    ),
    oneOf('roleNames', user.roleNames),
    oneOf('ssoAppIds', user.ssoAppIds),
    oneOf('statuses', [user.status]),
    oneOf('emails', [user.email]),
    oneOf('phones', [user.phone]),
    attributes.every(([name, wanted]) =>
      (Array.isArray(wanted) ? wanted : [wanted]).includes(user.customAttributes[name]),
    ),
    user.test ? withTest || testOnly : !testOnly,
  ].every(Boolean);
}

function sort(users: DescopeUser[], order: unknown): void {
  if (order === undefined || order === null) return;
  if (!Array.isArray(order)) throw new Refusal('E011001', 'sort must be a list');
  for (const one of order.toReversed()) {
    const by = object(one, 'sort');
    const field = string(by, 'field') ?? '';
    const sign = boolean(by, 'desc') ? -1 : 1;
    users.sort((a, b) => {
      const [left, right] = [a, b].map((user) => String((user as unknown as Members)[field] ?? ''));
      return sign * (left ?? '').localeCompare(right ?? '');
    });
  }
}

function newUserId(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return `U2${[...randomBytes(25)].map((byte) => alphabet[byte % alphabet.length]).join('')}`;
}

function wireForm(seed: SeedUser): Members {
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
    status: seed.status,
    roleNames: seed.roleNames,
    userTenants: seed.tenants,
    ssoAppIds: seed.ssoAppIds,
    customAttributes: seed.customFields,
  };
}
