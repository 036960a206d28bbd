import { beforeEach, describe, expect, it } from 'vitest';
import type { PatchUserInput } from '../generated/graphql.ts';
import {
  type DirectoryName,
  directoryNames,
  error,
  patchUser,
  planPatchUser,
  someUser,
  versionOf,
  written,
  wroteBy,
} from '../harness/expected.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import { type FrontDoor, openDoor, wholeUser } from '../harness/front-door.ts';

let door: FrontDoor;
beforeEach(async () => {
  door = await openDoor(freshJournal());
});

const staleError = (currentVersion: string) => ({
  ...error('STALE_VERSION')(
    'The user has changed since this version: read the user again before you decide.',
    'ifVersion',
  ),
  currentVersion,
});

const anotherVersion = 'a'.repeat(32);

describe.each(directoryNames)('ifVersion of a user of %s', (directory) => {
  it.each(['id', 'login'])('that is stale sends nothing and shows the user as it is, by %s', async (by) => {
    const id = someUser(door, directory);
    const { data } = await door.graphql(`{ user(by: { id: "${id}" }) { ${wholeUser} } }`);
    const { user } = data as { user: { version: string; loginIds: readonly string[] } };
    const who = by === 'id' ? { id } : { login: { directory, login: user.loginIds[0] ?? '' } };
    door.forgetRequests();
    const told = await patchUser(door, {
      ...{ user: who, patch: { displayName: 'Ada' } },
      ifVersion: anotherVersion,
    });
    expect(told).toEqual({
      operationId: told.operationId,
      ...{ outcome: 'NOT_APPLIED', confirmedBy: null, user },
      errors: [staleError(user.version)],
    });
    expect(wroteBy(door, directory)).toEqual([]);
    expect(written(door)).toEqual([]);
  });

  it('lets one of many through who read the same version', async () => {
    const id = someUser(door, directory);
    const ifVersion = await versionOf(door, id);
    const names = ['Ada', 'Grace', 'Katherine', 'Dorothy', 'Mary'];
    const told = await Promise.all(
      names.map((displayName) => patchUser(door, { user: { id }, patch: { displayName }, ifVersion })),
    );
    const applied = told.filter(({ outcome }) => outcome === 'APPLIED');
    expect(applied).toHaveLength(1);
    const version = await versionOf(door, id);
    expect(applied[0]?.user?.version).toBe(version);
    expect(version).not.toBe(ifVersion);
    for (const one of told.filter(({ outcome }) => outcome !== 'APPLIED')) {
      expect(one).toMatchObject({ outcome: 'NOT_APPLIED', errors: [staleError(version)] });
    }
    expect(written(door)).toHaveLength(1);
  });
});

/** A patch of every kind of change, and what its plan shows of it. */
const plans: Readonly<
  Record<DirectoryName, { readonly patch: object; readonly changes: readonly unknown[] }>
> = {
  employees: {
    patch: {
      displayName: 'Li Na',
      status: 'DISABLED',
      customFields: [
        { add: { field: 'age', value: { number: 35 } } },
        { remove: { field: 'nick_name' } },
        { replace: { field: 'grade', value: { text: 'p8' } } },
      ],
    },
    changes: [
      [['status'], 'ENABLED', 'DISABLED'],
      [['displayName'], '李娜', 'Li Na'],
      [['customFields', '0', 'add'], '34', '35'],
      [['customFields', '1', 'remove'], '娜娜', null],
      [['customFields', '2', 'replace'], 'p7', 'p8'],
    ],
  },
  contractors: {
    patch: { username: 'liu_yang', status: 'ENABLED' },
    changes: [[['username'], 'liu.yang', 'liu_yang']],
  },
  customers: {
    patch: {
      givenName: 'Augusta',
      middleName: null,
      status: 'DISABLED',
      tenants: [{ tenantId: 'globex', roleNames: ['dispatcher'] }],
      customFields: [
        { add: { field: 'tags', value: { texts: ['press', 'vip'] } } },
        { remove: { field: 'newsletter' } },
        { replace: { field: 'birthday', value: { date: '1815-12-10T00:00:00Z' } } },
      ],
    },
    changes: [
      [['givenName'], 'Ada', 'Augusta'],
      [['middleName'], 'Chioma', null],
      [['status'], 'ENABLED', 'DISABLED'],
      [
        ['tenants'],
        '[{"tenantId":"acme","roleNames":["Tenant Admin","approver"]}]',
        '[{"tenantId":"globex","roleNames":["dispatcher"]}]',
      ],
      [['customFields', '0', 'add'], '["vip","beta"]', '["vip","beta","press"]'],
      [['customFields', '1', 'remove'], 'true', null],
      [['customFields', '2', 'replace'], '1984-02-29T00:00:00.000Z', '1815-12-10T00:00:00.000Z'],
    ],
  },
};

