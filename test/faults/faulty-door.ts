import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, type TestContext } from 'vitest';
import type { WriteLogEntry } from '../../src/sandbox/emulator.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { type FaultProxy, startFaultProxy } from '../harness/fault-proxy.ts';
import { type FrontDoor, openFrontDoor, payload } from '../harness/front-door.ts';

/** The directories, one of each provider. */
export const directories = ['employees', 'contractors', 'customers'] as const;
export type DirectoryName = (typeof directories)[number];

/** Short limits, and yet long enough for a busy machine: as much for writing as to look at what was written. */
const shortLimits = { deadlineMs: 3_000, readBackMs: 1_500 };

/** A front door whose every directory is behind a proxy. */
export interface FaultyDoor extends FrontDoor {
  readonly proxies: Readonly<Record<DirectoryName, FaultProxy>>;
}

/** Opens a front door behind three proxies; it is closed when the test ends. `given` replaces some proxies. */
export async function openFaultyDoor(
  test: TestContext,
  changes: SandboxChanges = {},
  given: Partial<Record<DirectoryName, FaultProxy>> = {},
): Promise<FaultyDoor> {
  const proxies = {
    employees: given.employees ?? (await startFaultProxy()),
    contractors: given.contractors ?? (await startFaultProxy()),
    customers: given.customers ?? (await startFaultProxy()),
  };
  const behind = (name: DirectoryName) => ({ baseUrl: proxies[name].url, ...changes.directories?.[name] });
  const door = await openFrontDoor({
    limits: shortLimits,
    ...changes,
    directories: {
      employees: behind('employees'),
      contractors: behind('contractors'),
      customers: behind('customers'),
    },
  });
  for (const name of directories) proxies[name].passTo(door.emulators[name].url);
  test.onTestFinished(async () => {
    await door.close();
    await Promise.all(directories.map((name) => proxies[name].close()));
  });
  return { ...door, proxies };
}

/** A folder of its own for a journal, removed when the test ends. */
export function journalFile(test: TestContext): string {
  const folder = mkdtempSync(`${tmpdir()}/idpatch-faults-`);
  test.onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return `${folder}/journal.db`;
}

/** What patchUser answers, as far as the rows look at it. */
export interface Payload {
  readonly operationId: string;
  readonly outcome: string;
  readonly confirmedBy: string | null;
  readonly user: { readonly displayName: string | null } | null;
  readonly errors: readonly PayloadError[];
}
interface PayloadError {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
  readonly retryable: boolean;
  readonly retryAfterSeconds?: number | null;
  readonly providerCode?: string | null;
}

