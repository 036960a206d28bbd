import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { arrived, type DirectoryName, written } from '../harness/expected.ts';
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
const callers = {
  writer: { rights: ['users:write', 'users:write:privileged'], directories: [here] },
  owner: { self: { directory: here, list: 'others' }, directories: [here] },
} as const satisfies Record<string, TestCaller>;
type Name = keyof typeof callers;

const id = (index = 0, directory: DirectoryName = here) => `${directory}:${userIdOf(directory, index)}`;

/** Calls the front door and counts the requests to providers from zero. */
async function call(name: Name, document: string, variables: object = {}) {
  const token = await tokenOf(door, callers[name]);
  door.forgetRequests();
  return door.graphql(document, variables, token);
}

it('users are shown and refused side by side, and the provider is asked for those shown alone', async () => {
  const ids = [id(1), id(), 'no id', id(0, 'employees'), id(), 'nowhere:1', `${here}:U2nobody`];
  const { data, errors } = await call('owner', 'query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids });
  expect(data).toEqual({ users: [null, { id: id() }, null, null, { id: id() }, null, null] });
  expect(errors).toHaveLength(5);
  expect(arrived(door)).toHaveLength(1);
  const requested = JSON.stringify(door.emulators[here].requests);
  expect(requested).toContain(userIdOf(here));
  expect(requested).not.toMatch(new RegExp(`${userIdOf(here, 1)}|U2nobody`));
});

describe('a writer who may not read', () => {
  it('is refused a plan before the provider is asked for its custom fields', async () => {
    const fresh = await openPolicyDoor();
    onTestFinished(() => fresh.close());
    const patch = { customFields: [{ add: { field: 'nick', value: { text: 'x' } } }] };
    const token = await tokenOf(fresh, callers.writer);
    const login = { directory: here, login: 'ada.okafor@example.com' };
    for (const user of [{ id: id() }, { login }]) {
      const error = forbidden(messages.plan, 'user', ...Object.keys(user));
      await refuses(fresh, { user, patch }, token, [], [error]);
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
