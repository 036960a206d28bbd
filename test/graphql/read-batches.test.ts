import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeedUser } from '../../src/sandbox/emulator.ts';
import { arrived, counted, type DirectoryName } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

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

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({
    employees: { users: seed('employees', '40') },
    contractors: { users: seed('contractors', '40') },
    customers: { users: seed('customers', 40), requestsPerMinute: 100_000 },
  });
  // A token for the employees and the customers' definitions last for all of the tests.
  await door.graphql(
    '{ user(by: { id: "employees:nobody" }) { id } directory(name: "customers") { customFields { field } } }',
  );
});
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
  it('is 250', () => expect(new Set(allIds).size).toBe(250));

  it.each([
    ['no custom fields', 'displayName loginIds status', '', plain],
    ['custom fields', 'customFields { field }', '', whole],
    ['custom fields by another name', 'displayName: customFields { field }', '', whole],
    ['the version', 'version', '', whole],
    ['custom fields in a fragment', '...Some', 'fragment Some on User { customFields { field } }', whole],
    [
      'the version in a fragment of a fragment',
      '...A',
      'fragment A on User { ...B } fragment B on User { version }',
      whole,
    ],
    ['custom fields in an inline fragment', '... on User { customFields { field } }', '', whole],
    ['custom fields in a bare inline fragment', '... { customFields { field } }', '', whole],
    ['custom fields that are included', 'customFields @include(if: $yes) { field }', '', whole],
    ['custom fields that are not included', 'id customFields @include(if: $no) { field }', '', plain],
    ['custom fields that are skipped', 'id customFields @skip(if: $yes) { field }', '', plain],
    ['custom fields that are not skipped', 'customFields @skip(if: $no) { field }', '', whole],
    ['a fragment that is not included', 'id ...A @include(if: $no)', 'fragment A on User { version }', plain],
    ['an inline fragment that is skipped', 'id ... @skip(if: $yes) { version }', '', plain],
    ['the custom fields of the directory', 'directory { name customFields { field } }', '', plain],
  ])('selecting %s makes the fewest calls', async (_, selection, fragments, expected) => {
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

describe('one request carries', () => {
  it.each([
    ['contractors', 1, { 'contractors POST GetUser': 1 }],
    ['contractors', 2, { 'contractors POST ListUsers': 1 }],
    ['contractors', 100, { 'contractors POST ListUsers': 1 }],
    ['contractors', 101, { 'contractors POST ListUsers': 1, 'contractors POST GetUser': 1 }],
    ['contractors', 102, { 'contractors POST ListUsers': 2 }],
    ['customers', 1, { 'customers GET /v1/mgmt/user': 1 }],
    ['customers', 2, { 'customers POST /v1/mgmt/users/load': 1 }],
    ['customers', 100, { 'customers POST /v1/mgmt/users/load': 1 }],
    ['customers', 101, { 'customers POST /v1/mgmt/users/load': 1, 'customers GET /v1/mgmt/user': 1 }],
    ['customers', 102, { 'customers POST /v1/mgmt/users/load': 2 }],
  ] as const)('of %s %d users', async (directory, count, expected) => {
    const ids = idsOf(directory, count);
    const { data, requests } = await requestsFor('query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids });
    expect(data.users).toEqual(ids.map((id) => ({ id })));
    expect(requests).toEqual(expected);
  });
});

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
    const { requests } = await requestsFor(query, { ids });
    expect(requests).toEqual({ 'customers POST /v1/mgmt/users/load': 1 });
    expect(JSON.parse(door.emulators.customers.requests[0]?.body ?? '')).toMatchObject({
      userIds: ['customers_0', 'customers_2', 'customers_1'],
    });
  });

  it('is read anew by the next document', async () => {
    const query = `{ user(by: { id: "${idsOf('customers', 1)[0]}" }) { displayName } }`;
    await requestsFor(query, {});
    expect((await requestsFor(query, {})).requests).toEqual({ 'customers GET /v1/mgmt/user': 1 });
  });
});

describe('two patches of one user in one document', () => {
  it.each(['employees', 'contractors', 'customers'] as const)(
    'each show %s as it then is',
    async (directory) => {
      const id = idsOf(directory, 1)[0];
      const show = 'outcome user { displayName version customFields(names: ["age"]) { value { number } } }';
      const answer = await door.graphql(`mutation {
      first: patchUser(input: { user: { id: "${id}" }, patch: { displayName: "First" } }) { ${show} }
      second: patchUser(input: { user: { id: "${id}" }, patch: {
        displayName: "Second", customFields: [{ replace: { field: "age", value: { number: 41 } } }]
      } }) { ${show} }
      unchanged: patchUser(input: { user: { id: "${id}" }, patch: { displayName: "" } }) { ${show} }
      third: patchUser(input: { user: { id: "${id}" }, patch: { displayName: "First",
        customFields: [{ replace: { field: "age", value: { number: 40 } } }] } }) { ${show} }
    }`);
      const shown = (displayName: string, number: number) => ({
        outcome: 'APPLIED',
        user: {
          displayName,
          version: expect.stringMatching(/^[\w-]{32}$/),
          customFields: [{ value: { number } }],
        },
      });
      expect(answer).toEqual({
        data: {
          first: shown('First', 40),
          second: shown('Second', 41),
          unchanged: { outcome: 'NOT_APPLIED', user: null },
          third: shown('First', 40),
        },
      });
      const { data } = await door.graphql(`{ user(by: { id: "${id}" }) { displayName version } }`);
      const { first, second, third } = answer.data as Record<string, { user: { version: string } }>;
      expect(data).toEqual({ user: { displayName: 'First', version: third?.user.version } });
      expect(second?.user.version).not.toBe(first?.user.version);
    },
  );
});
