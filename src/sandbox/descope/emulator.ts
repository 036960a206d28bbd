import {
  type Emulator,
  type EmulatorRequest,
  type EmulatorResponse,
  serveOnLoopback,
  type WriteLogEntry,
} from '../emulator.ts';
import { createDescopeAttributes } from './attributes.ts';
import { patchMembers } from './change.ts';
import { type Members, object, Refusal } from './refusal.ts';
import type { DescopeEmulatorSettings } from './settings.ts';
import { createDescopeUsers } from './users.ts';
import { type DescopeUser, emptyUser } from './wire.ts';

/** The emulator, whose management key a test can replace. */
export interface DescopeEmulator extends Emulator {
  /** Accepts this key from now on, in place of the one before. */
  accept(managementKey: string): void;
}

/** Answers one call from the members of its body and of its query. */
type Handler = (body: Members, query: Members) => unknown;

/**
 * Starts the calls of the Descope management API that idpatch makes, over loopback HTTP. A patch that changes
 * nothing (it has no member, or only members that a setting ignores) leaves no log entry, and `distort` is not
 * called for it.
 */
export async function startDescopeEmulator(settings: DescopeEmulatorSettings): Promise<DescopeEmulator> {
  const { badKeyStatus = 401 } = settings;
  let { managementKey } = settings;
  const writes: WriteLogEntry[] = [];
  const attributes = createDescopeAttributes(settings);
  const users = createDescopeUsers(settings, attributes, writes);
  const secondsToWait = createRateLimit(settings);

  /** Refuses members that the call does not have, as strict JSON mapping does. */
  function refuseUnknownMembers(body: Members, known: readonly string[]): void {
    const unknown = Object.keys(body).find((name) => !known.includes(name));
    if (unknown !== undefined) throw new Refusal('E011001', `unknown member ${unknown}`);
  }

  function patchOne(body: Members): DescopeUser {
    refuseUnknownMembers(body, ['loginId', 'userId', ...patchMembers]);
    return users.patch(users.find(body), body);
  }

  function patchBatch(body: Members) {
    refuseUnknownMembers(body, ['users']);
    if (!Array.isArray(body.users) || body.users.length === 0)
      throw new Refusal('E011002', 'users is required');
    const patchedUsers: DescopeUser[] = [];
    const failedUsers: { failure: string; user: DescopeUser }[] = [];
    for (const one of body.users.map((user) => object(user, 'user')))
      try {
        patchedUsers.push(patchOne(one));
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal;
        // Guesses: the wording, and which user is named.
        const loginIds = typeof one.loginId === 'string' ? [one.loginId] : [];
        const userId = typeof one.userId === 'string' ? one.userId : '';
        const failure = settings.codeInFailure ? `[${refusal.code}] ${refusal.message}` : refusal.message;
        failedUsers.push({ failure, user: emptyUser(userId, loginIds, 0) });
      }
    return { patchedUsers, failedUsers, additionalErrors: {} };
  }

  const handlers: Readonly<Record<string, Handler>> = {
    'GET /v1/mgmt/user': (_body, query) => ({ user: users.read(query) }),
    'PATCH /v1/mgmt/user/patch': (body) => ({ user: patchOne(body) }),
    'PATCH /v1/mgmt/user/patch/batch': patchBatch,
    'POST /v1/mgmt/users/load': (body) => {
      refuseUnknownMembers(body, ['userIds', 'includeInvalidUsers']);
      return users.load(body);
    },
    'GET /v1/mgmt/user/customattributes': () => attributes.list(),
  };

  function answer(request: EmulatorRequest): EmulatorResponse {
    if (request.headers.authorization !== `Bearer ${settings.projectId}:${managementKey}`)
      throw new Refusal('E011003', 'the management key is not valid for the project', badKeyStatus);
    const [path = '', query = ''] = request.url.split(/\?(.*)/s);
    const handler = handlers[`${request.method} ${path}`];
    if (!handler) {
      const isOtherMethod = Object.keys(handlers).some((known) => known.endsWith(` ${path}`));
      // A guess: the gateway answers in a form of its own.
      return isOtherMethod
        ? { status: 405, body: { code: 12, message: 'Method Not Allowed', details: [] } }
        : { status: 404, body: { code: 5, message: 'Not Found', details: [] } };
    }
    const retryAfter = secondsToWait();
    if (retryAfter !== undefined)
      return {
        status: 429,
        headers: { 'retry-after': String(retryAfter) },
        body: new Refusal('E130429', 'too many requests', 429).body,
      };
    const parameters = Object.fromEntries(new URLSearchParams(query));
    return { status: 200, body: handler(request.method === 'GET' ? {} : parse(request.body), parameters) };
  }

  const server = await serveOnLoopback((request) => {
    try {
      return answer(request);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      return { status: refusal.status, body: refusal.body };
    }
  }, settings.intercept);
  return {
    ...server,
    writes,
    users: () => users.all() as ReadonlyMap<string, Members & DescopeUser>,
    accept(key) {
      managementKey = key;
    },
  };
}

function parse(body: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Refusal('E011001', 'the body is not JSON');
  }
  return object(value, 'the body');
}

/** Counts a request; returns the seconds to wait where the published limit is reached. */
function createRateLimit({
  now = Date.now,
  requestsPerMinute = 500,
}: DescopeEmulatorSettings): () => number | undefined {
  let window = { startedAt: Number.NEGATIVE_INFINITY, requests: 0 };
  return () => {
    const at = now();
    if (at - window.startedAt >= 60_000) window = { startedAt: at, requests: 0 };
    if (window.requests >= requestsPerMinute) return Math.ceil((window.startedAt + 60_000 - at) / 1000);
    window.requests += 1;
    return undefined;
  };
}
