import { afterAll, describe, expect, it } from 'vitest';
import type { EmulatorRequest, EmulatorResponse } from '../../src/sandbox/emulator.ts';
import { arrived, type DirectoryName, directoryNames, says, someUser } from '../harness/expected.ts';
import { openFrontDoor, wholeUser } from '../harness/front-door.ts';
import { ada } from '../providers/contract-descope.ts';
import { customField } from '../providers/contract-door.ts';
import { eiamUser } from '../providers/contract-eiam.ts';

/** What a directory answers in place of its emulator, for as long as it is here. */
const inPlace: Partial<Record<DirectoryName, (request: EmulatorRequest) => EmulatorResponse | undefined>> =
  {};

const intercepted = (directory: DirectoryName) => ({
  intercept: (request: EmulatorRequest) => inPlace[directory]?.(request),
});
const door = await openFrontDoor({
  employees: intercepted('employees'),
  contractors: intercepted('contractors'),
  customers: intercepted('customers'),
});
afterAll(() => door.close());

const wholeOf = wholeUser.replace('version', '');

/** The first seeded user of each directory, as it is seen from here. */
const eiamFields = (nick: string, age: number, vip: boolean, grade: string) => [
  customField('nick_name', { text: nick }),
  ...[customField('age', { number: age }), customField('vip', { boolean: vip })],
  customField('grade', { text: grade }),
];
const [employee, contractor] = [
  'user_qvxylwjkbfgcq3ipqj6uzzckmr',
  'user_sr5l2dp4kvkiwgm6o45afbpoym',
] as const;
const firstUsers: Readonly<Record<DirectoryName, { readonly [member: string]: unknown }>> = {
  employees: {
    ...eiamUser('employees', employee, 'li.na', '李娜', '+8613800138001', eiamFields('娜娜', 34, true, 'p7')),
    updatedAt: '2021-01-01T08:00:00.000Z',
  },
  contractors: {
    ...eiamUser('contractors', contractor, 'liu.yang', '刘洋', '+8613700137011', [
      ...eiamFields('洋洋', 36, false, 'senior'),
    ]),
    updatedAt: '2021-01-01T08:00:00.000Z',
  },
  customers: { ...ada, updatedAt: null },
};

describe.each(directoryNames)('user of %s', (directory) => {
  const read = (by: string, selection = wholeOf) => door.graphql(`{ user(by: { ${by} }) { ${selection} } }`);

  it('is given whole by its id and by each of its logins', async () => {
    const logins = (firstUsers[directory].loginIds as readonly string[]).map(
      (login) => `login: { directory: "${directory}", login: "${login}" }`,
    );
    for (const by of [`id: "${someUser(door, directory)}"`, ...logins])
      expect(await read(by)).toEqual({ data: { user: firstUsers[directory] } });
  });

  it('has the custom fields that are named, and a version that depends on no selection', async () => {
    const by = `id: "${someUser(door, directory)}"`;
    const answer = await read(
      by,
      'version customFields(names: ["age", "nobody"]) { field value { number } }',
    );
    const age = { employees: 34, contractors: 36, customers: 41 }[directory];
    const { version } = (answer.data as { user: { version: string } }).user;
    expect(answer).toEqual({
      data: { user: { version, customFields: [{ field: 'age', value: { number: age } }] } },
    });
    expect(version).toMatch(/^[\w-]{32}$/);
    expect(await read(by, 'displayName version')).toMatchObject({ data: { user: { version } } });
  });

  it('is null where nobody has the id or the login, and for an id as a login', async () => {
    const [, userId] = someUser(door, directory).split(':');
    const logins = ['nobody', 'nobody@example.com', '+8613700000000', userId].map(
      (login) => `login: { directory: "${directory}", login: "${login}" }`,
    );
    for (const by of [`id: "${directory}:nobody"`, ...logins])
      expect(await read(by)).toEqual({ data: { user: null } });
  });
});

