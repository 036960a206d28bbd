import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customers } from '../../../src/sandbox/descope/customers.ts';
import type { SeedUser } from '../../../src/sandbox/emulator.ts';
import { arrived, counted, says, someUser, written } from '../../harness/expected.ts';
import { ownTokenOf, tokenOf } from '../../harness/sandbox-tokens.ts';
import { startApolloGateway, startHiveGateway } from './gateways.ts';
import { type Graph, openGraph } from './graph.ts';

const many: readonly SeedUser[] = Array.from({ length: 100 }, (_, index) => ({
  userId: `buyer_${index}`,
  username: `buyer.${index}@example.com`,
  displayName: `Buyer ${index}`,
  email: { address: `buyer.${index}@example.com`, verified: index % 2 === 0 },
  status: 'enabled',
  customFields: { plan: 'pro', age: index },
  createdAt: Date.UTC(2025, 0, 1),
}));
const manyIds = many.map(({ userId }) => `customers:${userId}`);

const orders = (selection: string) =>
  `query ($buyers: [ID!]!) { orders(buyers: $buyers) { id buyer { ${selection} } } }`;
const names = orders('id displayName email { address }');
const nobody = (id: string) => ({ id, displayName: null, email: null });

/**
 * What went wrong with which order, each once: Hive says it for each field that was asked for, Apollo for the
 * buyer, and neither says where in the answer what was no fault of one order.
 */
function troubles(
  errors: readonly unknown[] = [],
): readonly (readonly [number | undefined, string, string])[] {
  const told = (errors as readonly GatewayError[]).map(
    ({ path, message, extensions: { code } }) =>
      [typeof path?.[1] === 'number' ? path[1] : undefined, code, message] as const,
  );
  return [...new Map(told.map((one) => [JSON.stringify(one), one])).values()];
}

interface GatewayError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string };
}

