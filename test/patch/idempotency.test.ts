import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print } from 'graphql';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { EmulatorRequest, EmulatorResponse } from '../../src/sandbox/emulator.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import type { PatchUserInput } from '../generated/graphql.ts';
import {
  arrived,
  type DirectoryName,
  directoryNames,
  invalidInput,
  notApplied,
  outcomeUnknown,
  patchUser,
  says,
  someUser,
  type WholePayload,
  written,
  wroteBy,
} from '../harness/expected.ts';
import { openBadLine } from '../harness/faulty-proxy.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { patchWholeOperation } from '../harness/operations.ts';

const folder = mkdtempSync(join(tmpdir(), 'idpatch-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

let journals = 0;
function journal() {
  journals += 1;
  return { journal: { sqlite: join(folder, `${journals}.db`) } };
}

async function open(changes: SandboxChanges = {}): Promise<FrontDoor> {
  const door = await openFrontDoor({ ...journal(), ...changes });
  onTestFinished(() => door.close());
  return door;
}

const idempotencyKey = 'order-4711_attempt-1';

const keyReused = {
  __typename: 'IdempotencyError',
  code: 'IDEMPOTENCY_KEY_REUSED',
  message: 'This key was used with another input: use a new key for each input.',
  path: ['idempotencyKey'],
  retryable: false,
};

/** Asserts that the call gets this answer again and again, by this process and by the next, and nothing is sent. */
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
  expect(await patchUser(door, input)).toEqual(first);
  expect(wroteBy(door, directory)).toEqual([]);
  expect(sent()).toEqual(before);
}

describe.each(directoryNames)('a key of a patch of %s', (directory) => {
  const inputOf = (door: FrontDoor) => ({
    user: { id: someUser(door, directory) },
    patch: { displayName: 'Ada', email: { address: 'ada.new@example.com', verified: false } },
    idempotencyKey,
  });

  it('gets the first answer and its operationId, and one write, also after a restart', async () => {
    const door = await open();
    const input = inputOf(door);
    const first = await patchUser(door, input);
    expect(first).toMatchObject({ outcome: 'APPLIED', errors: [], user: { displayName: 'Ada' } });
    expect(written(door)).toHaveLength(1);
    await expectReplay(door, directory, input, first);
    expect(written(door)).toHaveLength(1);
  });

  it('stands for the input, in whatever order and words it is said', async () => {
    const door = await open();
    const first = await patchUser(door, inputOf(door));
    const [user, address] = [someUser(door, directory), 'ada.new@example.com'];
    const sameInOtherWords = {
      idempotencyKey,
      ifVersion: null,
      patch: { email: { verified: false, address }, displayName: 'Ada' },
      user: { id: user },
    };
    expect(await patchUser(door, sameInOtherWords)).toEqual(first);
    const literal = await door.graphql(`mutation { patchUser(input: { idempotencyKey: "${idempotencyKey}",
      patch: { email: { verified: false, address: "${address}" }, displayName: "Ada" }, user: { id: "${user}" }
    }) { operationId } }`);
    expect(literal).toEqual({ data: { patchUser: { operationId: first.operationId } } });
    expect(written(door)).toHaveLength(1);
  });

  it('is refused with another input, whichever part of it is another', async () => {
    const door = await open();
    const input = inputOf(door);
    const first = await patchUser(door, input);
    const others: readonly [PatchUserInput, ...PatchUserInput[]] = [
      { ...input, patch: { ...input.patch, displayName: 'Ada ' } },
      { ...input, patch: { displayName: 'Ada' } },
      { ...input, patch: { ...input.patch, email: { ...input.patch.email, verified: true } } },
      { ...input, user: { id: someUser(door, directory, 1) } },
      { ...input, ifVersion: first.user?.version },
    ];
    door.forgetRequests();
    for (const other of others) {
      const { operationId, ...told } = await patchUser(door, other);
      expect(told).toEqual({ outcome: 'NOT_APPLIED', confirmedBy: null, user: null, errors: [keyReused] });
      expect(operationId).not.toBe(first.operationId);
    }
    await door.restart();
    expect((await patchUser(door, others[0])).errors).toEqual([keyReused]);
    expect(arrived(door)).toEqual([]);
    expect(written(door)).toHaveLength(1);
  });

  it('of fifty calls at the same time makes one write, and all get its answer', async () => {
    const door = await open();
    const input = inputOf(door);
    const told = await Promise.all(Array.from({ length: 50 }, () => patchUser(door, input)));
    expect(told[0]).toMatchObject({ outcome: 'APPLIED', errors: [] });
    for (const one of told) expect(one).toEqual(told[0]);
    expect(written(door)).toHaveLength(1);
  });

  it('of two inputs at the same time makes one write, and the other is refused', async () => {
    const door = await open();
    const input = inputOf(door);
    const told = await Promise.all([
      patchUser(door, input),
      patchUser(door, { ...input, patch: { displayName: 'Grace' } }),
    ]);
    const applied = told.filter(({ outcome }) => outcome === 'APPLIED');
    expect(applied).toHaveLength(1);
    expect(told.find((one) => one !== applied[0])?.errors).toEqual([keyReused]);
    expect(written(door)).toHaveLength(1);
  });

  it('is not used up by an input that was refused before anything was begun', async () => {
    const door = await open();
    const input = inputOf(door);
    const empty = await patchUser(door, { ...input, patch: { displayName: '' } });
    expect(empty.errors).toEqual([invalidInput(says.empty, 'patch', 'displayName')]);
    const nobody = { login: { directory, login: 'nobody@example.com' } };
    expect((await patchUser(door, { ...input, user: nobody })).outcome).toBe('NOT_APPLIED');
    expect(await patchUser(door, input)).toMatchObject({ outcome: 'APPLIED' });
  });

  it('of another call is another call', async () => {
    const door = await open();
    const input = inputOf(door);
    const first = await patchUser(door, input);
    const second = await patchUser(door, { ...input, idempotencyKey: `${idempotencyKey}2` });
    const third = await patchUser(door, { ...input, idempotencyKey: undefined });
    expect(new Set([first, second, third].map(({ operationId }) => operationId)).size).toBe(3);
    expect(wroteBy(door, directory)).toHaveLength(3);
  });

  it('of a call that is unknown gets that again, and it is not sent again', async () => {
    const { door, proxy, id } = await openBadLine(directory, {}, journal());
    const patch = { displayName: 'Ada', status: 'ENABLED' } as const;
    const input = { user: { id }, patch, idempotencyKey };
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: false, answer: 'reset' } : undefined);
    const first = await patchUser(door, input);
    const unknown =
      'The change was sent and could not be confirmed: it may have been written, or may still be.';
    expect(first).toMatchObject({
      ...{ outcome: 'UNKNOWN', confirmedBy: null, user: { id } },
      errors: expect.arrayContaining([outcomeUnknown(unknown, 'patch', 'displayName')]),
    });
    proxy.fault = () => undefined;
    await expectReplay(door, directory, input, first, () => proxy.writes.length);
    expect(proxy.writes).toHaveLength(1);
  });
});