describe.each(directoryNames)('the plan of a patch of %s', (directory) => {
  const { patch, changes } = plans[directory];
  const input = () => ({ user: { id: someUser(door, directory) }, patch });

  it('is what patchUser then sends, to the byte, and says field by field what changes', async () => {
    const plan = await planPatchUser(door, input());
    expect(plan.errors).toEqual([]);
    expect(plan.changes).toEqual(
      (changes as readonly (readonly [readonly string[], string | null, string | null])[]).map(
        ([path, before, after]) => ({ path: ['patch', ...path], before, after }),
      ),
    );
    expect(plan.requests).toHaveLength(directory === 'customers' ? 1 : 2);
    door.forgetRequests();
    expect(await patchUser(door, input())).toMatchObject({ outcome: 'APPLIED', errors: [] });
    expect(plan.requests).toEqual(wroteBy(door, directory));
    const credentials = door.emulators[directory].requests.flatMap(
      ({ headers }) => String(headers.authorization).match(/[\w.-]{20,}/g) ?? [],
    );
    expect(credentials).not.toEqual([]);
    for (const secret of credentials) expect(JSON.stringify(plan)).not.toContain(secret);
  });

  it('writes nothing at the provider and begins nothing in the journal', async () => {
    const idempotencyKey = 'a-key-that-is-only-planned';
    const before = await versionOf(door, input().user.id);
    door.forgetRequests();
    const planned = await planPatchUser(door, { ...input(), idempotencyKey, ifVersion: before });
    expect(planned.errors).toEqual([]);
    expect(wroteBy(door, directory)).toEqual([]);
    expect(written(door)).toEqual([]);
    expect(await versionOf(door, input().user.id)).toBe(before);
    // The key is still free.
    const other = { ...input(), patch: { displayName: 'Another' }, idempotencyKey };
    expect(await patchUser(door, other)).toMatchObject({ outcome: 'APPLIED' });
  });

  it('has the errors of patchUser, whole, and then no requests and no changes', async () => {
    const id = someUser(door, directory);
    const displayName = 'Ada';
    const version = await versionOf(door, id);
    const everythingWrong = {
      ...{ displayName: '', username: 'a\u200b', picture: 'canary' },
      ...{ status: 'EXPIRED' as const, roleNames: ['a', 'a'] },
      email: { address: 'canary', verified: true },
      customFields: [{ remove: { field: 'nobody' } }, { remove: { field: 'age', values: ['1'] } }],
    };
    const inputs: readonly PatchUserInput[] = [
      { user: { id }, patch: everythingWrong, ifVersion: '', idempotencyKey: 'short' },
      { user: { id: 'nope:a' }, patch: everythingWrong },
      { user: { login: { directory: 'nope', login: '' } }, patch: { displayName } },
      { user: { login: { directory, login: 'nobody@example.com' } }, patch: { displayName } },
      { user: { id: `${directory}:nobody` }, patch: { displayName }, ifVersion: version },
      { user: { id }, patch: { displayName }, ifVersion: anotherVersion },
    ];
    for (const bad of inputs) {
      const { outcome, errors } = await patchUser(door, bad);
      expect(outcome).toBe('NOT_APPLIED');
      expect(errors).not.toEqual([]);
      expect(await planPatchUser(door, bad)).toEqual({ errors, requests: [], changes: [] });
    }
    expect(written(door)).toEqual([]);
  });
});

it('a plan with a key that stands for another input says so, as patchUser does', async () => {
  const input = { user: { id: someUser(door, 'customers') }, patch: { displayName: 'Grace' } };
  const idempotencyKey = 'a-key-that-was-used-before';
  await patchUser(door, { ...input, patch: { displayName: 'Ada' }, idempotencyKey });
  const { errors } = await patchUser(door, { ...input, idempotencyKey });
  expect(errors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
  expect(await planPatchUser(door, { ...input, idempotencyKey })).toEqual({
    ...{ errors, requests: [], changes: [] },
  });
});
