import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { type PatchUserInput, PatchWholeDocument } from '../generated/graphql.ts';
import { ask } from '../harness/answers.ts';
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
} from '../harness/expected.ts';
import type { Fault } from '../harness/fault-proxy.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import { type FrontDoor, openDoor } from '../harness/front-door.ts';

const open = (changes: SandboxChanges = {}) => openDoor({ ...freshJournal(), ...changes });
const idempotencyKey = 'order-4711_attempt-1';
const operationId = expect.any(String);

const inputOf = (door: FrontDoor, directory: DirectoryName = 'contractors') => ({
  user: { id: someUser(door, directory) },
  patch: { displayName: 'Ada', email: { address: 'ada.new@example.com', verified: false } },
  idempotencyKey,
});

const displayName = 'Ada';
const path = ['patch', 'displayName'];
const RequestId = 'B7F0C0DE-1111-5222-8333-44445555AAAA';
const refusal = (status: number, Code: string): Fault => ({
  delivered: false,
  answer: { status, body: JSON.stringify({ Code, RequestId, Message: 'canary' }) },
});
const policy = 'OperationDenied.Policy';
const notThere = notFound('The directory "contractors" has no such user.', 'user', 'id');
const isTaken = conflict('Another user of the directory has this value already.', ...path);
const refusedBy = refused('The provider refused the request.', path, [policy, RequestId]);
const taken = { address: 'zhao.min@example.com', verified: true };
const partly = [
  { code: 'CONFLICT', path: ['patch', 'email', 'address'] },
  { code: 'PROVIDER_REFUSED', path },
];
const unknownName = outcomeUnknown(unconfirmed, ...path);

/** What a key gets again: of which input, what becomes of its write if it does not go through, and the first answer. */
const replays: readonly (readonly [
  what: string,
  change: Partial<PatchUserInput>,
  fault: Fault | undefined,
  answer: object,
  where?: readonly DirectoryName[],
])[] = [
  ['APPLIED', {}, undefined, { outcome: 'APPLIED', errors: [], user: { displayName } }, directoryNames],
  [
    'UNKNOWN',
    { patch: { displayName } },
    { delivered: false, answer: 'reset' },
    { outcome: 'UNKNOWN', confirmedBy: null, errors: [unknownName] },
    directoryNames,
  ],
  [
    'PARTIAL',
    { patch: { status: 'DISABLED', displayName, email: taken } },
    undefined,
    { outcome: 'PARTIAL', confirmedBy: null, user: { status: 'DISABLED' }, errors: partly },
  ],
  [
    'STALE_VERSION, with the user,',
    { ifVersion: 'a'.repeat(32) },
    undefined,
    { outcome: 'NOT_APPLIED', user: { displayName: '刘洋' }, errors: [{ code: 'STALE_VERSION' }] },
  ],
  ...(
    [
      [400, policy, refusedBy],
      [409, 'ResourceDuplicated.DisplayName', isTaken],
      [404, 'ResourceNotFound.User', notThere],
    ] as const
  ).map(
    ([status, code, error]) =>
      [
        `the provider’s ${status} as a refusal`,
        { patch: { displayName } },
        refusal(status, code),
        notApplied(error),
      ] as const,
  ),
];

