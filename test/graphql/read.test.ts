import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmulatorRequest, EmulatorResponse } from '../../src/sandbox/emulator.ts';
import { type DirectoryName, directoryNames, says, someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor, wholeUser } from '../harness/front-door.ts';

/** What a directory answers in place of its emulator, for as long as it is here. */
const inPlace: Partial<Record<DirectoryName, (request: EmulatorRequest) => EmulatorResponse | undefined>> =
  {};

let door: FrontDoor;
beforeAll(async () => {
  const intercept = (directory: DirectoryName) => ({
    intercept: (request: EmulatorRequest) => inPlace[directory]?.(request),
  });
  door = await openFrontDoor({
    employees: intercept('employees'),
    contractors: intercept('contractors'),
    customers: intercept('customers'),
  });
});
afterAll(() => door.close());

const wholeOf = wholeUser.replace('version', '');
const value = { text: null, number: null, boolean: null, texts: null, date: null };

/** The first seeded user of each directory, as it is seen from here. */
const firstUsers: Record<DirectoryName, object> = {
  employees: {
    id: 'employees:user_qvxylwjkbfgcq3ipqj6uzzckmr',
    userId: 'user_qvxylwjkbfgcq3ipqj6uzzckmr',
    directory: { name: 'employees' },
    username: 'li.na',
    loginIds: ['li.na', 'li.na@example.com', '+8613800138001'],
    displayName: '李娜',
    givenName: null,
    middleName: null,
    familyName: null,
    email: { address: 'li.na@example.com', verified: true },
    phone: { number: '+8613800138001', verified: true },
    picture: null,
    status: 'ENABLED',
    roleNames: [],
    tenants: [],
    ssoAppIds: [],
    customFields: [
      { field: 'nick_name', value: { ...value, text: '娜娜' } },
      { field: 'age', value: { ...value, number: 34 } },
      { field: 'vip', value: { ...value, boolean: true } },
      { field: 'grade', value: { ...value, text: 'p7' } },
    ],
    createdAt: '2021-01-01T08:00:00.000Z',
    updatedAt: '2021-01-01T08:00:00.000Z',
  },
  contractors: {
    id: 'contractors:user_sr5l2dp4kvkiwgm6o45afbpoym',
    userId: 'user_sr5l2dp4kvkiwgm6o45afbpoym',
    directory: { name: 'contractors' },
    username: 'liu.yang',
    loginIds: ['liu.yang', 'liu.yang@example.com', '+8613700137011'],
    displayName: '刘洋',
    givenName: null,
    middleName: null,
    familyName: null,
    email: { address: 'liu.yang@example.com', verified: true },
    phone: { number: '+8613700137011', verified: true },
    picture: null,
    status: 'ENABLED',
    roleNames: [],
    tenants: [],
    ssoAppIds: [],
    customFields: [
      { field: 'nick_name', value: { ...value, text: '洋洋' } },
      { field: 'age', value: { ...value, number: 36 } },
      { field: 'vip', value: { ...value, boolean: false } },
      { field: 'grade', value: { ...value, text: 'senior' } },
    ],
    createdAt: '2021-01-01T08:00:00.000Z',
    updatedAt: '2021-01-01T08:00:00.000Z',
  },
  customers: {
    id: 'customers:U2u8jzPde0IgxLd6GncfBAepfJB',
    userId: 'U2u8jzPde0IgxLd6GncfBAepfJB',
    directory: { name: 'customers' },
    username: null,
    loginIds: ['ada.okafor@example.com'],
    displayName: 'Ada Okafor',
    givenName: 'Ada',
    middleName: 'Chioma',
    familyName: 'Okafor',
    email: { address: 'ada.okafor@example.com', verified: true },
    phone: { number: '+15555550101', verified: true },
    picture: 'https://pictures.example.com/ada.png',
    status: 'ENABLED',
    roleNames: ['member', 'editor'],
    tenants: [{ tenantId: 'acme', name: 'Acme Supplies', roleNames: ['Tenant Admin', 'approver'] }],
    ssoAppIds: ['helpdesk', 'storefront'],
    customFields: [
      { field: 'plan', value: { ...value, text: 'enterprise' } },
      { field: 'age', value: { ...value, number: 41 } },
      { field: 'newsletter', value: { ...value, boolean: true } },
      { field: 'nick', value: { ...value, text: 'ada' } },
      { field: 'tags', value: { ...value, texts: ['vip', 'beta'] } },
      { field: 'birthday', value: { ...value, date: '1984-02-29T00:00:00.000Z' } },
    ],
    createdAt: '2024-03-04T00:00:00.000Z',
    updatedAt: null,
  },
};

