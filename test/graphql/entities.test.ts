import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sandboxCallers } from '../../src/sandbox/callers.ts';
import { customers } from '../../src/sandbox/descope/customers.ts';
import { contractors } from '../../src/sandbox/eiam/contractors.ts';
import type { SeedUser } from '../../src/sandbox/emulator.ts';
import { arrived, counted, directoryNames, postRaw, says, someUser, written } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { ownTokenOf } from '../harness/sandbox-tokens.ts';

const seed = (name: string, count: number): readonly SeedUser[] =>
  Array.from({ length: count }, (_, index) => ({
    userId: `${name}_${index}`,
    username: `${name}.${index}@example.com`,
    displayName: `${name} ${index}`,
    status: 'enabled',
    createdAt: Date.UTC(2025, 0, 1),
  }));

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({
    customers: { users: [...customers.users, ...seed('customer', 1000)] },
    contractors: { users: [...contractors.users, ...seed('contractor', 110)] },
  });
  // A token for the employees and the customers' definitions last for all of the tests.
  await door.graphql(
    '{ user(by: { id: "employees:nobody" }) { id } directory(name: "customers") { customFields { field } } }',
  );
});
afterAll(() => door.close());

const entities = (selection: string) =>
  `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`;
const whom = (id: unknown) => ({ __typename: 'User', id });
const names = entities('__typename ... on User { id displayName }');

async function ask(query: string, representations: readonly unknown[]) {
  door.forgetRequests();
  const { data, errors } = await door.graphql(query, { representations });
  return { ...(data as { _entities: unknown } | undefined), errors, requests: counted(arrived(door)) };
}

const malformed = 'Expected { __typename: "User", id: … }.';
const refusal = (index: number, code: string, message: string, ...below: readonly string[]) => ({
  ...{ message, path: ['_entities', index], locations: expect.anything() },
  extensions: { code, inputPath: ['representations', String(index), ...below] },
});

describe('_entities', () => {
  it('gives users in the order of the representations, twice where they are twice', async () => {
    const ids = directoryNames.map((name) => someUser(door, name));
    const asked = [ids[2], ids[0], 'customers:nobody', ids[1], ids[2], ids[0]];
    const { _entities, errors, requests } = await ask(names, asked.map(whom));
    expect(errors).toBeUndefined();
    const shown = ['李娜', '刘洋', 'Ada Okafor'].map((displayName, which) => ({
      __typename: 'User',
      id: ids[which],
      displayName,
    }));
    expect(_entities).toEqual([shown[2], shown[0], null, shown[1], shown[2], shown[0]]);
    expect(Object.values(requests)).toEqual([1, 1, 1]);
  });

  it('of none is none', async () => {
    expect(await ask(names, [])).toEqual({ _entities: [], errors: undefined, requests: {} });
  });

  it('looks at the key alone, whatever else it is told', async () => {
    const id = someUser(door, 'customers');
    const more = { ...whom(id), displayName: 'Eve', directory: { name: 'employees' }, constructor: null };
    expect(await ask(names, [more])).toMatchObject({ _entities: [{ id, displayName: 'Ada Okafor' }] });
  });

  it.each([
    ['another type', { __typename: 'Directory', id: 'customers' }],
    ['a type that is not there', { __typename: 'Order', id: '1' }],
    ['a type of GraphQL’s own', { __typename: '__Type', id: '1' }],
    ['no type', { id: 'customers:a' }],
    ['no id', { __typename: 'User' }],
    ['another key', { __typename: 'User', username: 'ada' }],
    ['an id that is null', whom(null)],
    ['an id that is a number', whom(12)],
    ['an id that is a list', whom(['customers:a'])],
    ['an id that is an object', whom({ toString: 'customers:a' })],
    ['a text', 'customers:a'],
    ['a number', 5],
    ['a list', [whom('customers:a')]],
    ['an empty object', {}],
  ])('refuses %s alone, and reads the others', async (_, representation) => {
    const id = someUser(door, 'customers');
    const { _entities, errors, requests } = await ask(names, [representation, whom(id)]);
    expect(_entities).toEqual([null, { __typename: 'User', id, displayName: 'Ada Okafor' }]);
    expect(errors).toEqual([refusal(0, 'INVALID_INPUT', malformed)]);
    expect(requests).toEqual({ 'customers GET /v1/mgmt/user': 1 });
  });

  it('refuses what is no id, or of no directory, as user does', async () => {
    const ids = ['', 'garbage', ':', 'customers:', 'customers:../x', 'nope:a', 'constructor:a'];
    const { _entities, errors, requests } = await ask(names, ids.map(whom));
    expect(_entities).toEqual(ids.map(() => null));
    expect(errors).toEqual(
      ids.map((id, index) =>
        id.endsWith(':a')
          ? refusal(index, 'UNKNOWN_DIRECTORY', says.notThere, 'id')
          : refusal(index, 'INVALID_INPUT', says.expectedId, 'id'),
      ),
    );
    expect(requests).toEqual({});
  });

  it('takes no type and no id from a prototype', async () => {
    door.forgetRequests();
    const query = JSON.stringify(names);
    const id = someUser(door, 'customers');
    for (const representation of [
      `{ "__proto__": { "__typename": "User", "id": "${id}" } }`,
      `{ "__typename": "User", "__proto__": { "id": "${id}" } }`,
      `{ "constructor": { "prototype": { "__typename": "User", "id": "${id}" } } }`,
    ]) {
      const body = `{ "query": ${query}, "variables": { "representations": [${representation}] } }`;
      const answer = await postRaw(door, body);
      expect(answer.data).not.toMatchObject({ _entities: [{ id }] });
    }
    expect(arrived(door)).toEqual([]);
    const literal = `{ _entities(representations: [{ __proto__: { __typename: "User", id: "${id}" } }]) { __typename } }`;
    expect((await door.graphql(literal)).data).toEqual({ _entities: [null] });
    expect(arrived(door)).toEqual([]);
  });

  it('takes a representation that stands in the document', async () => {
    const id = someUser(door, 'employees');
    const { data } = await door.graphql(
      `{ _entities(representations: [{ __typename: "User", id: "${id}" }]) { ... on User { id } } }`,
    );
    expect(data).toEqual({ _entities: [{ id }] });
  });

  it('takes at most a thousand', async () => {
    const ids = Array.from({ length: 1001 }, (_, index) => `customers:customer_${index}`);
    const answer = await ask(names, ids.map(whom));
    expect(answer.errors).toEqual([
      {
        ...{ message: 'At most 1000 representations.', path: ['_entities'], locations: expect.anything() },
        extensions: { code: 'INVALID_INPUT', inputPath: ['representations'] },
      },
    ]);
    expect(answer.requests).toEqual({});
  });
});