describe('a used key', () => {
  it.each(replays.map(([what, ...row]) => ({ what, row })))(
    'gets $what again, whole, from this process and from the next',
    async ({ row: [change, fault, answer, where = ['contractors']] }) => {
      for (const directory of where) {
        const { door, proxy } = await openBehindProxy(directory, {}, freshJournal());
        const input = { ...inputOf(door, directory), ...change };
        if (fault) proxy.fail('write', fault);
        const first = await patchUser(door, input);
        expect(first).toMatchObject(answer);
        proxy.heal();
        const sent = proxy.writes.length;
        for (let times = 0; times < 2; times += 1) {
          expect(await patchUser(door, input)).toEqual(first);
          await door.restart();
        }
        expect(proxy.writes).toHaveLength(sent);
        expect(door.log.join('')).not.toContain('canary');
      }
    },
  );

  it('stands for the input, in any order of its members and in any syntax', async () => {
    const door = await open();
    const input = inputOf(door);
    const first = await patchUser(door, input);
    const { user, patch } = input;
    const email = `{ verified: false, address: "${patch.email.address}" }`;
    const literal = await door.graphql(`mutation { patchUser(input: { idempotencyKey: "${idempotencyKey}",
      ifVersion: null, patch: { email: ${email}, displayName: "Ada" }, user: { id: "${user.id}" } }) { operationId } }`);
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

  it('of a call in progress is not waited for beyond the deadline', async () => {
    const { door, proxy, id } = await openBehindProxy('customers', {}, freshJournal());
    const goesOn = Promise.withResolvers<void>();
    proxy.fail('any', { delivered: true, after: goesOn.promise });
    const input = { user: { id }, patch: { displayName: 'Ada' }, idempotencyKey };
    const inAHurry = async (patch: object) => {
      const variables = { input: { ...input, patch } };
      const deadline = { 'idpatch-deadline-ms': '100' };
      const { body } = await ask(door, print(PatchWholeDocument), { variables }, deadline);
      return (JSON.parse(body) as { data: { patchUser: WholePayload } }).data.patchUser;
    };
    const first = patchUser(door, input);
    await proxy.arrived('write');
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

it('the form of a key is checked together with the rest of the input, and nothing is sent', async () => {
  const door = await open();
  for (const key of ['', 'a'.repeat(256), 'canary-canary-canary\n', 'canäry-canary-canary', 'canary\u007f']) {
    const input = { ...inputOf(door), patch: { displayName: '' }, idempotencyKey: key };
    expect(await patchUser(door, input)).toEqual({
      operationId,
      ...notApplied(
        invalidInput(says.empty, 'patch', 'displayName'),
        invalidInput('Must be 1 to 255 printable ASCII characters.', 'idempotencyKey'),
      ),
    });
  }
  expect(arrived(door)).toEqual([]);
  expect(door.log.join('')).not.toMatch(/canary/);
  for (const key of ['1', 'order-1234', 'workflow:run/42:step-7', ' ~!"#\\', 'k'.repeat(255)])
    expect((await patchUser(door, { ...inputOf(door), idempotencyKey: key })).outcome).toBe('APPLIED');
});

it('a key gives its first answer for the same meaning in another order', async () => {
  const door = await open();
  const user = { id: someUser(door, 'customers') };
  const text = (field: string, value: string) => ({ replace: { field, value: { text: value } } });
  const tags = (...texts: string[]) => ({ replace: { field: 'tags', value: { texts } } });
  const one = {
    roleNames: ['member', 'support'],
    tenants: ['acme', 'globex'].map((tenantId) => ({ tenantId, roleNames: [] })),
    customFields: [text('nick', 'A'), tags('vip', 'beta')],
  };
  const other = {
    customFields: [tags('beta', 'vip'), text('nick', 'A')],
    tenants: one.tenants.toReversed(),
    roleNames: ['support', 'member'],
  };
  const first = await patchUser(door, { user, patch: one, idempotencyKey: 'order' });
  expect(first.outcome).toBe('APPLIED');
  expect(await patchUser(door, { user, patch: other, idempotencyKey: 'order' })).toMatchObject({
    ...{ operationId: first.operationId, outcome: 'APPLIED' },
  });
  expect(written(door)).toHaveLength(1);
});

it('without a journal a key is refused, together with the other errors, and null is no key', async () => {
  const door = await openDoor();
  const input = { user: { id: someUser(door, 'employees') }, patch: { givenName: 'Ada' }, idempotencyKey };
  const noJournal = 'No journal is configured, so keys cannot be remembered: leave it out.';
  expect(await patchUser(door, input)).toEqual({
    operationId,
    ...notApplied(
      invalidInput(noJournal, 'idempotencyKey'),
      unsupported('The directory "employees" has no givenName to set.', 'patch', 'givenName'),
    ),
  });
  expect(arrived(door)).toEqual([]);
  const withoutKey = { ...inputOf(door), idempotencyKey: null };
  expect(await patchUser(door, withoutKey)).toMatchObject({ outcome: 'APPLIED' });
});
