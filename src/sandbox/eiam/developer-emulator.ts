import { randomBytes, randomUUID } from 'node:crypto';
import { type Emulator, type EmulatorRequest, type EmulatorResponse, serveOnLoopback } from '../emulator.ts';
import { createEiamAccounts, foldCase } from './accounts.ts';
import { EiamRefusal, invalid, missing, pascal } from './rules.ts';
import type { EiamEmulatorSettings, EiamRecord } from './settings.ts';

/** One application of one instance. Settings stand for what is not published; each default is the likeliest. */
export interface EiamDeveloperEmulatorSettings extends EiamEmulatorSettings {
  readonly applicationId: string;
  readonly clientSecret: string;
  /** Default 1200, the published `expires_in`. */
  readonly tokenLifetimeSeconds?: number;
  /**
   * `pascal`: `{Code, Message, RequestId, HostId, Recommend}`; `oauth`: `{error, error_description, request_id}`;
   * `byCode`: oauth for the codes in snake case, pascal for the others. Default `pascal`.
   */
  readonly errorGrammar?: 'pascal' | 'oauth' | 'byCode';
  /** The answer to a write. Default `{}`, as published. */
  readonly patchAnswer?: '{}' | 'empty' | 204;
  /** What the application may do. Default both. */
  readonly scopes?: readonly ('read' | 'manage')[];
  /** Default `true`. */
  readonly applicationEnabled?: boolean;
}

interface Call {
  /** The decoded path segment in the place of `{userId}`. */
  readonly userId: string;
  readonly body: () => EiamRecord;
}

interface Route {
  readonly scope: 'read' | 'manage';
  readonly answer: (call: Call) => EmulatorResponse;
}

/** The developer API's emulator, whose tokens a test can revoke and whose client secret it can replace. */
export interface EiamDeveloperEmulator extends Emulator {
  /** Accepts this client secret from now on, in place of the one before; the tokens stay valid. */
  accept(clientSecret: string): void;
  /** Makes every token that was issued so far invalid. */
  revokeTokens(): void;
}