describe('_entities asks', () => {
  const idsOf = (directory: string, name: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${directory}:${name}_${index}`);
  const thousand = idsOf('customers', 'customer', 1000);

  it('Descope once for each hundred', async () => {
    const { _entities, errors, requests } = await ask(names, thousand.map(whom));
    expect(errors).toBeUndefined();
    expect(_entities).toEqual(
      thousand.map((id, index) => ({ __typename: 'User', id, displayName: `customer ${index}` })),
    );
    expect(requests).toEqual({ 'customers POST /v1/mgmt/users/load': 10 });
  });

  const hundredTen = idsOf('contractors', 'contractor', 110);
  const listed = { 'contractors POST ListUsers': 2 };
  const read = { 'contractors POST GetUser': 110 };
  it.each([
    ['lists', 'plain fields', '... on User { displayName status }', listed],
    [
      'lists',
      'plain fields in a fragment on the union',
      '... on _Entity { ... on User { email { address } } }',
      listed,
    ],
    ['lists', 'nothing but the type', '__typename', listed],
    [
      'lists',
      'custom fields that are not included',
      '... on User { id customFields @include(if: false) { field } }',
      listed,
    ],
    ['reads', 'custom fields', '... on User { customFields { field } }', read],
    ['reads', 'the version', '... on User { version }', read],
    ['reads', 'the version by another name', '... on User { displayName: version }', read],
    ['reads', 'the version in a fragment on the union', '... on _Entity { ... on User { version } }', read],
    ['reads', 'the version in a bare fragment', '... { ... on User { ... { version } } }', read],
    ['reads', 'the version in two places', '... on User { id } ... on User { version }', read],
  ])('EIAM by its management API for %s users where it selects %s', async (_, __, selection, expected) => {
    const { _entities, errors, requests } = await ask(entities(selection), hundredTen.map(whom));
    expect(errors).toBeUndefined();
    expect(_entities).toHaveLength(110);
    expect(_entities).not.toContain(null);
    expect(requests).toEqual(expected);
  });

  it('for whole users where a named fragment does, as gateways send them', async () => {
    const query = `${entities('...A')} fragment A on _Entity { ...B } fragment B on User { version }`;
    expect((await ask(query, hundredTen.map(whom))).requests).toEqual(read);
  });

  it('EIAM by its developer API for each user', async () => {
    const ids = door.sandbox.someUserIds.employees;
    const { requests } = await ask(names, ids.map(whom));
    expect(Object.values(requests)).toEqual(ids.map(() => 1));
  });

  it('for a user once, whoever asks for them in the document', async () => {
    const [one = '', other = ''] = thousand;
    door.forgetRequests();
    await door.graphql(
      `query ($r: [_Any!]!, $ids: [ID!]!) {
        _entities(representations: $r) { ... on User { id } }
        again: _entities(representations: $r) { ... on User { displayName } }
        users(ids: $ids) { status }
      }`,
      { r: [one, other].map(whom), ids: [other, one] },
    );
    expect(arrived(door)).toEqual(['customers POST /v1/mgmt/users/load']);
    expect(JSON.parse(door.emulators.customers.requests[0]?.body ?? '')).toMatchObject({
      userIds: [one, other].map((id) => id.replace('customers:', '')),
    });
  });
});

it('a user whom user refuses is refused by _entities in the same words, there or not', async () => {
  const guarded = await openFrontDoor({
    callers: ({ url, jwksUrl }) => ({
      jwt: [{ ...sandboxCallers['front-end'], issuer: url, jwks: jwksUrl, allowLoopback: true }],
    }),
  });
  onTestFinished(() => guarded.close());
  const own = someUser(guarded, 'customers');
  const token = await ownTokenOf(guarded, own);
  for (const id of [someUser(guarded, 'customers', 1), 'customers:nobody', 'employees:a', 'nope:a']) {
    const one = await guarded.graphql('query ($id: ID!) { user(by: { id: $id }) { id } }', { id }, token);
    const [{ message }] = one.errors as readonly [{ message: string }];
    const { data, errors } = await guarded.graphql(names, { representations: [whom(id), whom(own)] }, token);
    expect(data).toEqual({ _entities: [null, { __typename: 'User', id: own, displayName: 'Ada Okafor' }] });
    expect(errors).toEqual([refusal(0, 'FORBIDDEN', message, 'id')]);
  }
  // The own user alone was read.
  expect(arrived(guarded)).toEqual(Array(4).fill('customers GET /v1/mgmt/user'));
});

it('none of this wrote anything', () => {
  expect(written(door)).toEqual([]);
});
