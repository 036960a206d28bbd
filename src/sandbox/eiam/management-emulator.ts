import { randomUUID } from 'node:crypto';
import { type Emulator, type EmulatorRequest, type EmulatorResponse, serveOnLoopback } from '../emulator.ts';
import { createEiamAccounts, foldCase } from './accounts.ts';
import { type Acs3Key, createAcs3Verifier } from './acs3-verifier.ts';
import { EiamRefusal, invalid, missing, pascal } from './rules.ts';
import type { EiamEmulatorSettings, EiamRecord } from './settings.ts';

/** One instance and one access key. Settings stand for what is not published; each default is the likeliest. */
export interface EiamManagementEmulatorSettings extends EiamEmulatorSettings, Acs3Key {
  /** The RAM policy, as `eiam:UpdateUser`. Default all. */
  readonly allowedActions?: readonly string[];
  /** No quota is published. Default unlimited. */
  readonly requestsPerMinute?: number;
  /** Some products answer 429. Default 400. */
  readonly throttleStatus?: 400 | 429;
  /** Default 100. */
  readonly maxUserIds?: number;
}

/** The management API's emulator, whose key a test can replace. */
export interface EiamManagementEmulator extends Emulator {
  /** Accepts this key from now on, in place of the one before. */
  accept(key: Acs3Key): void;
}

type Parameters = ReadonlyMap<string, string>;

const patchParameters =
  'Username DisplayName PhoneRegion PhoneNumber PhoneNumberVerified Email EmailVerified'.split(' ');

/** The parameters that each action has, beside InstanceId. */
const parametersOf = new Map<string, { readonly names: readonly string[]; readonly pattern?: RegExp }>([
  [
    'UpdateUser',
    {
      names: ['UserId', ...patchParameters],
      pattern: /^CustomFields\.[1-9]\d*\.(FieldName|FieldValue|Operation)$/,
    },
  ],
  ['GetUser', { names: ['UserId'] }],
  ['EnableUser', { names: ['UserId'] }],
  ['DisableUser', { names: ['UserId'] }],
  [
    'ListUsers',
    {
      names: ['Email', 'UsernameStartsWith', 'PhoneRegion', 'PhoneNumber', 'PageNumber', 'PageSize'],
      pattern: /^UserIds\.[1-9]\d*$/,
    },
  ],
]);

