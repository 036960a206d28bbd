import { afterAll, describe, expect, it } from 'vitest';
import type { SeedUser } from '../../src/sandbox/emulator.ts';
import { arrived, counted, type DirectoryName, directoryNames } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

const sizes: Record<DirectoryName, number> = { employees: 30, contractors: 110, customers: 110 };

function seed(directory: DirectoryName, age: string | number): readonly SeedUser[] {
  return Array.from({ length: sizes[directory] }, (_, index) => ({
    userId: `${directory}_${index}`,
    username: `${directory}.${index}`,
    displayName: `${directory} ${index}`,
    status: 'enabled',
    customFields: { age },
    createdAt: Date.UTC(2025, 0, 1),
  }));
}

const idsOf = (directory: DirectoryName, count = sizes[directory]) =>
  Array.from({ length: count }, (_, index) => `${directory}:${directory}_${index}`);

/** 250 ids of three directories, as mixed as they can be. */
const allIds = [...idsOf('employees'), ...idsOf('contractors'), ...idsOf('customers')].toSorted(
  (one, other) => Number(one.split('_')[1]) - Number(other.split('_')[1]),
);

const door = await openFrontDoor({
  employees: { users: seed('employees', '40') },
  contractors: { users: seed('contractors', '40') },
  customers: { users: seed('customers', 40), requestsPerMinute: 100_000 },
});
// A token for the employees and the customers' definitions last for all of the tests.
await door.graphql(
  '{ user(by: { id: "employees:nobody" }) { id } directory(name: "customers") { customFields { field } } }',
);
afterAll(() => door.close());

async function requestsFor(query: string, variables: object) {
  door.forgetRequests();
  const answer = await door.graphql(query, variables);
  expect(answer.errors).toBeUndefined();
  const requests = arrived(door).map((request) => request.replace(/employees_\d+$/, '…'));
  return {
    data: answer.data as Record<string, readonly ({ id: string } | null)[]>,
    requests: counted(requests),
  };
}

const employees = { 'employees GET /users/…': 30 };
const plain = {
  ...employees,
  'contractors POST ListUsers': 2,
  'customers POST /v1/mgmt/users/load': 2,
};
const whole = {
  ...employees,
  'contractors POST GetUser': 110,
  'customers POST /v1/mgmt/users/load': 2,
};

describe('users with 250 ids of three directories', () => {
  it.each([
    ['displayName loginIds status', plain],
    ['customFields { field }', whole],
    ['displayName: customFields { field }', whole],
    ['version', whole],
    ['...Some', whole, 'fragment Some on User { customFields { field } }'],
    ['...A', whole, 'fragment A on User { ...B } fragment B on User { version }'],
    ['... on User { customFields { field } }', whole],
    ['... { customFields { field } }', whole],
    ['customFields @include(if: $yes) { field }', whole],
    ['id customFields @include(if: $no) { field }', plain],
    ['id customFields @skip(if: $yes) { field }', plain],
    ['customFields @skip(if: $no) { field }', whole],
    ['id ...A @include(if: $no)', plain, 'fragment A on User { version }'],
    ['id ... @skip(if: $yes) { version }', plain],
    ['directory { name customFields { field } }', plain],
  ])('selecting %s makes the fewest calls', async (selection, expected, fragments = '') => {
    const unused = 'fragment Unused on User { id @include(if: $yes) @skip(if: $no) }';
    const { data, requests } = await requestsFor(
      `query ($ids: [ID!]!, $yes: Boolean!, $no: Boolean!) { users(ids: $ids) { id ${selection} ...Unused } } ${fragments} ${unused}`,
      { ids: allIds, yes: true, no: false },
    );
    expect(data.users?.map((user) => user?.id)).toEqual(allIds);
    expect(requests).toEqual(expected);
  });

  it('gives custom fields for every one of them', async () => {
    const { data } = await requestsFor(
      'query ($ids: [ID!]!) { users(ids: $ids) { id customFields { field value { number } } } }',
      { ids: allIds },
    );
    const customFields = [{ field: 'age', value: { number: 40 } }];
    expect(data.users).toEqual(allIds.map((id) => ({ id, customFields })));
  });
});

it('the definitions of custom fields are asked for once, by any number of users at the same time', async () => {
  const fresh = await openFrontDoor({ customers: { users: seed('customers', 40) } });
  const query =
    'query ($ids: [ID!]!) { users(ids: $ids) { customFields { field } directory { customFields { field } } } }';
  await fresh.graphql(query, { ids: idsOf('customers') });
  const definitions = 'customers GET /v1/mgmt/user/customattributes';
  expect(counted(arrived(fresh))).toEqual({ 'customers POST /v1/mgmt/users/load': 2, [definitions]: 1 });
  await fresh.close();
});

