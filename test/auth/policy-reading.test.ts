import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrived, directoryNames, written } from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  forbidden,
  messages,
  openPolicyDoor,
  refusesPlan,
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

/** The directory in which these callers have rights. */
const here = 'customers';
const hidden = directoryNames.filter((name) => name !== here);
const callers = {
  reader: { rights: ['users:read'], directories: [here] },
  writer: { rights: ['users:write', 'users:write:privileged'], directories: [here] },
  owner: { self: { directory: here, list: 'others' }, directories: [here] },
  stranger: { directories: [here] },
} as const satisfies Record<string, TestCaller>;
const names = Object.keys(callers) as (keyof typeof callers)[];

const id = (index = 0, directory: (typeof directoryNames)[number] = here) =>
  `${directory}:${userIdOf(directory, index)}`;
const login = (name: string, directory: string = here) => ({ login: { directory, login: name } });
const logins = [...seeds[here].slice(0, 2).map(({ username }) => username), 'nobody', userIdOf(here)];

/** Calls the front door and counts the requests to providers from zero. */
async function call(caller: TestCaller, document: string, variables: object = {}) {
  const token = await tokenOf(door, caller);
  door.forgetRequests();
  return door.graphql(document, variables, token);
}

const readUser = (caller: TestCaller, by: object) =>
  call(caller, 'query ($by: UserBy!) { user(by: $by) { id displayName } }', { by });

function error(message: string, inputPath: readonly string[], ...path: readonly (string | number)[]) {
  return { message, path, locations: expect.anything(), extensions: { code: 'FORBIDDEN', inputPath } };
}

describe('user', () => {
  it('is shown to its owner by id, and to a reader by id and by login', async () => {
    const shown = { data: { user: { id: id() } } };
    for (const name of ['reader', 'owner'] as const) {
      expect(await readUser(callers[name], { id: id() })).toMatchObject(shown);
      expect(arrived(door)).toHaveLength(1);
    }
    expect(await readUser(callers.reader, login(logins[0] ?? ''))).toMatchObject(shown);
  });

  it.each(['writer', 'owner'] as const)('has one message for a %s, known or not', async (name) => {
    const ids = [id(1), `${here}:U2nobody`, `${here}:${userIdOf('employees')}`];
    for (const by of [...ids, ...(name === 'writer' ? [id()] : [])].map((one) => ({ id: one }))) {
      expect(await readUser(callers[name], by)).toEqual({
        data: { user: null },
        errors: [error(messages.noUser, ['by', 'id'], 'user')],
      });
    }
    for (const one of logins) {
      expect(await readUser(callers[name], login(one))).toEqual({
        data: { user: null },
        errors: [error(messages.noUser, ['by', 'login'], 'user')],
      });
    }
    expect(arrived(door)).toEqual([]);
  });

  it.each(names)('of a hidden directory reads to a %s like one of an unknown directory', async (name) => {
    const seen = name === 'stranger' ? [] : [here];
    const message = messages.noDirectory(...seen);
    for (const directory of [...hidden, 'nowhere', ...(name === 'stranger' ? [here] : [])]) {
      for (const userId of [userIdOf('employees'), userIdOf(here), 'nobody']) {
        expect((await readUser(callers[name], { id: `${directory}:${userId}` })).errors).toEqual([
          error(message, ['by', 'id'], 'user'),
        ]);
      }
      expect((await readUser(callers[name], login('li.na', directory))).errors).toEqual([
        error(message, ['by', 'login', 'directory'], 'user'),
      ]);
    }
    expect(arrived(door)).toEqual([]);
  });

  it('with a right in another directory is shown only there', async () => {
    const self = { directory: here, userId: userIdOf('employees'), list: 'others' } as const;
    const caller: TestCaller = { self, rights: ['users:write'], directories: ['employees'] };
    expect((await readUser(caller, { id: id(0, 'employees') })).errors).toEqual([
      error(messages.noUser, ['by', 'id'], 'user'),
    ]);
  });
});