/** The calls of the EIAM management API (2021-12-01) that idpatch makes, on a free port of 127.0.0.1. */
export async function startEiamManagementEmulator(
  settings: EiamManagementEmulatorSettings,
): Promise<EiamManagementEmulator> {
  const accounts = createEiamAccounts(settings);
  const now = settings.now ?? Date.now;
  let key: Acs3Key = settings;
  const verify = createAcs3Verifier(() => key, now);
  const arrivals: number[] = [];

  const throttle = () => {
    const limit = settings.requestsPerMinute ?? Number.POSITIVE_INFINITY;
    while (arrivals[0] !== undefined && arrivals[0] <= now() - 60_000) arrivals.shift();
    if (arrivals.length >= limit) {
      const wait = String((arrivals[0] ?? now()) + 60_000 - now());
      const message = 'Request was denied due to user flow control.';
      throw new EiamRefusal(settings.throttleStatus ?? 400, 'Throttling.User', message, {
        'x-acs-retry-after': wait,
      });
    }
    arrivals.push(now());
  };

  const list = (parameters: Parameters): EiamRecord => {
    const ids = listOf(parameters, 'UserIds', (name) => parameters.get(name));
    if (ids.length > (settings.maxUserIds ?? 100)) throw invalid('UserIds');
    if (parameters.has('PhoneNumber') && !parameters.has('PhoneRegion')) throw missing('PhoneRegion');
    const exact = Object.entries({ Email: 'email', PhoneRegion: 'phoneRegion', PhoneNumber: 'phoneNumber' });
    const found = accounts.list().filter(
      (user) =>
        (ids.length === 0 || ids.includes(user.userId as string)) &&
        (user.username as string).startsWith(parameters.get('UsernameStartsWith') ?? '') &&
        exact.every(([name, member]) => {
          const wanted = parameters.get(name);
          return wanted === undefined || foldCase(member, user[member]) === foldCase(member, wanted);
        }),
    );
    const size = positive(parameters, 'PageSize', 20, 100);
    const from = (positive(parameters, 'PageNumber', 1, Number.MAX_SAFE_INTEGER) - 1) * size;
    return { TotalCount: found.length, Users: toPascalCase(found.slice(from, from + size)) };
  };

  const act = (action: string, parameters: Parameters): EiamRecord => {
    if (action === 'ListUsers') return list(parameters);
    const userId = parameters.get('UserId');
    if (!userId) throw missing('UserId');
    if (action === 'GetUser') return { User: toPascalCase(accounts.get(userId)) };
    if (action === 'UpdateUser') accounts.patch(userId, patchOf(parameters));
    else accounts.setStatus(userId, action === 'EnableUser' ? 'enabled' : 'disabled');
    return {};
  };

  const parametersFor = (action: string, url: string): Parameters => {
    const known = parametersOf.get(action);
    const parameters = new Map<string, string>();
    for (const [name, value] of new URLSearchParams(url.split('?', 2)[1])) {
      const isKnown = name === 'InstanceId' || known?.names.includes(name) || known?.pattern?.test(name);
      if (parameters.has(name) || !isKnown) throw invalid(name);
      parameters.set(name, value);
    }
    return parameters;
  };

  const answer = (request: EmulatorRequest): EiamRecord => {
    if (request.method !== 'POST')
      throw new EiamRefusal(405, 'UnsupportedHTTPMethod', 'This http method is not supported.');
    const action = String(request.headers['x-acs-action'] ?? '');
    const noSuchAction = new EiamRefusal(404, 'InvalidAction.NotFound', 'Specified api is not found.');
    if (request.url.split('?', 1)[0] !== '/') throw noSuchAction;
    verify(request);
    if (request.headers['x-acs-version'] !== '2021-12-01')
      throw new EiamRefusal(404, 'InvalidVersion', 'Specified parameter Version is not valid.');
    if (!parametersOf.has(action)) throw noSuchAction;
    throttle();
    if (!(settings.allowedActions?.includes(`eiam:${action}`) ?? true)) {
      const message = `You are not authorized to do this action: eiam:${action}.`;
      throw new EiamRefusal(403, 'Forbidden.RAM', message);
    }
    if (request.body !== '') throw invalid('Body');
    const parameters = parametersFor(action, request.url);
    const instanceId = parameters.get('InstanceId');
    if (!instanceId) throw missing('InstanceId');
    if (instanceId !== settings.instanceId)
      throw new EiamRefusal(404, 'ResourceNotFound.Instance', 'The specified resource: Instance not exist.');
    return act(action, parameters);
  };

  const server = await serveOnLoopback((request): EmulatorResponse => {
    const RequestId = randomUUID().toUpperCase();
    try {
      return { status: 200, body: { RequestId, ...answer(request) } };
    } catch (refusal) {
      if (!(refusal instanceof EiamRefusal)) throw refusal;
      const { status, code, message, headers } = refusal;
      const Recommend = `https://api.aliyun.com/troubleshoot?q=${code}&product=Eiam`;
      const body = { RequestId, HostId: request.headers.host, Code: code, Message: message, Recommend };
      return { status, headers, body };
    }
  }, settings.intercept);
  return {
    ...server,
    writes: accounts.writes,
    users: accounts.users,
    accept(other) {
      key = other;
    },
  };
}

/** `X.1=a&X.2=b` → `[a, b]`; a list with a hole is refused. */
function listOf<T>(parameters: Parameters, name: string, read: (prefix: string) => T): T[] {
  const keys = [...parameters.keys()].filter((key) => key.startsWith(`${name}.`));
  const numbers = new Set(keys.map((key) => Number(key.split('.')[1])));
  return Array.from({ length: numbers.size }, (_, at) => {
    if (!numbers.has(at + 1)) throw invalid(name);
    return read(`${name}.${at + 1}`);
  });
}

/** The members of a patch as the accounts take them: in camel case, flags as booleans. */
function patchOf(parameters: Parameters): EiamRecord {
  const body: Record<string, unknown> = {};
  for (const name of patchParameters) {
    const value = parameters.get(name);
    if (value === undefined) continue;
    const isFlag = name.endsWith('Verified') && (value === 'true' || value === 'false');
    body[name.charAt(0).toLowerCase() + name.slice(1)] = isFlag ? value === 'true' : value;
  }
  const entries = listOf(parameters, 'CustomFields', (prefix) => ({
    fieldName: parameters.get(`${prefix}.FieldName`),
    fieldValue: parameters.get(`${prefix}.FieldValue`),
    operation: parameters.get(`${prefix}.Operation`),
  }));
  return { ...body, customFields: entries };
}

function toPascalCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPascalCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [pascal(key), toPascalCase(inner)]));
}

function positive(parameters: Parameters, name: string, otherwise: number, max: number): number {
  const text = parameters.get(name) ?? String(otherwise);
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > max) throw invalid(name);
  return Number(text);
}