describe.each(['employees', 'contractors'] as const)('a key of a patch of two steps of %s', (directory) => {
  it('that was partly applied gets that again', async () => {
    const door = await open();
    const taken = directory === 'employees' ? 'zhang.wei@example.com' : 'zhao.min@example.com';
    const email = { address: taken, verified: true };
    const patch = { status: 'DISABLED', displayName: 'Ada', email } as const;
    const input = { user: { id: someUser(door, directory) }, patch, idempotencyKey };
    const first = await patchUser(door, input);
    expect(first).toMatchObject({
      outcome: 'PARTIAL',
      confirmedBy: null,
      user: { status: 'DISABLED' },
      errors: [
        { __typename: 'ConflictError', code: 'CONFLICT', path: ['patch', 'email', 'address'] },
        { __typename: 'ProviderRefusedError', code: 'PROVIDER_REFUSED', path: ['patch', 'displayName'] },
      ],
    });
    expect(written(door)).toHaveLength(1);
    await expectReplay(door, directory, input, first);
  });
});

describe('a key of a patch that the provider refused', () => {
  const answers: readonly (readonly [what: string, response: EmulatorResponse, error: object])[] = [
    [
      'by its own rules gets its code and request id again',
      {
        status: 400,
        body: {
          Code: 'OperationDenied.Policy',
          RequestId: 'B7F0C0DE-1111-5222-8333-44445555AAAA',
          Message: 'canary',
        },
      },
      {
        __typename: 'ProviderRefusedError',
        code: 'PROVIDER_REFUSED',
        message: 'The provider refused the request.',
        path: ['patch', 'displayName'],
        retryable: false,
        providerCode: 'OperationDenied.Policy',
        providerRequestId: 'B7F0C0DE-1111-5222-8333-44445555AAAA',
      },
    ],
    [
      'for another user’s sake gets that again',
      { status: 409, body: { Code: 'ResourceDuplicated.DisplayName', RequestId: 'R-2', Message: 'canary' } },
      {
        __typename: 'ConflictError',
        code: 'CONFLICT',
        message: 'Another user of the directory has this value already.',
        path: ['patch', 'displayName'],
        retryable: false,
      },
    ],
    [
      'because there is no such user gets that again',
      { status: 404, body: { Code: 'ResourceNotFound.User', RequestId: 'R-3', Message: 'canary' } },
      {
        __typename: 'UserNotFoundError',
        code: 'USER_NOT_FOUND',
        message: 'The directory "contractors" has no such user.',
        path: ['user', 'id'],
        retryable: false,
      },
    ],
  ];

  it.each(answers)('%s', async (_, response, error) => {
    const updates: EmulatorRequest[] = [];
    const intercept = (request: EmulatorRequest) => {
      if (request.headers['x-acs-action'] !== 'UpdateUser') return undefined;
      updates.push(request);
      return response;
    };
    const door = await open({ contractors: { intercept } });
    const user = { id: someUser(door, 'contractors') };
    const input = { user, patch: { displayName: 'Ada' }, idempotencyKey };
    const first = await patchUser(door, input);
    expect(first).toEqual({
      operationId: first.operationId,
      ...{ outcome: 'NOT_APPLIED', confirmedBy: null, user: null, errors: [error] },
    });
    await expectReplay(door, 'contractors', input, first, () => updates.length);
    expect(updates).toHaveLength(1);
    expect(door.log.join('')).not.toContain('canary');
  });
});