describe.each(directoryNames)('user of %s', (directory) => {
  const read = (by: string, selection = wholeOf) => door.graphql(`{ user(by: { ${by} }) { ${selection} } }`);

  it('is given whole by its id', async () => {
    const answer = await read(`id: "${someUser(door, directory)}"`);
    expect(answer).toEqual({ data: { user: firstUsers[directory] } });
  });

  it('is given whole by each of its logins', async () => {
    const { loginIds } = firstUsers[directory] as { loginIds: string[] };
    for (const login of loginIds) {
      const answer = await read(`login: { directory: "${directory}", login: "${login}" }`);
      expect(answer).toEqual({ data: { user: firstUsers[directory] } });
    }
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

  it('is null where nobody has the id or the login', async () => {
    expect(await read(`id: "${directory}:nobody"`)).toEqual({ data: { user: null } });
    for (const login of ['nobody', 'nobody@example.com', '+8613700000000']) {
      expect(await read(`login: { directory: "${directory}", login: "${login}" }`)).toEqual({
        data: { user: null },
      });
    }
  });

  it('is not found by the id of a user as a login', async () => {
    const [, userId] = someUser(door, directory).split(':');
    expect(await read(`login: { directory: "${directory}", login: "${userId}" }`)).toEqual({
      data: { user: null },
    });
  });
});

it('users who may not sign in are users like any other', async () => {
  const ids = directoryNames.flatMap((name) =>
    [...door.emulators[name].users()].map(([userId]) => `${name}:${userId}`),
  );
  const { data } = await door.graphql('query ($ids: [ID!]!) { users(ids: $ids) { id status } }', { ids });
  const { users } = data as { users: readonly { id: string; status: string }[] };
  expect(users.map((user) => user.id)).toEqual(ids);
  expect(new Set(users.map(({ status }) => status))).toEqual(
    new Set(['ENABLED', 'DISABLED', 'INVITED', 'EXPIRED']),
  );
});

describe('a reference that means nobody', () => {
  it.each([
    ['{ user(by: { id: "customers:a/b" }) { id } }', 'user', 'INVALID_INPUT', says.expectedId, ['by', 'id']],
    ['{ user(by: { id: 7 }) { id } }', 'user', 'INVALID_INPUT', says.expectedId, ['by', 'id']],
    ['{ user(by: { id: "nope:a" }) { id } }', 'user', 'UNKNOWN_DIRECTORY', says.notThere, ['by', 'id']],
    [
      '{ user(by: { login: { directory: "toString", login: "a" } }) { id } }',
      ...(['user', 'UNKNOWN_DIRECTORY', says.notThere, ['by', 'login', 'directory']] as const),
    ],
    [
      '{ user(by: { login: { directory: "customers", login: "" } }) { id } }',
      ...(['user', 'INVALID_INPUT', says.empty, ['by', 'login', 'login']] as const),
    ],
    [
      '{ user(by: { login: { directory: "customers", login: "a\\u0000b" } }) { id } }',
      ...(['user', 'INVALID_INPUT', says.control, ['by', 'login', 'login']] as const),
    ],
  ])('%s is a top-level error', async (query, field, code, message, inputPath) => {
    door.forgetRequests();
    expect(await door.graphql(query)).toEqual({
      data: { [field]: null },
      errors: [{ message, path: [field], locations: expect.anything(), extensions: { code, inputPath } }],
    });
    for (const { requests } of Object.values(door.emulators)) expect(requests).toEqual([]);
  });

  it('takes nothing from the others of the same list', async () => {
    const ids = [someUser(door, 'customers'), 'x', 'nope:a', 'customers:nobody', someUser(door, 'employees')];
    const answer = await door.graphql('query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids });
    expect(answer.data).toEqual({ users: [{ id: ids[0] }, null, null, null, { id: ids[4] }] });
    expect(answer.errors).toEqual([
      {
        ...{ message: says.expectedId, path: ['users', 1], locations: expect.anything() },
        extensions: { code: 'INVALID_INPUT', inputPath: ['ids', '1'] },
      },
      {
        ...{ message: says.notThere, path: ['users', 2], locations: expect.anything() },
        extensions: { code: 'UNKNOWN_DIRECTORY', inputPath: ['ids', '2'] },
      },
    ]);
  });

  it('more ids than a list may have say so', async () => {
    const ids = Array.from({ length: 1001 }, (_, index) => `customers:u${index}`);
    door.forgetRequests();
    const answer = await door.graphql('query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids });
    expect(answer).toMatchObject({
      errors: [{ message: 'At most 1000 ids.', extensions: { code: 'INVALID_INPUT', inputPath: ['ids'] } }],
    });
    expect(door.emulators.customers.requests).toEqual([]);
  });
});

describe('a provider that is down', () => {
  const notUnderstood = 'The provider’s answer could not be understood.';
  const refusedToken = 'The provider does not accept the token that it issued to this directory.';
  const descopeCredentials =
    'Descope does not accept the credentials of this directory, or they lack the right to do this.';
  const answers: readonly (readonly [
    string,
    EmulatorResponse,
    Record<DirectoryName, readonly [string, string]>,
  ])[] = [
    ...(
      [
        ['500', { status: 500, body: 'oops' }],
        ['200 with half of its JSON', { status: 200, body: '{"user": {"userId"' }],
        ['200 with something else', { status: 200, body: ['canary'] }],
        ['302', { status: 302, headers: { location: 'http://127.0.0.1:1/canary' } }],
        ['404 by somebody in between', { status: 404, body: '<html>canary</html>' }],
      ] as const
    ).map(
      ([what, response]) =>
        [
          what,
          response,
          {
            employees: ['PROVIDER_UNAVAILABLE', notUnderstood],
            contractors: ['PROVIDER_UNAVAILABLE', notUnderstood],
            customers: ['PROVIDER_UNAVAILABLE', notUnderstood],
          },
        ] as const,
    ),
    [
      '401',
      {
        status: 401,
        body: {
          Code: 'InvalidSecurityToken',
          Message: 'canary',
          errorCode: 'E999401',
          errorDescription: 'canary',
        },
      },
      {
        employees: ['PROVIDER_AUTH', refusedToken],
        contractors: ['PROVIDER_AUTH', 'The provider does not accept the access key of this directory.'],
        customers: ['PROVIDER_AUTH', descopeCredentials],
      },
    ],
  ];

  it.each(directoryNames.flatMap((directory) => answers.map((row) => [directory, ...row] as const)))(
    '%s answering %s is an error of its own users alone',
    async (directory, _, response, errors) => {
      const ids = directoryNames.flatMap((name) => [someUser(door, name), someUser(door, name, 1)]);
      inPlace[directory] = ({ url }) => (url.endsWith('/oauth2/token') ? undefined : response);
      const answer = await door.graphql('query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids });
      delete inPlace[directory];
      const [code, message] = errors[directory];
      const failed = (id: string) => id.startsWith(`${directory}:`);
      expect(answer.data).toEqual({ users: ids.map((id) => (failed(id) ? null : { id })) });
      expect(answer.errors).toEqual(
        ids.flatMap((id, index) =>
          failed(id)
            ? [{ message, path: ['users', index], locations: expect.anything(), extensions: { code } }]
            : [],
        ),
      );
      expect(door.log.join('')).not.toContain('canary');
    },
  );

  it('is asked again by the next query', async () => {
    const query = `{ user(by: { id: "${someUser(door, 'customers')}" }) { displayName } }`;
    inPlace.customers = () => ({ status: 503 });
    expect(await door.graphql(query)).toMatchObject({ data: { user: null } });
    delete inPlace.customers;
    expect(await door.graphql(query)).toEqual({ data: { user: { displayName: 'Ada Okafor' } } });
  });
});
