import { describe, expect, it } from 'vitest';
import { arrived, invalidInput, notApplied, planPatchUser, written } from '../harness/expected.ts';
import { openDoor } from '../harness/front-door.ts';

const login = 'ada@example.com';
const message = 'More than one user signs in by this login: say who is meant by id.';

/** The name of one is the email address of the other. */
const users = [
  { userId: 'user_first', username: login },
  { userId: 'user_second', username: 'ada', email: { address: login, verified: true } },
].map((user) => ({ ...user, status: 'enabled' as const, createdAt: 0 }));

const read = 'query ($by: UserBy!) { user(by: $by) { id } }';

describe.each(['employees', 'contractors'] as const)('a login that fits two users of %s', (directory) => {
  it('is refused at its path for a patch, a plan and a read', async () => {
    const door = await openDoor({ [directory]: { users } });
    const by = { login: { directory, login } };
    const error = invalidInput(message, 'user', 'login');
    expect(await door.patch(by, { displayName: 'Ada' })).toEqual(notApplied(error));
    expect(await planPatchUser(door, { user: by, patch: { displayName: 'Ada' } })).toEqual({
      ...{ errors: [error], requests: [], changes: [] },
    });
    expect(await door.graphql(read, { by })).toMatchObject({
      data: { user: null },
      errors: [
        { message, path: ['user'], extensions: { code: 'INVALID_INPUT', inputPath: ['by', 'login'] } },
      ],
    });
    expect(written(door)).toEqual([]);
    expect(arrived(door)).not.toEqual([]);
  });
});

it('any other refusal of a read has no path of the login', async () => {
  const refusal = {
    status: 400,
    body: { error: 'InvalidParameter.InstanceId', error_description: 'No such instance.' },
  };
  const door = await openDoor({
    employees: { intercept: ({ method }) => (method === 'GET' ? refusal : undefined) },
  });
  const { errors } = await door.graphql(read, { by: { login: { directory: 'employees', login: 'li.na' } } });
  expect(errors).toMatchObject([{ path: ['user'], extensions: { code: 'INVALID_INPUT' } }]);
  expect(errors?.[0]).not.toHaveProperty('extensions.inputPath');
});
