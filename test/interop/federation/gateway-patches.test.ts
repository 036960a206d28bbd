import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../../graphql/served.ts';
import { arrived, someUser, written } from '../../harness/expected.ts';
import { freshJournal } from '../../harness/fresh-journal.ts';
import { ownTokenOf, tokenOf } from '../../harness/sandbox-tokens.ts';
import { startApolloGateway, startHiveGateway } from './gateways.ts';
import { type Graph, openGraph } from './graph.ts';

const patchUser = `mutation ($input: PatchUserInput!) {
  patchUser(input: $input) {
    outcome confirmedBy
    user { id displayName tags: customFields(names: ["tags"]) { value { texts } } }
    errors { __typename code message path retryable ... on StaleVersionError { currentVersion } }
  }
}`;

const planPatchUser = `query ($input: PatchUserInput!) {
  planPatchUser(input: $input) {
    errors { __typename } requests { method path body } changes { path before after }
  }
}`;

/** What the payload of a refused patch is, behind a gateway as before it. */
const refused = (...errors: readonly object[]) => ({
  data: { patchUser: { outcome: 'NOT_APPLIED', confirmedBy: null, user: null, errors } },
});

describe.each([
  ['Apollo’s', startApolloGateway],
  ['Hive’s', startHiveGateway()],
])('behind %s gateway', (_, startGateway) => {
  let graph: Graph;
  let token: string;
  beforeAll(async () => {
    graph = await openGraph(startGateway);
    token = await tokenOf(graph.door, 'users:read users:write');
  });
  afterAll(() => graph.close());

  const user = (which = 0) => ({ id: someUser(graph.door, 'customers', which) });

  /** The answer without its status, and what was written at the providers because of it. */
  async function wrote(document: string, variables: object, asker = token) {
    const before = written(graph.door).length;
    graph.door.forgetRequests();
    const { status: _, ...answer } = await graph.ask(document, variables, asker);
    return { answer, writes: written(graph.door).slice(before) };
  }

  /** That nothing was written, and no provider was even asked. */
  async function refuses(document: string, variables: object, asker = token) {
    const { answer, writes } = await wrote(document, variables, asker);
    expect(writes).toEqual([]);
    expect(arrived(graph.door)).toEqual([]);
    return answer;
  }

  it.each([
    ['add', { add: { field: 'tags', value: { texts: ['press'] } } }, ['vip', 'beta', 'press']],
    ['replace', { replace: { field: 'tags', value: { texts: ['partner', 'vip'] } } }, ['partner', 'vip']],
    ['remove', { remove: { field: 'tags', values: ['partner'] } }, ['vip']],
    ['remove', { remove: { field: 'tags' } }, null],
  ])('a patch can %s', async (name, operation, texts) => {
    const input = { user: user(), patch: { displayName: `Ada ${name}`, customFields: [operation] } };
    const { answer, writes } = await wrote(patchUser, { input });
    expect(answer).toEqual({
      data: {
        patchUser: {
          outcome: 'APPLIED',
          confirmedBy: 'RESPONSE',
          user: {
            ...user(),
            displayName: `Ada ${name}`,
            tags: texts === null ? [] : [{ value: { texts } }],
          },
          errors: [],
        },
      },
    });
    expect(writes).toHaveLength(1);
  });

  const tooMuch = [
    { add: { field: 'age', value: { text: 'old' } } },
    { replace: { field: 'nothing', value: { number: 1 } } },
  ];
  it.each([
    ['a plan', planPatchUser, { patch: { givenName: 'Wei' } }, []],
    [
      'a patch with several errors',
      patchUser,
      { patch: { displayName: '', picture: 'nowhere', customFields: tooMuch } },
      Array(4).fill('InvalidInputError'),
    ],
    [
      'a stale version',
      patchUser,
      { patch: { displayName: 'Late' }, ifVersion: 'x'.repeat(32) },
      ['StaleVersionError'],
    ],
  ])('%s is answered as idpatch itself answers it, and writes nothing', async (_, document, input, types) => {
    const variables = { input: { user: user(1), ...input } };
    const { answer, writes } = await wrote(document, variables);
    const { data } = await ask(`${graph.door.url}/graphql`, document, variables, token);
    expect(answer).toEqual({ data });
    const [payload] = Object.values(data as object);
    expect(payload.errors.map(({ __typename }: { __typename: string }) => __typename)).toEqual(types);
    expect(writes).toEqual([]);
  });

  const login = { directory: 'customers', login: 'ada.okafor@example.com' };
  const age = { field: 'age', value: { number: 1 } };
  it.each([
    ['an id and a login', () => ({ user: { ...user(), login }, patch: { displayName: 'Two' } })],
    ['neither', () => ({ user: {}, patch: { displayName: 'None' } })],
    ['an add and a replace', () => ({ user: user(), patch: { customFields: [{ add: age, replace: age }] } })],
    [
      'a text and a number',
      () => ({
        user: user(),
        patch: { customFields: [{ add: { field: 'age', value: { number: 1, text: '1' } } }] },
      }),
    ],
  ])('%s in one @oneOf input are refused, in variables and in the document', async (_, input) => {
    const literal = JSON.stringify(input()).replaceAll(/"(\w+)":/g, '$1: ');
    for (const [document, variables] of [
      [patchUser, { input: input() }],
      [`mutation { patchUser(input: ${literal}) { outcome } }`, {}],
    ] as const) {
      const { data, errors } = await refuses(document, variables);
      expect((data as { patchUser: unknown } | undefined)?.patchUser ?? null).toBeNull();
      expect(errors).toHaveLength(1);
    }
  });

  it('the token that the gateway sends along is what decides', async () => {
    const displayName = { displayName: 'Mine' };
    const readOnly = await tokenOf(graph.door, 'users:read');
    const needs = 'This needs the right users:write in the directory "customers".';
    const forbidden = (message: string, ...path: readonly string[]) =>
      refused({ __typename: 'ForbiddenError', code: 'FORBIDDEN', message, path, retryable: false });
    expect(await refuses(patchUser, { input: { user: user(), patch: displayName } }, readOnly)).toEqual(
      forbidden(needs, 'patch', 'displayName'),
    );
    const own = await ownTokenOf(graph.door, user(2).id);
    for (const { id } of [user(), { id: 'customers:nobody' }]) {
      expect(await refuses(patchUser, { input: { user: { id }, patch: displayName } }, own)).toEqual(
        forbidden('There is no such user, or you have no right to do this.', 'user', 'id'),
      );
    }
    const { answer, writes } = await wrote(patchUser, { input: { user: user(2), patch: displayName } }, own);
    expect(answer.data).toMatchObject({ patchUser: { outcome: 'APPLIED', user: displayName } });
    expect(writes).toHaveLength(1);
  });
});

