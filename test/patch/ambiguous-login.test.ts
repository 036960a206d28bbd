import { describe, expect, it, onTestFinished } from 'vitest';
import { arrived, written } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

const login = 'ada@example.com';
const says = 'More than one user signs in by this login: say who is meant by id.';

/** One whose name is another's email address. */
const users = [
  { userId: 'user_first', username: login, status: 'enabled', createdAt: 0 },
  {
    userId: 'user_second',
    username: 'ada',
    email: { address: login, verified: true },
    status: 'enabled',
    createdAt: 0,
  },
] as const;

describe.each(['employees', 'contractors'] as const)('a login that fits two users of %s', (directory) => {
  const by = { login: { directory, login } };
  const input = { user: by, patch: { displayName: 'Ada' } };

  async function open() {
    const door = await openFrontDoor({ [directory]: { users } });
    onTestFinished(() => door.close());
    return door;
  }

  it('means neither for a patch, and nothing is written', async () => {
    const door = await open();
    expect(await door.patch(by, input.patch)).toMatchObject({
      outcome: 'NOT_APPLIED',
      user: null,
      errors: [
        { __typename: 'InvalidInputError', code: 'INVALID_INPUT', message: says, path: ['user', 'login'] },
      ],
    });
    expect(written(door)).toEqual([]);
  });

  it('means neither for a plan', async () => {
    const door = await open();
    const query =
      'query ($input: PatchUserInput!) { planPatchUser(input: $input) { errors { code message path } requests { path } } }';
    expect((await door.graphql(query, { input })).data).toEqual({
      planPatchUser: {
        errors: [{ code: 'INVALID_INPUT', message: says, path: ['user', 'login'] }],
        requests: [],
      },
    });
    expect(arrived(door)).not.toEqual([]);
  });

  it('is nobody’s to a reader, who hears where it stands in the query', async () => {
    const door = await open();
    const { data, errors } = await door.graphql('query ($by: UserBy!) { user(by: $by) { id } }', { by });
    expect(data).toEqual({ user: null });
    expect(errors).toMatchObject([
      { message: says, path: ['user'], extensions: { code: 'INVALID_INPUT', inputPath: ['by', 'login'] } },
    ]);
  });
});

it('what a provider says of anything else is not blamed on the login', async () => {
  const refusal = {
    status: 400,
    body: { error: 'InvalidParameter.InstanceId', error_description: 'No such instance.' },
  };
  const door = await openFrontDoor({
    employees: { intercept: ({ method }) => (method === 'GET' ? refusal : undefined) },
  });
  onTestFinished(() => door.close());
  const by = { login: { directory: 'employees', login: 'li.na' } };
  const { errors } = await door.graphql('query ($by: UserBy!) { user(by: $by) { id } }', { by });
  expect(errors).toMatchObject([{ path: ['user'], extensions: { code: 'INVALID_INPUT' } }]);
  expect(errors?.[0]).not.toHaveProperty('extensions.inputPath');
});
