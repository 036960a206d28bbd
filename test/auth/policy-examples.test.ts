import { afterAll, describe, expect, it } from 'vitest';
import type { UserPatchInput } from '../generated/graphql.ts';
import {
  type DirectoryName,
  directoryNames,
  type ExpectedError,
  eiam,
  written,
} from '../harness/expected.ts';
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

/** A patch of each of these users is refused with these errors: the caller cannot tell the users apart. */
interface Example {
  readonly caller: TestCaller;
  /** Left out: the first seeded user. */
  readonly users?: readonly object[];
  readonly patch?: object;
  readonly errors: readonly ExpectedError[];
}

function refusedExamples(directory: DirectoryName): Readonly<Record<string, Example>> {
  const elsewhere = directoryNames.filter((name) => name !== directory);
  const [other = directory] = elsewhere;
  const [mine, another, theirs] = [userIdOf(directory), userIdOf(directory, 1), userIdOf(other)];
  const [myLogin = '', anotherLogin = ''] = seeds[directory].map(({ username }) => username);
  const caller = { self: { directory, list: 'others' } } as const;
  const name = { displayName: 'Not Mine' };
  const noUser = (by: string) => [forbidden(messages.noUser, 'user', by)];
  const noDirectory = messages.noDirectory(directory);
  const field = (index: number, operation: string) =>
    forbidden(messages.ownField, 'patch', 'customFields', String(index), operation, 'field');
  const [listed, unlisted] = eiam.includes(directory) ? ['vip', 'nick_name'] : ['nick', 'plan'];
  const number = eiam.includes(directory) ? '+8613800138089' : '+15555550189';
  return {
    'by another id, known or not': {
      caller,
      users: [another, 'user_nobody', `${mine}a`, mine.toUpperCase(), '__proto__'].map((userId) => ({
        id: `${directory}:${userId}`,
      })),
      errors: noUser('id'),
    },
    'by a login, of their own, of another user or of nobody': {
      caller,
      users: [myLogin, anotherLogin, 'nobody.at.all@example.com', mine, another].map((login) => ({
        login: { directory, login },
      })),
      errors: noUser('login'),
    },
    'by an id in another directory, configured or not': {
      caller,
      users: [...elsewhere, 'nowhere'].flatMap((of) => [{ id: `${of}:${mine}` }, { id: `${of}:${theirs}` }]),
      errors: [forbidden(noDirectory, 'user', 'id')],
    },
    'by a login in another directory, configured or not': {
      caller,
      users: [...elsewhere, 'nowhere'].map((of) => ({ login: { directory: of, login: 'li.na' } })),
      errors: [forbidden(noDirectory, 'user', 'login', 'directory')],
    },
    'by an id in another directory that is also that of their own record': {
      caller: { self: { ...caller.self, userId: theirs }, rights: ['users:read'], directories: [other] },
      users: [{ id: `${other}:${theirs}` }],
      errors: [forbidden(messages.needs('users:write', other), 'patch', 'displayName')],
    },
    'with their own email verified': {
      caller,
      patch: { ...name, email: { address: 'not.verified@example.com', verified: true } },
      errors: [forbidden(messages.ownFlag, 'patch', 'email', 'verified')],
    },
    'with their own phone verified': {
      caller: { self: { directory, list: 'some' } },
      patch: { username: 'beside', phone: { number, verified: true } },
      errors: [forbidden(messages.ownFlag, 'patch', 'phone', 'verified')],
    },
    'with a custom field that is not listed beside one that is': {
      caller: { self: { directory, list: 'some' } },
      patch: {
        customFields: [
          { remove: { field: listed } },
          { remove: { field: unlisted } },
          { replace: { field: 'age', value: { number: 50 } } },
          { add: { field: 'no such field', value: { text: 'x' } } },
        ],
      },
      errors: [field(1, 'remove'), field(3, 'add')],
    },
    'with many custom fields that are not listed, some with odd names': {
      caller,
      patch: { customFields: oddNames.map((name) => ({ remove: { field: name } })) },
      errors: oddNames.map((_, index) => field(index, 'remove')),
    },
  };
}

/** On the list `others` is only constructor. */
const oddNames = [
  ...addedFields.filter((name) => name !== 'constructor'),
  ...['customFields', 'verified', 'no such field', 'nick_name ', 'Nick_name', 'customFields.nick_name', '*'],
  ...Array.from({ length: 20 }, (_, index) => `field ${index}`),
];

