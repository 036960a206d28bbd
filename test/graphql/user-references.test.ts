import { afterAll, describe, expect, it } from 'vitest';
import {
  arrived,
  counted,
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
  const users = (ids: string) => `users(ids: $${ids}) { __typename }`;
  const entities = (all: string) => `_entities(representations: $${all}) { __typename }`;
  const idsOf = (name: string, count: number) =>
    Array.from({ length: count }, (_, at) => `customers:${name}_${at}`);
  const whom = (ids: readonly string[]) => ids.map((id) => ({ __typename: 'User', id }));
  const ask = async (fields: string, count: number, other: number) => {
    const variables = {
      ...{ ids: idsOf('a', count), others: idsOf('b', other) },
      ...{ all: whom(idsOf('a', count)), allOthers: whom(idsOf('b', other)) },
    };
    const types = { ids: '[ID!]!', others: '[ID!]!', all: '[_Any!]!', allOthers: '[_Any!]!' };
    const used = Object.entries(types).filter(([name]) => fields.includes(`$${name})`));
    door.forgetRequests();
    return door.graphql(
      `query (${used.map(([name, type]) => `$${name}: ${type}`)}) { ${fields} }`,
      Object.fromEntries(Object.entries(variables).filter(([name]) => name in Object.fromEntries(used))),
    );
  };
  const lengths = (data: unknown) =>
    Object.values(data as Record<string, unknown[]>).map((one) => one.length);

  it.each([
    ['two lists of users', `a: ${users('ids')} b: ${users('others')}`, 'ids'],
    ['two lists of entities', `a: ${entities('all')} b: ${entities('allOthers')}`, 'representations'],
    ['a list of each', `a: ${users('ids')} b: ${entities('allOthers')}`, 'representations'],
  ])('may be 1000 in %s, and not more', async (_, fields, argument) => {
    const { data, errors } = await ask(fields, 600, 400);
    expect(errors).toBeUndefined();
    expect(lengths(data)).toEqual([600, 400]);
    const message = 'The lists of one request may name at most 1000 users in total.';
    const extensions = { code: 'INVALID_INPUT', inputPath: [argument] };
    expect(await ask(fields, 600, 401)).toMatchObject({
      data: null,
      errors: [{ message, path: ['b'], extensions }],
    });
  });

  it('are one where they are the same', async () => {
    const { data, errors } = await ask(
      `a: ${users('ids')} b: ${entities('all')} c: ${users('ids')}`,
      1_000,
      0,
    );
    expect(errors).toBeUndefined();
    expect(lengths(data)).toEqual([1_000, 1_000, 1_000]);
    expect(counted(arrived(door))).toEqual({ 'customers POST /v1/mgmt/users/load': 10 });
  });
});