describe('users', () => {
  const document = 'query ($ids: [ID!]!) { users(ids: $ids) { id } }';

  it('are shown and refused side by side, and the provider is asked for those shown alone', async () => {
    const ids = [id(1), id(), 'no id', id(0, 'employees'), id(), 'nowhere:1', `${here}:U2nobody`];
    const { data, errors } = await call(callers.owner, document, { ids });
    expect(data).toEqual({ users: [null, { id: id() }, null, null, { id: id() }, null, null] });
    const at = (index: number, message: string) => error(message, ['ids', String(index)], 'users', index);
    expect(errors).toHaveLength(5);
    expect(errors).toEqual(
      expect.arrayContaining([
        ...[at(0, messages.noUser), at(6, messages.noUser)],
        ...[at(3, messages.noDirectory(here)), at(5, messages.noDirectory(here))],
      ]),
    );
    expect(arrived(door)).toHaveLength(1);
    const requested = JSON.stringify(door.emulators[here].requests);
    expect(requested).toContain(userIdOf(here));
    expect(requested).not.toMatch(new RegExp(`${userIdOf(here, 1)}|U2nobody`));
  });

  it('of a reader are null where there are none, and refused in other directories', async () => {
    const ids = [id(1), `${here}:U2nobody`, id(0, 'contractors')];
    expect(await call(callers.reader, document, { ids })).toEqual({
      data: { users: [{ id: id(1) }, null, null] },
      errors: [error(messages.noDirectory(here), ['ids', '2'], 'users', 2)],
    });
  });
});

describe('directories', () => {
  const document = `query ($name: String!) {
    directories { name } directory(name: $name) { name provider customFields { field } }
  }`;

  it.each(names)('are those in which a %s has a right', async (name) => {
    const seen = name === 'stranger' ? [] : [{ name: here }];
    for (const one of [...hidden, 'nowhere', '__proto__', '', ...(name === 'stranger' ? [here] : [])]) {
      const answer = await call(callers[name], document, { name: one });
      expect(answer).toEqual({ data: { directories: seen, directory: null } });
      expect(arrived(door)).toEqual([]);
    }
    if (name === 'stranger') return;
    const { data } = await call(callers[name], document, { name: here });
    const customFields = expect.arrayContaining([{ field: 'nick' }]);
    expect(data).toMatchObject({ directory: { name: here, provider: 'DESCOPE', customFields } });
  });
});

describe('a writer who may not read', () => {
  it('is refused a plan before the provider is asked for its custom fields', async () => {
    const fresh = await openPolicyDoor();
    try {
      const patch = { customFields: [{ add: { field: 'nick', value: { text: 'x' } } }] };
      const token = await tokenOf(fresh, callers.writer);
      await refusesPlan(fresh, { user: { id: id() }, patch }, token, [
        forbidden(messages.plan, 'user', 'id'),
      ]);
      const byLogin = { user: login(logins[0] ?? ''), patch };
      await refusesPlan(fresh, byLogin, token, [forbidden(messages.plan, 'user', 'login')]);
    } finally {
      await fresh.close();
    }
  });

  it('sees no user in a payload, under any name and through any fragment', async () => {
    const document = `mutation ($one: PatchUserInput!, $other: PatchUserInput!) {
      one: patchUser(input: $one) { ...p } again: patchUser(input: $one) { outcome ...p }
      other: patchUser(input: $other) { outcome ...p }
    }
    fragment p on PatchUserPayload { user { id } who: user { ...u } ... on PatchUserPayload { user { ...u } } }
    fragment u on User { displayName email { address } version customFields { field } directory { name } }`;
    const before = written(door).length;
    const patch = { displayName: 'Written Blind' };
    const answer = await call(callers.writer, document, {
      one: { user: { id: id() }, patch },
      other: { user: { id: id(0, 'employees') }, patch },
    });
    const none = { user: null, who: null };
    expect(answer).toEqual({
      data: { one: none, again: { outcome: 'APPLIED', ...none }, other: { outcome: 'NOT_APPLIED', ...none } },
    });
    const wrote = written(door).slice(before);
    expect(wrote.map(({ userId }) => userId)).toEqual([userIdOf(here), userIdOf(here)]);
  });
});
