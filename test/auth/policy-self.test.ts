import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrived, type DirectoryName, directoryNames, written } from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  forbidden,
  noDirectory,
  noPlan,
  openPolicyDoor,
  patch,
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

/** Changes nothing anywhere and tells just this. */
async function expectRefused(input: object, token: string, ...errors: ReturnType<typeof forbidden>[]) {
  door.forgetRequests();
  const before = written(door).length;
  const { operationId: _, ...told } = await patch(door, input, token);
  expect(told).toEqual({ outcome: 'NOT_APPLIED', confirmedBy: null, user: null, errors });
  expect(await plan(door, input, token)).toEqual(noPlan(...errors));
  expect(arrived(door)).toEqual([]);
  expect(written(door)).toHaveLength(before);
}

/** What a user signs in with, as somebody who may read tells it. */
async function loginOf(directory: DirectoryName, which: number): Promise<string> {
  const token = await tokenOf(door, { rights: ['users:read'] });
  const { data } = await door.graphql(
    'query ($id: ID!) { user(by: { id: $id }) { loginIds } }',
    { id: `${directory}:${userIdOf(door, directory, which)}` },
    token,
  );
  const [login] = (data as { user: { loginIds: readonly string[] } }).user.loginIds;
  if (login === undefined) throw new Error('They sign in with nothing.');
  return login;
}