describe.each([
  ['Apollo’s', startApolloGateway],
  ['Hive’s', startHiveGateway()],
])('behind %s gateway', (_, startGateway) => {
  let graph: Graph;
  let token: string;
  beforeAll(async () => {
    graph = await openGraph(startGateway, { customers: { users: [...customers.users, ...many] } });
    token = await tokenOf(graph.door, 'users:read');
  });
  afterAll(() => graph.close());

  /** Asks for the buyers, and gives the answer with what it took at the providers. */
  async function buyers(query: string, ids: readonly string[], asker: string | undefined = token) {
    graph.door.forgetRequests();
    graph.line.requests.length = 0;
    const { data, errors } = await graph.ask(query, { buyers: ids }, asker);
    const list = (data as { orders: readonly { buyer: unknown }[] } | null | undefined)?.orders;
    return { buyers: list?.map(({ buyer }) => buyer), errors, requests: counted(arrived(graph.door)) };
  }

  it('orders have their buyers, in order, of every directory, also twice', async () => {
    const [ada, employee, contractor] = [
      someUser(graph.door, 'customers'),
      someUser(graph.door, 'employees'),
      someUser(graph.door, 'contractors'),
    ];
    const answer = await buyers(names, [ada, employee, ada, contractor]);
    const shownAda = { id: ada, displayName: 'Ada Okafor', email: { address: 'ada.okafor@example.com' } };
    expect(answer.errors).toBeUndefined();
    expect(answer.buyers).toEqual([
      shownAda,
      { id: employee, displayName: '李娜', email: { address: 'li.na@example.com' } },
      shownAda,
      { id: contractor, displayName: '刘洋', email: { address: 'liu.yang@example.com' } },
    ]);
    expect(graph.line.requests).toHaveLength(1);
  });

  it('a hundred orders make one call to the provider', async () => {
    const answer = await buyers(names, manyIds);
    expect(answer.errors).toBeUndefined();
    expect(answer.buyers).toEqual(
      manyIds.map((id, index) => ({
        id,
        displayName: `Buyer ${index}`,
        email: { address: `buyer.${index}@example.com` },
      })),
    );
    expect(answer.requests).toEqual({ 'customers POST /v1/mgmt/users/load': 1 });
    expect(graph.line.requests).toHaveLength(1);
  });

  it('custom fields come through the join, with an argument and by another name', async () => {
    // The definitions are kept for the next question.
    await buyers(orders('customFields { field }'), manyIds.slice(0, 1));
    const answer = await buyers(
      orders('id age: customFields(names: ["age"]) { value { number } } customFields { field }'),
      manyIds,
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.buyers).toEqual(
      manyIds.map((id, index) => ({
        id,
        age: [{ value: { number: index } }],
        customFields: [{ field: 'plan' }, { field: 'age' }],
      })),
    );
    expect(answer.requests).toEqual({ 'customers POST /v1/mgmt/users/load': 1 });
  });

  it('a user who does not exist is null, without an error', async () => {
    const ids = ['customers:nobody', manyIds[0] ?? ''];
    const answer = await buyers(names, ids);
    expect(answer.errors).toBeUndefined();
    expect(answer.buyers).toEqual([
      nobody('customers:nobody'),
      { id: manyIds[0], displayName: 'Buyer 0', email: { address: 'buyer.0@example.com' } },
    ]);
  });

  it('a buyer who does not exist is null as a whole where a field is asked for that is never null', async () => {
    const answer = await buyers(orders('id userId loginIds'), ['customers:nobody', manyIds[0] ?? '']);
    const loginIds = ['buyer.0@example.com'];
    expect(answer.buyers).toEqual([null, { id: manyIds[0], userId: 'buyer_0', loginIds }]);
  });

  it('an id that is none takes nothing from the others', async () => {
    const ids = ['garbage', manyIds[0] ?? '', 'nope:a', '', 'customers:../x'];
    const answer = await buyers(names, ids);
    expect(answer.buyers).toEqual(
      ids.map((id) => (id === manyIds[0] ? expect.objectContaining({ displayName: 'Buyer 0' }) : nobody(id))),
    );
    expect(troubles(answer.errors)).toEqual([
      [0, 'INVALID_INPUT', says.expectedId],
      [2, 'UNKNOWN_DIRECTORY', says.notThere],
      [3, 'INVALID_INPUT', says.expectedId],
      [4, 'INVALID_INPUT', says.expectedId],
    ]);
    expect(answer.requests).toEqual({ 'customers GET /v1/mgmt/user': 1 });
  });

  it('more than a thousand are refused, and no provider is asked', async () => {
    const ids = Array.from({ length: 1001 }, (_, index) => `customers:u${index}`);
    const answer = await buyers(names, ids);
    expect(answer.buyers).toEqual(ids.map(nobody));
    const told = troubles(answer.errors);
    expect(new Set(told.map(([, ...what]) => what.join(': ')))).toEqual(
      new Set(['INVALID_INPUT: At most 1000 representations.']),
    );
    expect(answer.requests).toEqual({});
  });

  it('a caller sees their own user alone; whoever else reads the same, there or not', async () => {
    const own = someUser(graph.door, 'customers');
    const asker = await ownTokenOf(graph.door, own);
    const ids = [someUser(graph.door, 'customers', 1), own, 'customers:nobody', 'employees:a', 'nope:a'];
    const answer = await buyers(names, ids, asker);
    expect(answer.buyers).toEqual(
      ids.map((id) => (id === own ? expect.objectContaining({ displayName: 'Ada Okafor' }) : nobody(id))),
    );
    const noSuchUser = 'There is no such user, or you have no right to do this.';
    const noSuchDirectory =
      'There is no such directory, or you have no right in it. You have rights in: customers.';
    expect(troubles(answer.errors)).toEqual([
      [0, 'FORBIDDEN', noSuchUser],
      [2, 'FORBIDDEN', noSuchUser],
      [3, 'FORBIDDEN', noSuchDirectory],
      [4, 'FORBIDDEN', noSuchDirectory],
    ]);
    expect(answer.requests).toEqual({ 'customers GET /v1/mgmt/user': 1 });
  });

  it.each([
    ['an expired token', () => tokenOf(graph.door, 'users:read', { exp: 1 })],
    ['a token for somebody else', () => tokenOf(graph.door, 'users:read', { aud: 'another' })],
    ['no token', async () => undefined],
  ])('nobody is shown to a caller with %s', async (_, tokenFor) => {
    graph.door.forgetRequests();
    const ids = manyIds.slice(0, 2);
    const { data, errors } = await graph.ask(names, { buyers: ids }, await tokenFor());
    expect(data).toEqual({
      orders: ids.map((id, index) => ({ id: `order-${index}`, buyer: nobody(id) })),
    });
    expect(new Set(troubles(errors).map(([, code]) => code))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(arrived(graph.door)).toEqual([]);
  });

  it('idpatch’s own queries are there beside the orders', async () => {
    const [ada, other] = [someUser(graph.door, 'customers'), someUser(graph.door, 'customers', 1)];
    const { data, errors } = await graph.ask(
      `query ($ids: [ID!]!) {
        ada: user(by: { id: "${ada}" }) { id displayName }
        found: user(by: { login: { directory: "customers", login: "ada.okafor@example.com" } }) { id }
        users(ids: $ids) { id ...Names }
        directories { name provider }
        directory(name: "customers") { customFields { field type } }
        orders(buyers: $ids) { buyer { ...Names } }
      } fragment Names on User { displayName }`,
      { ids: [other, 'customers:nobody'] },
      token,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      ada: { id: ada, displayName: 'Ada Okafor' },
      found: { id: ada },
      users: [{ id: other, displayName: '张伟' }, null],
      directories: [
        { name: 'employees', provider: 'EIAM_DEVELOPER' },
        { name: 'contractors', provider: 'EIAM_MANAGEMENT' },
        { name: 'customers', provider: 'DESCOPE' },
      ],
      directory: { customFields: expect.arrayContaining([{ field: 'tags', type: 'TEXTS' }]) },
      orders: [{ buyer: { displayName: '张伟' } }, { buyer: { displayName: null } }],
    });
  });

  it('nothing of all this wrote anything', () => {
    expect(written(graph.door)).toEqual([]);
  });
});
