import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor();
});
afterAll(() => door.close());

describe('the id', () => {
  it.each([
    ...['', ':', 'employees', 'employees:', ':canary', '..', 'employees:..', 'employees:.', '//canary'],
    ...[
      'employees:%2e%2e',
      'employees:a/b',
      'employees:a%2fb',
      'employees:a\\b',
      'employees:a?x',
      'employees:a#x',
    ],
    ...[
      'employees:a;x',
      'employees:a b',
      'employees:a:b',
      'employees:a\u0001',
      'employees:a\r\nx',
      'employees:a\n',
    ],
    ...[
      'employees:cаnary',
      'employees:canary\u200b',
      'employees:ｃanary',
      'Employees:canary',
      'employees :canary',
    ],
    ...[
      `employees:${'a'.repeat(300)}`,
      `${'e'.repeat(300)}:canary`,
      '../employees:canary',
      'emplоyees:canary',
    ],
  ])('%j is none', (id) =>
    refuses(door, { id }, { displayName: 'canary' }, [invalidInput(says.expectedId, 'user', 'id')]),
  );

  it.each([0, 7, -1])('the JSON number %d is none', (id) =>
    refuses(door, { id }, { displayName: 'canary' }, [invalidInput(says.expectedId, 'user', 'id')]),
  );

  it('of a directory that is not there says which are', () =>
    refuses(door, { id: 'canary:U2u8jzPde0IgxLd6GncfBAepfJB' }, { displayName: 'canary' }, [
      unknownDirectory(says.notThere, 'user', 'id'),
    ]));

  it.each(['__proto__', 'constructor', 'toString', 'canary', '', '..'])(
    'in the directory %j says which are',
    (name) =>
      refuses(door, { login: { directory: name, login: 'canary' } }, { displayName: 'canary' }, [
        unknownDirectory(says.notThere, 'user', 'login', 'directory'),
      ]),
  );

  it('is reported together with what is wrong with the patch itself', () =>
    refuses(door, { login: { directory: 'canary', login: '' } }, { displayName: '', picture: 'canary' }, [
      invalidInput(says.empty, 'user', 'login', 'login'),
      invalidInput(says.empty, 'patch', 'displayName'),
      invalidInput(says.picture, 'patch', 'picture'),
      unknownDirectory(says.notThere, 'user', 'login', 'directory'),
    ]));
});

describe.each(directoryNames)('a user of %s', (directory) => {
  it('an id that nobody has says so', async () => {
    const id = `${directory}:canary-nobody`;
    expect(await door.patch({ id }, { displayName: 'Nobody' })).toEqual(
      notApplied(notFound(`The directory "${directory}" has no such user.`, 'user', 'id')),
    );
    expect(written(door)).toEqual([]);
  });

  it('a login that nobody has, and the id of somebody else for a login, say so before anything is sent', async () => {
    const [, somebodyElse = ''] = someUser(door, directory, 1).split(':');
    for (const login of ['canary@example.com', 'canary', '+8613700000000', somebodyElse]) {
      door.forgetRequests();
      expect(await door.patch({ login: { directory, login } }, { displayName: 'Nobody' })).toEqual(
        notApplied(notFound(`The directory "${directory}" has no such user.`, 'user', 'login')),
      );
      expect(arrived(door).filter((request) => /PATCH|UpdateUser/.test(request))).toEqual([]);
    }
    expect(written(door)).toEqual([]);
  });
});