it.each([
  ['Apollo’s gateway, which does not send it again', startApolloGateway, 1, 1],
  ['Hive’s gateway, which does not send it again', startHiveGateway(), 1, 1],
  ['Hive’s gateway, which is told to try again', startHiveGateway(2), 2, 3],
])('a patch with a key is written once where its answer is lost behind %s', async (_, start, lost, sent) => {
  const graph = await openGraph(start, freshJournal());
  onTestFinished(() => graph.close());
  const token = await tokenOf(graph.door, 'users:read users:write');
  const id = someUser(graph.door, 'customers');
  const input = { user: { id }, patch: { displayName: 'Once' }, idempotencyKey: 'lost-and-found-0123' };
  const patched = { patchUser: { outcome: 'APPLIED', user: { displayName: 'Once' }, errors: [] } };
  const badGateway = {
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: '<html>Bad Gateway</html>',
  };
  graph.line.fail('any', { delivered: true, answer: badGateway }, lost);
  const first = await graph.ask(patchUser, { input }, token);
  expect(graph.sent()).toBe(sent);
  if (sent > lost) expect(first).toMatchObject({ data: patched });
  else expect(first).toMatchObject({ data: { patchUser: null }, errors: [expect.anything()] });
  const again = await graph.ask(patchUser, { input }, token);
  expect(again).toMatchObject({ data: patched });
  expect(again.errors).toBeUndefined();
  expect(written(graph.door)).toHaveLength(1);
  expect(arrived(graph.door).filter((request) => request.includes('PATCH'))).toHaveLength(1);
});
