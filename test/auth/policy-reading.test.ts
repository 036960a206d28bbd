import { afterAll, describe, expect, it } from 'vitest';
import { arrived, directoryNames, written } from '../harness/expected.ts';
import {
  forbidden,
  messages,
  openPolicyDoor,
  refuses,
  type TestCaller,
  tokenOf,
  userIdOf,
} from './policy-door.ts';

const door = await openPolicyDoor();
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
type Name = keyof typeof callers;

const id = (index = 0, directory: (typeof directoryNames)[number] = here) =>
  `${directory}:${userIdOf(directory, index)}`;

/** Calls the front door and counts the requests to providers from zero. */
async function call(name: Name, document: string, variables: object = {}) {
  const token = await tokenOf(door, callers[name]);
  door.forgetRequests();
  return door.graphql(document, variables, token);
}

it('users are shown and refused side by side, and the provider is asked for those shown alone', async () => {
  const all = [id(1), id(), 'no id', id(0, 'employees'), id(), 'nowhere:1', `${here}:U2nobody`];
  const { data, errors } = await call('owner', 'query ($ids: [ID!]!) { users(ids: $ids) { id } }', {
    ids: all,
  });
  expect(data).toEqual({ users: [null, { id: id() }, null, null, { id: id() }, null, null] });
  const at = (index: number, message: string) => ({
    ...{ message, path: ['users', index], locations: expect.anything() },
    extensions: { code: 'FORBIDDEN', inputPath: ['ids', String(index)] },
  });
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

it.each(Object.keys(callers) as Name[])('directories are those in which a %s has a right', async (name) => {
  const document = `query ($name: String!) {
    directories { name } directory(name: $name) { name customFields { field } }
  }`;
  const seen = name === 'stranger' ? [] : [{ name: here }];
  for (const one of [...hidden, 'nowhere', '__proto__', '', ...(name === 'stranger' ? [here] : [])]) {
    expect(await call(name, document, { name: one })).toEqual({
      data: { directories: seen, directory: null },
    });
    expect(arrived(door)).toEqual([]);
  }
  if (name === 'stranger') return;
  const { data } = await call(name, document, { name: here });
  expect(data).toMatchObject({
    directory: { name: here, customFields: expect.arrayContaining([{ field: 'nick' }]) },
  });
});

describe('a writer who may not read', () => {
  it('is refused a plan before the provider is asked for its custom fields', async () => {
    const fresh = await openPolicyDoor();
    try {
      const patch = { customFields: [{ add: { field: 'nick', value: { text: 'x' } } }] };
      const token = await tokenOf(fresh, callers.writer);
      await refuses(
        fresh,
        { user: { id: id() }, patch },
        token,
        [],
        [forbidden(messages.plan, 'user', 'id')],
      );
      const input = { user: { login: { directory: here, login: 'ada.okafor@example.com' } }, patch };
      await refuses(fresh, input, token, [], [forbidden(messages.plan, 'user', 'login')]);
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
    const other = { user: { id: id(0, 'employees') }, patch };
    const none = { user: null, who: null };
    expect(await call('writer', document, { one: { user: { id: id() }, patch }, other })).toEqual({
      data: { one: none, again: { outcome: 'APPLIED', ...none }, other: { outcome: 'NOT_APPLIED', ...none } },
    });
    const wrote = written(door).slice(before);
    expect(wrote.map(({ userId }) => userId)).toEqual([userIdOf(here), userIdOf(here)]);
  });
});
