import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, type TestContext } from 'vitest';
import type { PatchedFragment } from '../generated/graphql.ts';
import type { DoorBehindProxies } from '../harness/behind-proxy.ts';
import type { DirectoryName } from '../harness/expected.ts';
import { type FrontDoor, payload } from '../harness/front-door.ts';
import type { PatchName } from './table/row.ts';

/** A journal in a folder of its own, which is removed when the test ends. */
export function journalFile(test: TestContext): string {
  const folder = mkdtempSync(`${tmpdir()}/idpatch-faults-`);
  test.onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return `${folder}/journal.db`;
}

/** What patchUser answers. */
export type Payload = PatchedFragment & { readonly operationId: string };

/** What a call may have beside its patch. */
interface Calling {
  readonly key?: string | undefined;
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal;
}

/** Calls patchUser and gives its payload; throws where the answer has top-level errors. */
export async function call(
  door: Pick<FrontDoor, 'url'>,
  user: string | object,
  patch: object,
  { key, deadlineMs, signal }: Calling = {},
): Promise<Payload> {
  const by = typeof user === 'string' ? { id: user } : user;
  const response = await fetch(`${door.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(deadlineMs === undefined ? {} : { 'idpatch-deadline-ms': String(deadlineMs) }),
    },
    body: JSON.stringify({
      query: `mutation ($input: PatchUserInput!) { patchUser(input: $input) { operationId ${payload} } }`,
      variables: { input: { user: by, patch, ...(key ? { idempotencyKey: key } : {}) } },
    }),
    ...(signal ? { signal } : {}),
  });
  const answer = (await response.json()) as { data?: { patchUser?: Payload | null }; errors?: unknown };
  if (answer.errors || !answer.data?.patchUser) throw new Error(JSON.stringify(answer));
  return answer.data.patchUser;
}

const patches: Readonly<Record<PatchName, (marker: string) => object>> = {
  'one field': (displayName) => ({ displayName }),
  'three fields': (marker) => ({
    displayName: marker,
    email: { address: `${marker}@example.com`, verified: true },
    customFields: [{ replace: { field: 'age', value: { number: 77 } } }],
  }),
  'two steps': (displayName) => ({ status: 'DISABLED', displayName }),
};

/** One patch whose values nobody else gives: what was answered, and what came of it. */
export type MarkedPatch = Awaited<ReturnType<typeof patchMarked>>;

/** Sends a patch and checks that nothing else of anybody has changed. */
export async function patchMarked(
  door: DoorBehindProxies,
  directory: DirectoryName,
  {
    user = 0,
    patch = 'one field',
    marker = `op-${randomUUID()}`,
    isAlone = true,
    ...calling
  }: Calling & {
    /** Which of the directory's users. */
    readonly user?: number;
    readonly patch?: PatchName;
    readonly marker?: string;
    /** False where others write at the same time. */
    readonly isAlone?: boolean;
  } = {},
) {
  const [emulator, proxy] = [door.emulators[directory], door.proxies[directory]];
  const nativeId = [...emulator.users().keys()][user] ?? '';
  const counts = () =>
    [proxy.count('write'), proxy.count('read'), proxy.count('token'), proxy.connections] as const;
  const [usersBefore, storedBefore, before, startedAt] = [
    emulator.users(),
    emulator.writes.length,
    counts(),
    performance.now(),
  ];
  const answer = await call(door, `${directory}:${nativeId}`, patches[patch](marker), calling);
  const elapsedMs = performance.now() - startedAt;
  const [write = 0, read = 0, token = 0, connections = 0] = counts().map(
    (count, index) => count - (before[index] ?? 0),
  );
  if (isAlone) {
    const others = (users: typeof usersBefore) =>
      [...users].map(([id, one]) => (id !== nativeId ? one : patch === 'one field' ? withoutName(one) : id));
    expect(others(emulator.users())).toEqual(others(usersBefore));
  }
  return {
    ...{ marker, directory, userId: nativeId, patch, answer, elapsedMs, log: door.log },
    /** What arrived at the provider meanwhile. */
    arrived: { write, read, token, connections },
    /** The changes of this patch in the provider's own log, as it is now. */
    stored: () =>
      emulator.writes
        .slice(storedBefore)
        .filter(({ userId }) => userId === nativeId)
        .filter(({ change }) => patch !== 'one field' || Object.values(change).includes(marker)),
    /** The user as the provider has it now. */
    now() {
      const { displayName, name, email } = emulator.users().get(nativeId) ?? {};
      return {
        displayName: (displayName ?? name ?? null) as string | null,
        email: (email ?? null) as string | null,
      };
    },
  };
}

/** A user without what a patch of the display name changes. */
function withoutName(user: Readonly<Record<string, unknown>>): object {
  return { ...user, displayName: null, name: null, updateTime: null, modifiedTime: null };
}

/** Makes the token and whatever else is kept known, so that a row counts its own requests only. */
export async function warmUp(door: DoorBehindProxies, directory: DirectoryName): Promise<void> {
  const { answer } = await patchMarked(door, directory, { user: 1 });
  expect(answer.outcome).toBe('APPLIED');
}

/** The name of the error that a call ends with; `answered` where it ends without. */
export function endOf(calling: Promise<unknown>): Promise<string> {
  return calling.then(
    () => 'answered',
    (error: Error) => error.name,
  );
}
