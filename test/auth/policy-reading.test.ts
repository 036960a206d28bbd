import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { arrived, type DirectoryName, directoryNames, written } from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  type Asker,
  forbidden,
  noDirectory,
  noPlan,
  openPolicyDoor,
  plan,
  tells,
  tokenOf,
  unread,
  userIdOf,
} from './policy-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openPolicyDoor();
});
afterAll(() => door.close());
beforeEach(() => door.forgetRequests());

const here: DirectoryName = 'customers';
const id = (which = 0, directory: DirectoryName = here) => `${directory}:${userIdOf(door, directory, which)}`;
const some = (asker: Asker) => ({ directories: [here], ...asker });
const askers = {
  reader: some({ rights: ['users:read'] }),
  writer: some({ rights: ['users:write', 'users:write:privileged'] }),
  owner: some({ own: { directory: here, list: 'others' } }),
  nobody: some({}),
};
type Name = keyof typeof askers;

const userBy = 'query ($by: UserBy!) { user(by: $by) { id displayName email { address } } }';
const readBy = async (by: object, asker: Asker) => door.graphql(userBy, { by }, await tokenOf(door, asker));
const refused = (message: string, ...inputPath: readonly string[]) => ({
  data: { user: null },
  errors: [unread(message, inputPath, 'user')],
});

describe('user', () => {
  it.each(['reader', 'owner'] as const)('is shown to its %s', async (name) => {
    expect(await readBy({ id: id() }, askers[name])).toMatchObject({ data: { user: { id: id() } } });
    expect(arrived(door)).toHaveLength(1);
  });

  it.each<readonly [Name, boolean]>([
    ['writer', true],
    ['owner', false],
  ])('reads the same to a %s whether it is there or not, by id and by login', async (name, ownIsShown) => {
    const ids = [
      id(1),
      `${here}:U2nobody`,
      `${here}:${userIdOf(door, 'employees')}`,
      ...(ownIsShown ? [id()] : []),
    ];
    for (const one of ids) {
      expect(await readBy({ id: one }, askers[name])).toEqual(refused(tells.noUser, 'by', 'id'));
    }
    for (const login of ['ada.okafor@example.com', 'zhang.wei@example.com', 'nobody', userIdOf(door, here)]) {
      const by = { login: { directory: here, login } };
      expect(await readBy(by, askers[name])).toEqual(refused(tells.noUser, 'by', 'login'));
    }
    expect(arrived(door)).toEqual([]);
  });

  it.each(Object.keys(askers) as Name[])(
    'of a directory that %s does not see reads like one of none',
    async (name) => {
      const seen = name === 'nobody' ? [] : [here];
      const says = noDirectory(...seen);
      const names = ['employees', 'contractors', 'nowhere', ...(name === 'nobody' ? [here] : [])];
      for (const directory of names) {
        for (const userId of [userIdOf(door, 'employees'), userIdOf(door, here), 'nobody']) {
          expect(await readBy({ id: `${directory}:${userId}` }, askers[name])).toEqual(
            refused(says, 'by', 'id'),
          );
        }
        const by = { login: { directory, login: 'li.na' } };
        expect(await readBy(by, askers[name])).toEqual(refused(says, 'by', 'login', 'directory'));
      }
      expect(arrived(door)).toEqual([]);
    },
  );

  it('of a login is shown to a reader of the directory', async () => {
    const by = { login: { directory: here, login: 'zhang.wei@example.com' } };
    expect(await readBy(by, askers.reader)).toMatchObject({ data: { user: { id: id(1) } } });
  });
});

