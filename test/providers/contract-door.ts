import { expect, type TestContext } from 'vitest';
import { type PatchErrorCode, patchErrorCodes } from '../../src/domain/errors.ts';
import type {
  EmulatorHooks,
  EmulatorRequest,
  EmulatorResponse,
  WriteLogEntry,
} from '../../src/sandbox/emulator.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import type { Answer } from '../harness/fault-answers.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** A request by its call, `PATCH /users/x` or an action, and what it carries. */
export interface CapturedRequest {
  readonly call: string;
  readonly body?: unknown;
}

/** A directory of the sandbox. */
type SandboxDirectory = keyof FrontDoor['emulators'];

/** How the requests of one provider are read. */
export interface WireFormat {
  readonly directory: SandboxDirectory;
  readonly read: (request: EmulatorRequest) => CapturedRequest;
  /** The calls that write. */
  readonly writes: RegExp;
}

/** An answer as the faulty proxy gives it. */
export function answered({ status, headers, body }: EmulatorResponse): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, ...(headers && { headers: { ...headers } }), ...(body !== undefined && { body: text }) };
}

/** A front door that the end of the test closes. */
export async function open(test: TestContext, changes: SandboxChanges = {}): Promise<FrontDoor> {
  const door = await openFrontDoor(changes);
  test.onTestFinished(() => door.close());
  return door;
}

/** A front door whose emulator of one directory is hooked, and set up otherwise. */
export function openHooked(
  test: TestContext,
  { directory }: Pick<WireFormat, 'directory'>,
  hooks: EmulatorHooks,
  changes: SandboxChanges = {},
): Promise<FrontDoor> {
  return open(test, { ...changes, [directory]: { ...changes[directory], ...hooks } });
}

/** Every request that arrived, by the wire format. At another directory none may arrive. */
export function arrived(
  { emulators }: FrontDoor,
  { directory, read }: WireFormat,
): readonly CapturedRequest[] {
  for (const [name, { requests }] of Object.entries(emulators))
    if (name !== directory) expect(requests).toEqual([]);
  return emulators[directory].requests.map(read);
}

/** The names of all calls that arrived, in order. */
export function calls(door: FrontDoor, wireFormat: WireFormat): readonly string[] {
  return arrived(door, wireFormat).map(({ call }) => call);
}

/** The requests that arrived and would write. */
export function writesSent(door: FrontDoor, wireFormat: WireFormat): readonly CapturedRequest[] {
  return arrived(door, wireFormat).filter(({ call }) => wireFormat.writes.test(call));
}

/** Changes of the suite's user as the emulator logs them. */
export function logged(
  { user }: { readonly user: { readonly userId: string } },
  ...changes: readonly Json[]
): readonly WriteLogEntry[] {
  return changes.map((change) => ({ userId: user.userId, change }));
}

/** An answer of `intercept` to every request that writes. */
export function onWrite(
  wireFormat: WireFormat,
  answer: EmulatorResponse,
): NonNullable<EmulatorHooks['intercept']> {
  return (request) => (wireFormat.writes.test(wireFormat.read(request).call) ? answer : undefined);
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
export function uncertain(
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
