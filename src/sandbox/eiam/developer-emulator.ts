import { randomBytes, randomUUID } from 'node:crypto';
import { type Emulator, type EmulatorRequest, type EmulatorResponse, serveOnLoopback } from '../emulator.ts';
import { createEiamAccounts, folded } from './accounts.ts';
import { EiamRefusal, invalid, missing, pascal } from './rules.ts';
import type { EiamEmulatorSettings, EiamRecord } from './settings.ts';

/** One application of one instance. The switches are what nobody has published; each default is the likeliest. */
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
  /** What follows a write without a result: `{}` is published. Default `{}`. */
  readonly patchAnswer?: '{}' | 'empty' | 204;
  /** The only code published for the token endpoint. Default `invalid_grant`. */
  readonly tokenRefusalCode?: string;
  /** What the application may do. Default both. */
  readonly scopes?: readonly ('read' | 'manage')[];
  /** Default `true`. */
  readonly applicationEnabled?: boolean;
  /** Default `true`. */
  readonly applicationApiEnabled?: boolean;
}

interface Call {
  readonly request: EmulatorRequest;
  readonly query: URLSearchParams;
  /** What the path has in place of `{userId}`. */
  readonly userId: string;
  readonly body: () => EiamRecord;
}

const finders = {
  getUserIdByEmail: ['email'],
  getUserIdByUsername: ['username'],
  getUserIdByPhoneNumber: ['phoneNumber'],
  getUserIdByExternalId: ['userExternalId', 'userSourceId', 'userSourceType'],
} as const;

function jsonBody({ headers, body }: EmulatorRequest): EiamRecord {
  if (!/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(headers['content-type'] ?? '')) {
    throw invalid('ContentType');
  }
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as EiamRecord;
  } catch {}
  throw invalid('Body');
}

function formOrQuery({ headers, body }: EmulatorRequest, query: URLSearchParams): URLSearchParams {
  const isForm = headers['content-type']?.split(';')[0]?.trim() === 'application/x-www-form-urlencoded';
  const given = new URLSearchParams(isForm ? `${query}&${body}` : query);
  const [, basic] = /^basic (.+)$/i.exec(headers.authorization ?? '') ?? [];
  if (basic !== undefined) {
    const [id = '', ...secret] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    // RFC 6749, 2.3.1: both are form-encoded before they are joined.
    const decoded = new URLSearchParams(`client_id=${id}&client_secret=${secret.join(':')}`);
    for (const [name, value] of decoded) given.append(name, value);
  }
  return given;
}

function pageNumbers(query: URLSearchParams) {
  const read = (name: string, otherwise: number, most: number) => {
    const text = query.get(name) ?? String(otherwise);
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < 1 || value > most) throw invalid(pascal(name));
    return value;
  };
  const pageSize = read('pageSize', 20, 100);
  return { pageSize, offset: (read('pageNumber', 1, Number.MAX_SAFE_INTEGER) - 1) * pageSize };
}

/** The developer API's emulator, whose tokens a test can take back. */
export interface EiamDeveloperEmulator extends Emulator {
  /** Makes every token that was issued so far invalid. */
  revokeTokens(): void;
}

