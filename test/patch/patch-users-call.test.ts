import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { messages, policyCallers, tokenOf, userIdOf } from '../auth/policy-door.ts';
import { PatchManyDocument } from '../generated/graphql.ts';
import { arrived, someUser } from '../harness/expected.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import { openDoor } from '../harness/front-door.ts';
import { byLogin, named, patchMany, storedNames } from '../harness/many.ts';

describe('a call of patchUsers', () => {
  const refusal = (message: string) => ({
    data: { patchUsers: null },
    errors: [
      {
        message,
        locations: [expect.anything()],
        path: ['patchUsers'],
        extensions: { code: 'INVALID_INPUT', inputPath: ['inputs'] },
      },
    ],
  });

  it.each([
    [101, 'At most 100 patches.'],
    [0, 'Name at least one patch.'],
  ])('of %d patches is refused, and nothing is sent', async (count, says) => {
    const door = await openDoor();
    const inputs = Array.from({ length: count }, () => named(someUser(door, 'customers'), 'Ada'));
    expect(await door.call(PatchManyDocument, { inputs })).toEqual(refusal(says));
    const bad = inputs.map((input, index) =>
      index === 3 ? { ...input, patch: { displayName: '' } } : input,
    );
    expect(await door.call(PatchManyDocument, { inputs: bad })).toEqual(refusal(says));
    expect(arrived(door)).toEqual([]);
    expect(door.log).toEqual([]);
  });

  it('names no more users, together with the others of its document, than a document may', async () => {
    const door = await openDoor({ limits: { document: { rootMutations: 11 } } });
    const tooMany = {
      message: 'The lists of one request may name at most 1000 users in total.',
      locations: [expect.anything()],
      path: ['m10'],
      extensions: { code: 'INVALID_INPUT', inputPath: ['inputs'] },
    };
    for (const displayName of ['Ada', '']) {
      const inputs = Array.from({ length: 100 }, () => named('nowhere:a', displayName));
      const fields = inputs.slice(0, 11).map((_, at) => `m${at}: patchUsers(inputs: $inputs) { outcome }`);
      const mutation = `mutation ($inputs: [PatchUserInput!]!) { ${fields.join(' ')} }`;
      const told = await door.graphql(mutation, { inputs });
      expect(told.errors).toEqual([tooMany]);
      expect(told.data).toMatchObject({ m9: Array(100).fill({ outcome: 'NOT_APPLIED' }), m10: null });
    }
  });

  it('gives null for a patch that meets a bug of ours, and the others as they are', async () => {
    const door = await openDoor(freshJournal());
    const { stringify } = JSON;
    const broken = vi.spyOn(JSON, 'stringify').mockImplementation((value, ...more) => {
      // Where the input's digest is made, before anything is sent.
      if (value === 'Bug') throw new TypeError('A bug.');
      return stringify(value, ...(more as []));
    });
    onTestFinished(() => broken.mockRestore());
    const inputs = ['One', 'Bug', 'Three'].map((name, which) =>
      named(someUser(door, 'customers', which), name),
    );
    const { data, errors } = await door.call(PatchManyDocument, { inputs });
    expect(data?.patchUsers?.map((one) => one?.user?.displayName)).toEqual(['One', undefined, 'Three']);
    expect(data?.patchUsers?.[1]).toBeNull();
    expect(errors).toMatchObject([
      { path: ['patchUsers', 1], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
    expect(storedNames(door)).toEqual(['One', 'Three']);
  });

  it('has each patch checked by the caller’s rights, and asks nobody about what they may not', async () => {
    const door = await openDoor({ callers: policyCallers });
    const self = { directory: 'customers', list: 'others' } as const;
    const token = await tokenOf(door, { rights: ['users:write'], directories: ['employees'], self });
    const told = await patchMany(
      door,
      [
        named(`customers:${userIdOf('customers', 1)}`, 'Not mine'),
        named(someUser(door, 'customers'), 'Mine'),
        byLogin('customers', 'ada.okafor@example.com', { displayName: 'By login' }),
        { user: { id: someUser(door, 'employees') }, patch: { status: 'DISABLED', displayName: 'E' } },
        named(someUser(door, 'employees'), 'E'),
        named(someUser(door, 'contractors'), 'C'),
      ],
      token,
    );
    const refused = (message: string, ...path: readonly string[]) => [{ code: 'FORBIDDEN', message, path }];
    expect(told).toMatchObject([
      { outcome: 'NOT_APPLIED', errors: refused(messages.noUser, 'user', 'id') },
      { outcome: 'APPLIED', confirmedBy: 'RESPONSE', errors: [] },
      { outcome: 'NOT_APPLIED', errors: refused(messages.noUser, 'user', 'login') },
      { errors: refused(messages.needs('users:write:privileged', 'employees'), 'patch', 'status') },
      { outcome: 'APPLIED', confirmedBy: 'READ_BACK', errors: [] },
      { errors: refused(messages.noDirectory('employees', 'customers'), 'user', 'id') },
    ]);
    // Their own record they may read; the employee they may not.
    expect(told.map(({ user }) => user?.displayName ?? null)).toEqual([null, 'Mine', null, null, null, null]);
    expect(arrived(door).filter((request) => /contractors|GET .v1.mgmt.user$/.test(request))).toEqual([]);
    expect(storedNames(door)).toEqual(['E', 'Mine']);
  });
});
