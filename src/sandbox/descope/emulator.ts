import {
  type Emulator,
  type EmulatorRequest,
  type EmulatorResponse,
  serveOnLoopback,
  type WriteLogEntry,
} from '../emulator.ts';
import { createDescopeAttributes } from './attributes.ts';
import { patchMembers } from './change.ts';
import { type Members, object, Refusal, required, string } from './refusal.ts';
import type { DescopeEmulatorSettings } from './settings.ts';
import { type Answer, createUpdateCalls, who } from './updates.ts';
import { type DescopeUser, emptyUser } from './user-form.ts';
import { createDescopeUsers, searchMembers } from './users.ts';

/**
 * Starts the Descope management API over loopback HTTP. A patch of which nothing remains to be written (no
 * member, or only such as a switch passes over) leaves no log entry; creation logs what was set, deletion
 * `{ userId: null }`. `distort` is asked for changes of existing users; an empty change is not logged.
 */
export async function startDescopeEmulator(settings: DescopeEmulatorSettings): Promise<Emulator> {
  const { badKeyStatus = 401, badKeyErrorCode = 'E011003', rateLimitTier = 'tier1' } = settings;
  const writes: WriteLogEntry[] = [];
  const attributes = createDescopeAttributes(settings);
  const users = createDescopeUsers(settings, attributes, writes);
  const pace = createPace(settings);

  /** A call that knows these members and no other: an unknown one is refused, as strict JSON mapping does. */
  function knowing(members: readonly string[], answer: Answer): Answer {
    return (body, query) => {
      const surplus = Object.keys(body).find((name) => !members.includes(name));
      if (surplus !== undefined && settings.unknownMember !== 'ignored')
        throw new Refusal('E011001', `unknown member ${surplus}`);
      return answer(body, query);
    };
  }

  const patchOne = (one: Members): DescopeUser => {
    knowing([...who, ...patchMembers], () => undefined)(one, {});
    return users.patch(users.find(one), one);
  };

  const calls: Readonly<Record<string, Answer>> = {
    'GET /v1/mgmt/license': () => ({ rateLimitTier }),
    'GET /v1/mgmt/user': (_body, query) => ({ user: users.find(query) }),
    'PATCH /v1/mgmt/user/patch': (body) => ({ user: patchOne(body) }),
    'PATCH /v1/mgmt/user/patch/batch': knowing(['users'], (body) => {
      if (!Array.isArray(body.users) || body.users.length === 0)
        throw new Refusal('E011002', 'users is required');
      const asked = body.users.map((one) => object(one, 'user'));
      const patchedUsers: DescopeUser[] = [];
      const failedUsers: { failure: string; user: DescopeUser }[] = [];
      for (const one of asked)
        try {
          patchedUsers.push(patchOne(one));
        } catch (refusal) {
          if (!(refusal instanceof Refusal)) throw refusal;
          // The wording, and which user is named, are [guess].
          const loginId = typeof one.loginId === 'string' ? [one.loginId] : [];
          const userId = typeof one.userId === 'string' ? one.userId : '';
          const failure = settings.codeInFailure ? `[${refusal.code}] ${refusal.message}` : refusal.message;
          failedUsers.push({ failure, user: emptyUser(userId, loginId, 0) });
        }
      return { patchedUsers, failedUsers, additionalErrors: {} };
    }),
    'POST /v1/mgmt/users/load': knowing(['userIds', 'includeInvalidUsers'], users.load),
    'POST /v2/mgmt/user/search': knowing(searchMembers, users.search),
    'POST /v1/mgmt/user/create': knowing(
      ['loginId', 'additionalLoginIds', 'test', ...patchMembers.filter((name) => !notCreated.includes(name))],
      (body) => {
        const { loginId, ...members } = body;
        return { user: users.create(required(string({ loginId }, 'loginId'), 'loginId'), members) };
      },
    ),
    'POST /v1/mgmt/user/delete': knowing(who, (body) => {
      users.delete(users.find(body));
      return {};
    }),
    'GET /v1/mgmt/user/customattributes': () => attributes.list(),
    'POST /v1/mgmt/user/customattribute/create': knowing(['attributes'], (body) => {
      attributes.create(body);
      return attributes.list();
    }),
    'POST /v1/mgmt/user/customattribute/delete': knowing(['names'], (body) => {
      users.forget(attributes.delete(body));
      return attributes.list();
    }),
    ...createUpdateCalls(users, knowing),
  };

  function answer(request: EmulatorRequest): EmulatorResponse {
    if (request.headers.authorization !== `Bearer ${settings.projectId}:${settings.managementKey}`)
      throw new Refusal(badKeyErrorCode, 'the management key is not valid for the project', badKeyStatus);
    const [path = '', query = ''] = request.url.split(/\?(.*)/s);
    const call = calls[`${request.method} ${path}`];
    if (!call) {
      const methods = Object.keys(calls).filter((known) => known.endsWith(` ${path}`));
      // The gateway's own form of error, not the API's [guess].
      return methods.length === 0
        ? { status: 404, body: { code: 5, message: 'Not Found', details: [] } }
        : { status: 405, body: { code: 12, message: 'Method Not Allowed', details: [] } };
    }
    const retryAfter = pace(path);
    if (retryAfter !== undefined)
      return {
        status: 429,
        headers: { 'retry-after': String(retryAfter) },
        body: new Refusal('E130429', 'too many requests', 429).body,
      };
    const parameters = Object.fromEntries(new URLSearchParams(query));
    return { status: 200, body: call(request.method === 'GET' ? {} : parse(request.body), parameters) };
  }

  const served = await serveOnLoopback((request) => {
    try {
      return answer(request);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      return { status: refusal.status, body: refusal.body };
    }
  }, settings.intercept);
  return { ...served, writes, users: () => users.all() as ReadonlyMap<string, Members & DescopeUser> };
}

/** Given to a new user by nothing but time and the patches that follow. */
const notCreated: readonly string[] = ['status', 'scim', 'additionalIdentifiers'];

function parse(body: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Refusal('E011001', 'the body is not JSON');
  }
  return object(value, 'the body');
}

/** Counts requests; answers the seconds to wait where the published limit is reached. */
function createPace(settings: DescopeEmulatorSettings): (path: string) => number | undefined {
  const {
    now = Date.now,
    requestsPerMinute = 500,
    createsPerMinute = 100,
    searchesPerMinute = 200,
  } = settings;
  const windows = new Map<string, { readonly from: number; requests: number }>();
  return (path) => {
    const [kind, limit] =
      path === '/v1/mgmt/license'
        ? (['license', Number.POSITIVE_INFINITY] as const)
        : path === '/v1/mgmt/user/create'
          ? (['create', createsPerMinute] as const)
          : path === '/v2/mgmt/user/search'
            ? (['search', searchesPerMinute] as const)
            : (['user', requestsPerMinute] as const);
    const at = now();
    let window = windows.get(kind);
    if (!window || at - window.from >= 60_000) window = { from: at, requests: 0 };
    windows.set(kind, window);
    if (window.requests >= limit) return Math.ceil((window.from + 60_000 - at) / 1000);
    window.requests += 1;
    return undefined;
  };
}