describe('users', () => {
  it('are shown and refused side by side, and those refused are not asked for', async () => {
    const ids = [id(1), id(), 'no id', id(0, 'employees'), id(), 'nowhere:1', `${here}:U2nobody`];
    const token = await tokenOf(door, askers.owner);
    const answer = await door.graphql('query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids }, token);
    const at = (index: number) => [['ids', String(index)], 'users', index] as const;
    expect(answer.data).toEqual({ users: [null, { id: id() }, null, null, { id: id() }, null, null] });
    expect(answer.errors).toHaveLength(5);
    expect(answer.errors).toEqual(
      expect.arrayContaining([
        unread(tells.noUser, ...at(0)),
        expect.objectContaining({
          path: ['users', 2],
          extensions: expect.objectContaining({ code: 'INVALID_INPUT' }),
        }),
        unread(noDirectory(here), ...at(3)),
        unread(noDirectory(here), ...at(5)),
        unread(tells.noUser, ...at(6)),
      ]),
    );
    expect(arrived(door)).toHaveLength(1);
    const asked = JSON.stringify(door.emulators[here].requests);
    expect(asked).toContain(userIdOf(door, here));
    expect(asked).not.toContain(userIdOf(door, here, 1));
    expect(asked).not.toContain('U2nobody');
  });

  it('of a reader of one directory are null where there are none, and refused elsewhere', async () => {
    const ids = [id(1), `${here}:U2nobody`, id(0, 'contractors')];
    const token = await tokenOf(door, askers.reader);
    const answer = await door.graphql('query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids }, token);
    expect(answer).toEqual({
      data: { users: [{ id: id(1) }, null, null] },
      errors: [unread(noDirectory(here), ['ids', '2'], 'users', 2)],
    });
    expect(arrived(door).every((one) => one.startsWith(here))).toBe(true);
  });
});

describe('directories', () => {
  const document = `query ($name: String!) {
    directories { name } directory(name: $name) { name provider capabilities { field } customFields { field } }
  }`;

  it.each(Object.keys(askers) as Name[])('are those in which a %s has anything to do', async (name) => {
    const token = await tokenOf(door, askers[name]);
    const seen = name === 'nobody' ? [] : [here];
    for (const hidden of [...directoryNames.filter((one) => one !== seen[0]), 'nowhere', '__proto__', '']) {
      expect(await door.graphql(document, { name: hidden }, token)).toEqual({
        data: { directories: seen.map((one) => ({ name: one })), directory: null },
      });
    }
    expect(arrived(door)).toEqual([]);
    const { data } = await door.graphql(document, { name: here }, token);
    const shown = {
      name: here,
      provider: 'DESCOPE',
      customFields: expect.arrayContaining([{ field: 'nick' }]),
    };
    expect(data).toMatchObject({ directory: name === 'nobody' ? null : shown });
  });

  it('are reached through a user only by whoever may read the user', async () => {
    const through =
      'query ($id: ID!) { user(by: { id: $id }) { directory { name customFields { field } } } }';
    const owner = await tokenOf(door, askers.owner);
    expect(await door.graphql(through, { id: id() }, owner)).toMatchObject({
      data: {
        user: { directory: { name: here, customFields: expect.arrayContaining([{ field: 'nick' }]) } },
      },
    });
    door.forgetRequests();
    expect(await door.graphql(through, { id: id(1) }, owner)).toMatchObject({ data: { user: null } });
    expect(arrived(door)).toEqual([]);
  });
});

describe('whoever may not read', () => {
  it('is refused a plan before the provider is asked which custom fields there are', async () => {
    const fresh = await openPolicyDoor();
    try {
      const customFields = [{ add: { field: 'nick', value: { text: 'x' } } }];
      const input = { user: { id: id() }, patch: { customFields } };
      const told = await plan(fresh, input, await tokenOf(fresh, askers.writer));
      expect(told).toEqual(noPlan(forbidden(tells.plan, 'user', 'id')));
      const login = { login: { directory: here, login: 'ada.okafor@example.com' } };
      const byLogin = await plan(fresh, { ...input, user: login }, await tokenOf(fresh, askers.writer));
      expect(byLogin).toEqual(noPlan(forbidden(tells.plan, 'user', 'login')));
      expect(arrived(fresh)).toEqual([]);
    } finally {
      await fresh.close();
    }
  });

  it('sees no user, whatever it is called and however it is asked for', async () => {
    const document = `
      query ($id: ID!, $yes: Boolean! = true) {
        a: user(by: { id: $id }) { ...whole } b: user(by: { id: $id }) { ... on User @include(if: $yes) { ...whole } }
        ... on Query { c: users(ids: [$id, $id]) { ...whole } } ...d
      }
      fragment d on Query { d: user(by: { login: { directory: "customers", login: "ada.okafor@example.com" } }) { ...whole } }
      fragment whole on User { shown: displayName email { address } phone { number } version customFields { value { text } } }`;
    const answer = await door.graphql(document, { id: id() }, await tokenOf(door, askers.writer));
    expect(answer.data).toEqual({ a: null, b: null, c: [null, null], d: null });
    expect(answer.errors).toHaveLength(5);
    expect(arrived(door)).toEqual([]);
  });

  it('sees no user in the payload of their own patch, by no name, and none of others beside it', async () => {
    const document = `
      mutation ($one: PatchUserInput!, $other: PatchUserInput!) {
        one: patchUser(input: $one) { ...p } again: patchUser(input: $one) { outcome ...p }
        other: patchUser(input: $other) { outcome ...p }
      }
      fragment p on PatchUserPayload { user { id } who: user { ...u } ... on PatchUserPayload { user { ...u } } }
      fragment u on User { displayName email { address } version customFields { field } directory { name } }`;
    const variables = {
      one: { user: { id: id() }, patch: { displayName: 'Written Blind' } },
      other: { user: { id: id(0, 'employees') }, patch: { displayName: 'Never' } },
    };
    const before = written(door).length;
    const answer = await door.graphql(document, variables, await tokenOf(door, askers.writer));
    const blind = { user: null, who: null };
    expect(answer).toEqual({
      data: {
        one: blind,
        again: { outcome: 'APPLIED', ...blind },
        other: { outcome: 'NOT_APPLIED', ...blind },
      },
    });
    expect(
      written(door)
        .slice(before)
        .map(({ userId }) => userId),
    ).toEqual(Array(2).fill(userIdOf(door, here)));
  });
});
