import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { EmulatorRequest, EmulatorResponse } from '../../src/sandbox/emulator.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import type { PatchUserInput } from '../generated/graphql.ts';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import {
  arrived,
  conflict,
  type DirectoryName,
  directoryNames,
  error,
  invalidInput,
  keyReused,
  notApplied,
  notFound,
  outcomeUnknown,
  patchUser,
  refused,
  says,
  someUser,
  unconfirmed,
  unsupported,
  type WholePayload,
  written,
  wroteBy,
} from '../harness/expected.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import { type FrontDoor, openDoor } from '../harness/front-door.ts';
import { patchWholeOperation } from '../harness/operations.ts';

const open = (changes: SandboxChanges = {}) => openDoor({ ...freshJournal(), ...changes });
const idempotencyKey = 'order-4711_attempt-1';
const operationId = expect.any(String);

const inputOf = (door: FrontDoor, directory: DirectoryName = 'contractors') => ({
  user: { id: someUser(door, directory) },
  patch: { displayName: 'Ada', email: { address: 'ada.new@example.com', verified: false } },
  idempotencyKey,
});

/** Asserts that the call gets this answer again, from this process and from the next, and that nothing is sent. */
async function expectReplay(
  door: FrontDoor,
  directory: DirectoryName,
  input: PatchUserInput,
  first: WholePayload,
  sent: () => unknown = () => written(door).length,
): Promise<void> {
  const before = sent();
  door.forgetRequests();
  expect(await patchUser(door, input)).toEqual(first);
  await door.restart();
  expect(await patchUser(door, input)).toEqual(first);
  expect(wroteBy(door, directory)).toEqual([]);
  expect(sent()).toEqual(before);
}

describe.each(directoryNames)('a used key of a patch of %s', (directory) => {
  it('gets the first answer and its operationId, and one write, also after a restart', async () => {
    const door = await open();
    const input = inputOf(door, directory);
    const first = await patchUser(door, input);
    expect(first).toMatchObject({ outcome: 'APPLIED', errors: [], user: { displayName: 'Ada' } });
    expect(written(door)).toHaveLength(1);
    await expectReplay(door, directory, input, first);
  });

  it('gets UNKNOWN again, and nothing is sent again', async () => {
    const { door, proxy, id } = await openBehindProxy(directory, {}, freshJournal());
    const patch = { displayName: 'Ada', status: 'ENABLED' } as const;
    const input = { user: { id }, patch, idempotencyKey };
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: false, answer: 'reset' } : undefined);
    const first = await patchUser(door, input);
    expect(first).toMatchObject({
      ...{ outcome: 'UNKNOWN', confirmedBy: null, user: { id } },
      errors: expect.arrayContaining([outcomeUnknown(unconfirmed, 'patch', 'displayName')]),
    });
    proxy.fault = () => undefined;
    await expectReplay(door, directory, input, first, () => proxy.writes.length);
    expect(proxy.writes).toHaveLength(1);
  });
});