/** How one call differs from a plain one. */
export interface CallOptions {
  /** Which of the directory's users. Default the first. */
  readonly user?: number;
  /** In place of the marker as display name. */
  readonly patch?: object;
  readonly key?: string;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** Calls patchUser and gives its payload; throws where the answer has top-level errors. */
export async function call(
  door: Pick<FrontDoor, 'url'>,
  userId: string,
  patch: object,
  { key, deadlineMs, signal }: CallOptions = {},
): Promise<Payload> {
  const response = await fetch(`${door.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(deadlineMs === undefined ? {} : { 'idpatch-deadline-ms': String(deadlineMs) }),
    },
    body: JSON.stringify({
      query: `mutation ($input: PatchUserInput!) { patchUser(input: $input) { operationId ${payload} } }`,
      variables: { input: { user: { id: userId }, patch, ...(key ? { idempotencyKey: key } : {}) } },
    }),
    ...(signal ? { signal } : {}),
  });
  const answer = (await response.json()) as { data?: { patchUser?: Payload | null }; errors?: unknown };
  if (answer.errors || !answer.data?.patchUser) throw new Error(JSON.stringify(answer));
  return answer.data.patchUser;
}

/** One marked operation: what was answered, and what came of it. */
export interface Row {
  readonly marker: string;
  readonly userId: string;
  readonly answer: Payload;
  readonly codes: readonly string[];
  /** Requests on the wire that arrived during the operation. */
  readonly wire: { readonly write: number; readonly read: number; readonly token: number };
  readonly elapsedMs: number;
  /** The changes of this operation in the provider's own log, as it is now. */
  writes(): readonly WriteLogEntry[];
}

/** Makes the token and whatever else is kept known, so that a row counts its own requests only. */
export async function warmUp(door: FaultyDoor, directory: DirectoryName): Promise<void> {
  const row = await patchMarked(door, directory, { user: 1 });
  expect(row.answer.outcome).toBe('APPLIED');
}

/** Sends a patch of one display name that nobody else gives, and checks that nobody else's data changed by it. */
export async function patchMarked(
  door: FaultyDoor,
  directory: DirectoryName,
  options: CallOptions = {},
): Promise<Row> {
  const marker = `op-${randomUUID()}`;
  const [emulator, proxy] = [door.emulators[directory], door.proxies[directory]];
  const nativeId = [...emulator.users().keys()][options.user ?? 0] ?? '';
  const userId = `${directory}:${nativeId}`;
  const counts = () => ({
    write: proxy.count('write'),
    read: proxy.count('read'),
    token: proxy.count('token'),
  });
  const [usersBefore, before, startedAt] = [emulator.users(), counts(), performance.now()];
  const answer = await call(door, userId, options.patch ?? { displayName: marker }, options);
  const elapsedMs = performance.now() - startedAt;
  const after = counts();
  if (!options.patch) {
    expect(withoutNames(emulator.users(), nativeId)).toEqual(withoutNames(usersBefore, nativeId));
  }
  return {
    marker,
    userId,
    answer,
    codes: answer.errors.map(({ code }) => code),
    wire: {
      write: after.write - before.write,
      read: after.read - before.read,
      token: after.token - before.token,
    },
    elapsedMs,
    writes: () => emulator.writes.filter(({ change }) => Object.values(change).includes(marker)),
  };
}

/** All users; of the patched one without what a patch of its display name changes. */
function withoutNames(
  users: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  nativeId: string,
): readonly unknown[] {
  return [...users].map(([id, user]) =>
    id === nativeId ? { ...user, displayName: null, name: null, updateTime: null, modifiedTime: null } : user,
  );
}

const nameMember = { employees: 'displayName', contractors: 'displayName', customers: 'name' } as const;

/** The change is in: said so, exactly once in the log, and shown. */
export function expectApplied(row: Row, confirmedBy: 'READ_BACK' | 'RESPONSE' | 'any' = 'any'): void {
  expect(row.answer).toMatchObject({ outcome: 'APPLIED', errors: [], user: { displayName: row.marker } });
  if (confirmedBy !== 'any') expect(row.answer.confirmedBy).toBe(confirmedBy);
  expectWritten(row);
}

/** Exactly this change, exactly once. */
export function expectWritten(row: Row): void {
  const [directory = '', userId = ''] = row.userId.split(':');
  const member = nameMember[directory as DirectoryName];
  expect(row.writes()).toEqual([{ userId, change: { [member]: row.marker } }]);
}

/** Nothing is in: said so with these codes, and nothing in the log. */
export function expectNotApplied(row: Row, ...codes: readonly string[]): void {
  expect({ outcome: row.answer.outcome, codes: row.codes }).toEqual({ outcome: 'NOT_APPLIED', codes });
  expect(row.answer.confirmedBy).toBeNull();
  expect(row.writes()).toEqual([]);
}

/** Nobody can tell: said so, and not retryable. `written`: what really came of it. */
export function expectUnknown(row: Row, written: 0 | 1, code = 'OUTCOME_UNKNOWN'): void {
  expect({ outcome: row.answer.outcome, codes: row.codes }).toEqual({ outcome: 'UNKNOWN', codes: [code] });
  expect(row.answer.errors[0]).toMatchObject({ path: ['patch', 'displayName'], retryable: false });
  expect(row.answer.confirmedBy).toBeNull();
  if (written) expectWritten(row);
  else expect(row.writes()).toEqual([]);
}

/** The name of the error that a call ends with; `answered` where it ends without. */
export function endOf(calling: Promise<unknown>): Promise<string> {
  return calling.then(
    () => 'answered',
    (error: Error) => error.name,
  );
}