describe.each(directoryNames)('the owner of a record in %s', (directory) => {
  const user = { id: `${directory}:${userIdOf(directory)}` };
  const number = eiam.includes(directory) ? '+8613800138088' : '+15555550188';

  it.each(Object.entries(refusedExamples(directory)))('is refused %s', async (_, example) => {
    const { caller, users = [user], patch = { displayName: 'Not Mine' }, errors } = example;
    const token = await tokenOf(door, caller);
    for (const user of users) await refuses(door, { user, patch }, token, errors);
  });

  const flags =
    directory === 'customers' ? ['verifiedEmail', 'verifiedPhone'] : ['emailVerified', 'phoneNumberVerified'];
  it.each([
    ['others', { email: { address: 'my.own@example.com', verified: false } }, flags[0]],
    ['some', { phone: { number, verified: false } }, flags[1]],
  ] as const)('of the list %s changes %j, and the flag is sent', async (list, contact, flag = '') => {
    const token = await tokenOf(door, { self: { directory, list } });
    door.forgetRequests();
    const before = written(door).length;
    expect(await patch(door, { user, patch: contact }, token)).toMatchObject({ outcome: 'APPLIED', user });
    expect(written(door).slice(before)).toMatchObject([{ change: { [flag]: false } }]);
    const sent = door.emulators[directory].requests.map(({ body, url }) => `${url} ${body}`);
    expect(sent.filter((text) => new RegExp(`${flag}"?[:=]false`, 'i').test(text))).toHaveLength(1);
  });

  it.each([
    ['__proto__', 'some'],
    ['constructor', 'others'],
  ] as const)('changes the custom field %s, which is on the list %s', async (field, list) => {
    const token = await tokenOf(door, { self: { directory, list } });
    const value = { text: 'mine' };
    for (const operation of [
      { add: { field, value } },
      { replace: { field, value } },
      { remove: { field } },
    ]) {
      const before = written(door).length;
      const customFields = [operation];
      expect(await patch(door, { user, patch: { customFields } }, token)).toMatchObject({
        outcome: 'APPLIED',
      });
      expect(JSON.stringify(written(door).slice(before))).toContain(`"${field}"`);
    }
  });

  it('gets the errors of an invalid input together with the refusal', async () => {
    const input = {
      user: { id: `${directory}:nobody` },
      patch: { displayName: '' },
      idempotencyKey: 'short',
    };
    const { errors } = await patch(door, input, await tokenOf(door, { self: { directory, list: 'others' } }));
    expect(errors.map(({ code, path }) => [code, ...path].join(' '))).toEqual([
      ...['INVALID_INPUT patch displayName', 'INVALID_INPUT idempotencyKey', 'FORBIDDEN user id'],
    ]);
  });
});

it.each(directoryNames)(
  'the log of a refused patch of %s names caller and paths, and no value',
  async (directory) => {
    const values: UserPatchInput = {
      ...{ displayName: 'Katarina Canary', email: { address: 'canary@example.com', verified: true } },
      customFields: [
        { replace: { field: 'nick', value: { text: 'canary' } } },
        { remove: { field: 'canary' } },
      ],
    };
    const paths = ['displayName', 'email', 'email.verified', 'customFields.0.replace.field'];
    const refused = [...paths, 'customFields.1.remove.field'].map((path) => `FORBIDDEN patch.${path}`);
    for (const [user, sub, errors] of [
      [{ id: `${directory}:${userIdOf(directory)}` }, 'reader', refused],
      // Without a right in the directory, the log does not name it.
      [{ id: `${directory}:canary` }, 'stranger', ['FORBIDDEN user.id']],
      [{ id: 'canary:canary' }, 'stranger', ['FORBIDDEN user.id']],
      [{ login: { directory, login: 'canary@example.com' } }, 'stranger', ['FORBIDDEN user.login.directory']],
    ] as const) {
      const token = await tokenOf(door, { sub, rights: sub === 'reader' ? ['users:read'] : [] });
      const before = door.log.length;
      await door.patch(user, values, token);
      const [line = '', ...more] = door.log.slice(before);
      expect(JSON.parse(line)).toEqual({
        ...{ level: 30, time: expect.anything(), durationMs: expect.any(Number), event: 'patchUser' },
        operationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        ...{ caller: `${door.sandbox.issuer.url} ${sub}`, directory: sub === 'reader' ? directory : null },
        ...{ fields: ['displayName', 'email', 'customFields'], outcome: 'NOT_APPLIED', errors },
      });
      expect(line).not.toMatch(/canary|katarina/i);
      expect(line).not.toContain(token);
      expect(more).toEqual([]);
    }
  },
);