/** The calls of the EIAM developer API (2022-02-25) that idpatch makes, on a free port of 127.0.0.1. */
export async function startEiamDeveloperEmulator(
  settings: EiamDeveloperEmulatorSettings,
): Promise<EiamDeveloperEmulator> {
  const accounts = createEiamAccounts(settings);
  const tokens = new Map<string, number>();
  const now = settings.now ?? Date.now;
  let { clientSecret } = settings;

  const issueToken = (request: EmulatorRequest, query: URLSearchParams): EmulatorResponse => {
    const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/.test(request.headers['content-type'] ?? '');
    // The page publishes a form; the official client sends the query.
    const given = new URLSearchParams(isForm ? `${query}&${request.body}` : query);
    const expected = {
      grant_type: 'client_credentials',
      client_id: settings.applicationId,
      client_secret: clientSecret,
    };
    const isGranted = Object.entries(expected).every(([name, value]) => {
      const values = given.getAll(name);
      return values.length > 0 && values.every((one) => one === value);
    });
    // The only code that is published for the token endpoint.
    if (!isGranted) throw new EiamRefusal(400, 'invalid_grant', 'The grant is not valid.');
    const access_token = `AT${randomBytes(24).toString('base64url')}`;
    const expires_in = settings.tokenLifetimeSeconds ?? 1200;
    tokens.set(access_token, now() + expires_in * 1000);
    const expires_at = Math.floor(now() / 1000) + expires_in;
    return { status: 200, body: { token_type: 'Bearer', access_token, expires_in, expires_at } };
  };

  const write = (change: (call: Call) => void): Route => ({
    scope: 'manage',
    answer(call) {
      change(call);
      const { patchAnswer } = settings;
      return patchAnswer === 204 ? { status: 204 } : { status: 200, body: patchAnswer === 'empty' ? '' : {} };
    },
  });

  const find = (member: string): Route => ({
    scope: 'read',
    answer({ body }) {
      const { [member]: wanted } = body();
      if (wanted === undefined || wanted === '') throw missing(pascal(member));
      if (typeof wanted !== 'string') throw invalid(pascal(member));
      const found = accounts
        .list()
        .find((user) => foldCase(member, user[member]) === foldCase(member, wanted));
      if (found) return { status: 200, body: { userId: found.userId } };
      throw new EiamRefusal(400, 'ResourceNotFound.UserId', 'The specified resource: UserId not exist.');
    },
  });

  const routes: Readonly<Record<string, Route>> = {
    'GET users/{userId}': {
      scope: 'read',
      answer: ({ userId }) => ({ status: 200, body: accounts.get(userId) }),
    },
    'PATCH users/{userId}': write(({ userId, body }) => accounts.patch(userId, body())),
    'POST users/{userId}/actions/enable': write(({ userId }) => accounts.setStatus(userId, 'enabled')),
    'POST users/{userId}/actions/disable': write(({ userId }) => accounts.setStatus(userId, 'disabled')),
    'POST users/_/actions/getUserIdByEmail': find('email'),
    'POST users/_/actions/getUserIdByUsername': find('username'),
    'POST users/_/actions/getUserIdByPhoneNumber': find('phoneNumber'),
  };

  const authenticate = (request: EmulatorRequest) => {
    const [, token = ''] = /^bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if ((tokens.get(token) ?? 0) <= now())
      throw new EiamRefusal(400, 'invalid_token', 'The access token is missing, unknown or expired.');
  };

  const answer = (request: EmulatorRequest): EmulatorResponse => {
    const [path = '', search = ''] = request.url.split('?', 2);
    const [, version, instanceId, applicationId, ...rest] = path.split('/');
    const notFound = 'The specified path or method is not found.';
    const noSuchPath = new EiamRefusal(404, 'InvalidAction.NotFound', notFound);
    if (version !== 'v2' || rest.length === 0) throw noSuchPath;
    if (instanceId !== settings.instanceId)
      throw new EiamRefusal(404, 'instance_not_found', 'The instance is not found.');
    if (applicationId !== settings.applicationId)
      throw new EiamRefusal(404, 'application_not_found', 'The application is not found.');
    if (settings.applicationEnabled === false)
      throw new EiamRefusal(403, 'application_disabled', 'The application is disabled.');
    if (request.method === 'POST' && rest.join('/') === 'oauth2/token')
      return issueToken(request, new URLSearchParams(search));
    const [users = '', segment = '', ...action] = rest;
    const pattern = [users, segment === '_' ? '_' : '{userId}', ...action].join('/');
    const route = routes[`${request.method} ${pattern}`];
    if (route === undefined || segment === '') throw noSuchPath;
    authenticate(request);
    if (!(settings.scopes ?? ['read', 'manage']).includes(route.scope))
      throw new EiamRefusal(403, 'permission_denied', 'The application has no permission for this call.');
    const userId = decoded(segment);
    if (userId === undefined) throw noSuchPath;
    return route.answer({ userId, body: () => jsonBody(request) });
  };

  const refuse = (request: EmulatorRequest, { status, code, message }: EiamRefusal): EmulatorResponse => {
    const RequestId = randomUUID().toUpperCase();
    const grammar = settings.errorGrammar ?? 'pascal';
    if (grammar === 'oauth' || (grammar === 'byCode' && /^[a-z_]+$/.test(code)))
      return { status, body: { error: code, error_description: message, request_id: RequestId } };
    const Recommend = `https://api.aliyun.com/troubleshoot?q=${code}&product=Eiam-developerapi`;
    const body = { Code: code, Message: message, RequestId, HostId: request.headers.host, Recommend };
    return { status, body };
  };

  const server = await serveOnLoopback((request) => {
    try {
      return answer(request);
    } catch (refusal) {
      if (refusal instanceof EiamRefusal) return refuse(request, refusal);
      throw refusal;
    }
  }, settings.intercept);
  return {
    ...server,
    writes: accounts.writes,
    users: accounts.users,
    accept(secret) {
      clientSecret = secret;
    },
    revokeTokens: () => tokens.clear(),
  };
}

function jsonBody({ headers, body }: EmulatorRequest): EiamRecord {
  if (!/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(headers['content-type'] ?? ''))
    throw invalid('ContentType');
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as EiamRecord;
  } catch {}
  throw invalid('Body');
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
