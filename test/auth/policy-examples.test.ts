import { afterAll, describe, expect, it } from 'vitest';
import type { UserPatchInput } from '../generated/graphql.ts';
import { directoryNames, type ExpectedError, eiam, written } from '../harness/expected.ts';
import {
  addedFields,
  forbidden,
  messages,
  openPolicyDoor,
  patch,
  refuses,
  seeds,
  type TestCaller,
  tokenOf,
  userIdOf,
} from './policy-door.ts';

const door = await openPolicyDoor();
afterAll(() => door.close());

/** On the list `others` is only constructor. */
const oddNames = [
  ...addedFields.filter((name) => name !== 'constructor'),
  ...['customFields', 'verified', 'no such field', 'nick_name ', 'Nick_name', 'customFields.nick_name', '*'],
  ...Array.from({ length: 20 }, (_, index) => `field ${index}`),
];

describe.each(directoryNames)('the owner of a record in %s', (directory) => {
  const elsewhere = directoryNames.filter((name) => name !== directory);
  const [other = directory] = elsewhere;
  const [mine, another, theirs] = [userIdOf(directory), userIdOf(directory, 1), userIdOf(other)];
  const [myLogin = '', anotherLogin = ''] = seeds[directory].map(({ username }) => username);
  const user = { id: `${directory}:${mine}` };
  const owner = (list: 'some' | 'others' = 'others') => ({ self: { directory, list } }) as const;
  const name = { displayName: 'Not Mine' };
  const noDirectory = messages.noDirectory(directory);

  /** Whoever of these is meant, the answer is the same: the caller cannot tell them apart. */
  const refused: readonly [
    what: string,
    users: readonly object[],
    error: ExpectedError,
    caller?: TestCaller,
  ][] = [
    [
      'by another id, known or not',
      [another, 'user_nobody', `${mine}a`, mine.toUpperCase(), '__proto__'].map((userId) => ({
        id: `${directory}:${userId}`,
      })),
      forbidden(messages.noUser, 'user', 'id'),
    ],
    [
      'by a login, of their own, of another user or of nobody',
      [myLogin, anotherLogin, 'nobody.at.all@example.com', mine].map((login) => ({
        login: { directory, login },
      })),
      forbidden(messages.noUser, 'user', 'login'),
    ],
    [
      'by an id in another directory, configured or not',
      [...elsewhere, 'nowhere'].flatMap((of) => [{ id: `${of}:${mine}` }, { id: `${of}:${theirs}` }]),
      forbidden(noDirectory, 'user', 'id'),
    ],
    [
      'by a login in another directory, configured or not',
      [...elsewhere, 'nowhere'].map((of) => ({ login: { directory: of, login: 'li.na' } })),
      forbidden(noDirectory, 'user', 'login', 'directory'),
    ],
    [
      'by an id in another directory that is also that of their own record',
      [{ id: `${other}:${theirs}` }],
      forbidden(messages.needs('users:write', other), 'patch', 'displayName'),
      { self: { ...owner().self, userId: theirs }, rights: ['users:read'], directories: [other] },
    ],
  ];

  it.each(refused)('is refused %s', async (_, users, error, caller = owner()) => {
    const token = await tokenOf(door, caller);
    for (const user of users) await refuses(door, { user, patch: name }, token, [error]);
  });

  it('is refused with custom fields that are not listed, beside one that is', async () => {
    const listed = eiam.includes(directory) ? 'nick_name' : 'plan';
    const removed = [...oddNames, listed];
    const errors = oddNames.map((_, index) =>
      forbidden(messages.ownField, 'patch', 'customFields', String(index), 'remove', 'field'),
    );
    const customFields = removed.map((field) => ({ remove: { field } }));
    await refuses(door, { user, patch: { customFields } }, await tokenOf(door, owner()), errors);
  });

  it.each([
    ['__proto__', 'some'],
    ['constructor', 'others'],
  ] as const)('changes the custom field %s, which is on the list %s', async (field, list) => {
    const token = await tokenOf(door, owner(list));
    const before = written(door).length;
    const customFields = [{ replace: { field, value: { text: 'mine' } } }];
    const payload = await patch(door, { user, patch: { customFields } }, token);
    expect(payload).toMatchObject({ outcome: 'APPLIED' });
    expect(JSON.stringify(written(door).slice(before))).toContain(`"${field}"`);
  });

  it('gets the errors of an invalid input together with the refusal', async () => {
    const input = {
      user: { id: `${directory}:nobody` },
      patch: { displayName: '' },
      idempotencyKey: 'é',
    };
    const { errors } = await patch(door, input, await tokenOf(door, owner()));
    expect(errors.map(({ code, path }) => [code, ...path].join(' '))).toEqual([
      ...['INVALID_INPUT patch displayName', 'INVALID_INPUT idempotencyKey', 'FORBIDDEN user id'],
    ]);
  });
});

it('the log of a refused patch names caller and paths, and no value', async () => {
  const values: UserPatchInput = {
    ...{ displayName: 'Katarina Canary', email: { address: 'canary@example.com', verified: true } },
    customFields: [
      { replace: { field: 'nick', value: { text: 'canary' } } },
      { remove: { field: 'canary' } },
    ],
  };
  const paths = ['displayName', 'email', 'email.verified', 'customFields.0.replace.field'];
  const refused = [...paths, 'customFields.1.remove.field'].map((path) => `FORBIDDEN patch.${path}`);
  const login = { directory: 'customers', login: 'canary@example.com' };
  for (const [user, sub, errors] of [
    [{ id: `customers:${userIdOf('customers')}` }, 'reader', refused],
    // Without a right in the directory, the log does not name it.
    [{ id: 'customers:canary' }, 'stranger', ['FORBIDDEN user.id']],
    [{ id: 'canary:canary' }, 'stranger', ['FORBIDDEN user.id']],
    [{ login }, 'stranger', ['FORBIDDEN user.login.directory']],
  ] as const) {
    const token = await tokenOf(door, { sub, rights: sub === 'reader' ? ['users:read'] : [] });
    const before = door.log.length;
    await door.patch(user, values, token);
    const [line = '', ...more] = door.log.slice(before);
    expect(JSON.parse(line)).toEqual({
      ...{ level: 30, time: expect.anything(), durationMs: expect.any(Number), event: 'patchUser' },
      operationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ...{
        caller: `${door.sandbox.issuer.url}|${sub}|desk`,
        directory: sub === 'reader' ? 'customers' : null,
      },
      ...{ fields: ['displayName', 'email', 'customFields'], outcome: 'NOT_APPLIED', errors },
    });
    expect(line).not.toMatch(/canary|katarina/i);
    expect(line).not.toContain(token);
    expect(more).toEqual([]);
  }
});