/** The developer API (2022-02-25) of EIAM on a free port of 127.0.0.1. */
export async function startEiamDeveloperEmulator(
  settings: EiamDeveloperEmulatorSettings,
): Promise<EiamDeveloperEmulator> {
  const accounts = createEiamAccounts(settings);
  const tokens = new Map<string, number>();
  const now = settings.now ?? Date.now;

  const done = (): EmulatorResponse =>
    settings.patchAnswer === 204
      ? { status: 204 }
      : { status: 200, body: settings.patchAnswer === 'empty' ? undefined : {} };

  const issueToken = (request: EmulatorRequest, query: URLSearchParams): EmulatorResponse => {
    const given = formOrQuery(request, query);
    const is = (name: string, expected: string) => {
      const values = given.getAll(name);
      return values.length > 0 && values.every((value) => value === expected);
    };
    const granted =
      is('grant_type', 'client_credentials') &&
      is('client_id', settings.applicationId) &&
      is('client_secret', settings.clientSecret);
    if (!granted) {
      throw new EiamRefusal(400, settings.tokenRefusalCode ?? 'invalid_grant', 'The grant is not valid.');
    }
    const access_token = `AT${randomBytes(24).toString('base64url')}`;
    const expires_in = settings.tokenLifetimeSeconds ?? 1200;
    tokens.set(access_token, now() + expires_in * 1000);
    const expires_at = Math.floor(now() / 1000) + expires_in;
    return { status: 200, body: { token_type: 'Bearer', access_token, expires_in, expires_at } };
  };

  const list = ({ query }: Call): EmulatorResponse => {
    const { pageSize, offset } = pageNumbers(query);
    const unitId = query.get('organizationalUnitId');
    if (unitId !== null) accounts.unit(unitId);
    const inUnit = accounts.list().filter(({ organizationalUnits }) => {
      const units = organizationalUnits as { organizationalUnitId: string }[];
      return unitId === null || units.some(({ organizationalUnitId }) => organizationalUnitId === unitId);
    });
    const body = { totalCount: inUnit.length, data: inUnit.slice(offset, offset + pageSize) };
    return { status: 200, body };
  };

  const find =
    (members: readonly string[]) =>
    ({ body }: Call): EmulatorResponse => {
      const where = body();
      for (const member of members) {
        if (where[member] === undefined || where[member] === '') throw missing(pascal(member));
        if (typeof where[member] !== 'string') throw invalid(pascal(member));
      }
      const found = accounts
        .list()
        .find((user) =>
          members.every((member) => folded(member, user[member]) === folded(member, where[member])),
        );
      if (found) return { status: 200, body: { userId: found.userId } };
      throw new EiamRefusal(400, 'ResourceNotFound.UserId', 'The specified resource: UserId not exist.');
    };

  /** Method and path, with the scope that each needs. `_` stands for a user's id. */
  const routes = new Map<string, { scope: 'read' | 'manage'; answer: (call: Call) => EmulatorResponse }>([
    ['GET users', { scope: 'read', answer: list }],
    ['GET users/_', { scope: 'read', answer: ({ userId }) => ({ status: 200, body: accounts.get(userId) }) }],
    [
      'POST users',
      { scope: 'manage', answer: ({ body }) => ({ status: 200, body: { userId: accounts.create(body()) } }) },
    ],
  ]);
  const write = (route: string, change: (call: Call) => void) =>
    routes.set(route, {
      scope: 'manage',
      answer: (call) => {
        change(call);
        return done();
      },
    });
  write('PATCH users/_', ({ userId, body }) => accounts.patch(userId, body()));
  write('DELETE users/_', ({ userId }) => accounts.remove(userId));
  write('POST users/_/actions/enable', ({ userId }) => accounts.setStatus(userId, 'enabled'));
  write('POST users/_/actions/disable', ({ userId }) => accounts.setStatus(userId, 'disabled'));
  for (const [name, members] of Object.entries(finders)) {
    routes.set(`POST users/_/actions/${name}`, { scope: 'read', answer: find(members) });
  }

  const authenticate = (request: EmulatorRequest) => {
    const [, token = ''] = /^bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if ((tokens.get(token) ?? 0) <= now()) {
      throw new EiamRefusal(400, 'invalid_token', 'The access token is missing, unknown or expired.');
    }
  };

  const answer = (request: EmulatorRequest): EmulatorResponse => {
    const [path = '', search = ''] = request.url.split('?', 2);
    const [, version, instanceId, applicationId, ...rest] = path.split('/');
    const noSuchPath = new EiamRefusal(
      404,
      'InvalidAction.NotFound',
      'The specified path or method is not found.',
    );
    if (version !== 'v2' || rest.length === 0) throw noSuchPath;
    if (instanceId !== settings.instanceId) {
      throw new EiamRefusal(404, 'instance_not_found', 'The instance is not found.');
    }
    if (applicationId !== settings.applicationId) {
      throw new EiamRefusal(404, 'application_not_found', 'The application is not found.');
    }
    if (settings.applicationEnabled === false) {
      throw new EiamRefusal(403, 'application_disabled', 'The application is disabled.');
    }
    if (settings.applicationApiEnabled === false) {
      throw new EiamRefusal(403, 'application_api_disabled', "The application's API is disabled.");
    }
    const query = new URLSearchParams(search);
    if (request.method === 'POST' && rest.join('/') === 'oauth2/token') return issueToken(request, query);
    const [users, userId = '', ...action] = rest;
    const pattern = rest.length === 1 ? users : [users, '_', ...action].join('/');
    const route = routes.get(`${request.method} ${pattern}`);
    if (route === undefined || (rest.length > 1 && userId === '')) throw noSuchPath;
    // These four have no user's id in their path but a literal `_`.
    if (action[1] !== undefined && Object.hasOwn(finders, action[1]) !== (userId === '_')) throw noSuchPath;
    authenticate(request);
    if (!(settings.scopes ?? ['read', 'manage']).includes(route.scope)) {
      throw new EiamRefusal(403, 'permission_denied', 'The application has no permission for this call.');
    }
    try {
      decodeURIComponent(userId);
    } catch {
      throw noSuchPath;
    }
    return route.answer({
      request,
      query,
      userId: decodeURIComponent(userId),
      body: () => jsonBody(request),
    });
  };

  const refuse = (request: EmulatorRequest, { status, code, message }: EiamRefusal): EmulatorResponse => {
    const RequestId = randomUUID().toUpperCase();
    const grammar = settings.errorGrammar ?? 'pascal';
    if (grammar === 'oauth' || (grammar === 'byCode' && /^[a-z_]+$/.test(code))) {
      return { status, body: { error: code, error_description: message, request_id: RequestId } };
    }
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
  return { ...server, writes: accounts.writes, users: accounts.users, revokeTokens: () => tokens.clear() };
}
