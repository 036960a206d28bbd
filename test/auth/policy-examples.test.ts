import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserBy, UserPatchInput } from '../generated/graphql.ts';
import {
  type DirectoryName,
  directoryNames,
  type ExpectedError,
  eiam,
  written,
} from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
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

let door: FrontDoor;
beforeAll(async () => {
  door = await openPolicyDoor();
});
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
    for (const [operation, rest] of [
      ['add', { value: { text: 'mine' } }],
      ['replace', { value: { text: 'my own' } }],
      ['remove', {}],
    ] as const) {
      const before = written(door).length;
      const customFields = [{ [operation]: { field, ...rest } }];
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

  it('learns that their own record does not exist', async () => {
    const token = await tokenOf(door, { self: { directory, userId: 'user_gone', list: 'others' } });
    const input = { user: { id: `${directory}:user_gone` }, patch: { displayName: 'Gone' } };
    expect((await patch(door, input, token)).errors).toMatchObject([
      { code: 'USER_NOT_FOUND', path: ['user', 'id'] },
    ]);
  });
});

describe.each(directoryNames)('the log of a refused patch of %s', (directory) => {
  const values: UserPatchInput = {
    displayName: 'Katarina Canary',
    status: 'DISABLED',
    email: { address: 'canary@example.com', verified: true },
    customFields: [
      { replace: { field: 'nick', value: { text: 'canary' } } },
      { remove: { field: 'canary' } },
    ],
  };

  /** The one line that a patch of this user logs; it contains no value and no token. */
  async function lineOf(user: UserBy, token: string): Promise<unknown> {
    const before = door.log.length;
    await door.patch(user, values, token);
    const lines = door.log.slice(before);
    expect(lines.join('')).not.toMatch(/canary|katarina/i);
    expect(lines.join('')).not.toContain(token);
    expect(lines).toHaveLength(1);
    return JSON.parse(lines[0] ?? '');
  }

  it('names the caller, the directory and the paths', async () => {
    const token = await tokenOf(door, { rights: ['users:read'], sub: 'reader-7' });
    expect(await lineOf({ id: `${directory}:${userIdOf(directory)}` }, token)).toEqual({
      ...{ level: 30, time: expect.anything(), durationMs: expect.any(Number), event: 'patchUser' },
      operationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      caller: `${door.sandbox.issuer.url} reader-7`,
      ...{ directory, fields: ['displayName', 'email', 'status', 'customFields'], outcome: 'NOT_APPLIED' },
      errors: [
        ...['FORBIDDEN patch.displayName', 'FORBIDDEN patch.email', 'FORBIDDEN patch.email.verified'],
        ...['FORBIDDEN patch.status', 'FORBIDDEN patch.customFields.0.replace.field'],
        'FORBIDDEN patch.customFields.1.remove.field',
      ],
    });
  });

  it('names no directory that the caller does not see', async () => {
    const token = await tokenOf(door, { sub: 'stranger' });
    const caller = `${door.sandbox.issuer.url} stranger`;
    for (const [user, path] of [
      [{ id: `${directory}:canary` }, 'id'],
      [{ id: 'canary:canary' }, 'id'],
      [{ login: { directory, login: 'canary@example.com' } }, 'login.directory'],
    ] as const) {
      const errors = [`FORBIDDEN user.${path}`];
      expect(await lineOf(user, token)).toMatchObject({ caller, directory: null, errors });
    }
  });
});
