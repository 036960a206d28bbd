import { afterAll, describe, expect, it } from 'vitest';
import { customers } from '../../src/sandbox/descope/customers.ts';
import { contractors } from '../../src/sandbox/eiam/contractors.ts';
import type { SeedUser } from '../../src/sandbox/emulator.ts';
import { arrived, counted, directoryNames, postRaw, says, someUser, written } from '../harness/expected.ts';
import { openDoor, openFrontDoor } from '../harness/front-door.ts';
import { callersOf, ownTokenOf } from '../harness/sandbox-tokens.ts';

const seed = (name: string, count: number): readonly SeedUser[] =>
  Array.from({ length: count }, (_, index) => ({
    userId: `${name}_${index}`,
    username: `${name}.${index}@example.com`,
    displayName: `${name} ${index}`,
    status: 'enabled',
    createdAt: Date.UTC(2025, 0, 1),
  }));

const door = await openFrontDoor({
  customers: { users: [...customers.users, ...seed('customer', 1000)] },
  contractors: { users: [...contractors.users, ...seed('contractor', 110)] },
});
// A token for the employees and the customers' definitions last for all of the tests.
await door.graphql(
  '{ user(by: { id: "employees:nobody" }) { id } directory(name: "customers") { customFields { field } } }',
);
afterAll(async () => {
  // None of this wrote anything.
  expect(written(door)).toEqual([]);
  await door.close();
});

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

  it.each<unknown>([
    ...[
      { __typename: 'Directory', id: 'customers' },
      { __typename: 'Order', id: '1' },
    ],
    { id: 'customers:a' },
    ...[{ __typename: '__Type', id: '1' }, { __typename: 'User' }, { __typename: 'User', username: 'ada' }],
    {},
    ...[null, 12, ['customers:a'], { toString: 'customers:a' }].map(whom),
    ...['customers:a', 5, [whom('customers:a')]],
  ])('refuses %j alone, and reads the others', async (representation) => {
    const id = someUser(door, 'customers');
    // Of what is right the key alone is looked at.
    const right = { ...whom(id), displayName: 'Eve', directory: { name: 'employees' }, constructor: null };
    const { _entities, errors, requests } = await ask(names, [representation, right]);
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

  it.each([
    '"__typename": "User", "__proto__": { "id": "ID" }',
    '"__proto__": { "__typename": "User", "id": "ID" }',
  ])('takes no type and no id from a prototype: %s', async (members) => {
    door.forgetRequests();
    const representation = `{ ${members.replace('ID', someUser(door, 'customers'))} }`;
    const body = `{ "query": ${JSON.stringify(names)}, "variables": { "representations": [${representation}] } }`;
    expect((await postRaw(door, body)).data).toEqual({ _entities: [null] });
    const literal = `_entities(representations: [${representation.replaceAll(/"(\w+)":/g, '$1:')}]) { __typename }`;
    expect((await door.graphql(`{ ${literal} }`)).data).toEqual({ _entities: [null] });
    expect(arrived(door)).toEqual([]);
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

  const hundredTen = idsOf('contractors', 'contractor', 110);
  const listed = { 'contractors POST ListUsers': 2 };
  const read = { 'contractors POST GetUser': 110 };
  it.each([
    ['... on _Entity { ... on User { email { address } } }', listed],
    ['... on _Entity { ... on User { version } }', read],
  ])(
    'EIAM by its management API as few times as it can where a document selects %s',
    async (selection, expected) => {
      const { _entities, errors, requests } = await ask(entities(selection), hundredTen.map(whom));
      expect(errors).toBeUndefined();
      expect(_entities).toHaveLength(110);
      expect(_entities).not.toContain(null);
      expect(requests).toEqual(expected);
    },
  );

  it('for whole users where a named fragment does, as gateways send them', async () => {
    const query = `${entities('...A')} fragment A on _Entity { ...B } fragment B on User { version }`;
    expect((await ask(query, hundredTen.map(whom))).requests).toEqual(read);
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
  const guarded = await openDoor({ callers: callersOf('front-end') });
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
