import { request as sendHttp } from 'node:http';
import { expect, onTestFinished } from 'vitest';
import { type PatchErrorCode, patchErrorCodes } from '../../src/domain/errors.ts';
import {
  type EmulatorHooks,
  type EmulatorRequest,
  type EmulatorResponse,
  serveOnLoopback,
  type WriteLogEntry,
} from '../../src/sandbox/emulator.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** A request in a provider's own words: `PATCH /users/x` or an action, and what it carries. */
export interface Sent {
  readonly call: string;
  readonly body?: unknown;
}

/** A directory of the sandbox. */
type SandboxDirectory = keyof FrontDoor['emulators'];

/** How the requests of one provider are read. */
export interface Dialect {
  readonly directory: SandboxDirectory;
  readonly read: (request: EmulatorRequest) => Sent;
  /** The calls that write. */
  readonly writes: RegExp;
}

/** A front door that the end of the test closes. */
export async function open(changes: SandboxChanges = {}): Promise<FrontDoor> {
  const door = await openFrontDoor(changes);
  onTestFinished(() => door.close());
  return door;
}

/** A front door whose emulator of one directory is hooked, and set up otherwise. */
export function openHooked(
  { directory }: Pick<Dialect, 'directory'>,
  hooks: EmulatorHooks,
  changes: SandboxChanges = {},
): Promise<FrontDoor> {
  return open({ ...changes, [directory]: { ...changes[directory], ...hooks } });
}

/** A front door whose provider does what it is asked, and whose answers `retell` may replace. */
export async function openRetold(
  { directory }: Pick<Dialect, 'directory'>,
  retell: (request: EmulatorRequest, truth: EmulatorResponse) => EmulatorResponse,
): Promise<FrontDoor> {
  let target = '';
  const proxy = await serveOnLoopback(async (request) => retell(request, await forward(target, request)));
  onTestFinished(() => proxy.close());
  const door = await open({ directories: { [directory]: { baseUrl: proxy.url } } });
  target = door.emulators[directory].url;
  return door;
}

/** Sends a request on with its headers as they are, Host among them: it may be signed. */
function forward(origin: string, { method, url, headers, body }: EmulatorRequest): Promise<EmulatorResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<EmulatorResponse>();
  const request = sendHttp(`${origin}${url}`, { method, headers }, async (response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const type = response.headers['content-type'];
    resolve({
      status: response.statusCode ?? 0,
      ...(type === undefined ? {} : { headers: { 'content-type': type } }),
      body: Buffer.concat(chunks).toString('utf8'),
    });
  });
  request.once('error', reject);
  request.end(body);
  return promise;
}

/** Everything that arrived at any provider, in a dialect's words; at another directory's nothing may arrive. */
export function arrived({ emulators }: FrontDoor, { directory, read }: Dialect): readonly Sent[] {
  for (const [name, { requests }] of Object.entries(emulators))
    if (name !== directory) expect(requests).toEqual([]);
  return emulators[directory].requests.map(read);
}

/** The names of all calls that arrived, in order. */
export function calls(door: FrontDoor, dialect: Dialect): readonly string[] {
  return arrived(door, dialect).map(({ call }) => call);
}

/** The requests that arrived and would write. */
export function writesSent(door: FrontDoor, dialect: Dialect): readonly Sent[] {
  return arrived(door, dialect).filter(({ call }) => dialect.writes.test(call));
}

/** Changes of the suite's user as the emulator logs them. */
export function logged(
  { user }: { readonly user: { readonly userId: string } },
  ...changes: readonly Json[]
): readonly WriteLogEntry[] {
  return changes.map((change) => ({ userId: user.userId, change }));
}

/** An answer of `intercept` to every request that writes. */
export function onWrite(dialect: Dialect, answer: EmulatorResponse): NonNullable<EmulatorHooks['intercept']> {
  return (request) => (dialect.writes.test(dialect.read(request).call) ? answer : undefined);
}

/** A whole error of a payload. What its type adds is null unless `more` says otherwise. */
export function error(code: PatchErrorCode, path: readonly string[], more: Json = {}): Json {
  const { type } = patchErrorCodes[code];
  return {
    __typename: type,
    code,
    message: expect.stringMatching(/^.{10,}$/),
    path,
    retryable: false,
    ...(type === 'RateLimitedError' ? { retryAfterSeconds: null } : {}),
    ...(type === 'ProviderRefusedError' ? { providerCode: null, providerRequestId: null } : {}),
    ...more,
  };
}

/** A payload of a patch that is seen. */
export function applied(user: Json, confirmedBy: 'RESPONSE' | 'READ_BACK'): Json {
  return { outcome: 'APPLIED', confirmedBy, user, errors: [] };
}

/** A payload of a patch of which nothing was written. */
export function notApplied(...errors: readonly Json[]): Json {
  return { outcome: 'NOT_APPLIED', confirmedBy: null, user: null, errors };
}

/** A payload of a patch that is in doubt, or in part. `user` null: it could not be read. */
export function doubtful(
  outcome: 'PARTIAL' | 'UNKNOWN',
  user: Json | null,
  ...errors: readonly Json[]
): Json {
  return { outcome, confirmedBy: null, user, errors };
}

/** A custom field of a user as GraphQL gives it. */
export function customField(field: string, value: Json): Json {
  return { field, value: { text: null, number: null, boolean: null, texts: null, date: null, ...value } };
}

/** A user's custom fields with one of them changed in its place, or added last, or taken away. */
export function customFieldsWith(user: Json, field: string, value: Json | undefined): readonly Json[] {
  const before = user.customFields as readonly { readonly field: string }[];
  if (!value) return before.filter((one) => one.field !== field);
  const after = customField(field, value);
  return before.some((one) => one.field === field)
    ? before.map((one) => (one.field === field ? after : one))
    : [...before, after];
}