describe('a used key', () => {
  it('stands for the input, in any order of its members and in any syntax', async () => {
    const door = await open();
    const input = inputOf(door);
    const first = await patchUser(door, input);
    const { email, displayName } = input.patch;
    const reordered = {
      ...{ idempotencyKey, ifVersion: null, user: input.user },
      patch: { email: { verified: email.verified, address: email.address }, displayName },
    };
    expect(await patchUser(door, reordered)).toEqual(first);
    const literal = await door.graphql(`mutation { patchUser(input: { idempotencyKey: "${idempotencyKey}",
      patch: { email: { verified: false, address: "${email.address}" }, displayName: "Ada" },
      user: { id: "${input.user.id}" } }) { operationId } }`);
    expect(literal).toEqual({ data: { patchUser: { operationId: first.operationId } } });
    expect(written(door)).toHaveLength(1);
  });

  it('is refused with another input, whichever part differs', async () => {
    const door = await open();
    const input = inputOf(door);
    const first = await patchUser(door, input);
    const others: readonly [PatchUserInput, ...PatchUserInput[]] = [
      { ...input, patch: { ...input.patch, displayName: 'Ada ' } },
      { ...input, patch: { displayName: 'Ada' } },
      { ...input, patch: { ...input.patch, email: { ...input.patch.email, verified: true } } },
      { ...input, user: { id: someUser(door, 'contractors', 1) } },
      { ...input, ifVersion: first.user?.version },
    ];
    door.forgetRequests();
    for (const other of others) {
      const payload = await patchUser(door, other);
      expect(payload).toEqual({ operationId, ...notApplied(keyReused) });
      expect(payload.operationId).not.toBe(first.operationId);
    }
    await door.restart();
    expect((await patchUser(door, others[0])).errors).toEqual([keyReused]);
    expect(arrived(door)).toEqual([]);
    expect(written(door)).toHaveLength(1);
  });

  it('of fifty calls at the same time makes one write, and all get its answer', async () => {
    const door = await open();
    const payloads = await Promise.all(Array.from({ length: 50 }, () => patchUser(door, inputOf(door))));
    expect(payloads[0]).toMatchObject({ outcome: 'APPLIED', errors: [] });
    expect(payloads).toEqual(payloads.map(() => payloads[0]));
    expect(written(door)).toHaveLength(1);
  });

  it('of two inputs at the same time makes one write, and the other is refused', async () => {
    const door = await open();
    const input = inputOf(door);
    const other = { ...input, patch: { displayName: 'Grace' } };
    const payloads = await Promise.all([patchUser(door, input), patchUser(door, other)]);
    expect(payloads.map(({ outcome }) => outcome).toSorted()).toEqual(['APPLIED', 'NOT_APPLIED']);
    expect(payloads.flatMap(({ errors }) => errors)).toEqual([keyReused]);
    expect(written(door)).toHaveLength(1);
  });

  it('is still free after an input that was refused before anything began', async () => {
    const door = await open();
    const input = inputOf(door);
    const empty = await patchUser(door, { ...input, patch: { displayName: '' } });
    expect(empty.errors).toEqual([invalidInput(says.empty, 'patch', 'displayName')]);
    const nobody = { login: { directory: 'contractors', login: 'nobody@example.com' } };
    expect((await patchUser(door, { ...input, user: nobody })).outcome).toBe('NOT_APPLIED');
    expect(await patchUser(door, input)).toMatchObject({ outcome: 'APPLIED' });
  });

  it('does not stand for calls with another key or none', async () => {
    const door = await open();
    const input = inputOf(door);
    const ids = [];
    for (const key of [idempotencyKey, `${idempotencyKey}2`, undefined])
      ids.push((await patchUser(door, { ...input, idempotencyKey: key })).operationId);
    expect(new Set(ids).size).toBe(3);
    expect(wroteBy(door, 'contractors')).toHaveLength(3);
  });

  it('gets PARTIAL again', async () => {
    const door = await open();
    const email = { address: 'zhao.min@example.com', verified: true };
    const patch = { status: 'DISABLED', displayName: 'Ada', email } as const;
    const input = { user: { id: someUser(door, 'contractors') }, patch, idempotencyKey };
    const first = await patchUser(door, input);
    expect(first).toMatchObject({
      ...{ outcome: 'PARTIAL', confirmedBy: null, user: { status: 'DISABLED' } },
      errors: [
        { code: 'CONFLICT', path: ['patch', 'email', 'address'] },
        { code: 'PROVIDER_REFUSED', path: ['patch', 'displayName'] },
      ],
    });
    await expectReplay(door, 'contractors', input, first);
  });

  it('gets STALE_VERSION again, with the user', async () => {
    const door = await open();
    const input = { ...inputOf(door), ifVersion: 'a'.repeat(32) };
    const first = await patchUser(door, input);
    expect(first).toMatchObject({
      outcome: 'NOT_APPLIED',
      user: input.user,
      errors: [{ code: 'STALE_VERSION' }],
    });
    await expectReplay(door, 'contractors', input, first);
  });

  const requestId = 'B7F0C0DE-1111-5222-8333-44445555AAAA';
  const path = ['patch', 'displayName'];
  it.each<readonly [status: number, code: string, expected: object]>([
    [
      400,
      'OperationDenied.Policy',
      refused('The provider refused the request.', path, ['OperationDenied.Policy', requestId]),
    ],
    [
      409,
      'ResourceDuplicated.DisplayName',
      conflict('Another user of the directory has this value already.', ...path),
    ],
    [404, 'ResourceNotFound.User', notFound('The directory "contractors" has no such user.', 'user', 'id')],
  ])('gets the provider’s refusal again, whole: %d %s', async (status, Code, expected) => {
    const updates: EmulatorRequest[] = [];
    const answer: EmulatorResponse = { status, body: { Code, RequestId: requestId, Message: 'canary' } };
    const intercept = (request: EmulatorRequest) => {
      if (request.headers['x-acs-action'] !== 'UpdateUser') return undefined;
      updates.push(request);
      return answer;
    };
    const door = await open({ contractors: { intercept } });
    const input = { ...inputOf(door), patch: { displayName: 'Ada' } };
    const first = await patchUser(door, input);
    expect(first).toEqual({ operationId, ...notApplied(), errors: [expected] });
    await expectReplay(door, 'contractors', input, first, () => updates.length);
    expect(updates).toHaveLength(1);
    expect(door.log.join('')).not.toContain('canary');
  });

  it('of a call in progress is not waited for beyond the deadline', async () => {
    const { door, proxy, id } = await openBehindProxy('customers', {}, freshJournal());
    const [arrivedThere, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    proxy.fault = () => {
      arrivedThere.resolve();
      return { delivered: true, answer: 'its answer', after: goesOn.promise };
    };
    const input = { user: { id }, patch: { displayName: 'Ada' }, idempotencyKey };
    const inAHurry = async (patch: object) => {
      const response = await fetch(`${door.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idpatch-deadline-ms': '100' },
        body: JSON.stringify({
          query: print(patchWholeOperation),
          variables: { input: { ...input, patch } },
        }),
      });
      return ((await response.json()) as { data: { patchUser: WholePayload } }).data.patchUser;
    };
    const first = patchUser(door, input);
    await arrivedThere.promise;
    const inProgress = error('IDEMPOTENCY_IN_PROGRESS')(
      'A call with this key is in progress: call again with the same key for its answer.',
      'idempotencyKey',
    );
    const again = await inAHurry(input.patch);
    expect(again).toMatchObject({ outcome: 'UNKNOWN', confirmedBy: null, user: null, errors: [inProgress] });
    expect(await inAHurry({ displayName: 'Grace' })).toMatchObject(notApplied(keyReused));
    goesOn.resolve();
    const answer = await first;
    expect(answer).toMatchObject({ operationId: again.operationId, outcome: 'APPLIED' });
    expect(await patchUser(door, input)).toEqual(answer);
    expect(written(door)).toHaveLength(1);
  });
});

describe('the form of a key', () => {
  it('is checked together with the rest of the input, and nothing is sent', async () => {
    const door = await open();
    const user = { id: someUser(door, 'customers') };
    door.forgetRequests();
    const malformed = ['', 'a'.repeat(15), 'a'.repeat(256), 'canary canary canary', 'canary-canary-canary\n'];
    for (const key of [...malformed, 'canäry-canary-canary', '../../canary/canary'])
      expect(await patchUser(door, { user, patch: { displayName: '' }, idempotencyKey: key })).toEqual({
        operationId,
        ...notApplied(
          invalidInput(says.empty, 'patch', 'displayName'),
          invalidInput('Must be 16 to 255 letters, digits, _ or -.', 'idempotencyKey'),
        ),
      });
    expect(arrived(door)).toEqual([]);
    expect(door.log.join('')).not.toMatch(/canary/);
    for (const key of ['Aa0_-Aa0_-Aa0_-A', 'k'.repeat(255)])
      expect((await patchUser(door, { ...inputOf(door), idempotencyKey: key })).outcome).toBe('APPLIED');
  });
});

describe('without a journal', () => {
  it('a key is refused, together with the other errors, and null is no key', async () => {
    const door = await openDoor();
    const input = { user: { id: someUser(door, 'employees') }, patch: { givenName: 'Ada' }, idempotencyKey };
    expect(await patchUser(door, input)).toEqual({
      operationId,
      ...notApplied(
        invalidInput(
          'No journal is configured, so keys cannot be remembered: leave it out.',
          'idempotencyKey',
        ),
        unsupported('The directory "employees" has no givenName to set.', 'patch', 'givenName'),
      ),
    });
    expect(arrived(door)).toEqual([]);
    expect(await patchUser(door, { ...inputOf(door), idempotencyKey: null })).toMatchObject({
      outcome: 'APPLIED',
    });
  });
});