describe.each(directoryNames)('whoever has a record of their own in %s', (directory) => {
  const own = () => ({ id: `${directory}:${userIdOf(door, directory)}` });
  const self = () => tokenOf(door, { own: { directory, list: 'others' } });

  it('changes it by its id, and sees it', async () => {
    const before = written(door).length;
    const input = { user: own(), patch: { displayName: 'My Own Name' } };
    expect(await plan(door, input, await self())).toMatchObject({
      errors: [],
      requests: [{}],
      changes: [{ path: ['patch', 'displayName'], after: 'My Own Name' }],
    });
    const { operationId: _, ...told } = await patch(door, input, await self());
    expect(told).toEqual({
      ...{ outcome: 'APPLIED', user: own(), errors: [] },
      confirmedBy: directory === 'customers' ? 'RESPONSE' : 'READ_BACK',
    });
    expect(written(door).slice(before)).toMatchObject([{ userId: userIdOf(door, directory) }]);
  });

  it.each<readonly [string, () => string]>([
    ['of somebody who is there', () => userIdOf(door, directory, 1)],
    ['of nobody', () => 'user_nobody'],
    ['that is their own with another letter', () => `${userIdOf(door, directory)}a`],
    ['that is their own in capitals', () => userIdOf(door, directory).toUpperCase()],
    ['of a prototype', () => '__proto__'],
  ])('is refused by an id %s, and cannot tell which', async (_, userId) => {
    await expectRefused(
      { user: { id: `${directory}:${userId()}` }, patch: { displayName: 'Not Mine' } },
      await self(),
      forbidden(tells.noUser, 'user', 'id'),
    );
  });

  it.each<readonly [string, () => Promise<string> | string]>([
    ['of their own', () => loginOf(directory, 0)],
    ['of somebody else', () => loginOf(directory, 1)],
    ['of nobody', () => 'nobody.at.all@example.com'],
    ['that is the id of somebody else', () => userIdOf(door, directory, 1)],
    ['that is their own id', () => userIdOf(door, directory)],
  ])('is refused by a login %s, and cannot tell which', async (_, login) => {
    await expectRefused(
      { user: { login: { directory, login: await login() } }, patch: { displayName: 'Not Mine' } },
      await self(),
      forbidden(tells.noUser, 'user', 'login'),
    );
  });

  it.each(['id', 'login'])('is refused in other directories by %s, there or not', async (by) => {
    for (const elsewhere of [...directoryNames.filter((name) => name !== directory), 'nowhere']) {
      const user =
        by === 'id'
          ? { id: `${elsewhere}:${userIdOf(door, directory)}` }
          : { login: { directory: elsewhere, login: 'li.na' } };
      const at = by === 'id' ? ['user', 'id'] : ['user', 'login', 'directory'];
      await expectRefused(
        { user, patch: { displayName: 'Not Mine' } },
        await self(),
        forbidden(noDirectory(directory), ...at),
      );
    }
  });

  it('has nothing more over whoever has the same id elsewhere', async () => {
    for (const elsewhere of directoryNames.filter((name) => name !== directory)) {
      const userId = userIdOf(door, elsewhere);
      const user = { id: `${elsewhere}:${userId}` };
      const own = { directory, userId, list: 'others' } as const;
      const over = (right: 'users:read' | 'users:write') =>
        tokenOf(door, { own, rights: [right], directories: [elsewhere] });
      await expectRefused(
        { user, patch: { displayName: 'Not Mine' } },
        await over('users:read'),
        forbidden(tells.needs('users:write', elsewhere), 'patch', 'displayName'),
      );
      const document = 'query ($id: ID!) { user(by: { id: $id }) { id } }';
      expect(await door.graphql(document, user, await over('users:write'))).toEqual({
        data: { user: null },
        errors: [unread(tells.noUser, ['by', 'id'], 'user')],
      });
    }
  });

  const flags = {
    employees: { email: 'emailVerified', phone: 'phoneNumberVerified' },
    contractors: { email: 'emailVerified', phone: 'phoneNumberVerified' },
    customers: { email: 'verifiedEmail', phone: 'verifiedPhone' },
  } as const;

  it.each(['email', 'phone'] as const)(
    'changes their own %s as not verified, and the flag is sent',
    async (field) => {
      const token = await tokenOf(door, { own: { directory, list: field === 'email' ? 'others' : 'some' } });
      const number = directory === 'customers' ? '+15555550188' : '+8613800138088';
      const one = field === 'email' ? { address: 'my.own@example.com' } : { number };
      door.forgetRequests();
      const before = written(door).length;
      const input = { user: own(), patch: { [field]: { ...one, verified: false } } };
      expect(await patch(door, input, token)).toMatchObject({ outcome: 'APPLIED', errors: [] });
      const flag = flags[directory][field];
      expect(written(door).slice(before)).toMatchObject([{ change: { [flag]: false } }]);
      const says = new RegExp(`${flag}"?[:=]false`, 'i');
      const sent = door.emulators[directory].requests.filter(({ body, url }) => says.test(`${url} ${body}`));
      expect(sent).toHaveLength(1);
    },
  );

  it.each(['email', 'phone'] as const)('cannot say that their own %s is verified', async (field) => {
    const token = await tokenOf(door, { own: { directory, list: field === 'email' ? 'others' : 'some' } });
    const number = directory === 'customers' ? '+15555550189' : '+8613800138089';
    const one = field === 'email' ? { address: 'not.verified@example.com' } : { number };
    const beside = field === 'email' ? { displayName: 'Beside' } : { username: 'beside' };
    await expectRefused(
      { user: own(), patch: { ...beside, [field]: { ...one, verified: true } } },
      token,
      forbidden(tells.ownFlag, 'patch', field, 'verified'),
    );
  });

  it('is told of an input that cannot be right, and of what they may not do, together', async () => {
    door.forgetRequests();
    const input = {
      user: { id: `${directory}:${userIdOf(door, directory, 1)}` },
      patch: { displayName: '' },
      idempotencyKey: 'short',
    };
    const told = await patch(door, input, await self());
    expect(told.errors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['patch', 'displayName'] },
      { code: 'INVALID_INPUT', path: ['idempotencyKey'] },
      forbidden(tells.noUser, 'user', 'id'),
    ]);
    expect(arrived(door)).toEqual([]);
  });
});

it('whose own record is not there is told so only of their own', async () => {
  const userId = 'user_who_left';
  const token = await tokenOf(door, { own: { directory: 'customers', userId, list: 'others' } });
  const input = { user: { id: `customers:${userId}` }, patch: { displayName: 'Gone' } };
  expect(await patch(door, input, token)).toMatchObject({
    ...{ outcome: 'NOT_APPLIED', errors: [{ code: 'USER_NOT_FOUND', path: ['user', 'id'] }] },
  });
});
