import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customers } from '../../../src/sandbox/descope/customers.ts';
import type { SeedUser } from '../../../src/sandbox/emulator.ts';
import { ask } from '../../graphql/served.ts';
import { arrived, counted, says, someUser, written } from '../../harness/expected.ts';
import { tokenOf } from '../../harness/sandbox-tokens.ts';
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
const buyer = (index: number) => ({
  id: manyIds[index],
  displayName: `Buyer ${index}`,
  email: { address: `buyer.${index}@example.com` },
});

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
    const shown = (id: string, displayName: string, login: string) => ({
      ...{ id, displayName, email: { address: `${login}@example.com` } },
    });
    const shownAda = shown(ada, 'Ada Okafor', 'ada.okafor');
    expect(answer.errors).toBeUndefined();
    expect(answer.buyers).toEqual([
      ...[shownAda, shown(employee, '李娜', 'li.na')],
      ...[shownAda, shown(contractor, '刘洋', 'liu.yang')],
    ]);
    expect(graph.sent()).toBe(1);
  });

  it('a hundred orders make one call to the provider', async () => {
    const answer = await buyers(names, manyIds);
    expect(answer.errors).toBeUndefined();
    expect(answer.buyers).toEqual(many.map((_, index) => buyer(index)));
    expect(answer.requests).toEqual({ 'customers POST /v1/mgmt/users/load': 1 });
    expect(graph.sent()).toBe(1);
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

  it('a user who does not exist is null, without an error where every field may be', async () => {
    const ids = ['customers:nobody', manyIds[0] ?? ''];
    const answer = await buyers(names, ids);
    expect(answer.errors).toBeUndefined();
    expect(answer.buyers).toEqual([nobody('customers:nobody'), buyer(0)]);
    const loginIds = ['buyer.0@example.com'];
    const whole = await buyers(orders('id userId loginIds'), ids);
    expect(whole.buyers).toEqual([null, { id: manyIds[0], userId: 'buyer_0', loginIds }]);
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

  it.each([
    ['an expired token', () => tokenOf(graph.door, 'users:read', { exp: 1 })],
    ['a token for somebody else', () => tokenOf(graph.door, 'users:read', { aud: 'another' })],
    ['no token', async () => undefined],
  ])('nobody is shown to a caller with %s', async (_, tokenFor) => {
    graph.door.forgetRequests();
    const ids = manyIds.slice(0, 2);
    const { data, errors } = await graph.ask(names, { buyers: ids }, await tokenFor());
    const orders = ids.map((id, index) => ({ id: `order-${index}`, buyer: nobody(id) }));
    expect(data).toEqual({ orders });
    expect(new Set(troubles(errors).map(([, code]) => code))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(arrived(graph.door)).toEqual([]);
  });

  it('idpatch’s own queries are there beside the orders, answered as idpatch answers them', async () => {
    const own = `ada: user(by: { login: { directory: "customers", login: "ada.okafor@example.com" } }) { id }
      users(ids: $ids) { id ...Names }
      directories { name provider }
      directory(name: "customers") { customFields { field type } }`;
    const document = (selection: string) =>
      `query ($ids: [ID!]!) { ${selection} } fragment Names on User { displayName }`;
    const variables = { ids: [someUser(graph.door, 'customers', 1), 'customers:nobody'] };
    const bought = 'orders(buyers: $ids) { buyer { ...Names } }';
    const { data, errors } = await graph.ask(document(own + bought), variables, token);
    expect(errors).toBeUndefined();
    const direct = await ask(`${graph.door.url}/graphql`, document(own), variables, token);
    expect(direct.data).toMatchObject({ ada: {}, users: [{ displayName: '张伟' }, null] });
    const orders = [{ buyer: { displayName: '张伟' } }, { buyer: { displayName: null } }];
    expect(data).toEqual({ ...(direct.data as object), orders });
  });

  it('nothing of all this wrote anything', () => {
    expect(written(graph.door)).toEqual([]);
  });
});
