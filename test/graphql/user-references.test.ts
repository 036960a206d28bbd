import { afterAll, describe, expect, it } from 'vitest';
import {
  arrived,
  directoryNames,
  invalidInput,
  notApplied,
  notFound,
  refuses,
  says,
  someUser,
  unknownDirectory,
  written,
} from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

const door = await openFrontDoor();
afterAll(() => door.close());

describe('a reference to a user', () => {
  const patch = { displayName: 'canary' };

  it.each([
    ...['', ':', 'employees', 'employees:', ':canary', '..', 'employees:..', 'employees:.', '//canary'],
    ...[0, 7, -1, `employees:${'a'.repeat(300)}`, `${'e'.repeat(300)}:canary`, '../employees:canary'],
    ...['%2e%2e', 'a/b', 'a%2fb', 'a\\b', 'a?x', 'a#x', 'a;x', 'a b', 'a:b', 'a\u0001', 'a\r\nx', 'a\n'].map(
      (userId) => `employees:${userId}`,
    ),
    ...['employees:cаnary', 'employees:canary\u200b', 'employees:ｃanary', 'Employees:canary'],
    ...['employees :canary', 'emplоyees:canary'],
  ])('may not have the id %j', (id) =>
    refuses(door, { id }, patch, [invalidInput(says.expectedId, 'user', 'id')]),
  );

  it.each<readonly [user: object, path: readonly string[]]>([
    [{ id: 'canary:U2u8jzPde0IgxLd6GncfBAepfJB' }, ['id']],
    ...['__proto__', 'constructor', 'toString', 'canary', '', '..'].map(
      (directory) => [{ login: { directory, login: 'canary' } }, ['login', 'directory']] as const,
    ),
  ])('may not have an unknown directory: %j', (user, path) =>
    refuses(door, user, patch, [unknownDirectory(says.notThere, 'user', ...path)]),
  );

  it('is refused together with the patch', () =>
    refuses(door, { login: { directory: 'canary', login: '' } }, { displayName: '', picture: 'canary' }, [
      invalidInput(says.empty, 'user', 'login', 'login'),
      invalidInput(says.empty, 'patch', 'displayName'),
      invalidInput(says.picture, 'patch', 'picture'),
      unknownDirectory(says.notThere, 'user', 'login', 'directory'),
    ]));

  it.each(directoryNames)('to nobody in %s is refused before anything is written', async (directory) => {
    const refused = (path: string) =>
      notApplied(notFound(`The directory "${directory}" has no such user.`, 'user', path));
    expect(await door.patch({ id: `${directory}:canary-nobody` }, patch)).toEqual(refused('id'));
    const [, otherUserId = ''] = someUser(door, directory, 1).split(':');
    for (const login of ['canary@example.com', 'canary', '+8613700000000', otherUserId]) {
      door.forgetRequests();
      expect(await door.patch({ login: { directory, login } }, patch)).toEqual(refused('login'));
      expect(arrived(door).filter((request) => /PATCH|UpdateUser/.test(request))).toEqual([]);
    }
    expect(written(door)).toEqual([]);
  });
});

describe('the users that the lists of one request name', () => {
  const users = 'users(ids: $ids) { __typename }';
  const entities = '_entities(representations: $all) { __typename }';
  const ask = (fields: string, ids: number, all: number) => {
    const id = someUser(door, 'customers');
    const variables = { ids: Array(ids).fill(id), all: Array(all).fill({ __typename: 'User', id }) };
    const definitions = [ids > 0 ? '$ids: [ID!]!' : [], all > 0 ? '$all: [_Any!]!' : []].flat();
    return door.graphql(`query (${definitions}) { ${fields} }`, variables);
  };

  it.each([
    ['two lists of users', `a: ${users} b: ${users}`, 500, 0],
    ['two lists of entities', `a: ${entities} b: ${entities}`, 0, 500],
    ['a list of each', `a: ${users} b: ${entities}`, 999, 1],
  ])('may be 1000 in %s, and not more', async (_, fields, ids, all) => {
    const { data, errors } = await ask(fields, ids, all);
    expect(errors).toBeUndefined();
    expect(Object.values(data as Record<string, unknown[]>).flat()).toHaveLength(1_000);
    const message = 'The lists of one request may name at most 1000 users in total.';
    const argument = fields.endsWith(users) ? 'ids' : 'representations';
    const extensions = { code: 'INVALID_INPUT', inputPath: [argument] };
    expect(await ask(fields, ids && ids + 1, all && all + 1)).toMatchObject({
      data: null,
      errors: [{ message, path: ['b'], extensions }],
    });
  });
});
