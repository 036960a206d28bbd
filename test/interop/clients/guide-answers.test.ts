import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { EmulatorRequest, EmulatorResponse } from '../../../src/sandbox/emulator.ts';
import type { SandboxChanges } from '../../../src/sandbox/sandbox.ts';
import {
  PatchManyDocument,
  type PatchOutcome,
  type PatchUserInput,
  type UserPatchInput,
} from '../../generated/graphql.ts';
import { type DirectoryName, patchUser, someUser, written } from '../../harness/expected.ts';
import { freshJournal } from '../../harness/fresh-journal.ts';
import { type FrontDoor, openDoor } from '../../harness/front-door.ts';
import { patchMany } from '../../harness/many.ts';
import { type Answer, ask, bearer, bug, gateway, lines, table } from './guide.ts';

/** A question whose directory gives this answer in place of its own. */
async function readOf(
  answer: EmulatorResponse | undefined,
  headers: Record<string, string> = {},
  id = 'customers:a',
): Promise<Answer> {
  const door = await openDoor({ customers: { intercept: () => answer } });
  return ask(door, { query: `{ user(by: { id: "${id}" }) { id } }` }, headers);
}

/** What makes a read fail so, by its code. */
const failedReads: Readonly<Record<string, () => Promise<Answer>>> = {
  FORBIDDEN: async () => {
    const door = await openDoor();
    const token = await door.sandbox.issuer.token({ ...gateway, scope: 'users:write' });
    return ask(door, { query: '{ user(by: { id: "customers:a" }) { id } }' }, bearer(token));
  },
  INVALID_INPUT: () => readOf(undefined, {}, 'none'),
  UNKNOWN_DIRECTORY: () => readOf(undefined, {}, 'nowhere:a'),
  RATE_LIMITED: () => readOf({ status: 429 }, { 'idpatch-deadline-ms': '500' }),
  PROVIDER_UNAVAILABLE: () => readOf({ status: 500 }),
  // A connection is watched for longer before anything is sent by it.
  DEADLINE_EXCEEDED: () => readOf(undefined, { 'idpatch-deadline-ms': '10' }),
  JOURNAL_UNAVAILABLE: async () => {
    // A folder is no database.
    const door = await openDoor({ journal: { sqlite: tmpdir() } });
    return ask(door, { query: '{ operation(id: "a") { id } }' });
  },
  PROVIDER_AUTH: () => readOf({ status: 401, body: { errorCode: 'E000001' } }),
  PROVIDER_REFUSED: () => readOf({ status: 400, body: { errorCode: 'E000001' } }),
  INTERNAL_SERVER_ERROR: () => {
    // Where reads go in batches; nothing on the way to it has use for it.
    const broken = vi.spyOn(Map, 'groupBy').mockImplementation(bug);
    onTestFinished(() => broken.mockRestore());
    return readOf(undefined);
  },
};

describe('what is said of a read', () => {
  const rows = table('code').map(([codes = '']) => codes.split(', '));

  it('is in the guide, all of it', () => {
    expect(rows.flat()).toEqual(Object.keys(failedReads));
  });

  it.each(Object.entries(failedReads))('%s', async (code, read) => {
    const { status, body } = await read();
    expect({ status, codes: body.errors?.map(({ extensions }) => extensions.code) }).toEqual({
      status: 200,
      codes: [code],
    });
    const [field = ''] = Object.keys(body.data ?? {});
    expect(body.data).toEqual({ [field]: null });
    expect(body.errors).toMatchObject([{ path: [field] }]);
    const says = lines.findLast((line) => line.startsWith('| `') && line.includes(`\`${code}\``));
    expect(body.errors?.[0]?.extensions).toEqual(
      says?.includes('inputPath') ? { code, inputPath: ['by', 'id'] } : expect.objectContaining({ code }),
    );
  });
});

const name = { displayName: 'Ada Lovelace' };
/** Another employee's. */
const taken = { address: 'zhang.wei@example.com', verified: true };

/** Every outcome there is. */
const outcomes = { APPLIED: 1, NOT_APPLIED: 1, PARTIAL: 1, UNKNOWN: 1 } satisfies Record<PatchOutcome, 1>;

/** A patch that ends so, by outcome and `retryable`; `recover` ends what kept it from being written. */
const patches: Readonly<Record<string, () => Promise<Tried>>> = {
  'APPLIED ': async () => tried({}, 'customers', name),
  'NOT_APPLIED true': async () => {
    let isLimited = true;
    const intercept = ({ method }: EmulatorRequest) =>
      isLimited && method === 'PATCH' ? { status: 429, headers: { 'retry-after': '1' } } : undefined;
    const recover = () => {
      isLimited = false;
    };
    // Too little time to wait for it within the call.
    const limits = { deadlineMs: 1_000, readBackMs: 300 };
    return { ...(await tried({ customers: { intercept }, limits }, 'customers', name)), recover };
  },
  'NOT_APPLIED false': async () => tried({}, 'employees', { email: taken }),
  'PARTIAL false': async () => tried({}, 'employees', { ...name, status: 'DISABLED', email: taken }),
  'UNKNOWN false': async () => tried({ customers: { distort: () => ({}) } }, 'customers', name),
};

interface Tried {
  readonly door: FrontDoor;
  readonly input: PatchUserInput;
  readonly recover?: () => void;
}

async function tried(
  changes: SandboxChanges,
  directory: DirectoryName,
  patch: UserPatchInput,
): Promise<Tried> {
  const door = await openDoor({ ...changes, ...freshJournal() });
  return { door, input: { user: { id: someUser(door, directory) }, patch, idempotencyKey: randomUUID() } };
}

describe('what a patch says', () => {
  it('is in the guide, all of it', () => {
    expect(table('outcome | `retryable`').map((cells) => cells.join(' '))).toEqual(Object.keys(patches));
    expect(new Set(Object.keys(patches).map((one) => one.split(' ')[0]))).toEqual(
      new Set(Object.keys(outcomes)),
    );
  });

  it.each(Object.entries(patches))('%s', async (told, attempt) => {
    const { door, input, recover } = await attempt();
    const first = await patchUser(door, input);
    const retryable = [...new Set(first.errors.map((error) => error.retryable))].join();
    expect(`${first.outcome} ${retryable}`).toBe(told);
    const before = written(door).length;
    recover?.();
    expect(await patchUser(door, input)).toEqual(first);
    expect(written(door)).toHaveLength(before);
    if (!recover) return;
    expect(first.errors).toMatchObject([{ retryAfterSeconds: 1 }]);
    await delay(1_000);
    expect(await patchUser(door, { ...input, idempotencyKey: randomUUID() })).toMatchObject({
      outcome: 'APPLIED',
    });
  });
});

it('takes as many patches in one call as the guide says', async () => {
  const [, section = ''] = lines.join(' ').split('## Many patches in one call');
  const [, fewest, most] = /takes (\d+) to (\d+) patches/.exec(section) ?? [];
  const [, code] = /is null and the error's code is `(\w+)`/.exec(section) ?? [];
  const door = await openDoor();
  const inputs = (count: number) => Array(count).fill({ user: { id: 'nowhere:a' }, patch: name });
  for (const count of [Number(fewest), Number(most)])
    expect(await patchMany(door, inputs(count))).toHaveLength(count);
  for (const count of [Number(fewest) - 1, Number(most) + 1])
    expect(await door.call(PatchManyDocument, { inputs: inputs(count) })).toMatchObject({
      data: { patchUsers: null },
      errors: [{ extensions: { code } }],
    });
});

it('the guide stays short', () => {
  expect(lines.length).toBeLessThan(83);
});