it('a key of a call that is at work is not waited for longer than a call has', async () => {
  const { door, proxy, id } = await openBadLine('customers', {}, journal());
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
      body: JSON.stringify({ query: print(patchWholeOperation), variables: { input: { ...input, patch } } }),
    });
    return ((await response.json()) as { data: { patchUser: WholePayload } }).data.patchUser;
  };
  const first = patchUser(door, input);
  await arrivedThere.promise;
  const atWork = {
    ...{ __typename: 'IdempotencyError', code: 'IDEMPOTENCY_IN_PROGRESS', path: ['idempotencyKey'] },
    message: 'A call with this key is in progress: call again with the same key for its answer.',
    retryable: false,
  };
  const again = await inAHurry(input.patch);
  expect(again).toMatchObject({ outcome: 'UNKNOWN', confirmedBy: null, user: null, errors: [atWork] });
  expect(await inAHurry({ displayName: 'Grace' })).toMatchObject(notApplied(keyReused));
  goesOn.resolve();
  const answer = await first;
  expect(answer).toMatchObject({ operationId: again.operationId, outcome: 'APPLIED' });
  expect(await patchUser(door, input)).toEqual(answer);
  expect(written(door)).toHaveLength(1);
});

it('a key of a call that was stale gets that again, the user as it was shown included', async () => {
  const door = await open();
  const user = { id: someUser(door, 'contractors') };
  const input = { user, patch: { displayName: 'Ada' }, ifVersion: 'a'.repeat(32), idempotencyKey };
  const first = await patchUser(door, input);
  expect(first).toMatchObject({ outcome: 'NOT_APPLIED', user, errors: [{ code: 'STALE_VERSION' }] });
  await expectReplay(door, 'contractors', input, first);
});

describe('a key', () => {
  const patch = { displayName: 'Ada' };

  it.each([
    ['empty', ''],
    ['too short', 'a'.repeat(15)],
    ['too long', 'a'.repeat(256)],
    ['with a space', 'canary canary canary'],
    ['with a line break at its end', 'canary-canary-canary\n'],
    ['with an accent', 'canäry-canary-canary'],
    ['with a slash', '../../canary/canary'],
  ])('that is %s is refused, and nothing is sent', async (_, malformed) => {
    const door = await open();
    const user = { id: someUser(door, 'customers') };
    door.forgetRequests();
    const told = await patchUser(door, { user, patch: { displayName: '' }, idempotencyKey: malformed });
    expect(told).toEqual({
      operationId: told.operationId,
      ...notApplied(
        invalidInput(says.empty, 'patch', 'displayName'),
        invalidInput('Expected 16 to 255 letters, digits, _ or -.', 'idempotencyKey'),
      ),
    });
    expect(arrived(door)).toEqual([]);
    expect(door.log.join('')).not.toMatch(/canary/);
  });

  it.each([
    ['of 16 characters', 'Aa0_-Aa0_-Aa0_-A'],
    ['of 255 characters', 'k'.repeat(255)],
  ])('%s is one', async (_, key) => {
    const door = await open();
    const user = { id: someUser(door, 'customers') };
    expect(await patchUser(door, { user, patch, idempotencyKey: key })).toMatchObject({ outcome: 'APPLIED' });
  });

  it('that is null is none', async () => {
    const door = await openFrontDoor();
    onTestFinished(() => door.close());
    const user = { id: someUser(door, 'customers') };
    const told = await patchUser(door, { user, patch, idempotencyKey: null });
    expect(told).toMatchObject({ outcome: 'APPLIED' });
  });

  it('where no journal is configured is refused, together with what else is wrong', async () => {
    const door = await openFrontDoor();
    onTestFinished(() => door.close());
    const input = { user: { id: someUser(door, 'employees') }, patch: { givenName: 'Ada' }, idempotencyKey };
    const { operationId: _, ...told } = await patchUser(door, input);
    const noJournal = 'No journal is configured, so keys cannot be remembered: leave it out.';
    expect(told).toMatchObject({ outcome: 'NOT_APPLIED', confirmedBy: null, user: null });
    expect(told.errors).toEqual([
      invalidInput(noJournal, 'idempotencyKey'),
      {
        ...{ __typename: 'UnsupportedFieldError', code: 'UNSUPPORTED_FIELD', retryable: false },
        message: 'The directory "employees" has no givenName to set.',
        path: ['patch', 'givenName'],
      },
    ]);
    expect(arrived(door)).toEqual([]);
  });
});