const [listed, read] = ['contractors POST ListUsers', 'contractors POST GetUser'];
const [loaded, got] = ['customers POST /v1/mgmt/users/load', 'customers GET /v1/mgmt/user'];
it.each([
  ['contractors', 1, { [read]: 1 }],
  ['contractors', 100, { [listed]: 1 }],
  ['contractors', 101, { [listed]: 1, [read]: 1 }],
  ['contractors', 102, { [listed]: 2 }],
  ['customers', 1, { [got]: 1 }],
  ['customers', 100, { [loaded]: 1 }],
  ['customers', 101, { [loaded]: 1, [got]: 1 }],
  ['customers', 102, { [loaded]: 2 }],
] as const)(
  'of %s %d users are read by as few requests as the provider allows',
  async (directory, count, expected) => {
    const ids = idsOf(directory, count);
    const { data, requests } = await requestsFor('query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids });
    expect(data.users).toEqual(ids.map((id) => ({ id })));
    expect(requests).toEqual(expected);
  },
);

describe('what is asked for more than once', () => {
  it('is read once within a list', async () => {
    const [one = '', other = ''] = idsOf('contractors', 2);
    const ids = [one, other, one, 'contractors:nobody', other, 'contractors:nobody'];
    const { data, requests } = await requestsFor('query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids });
    expect(data.users).toEqual(ids.map((id) => (id.endsWith('nobody') ? null : { id })));
    expect(requests).toEqual({ 'contractors POST ListUsers': 1 });
    const sent = new URL(door.emulators.contractors.requests[0]?.url ?? '', 'http://contractors')
      .searchParams;
    const userIds = [...sent].filter(([name]) => name.startsWith('UserIds.')).map(([, id]) => id);
    expect(userIds).toEqual(['contractors_0', 'contractors_1', 'nobody']);
  });

  it('is read once within a document', async () => {
    const ids = idsOf('customers', 3);
    const query = `query ($ids: [ID!]!) {
      user(by: { id: "${ids[0]}" }) { displayName }
      again: user(by: { id: "${ids[0]}" }) { id status }
      other: user(by: { id: "${ids[2]}" }) { id }
      users(ids: $ids) { id }
      same: users(ids: $ids) { status }
    }`;
    // And anew by the next document.
    for (let times = 0; times < 2; times += 1) {
      const { requests } = await requestsFor(query, { ids });
      expect(requests).toEqual({ 'customers POST /v1/mgmt/users/load': 1 });
    }
    expect(JSON.parse(door.emulators.customers.requests[0]?.body ?? '')).toMatchObject({
      userIds: ['customers_0', 'customers_1', 'customers_2'],
    });
  });
});

it.each(directoryNames)(
  'patches of one user of %s in one document each show it as it then is',
  async (directory) => {
    const id = idsOf(directory, 1)[0];
    const patched = (alias: string, patch: string) =>
      `${alias}: patchUser(input: { user: { id: "${id}" }, patch: { ${patch} } }) { ...P }`;
    const age = (number: number) =>
      `customFields: [{ replace: { field: "age", value: { number: ${number} } } }]`;
    const answer = await door.graphql(`mutation {
    ${patched('first', 'displayName: "First"')}
    ${patched('second', `displayName: "Second", ${age(41)}`)}
    ${patched('unchanged', 'displayName: ""')}
    ${patched('third', `displayName: "First", ${age(40)}`)}
  } fragment P on PatchUserPayload {
    outcome user { displayName version customFields(names: ["age"]) { value { number } } }
  }`);
    const shown = (displayName: string, number: number) => {
      const version = expect.stringMatching(/^[\w-]{32}$/);
      return { outcome: 'APPLIED', user: { displayName, version, customFields: [{ value: { number } }] } };
    };
    const unchanged = { outcome: 'NOT_APPLIED', user: null };
    expect(answer).toEqual({
      data: { first: shown('First', 40), second: shown('Second', 41), unchanged, third: shown('First', 40) },
    });
    const { data } = await door.graphql(`{ user(by: { id: "${id}" }) { displayName version } }`);
    const { first, second, third } = answer.data as Record<string, { user: { version: string } }>;
    expect(data).toEqual({ user: { displayName: 'First', version: third?.user.version } });
    expect(second?.user.version).not.toBe(first?.user.version);
  },
);