describe('a reference that means nobody', () => {
  it.each([
    ['id: "customers:a/b"', 'INVALID_INPUT', says.expectedId, ['id']],
    ['id: 7', 'INVALID_INPUT', says.expectedId, ['id']],
    ['id: "nope:a"', 'UNKNOWN_DIRECTORY', says.notThere, ['id']],
    [
      'login: { directory: "toString", login: "a" }',
      'UNKNOWN_DIRECTORY',
      says.notThere,
      ['login', 'directory'],
    ],
    ['login: { directory: "customers", login: "" }', 'INVALID_INPUT', says.empty, ['login', 'login']],
    [
      'login: { directory: "customers", login: "a\\u0000b" }',
      'INVALID_INPUT',
      says.control,
      ['login', 'login'],
    ],
  ])('by %s is a top-level error', async (by, code, message, path) => {
    door.forgetRequests();
    const extensions = { code, inputPath: ['by', ...path] };
    expect(await door.graphql(`{ user(by: { ${by} }) { id } }`)).toEqual({
      data: { user: null },
      errors: [{ message, path: ['user'], locations: expect.anything(), extensions }],
    });
    expect(arrived(door)).toEqual([]);
  });

  it('takes nothing from the others of the same list', async () => {
    const ids = [someUser(door, 'customers'), 'x', 'nope:a', 'customers:nobody', someUser(door, 'employees')];
    const answer = await door.graphql('query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids });
    expect(answer.data).toEqual({ users: [{ id: ids[0] }, null, null, null, { id: ids[4] }] });
    const error = (index: number, code: string, message: string) => ({
      ...{ message, path: ['users', index], locations: expect.anything() },
      extensions: { code, inputPath: ['ids', String(index)] },
    });
    expect(answer.errors).toEqual([
      error(1, 'INVALID_INPUT', says.expectedId),
      error(2, 'UNKNOWN_DIRECTORY', says.notThere),
    ]);
  });

  it('more ids than a list may have say so', async () => {
    const ids = Array.from({ length: 1001 }, (_, index) => `customers:u${index}`);
    door.forgetRequests();
    const answer = await door.graphql('query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids });
    expect(answer).toMatchObject({
      errors: [{ message: 'At most 1000 ids.', extensions: { code: 'INVALID_INPUT', inputPath: ['ids'] } }],
    });
    expect(arrived(door)).toEqual([]);
  });
});

describe('a provider that is down', () => {
  const notUnderstood = 'PROVIDER_UNAVAILABLE The provider’s answer could not be understood.';
  const refuses: Readonly<Record<DirectoryName, string>> = {
    employees: 'PROVIDER_AUTH The provider does not accept the token that it issued to this directory.',
    contractors: 'PROVIDER_AUTH The provider does not accept the access key of this directory.',
    customers:
      'PROVIDER_AUTH Descope does not accept the credentials of this directory, or they lack the right to do this.',
  };
  const refusal = {
    Code: 'InvalidSecurityToken',
    Message: 'canary',
    errorCode: 'E999401',
    errorDescription: 'canary',
  };
  const answers: Readonly<Record<string, EmulatorResponse>> = {
    '500': { status: 500, body: 'oops' },
    '200 with half of its JSON': { status: 200, body: '{"user": {"userId"' },
    '200 with something else': { status: 200, body: ['canary'] },
    '302': { status: 302, headers: { location: 'http://127.0.0.1:1/canary' } },
    '404 by somebody in between': { status: 404, body: '<html>canary</html>' },
    '401': { status: 401, body: refusal },
  };

  it.each(
    directoryNames.flatMap((directory) => Object.keys(answers).map((answer) => ({ directory, answer }))),
  )('$directory answering $answer is an error of its own users alone', async ({ directory, answer }) => {
    const ids = directoryNames.flatMap((name) => [someUser(door, name), someUser(door, name, 1)]);
    inPlace[directory] = ({ url }) => (url.endsWith('/oauth2/token') ? undefined : answers[answer]);
    const { data, errors } = await door.graphql('query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids });
    delete inPlace[directory];
    const failed = (id: string) => id.startsWith(`${directory}:`);
    expect(data).toEqual({ users: ids.map((id) => (failed(id) ? null : { id })) });
    const [code = '', ...words] = (answer === '401' ? refuses[directory] : notUnderstood).split(' ');
    const error = { message: words.join(' '), locations: expect.anything(), extensions: { code } };
    expect(errors).toEqual(
      ids.flatMap((id, index) => (failed(id) ? [{ ...error, path: ['users', index] }] : [])),
    );
    expect(door.log.join('')).not.toContain('canary');
  });
});
