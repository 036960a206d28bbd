import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { arrived, someUser, written } from '../../harness/expected.ts';
import { ownTokenOf, tokenOf } from '../../harness/sandbox-tokens.ts';
import { startApolloGateway, startHiveGateway } from './gateways.ts';
import { type Graph, openGraph } from './graph.ts';

const folder = mkdtempSync(join(tmpdir(), 'idpatch-gateway-'));
afterAll(() => rmSync(folder, { recursive: true }));
let journals = 0;

/** A journal that nobody has written to. */
function freshJournal() {
  journals += 1;
  return { sqlite: join(folder, `${journals}.db`) };
}

const patchUser = `mutation ($input: PatchUserInput!) {
  patchUser(input: $input) {
    outcome confirmedBy
    user { id displayName tags: customFields(names: ["tags"]) { value { texts } } }
    errors { __typename code message path retryable ... on StaleVersionError { currentVersion } }
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
    graph = await openGraph(startGateway, { journal: freshJournal() });
    token = await tokenOf(graph.door, 'users:read users:write');
  });
  afterAll(() => graph.close());

  const user = (which = 0) => ({ id: someUser(graph.door, 'customers', which) });

  /** The answer without its status, and what was written at the providers because of it. */
  async function wrote(document: string, variables: object, asker: string | undefined = token) {
    const before = written(graph.door).length;
    graph.door.forgetRequests();
    const { status: _, ...answer } = await graph.ask(document, variables, asker);
    return { answer, writes: written(graph.door).slice(before) };
  }

  /** That nothing was written, and no provider was even asked. */
  async function refuses(document: string, variables: object, asker: string | undefined = token) {
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

  it('a plan says what a patch would send, and writes nothing', async () => {
    const { answer, writes } = await wrote(
      `query ($input: PatchUserInput!) { planPatchUser(input: $input) {
        errors { code } requests { method path body } changes { path before after } } }`,
      { input: { user: user(1), patch: { givenName: 'Wei' } } },
    );
    expect(answer).toEqual({
      data: {
        planPatchUser: {
          errors: [],
          requests: [{ method: 'PATCH', path: '/v1/mgmt/user/patch', body: expect.stringContaining('Wei') }],
          changes: [{ path: ['patch', 'givenName'], before: '伟', after: 'Wei' }],
        },
      },
    });
    expect(writes).toEqual([]);
  });

  it('a refused patch has all of its errors, each with its path', async () => {
    const operations = [
      { add: { field: 'age', value: { text: 'old' } } },
      { replace: { field: 'nothing', value: { number: 1 } } },
    ];
    const patch = { displayName: '', picture: 'nowhere', customFields: operations };
    const { answer, writes } = await wrote(patchUser, { input: { user: user(), patch } });
    const { data } = answer as ReturnType<typeof refused>;
    const errors = data.patchUser.errors as readonly { __typename: string; path: readonly string[] }[];
    expect(answer).toEqual(refused(...errors));
    expect(errors.map(({ __typename, path }) => [__typename, path.join('.')])).toEqual([
      ['InvalidInputError', 'patch.displayName'],
      ['InvalidInputError', 'patch.picture'],
      ['InvalidInputError', 'patch.customFields.0.add.value'],
      ['InvalidInputError', 'patch.customFields.1.replace.field'],
    ]);
    expect(writes).toEqual([]);
  });

  it('a stale version is an error of its own type', async () => {
    const input = { user: user(), patch: { displayName: 'Late' }, ifVersion: 'x'.repeat(32) };
    const { answer, writes } = await wrote(patchUser, { input });
    expect(answer).toMatchObject({
      data: {
        patchUser: {
          outcome: 'NOT_APPLIED',
          user: user(),
          errors: [
            {
              __typename: 'StaleVersionError',
              code: 'STALE_VERSION',
              path: ['ifVersion'],
              currentVersion: expect.stringMatching(/^[\w-]{32}$/),
            },
          ],
        },
      },
    });
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

  it.each([
    ['an expired token', () => tokenOf(graph.door, 'users:write', { exp: 1 })],
    ['no token', async () => undefined],
  ])('nothing is written for a caller with %s', async (_, tokenFor) => {
    graph.door.forgetRequests();
    const { status, data, errors } = await graph.ask(
      patchUser,
      { input: { user: user(), patch: { displayName: 'Nobody' } } },
      await tokenFor(),
    );
    expect({ status, data }).toEqual({ status: 200, data: { patchUser: null } });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(arrived(graph.door)).toEqual([]);
  });

  it('two patches of one document are made one after the other, each once', async () => {
    const patch = (displayName: string) => ({ user: user(1), patch: { displayName } });
    const { answer, writes } = await wrote(
      `mutation ($first: PatchUserInput!, $second: PatchUserInput!) {
        first: patchUser(input: $first) { outcome user { displayName } }
        second: patchUser(input: $second) { outcome user { displayName } }
      }`,
      { first: patch('First'), second: patch('Second') },
    );
    const applied = (displayName: string) => ({ outcome: 'APPLIED', user: { displayName } });
    expect(answer).toEqual({ data: { first: applied('First'), second: applied('Second') } });
    expect(writes.map(({ change }) => change)).toEqual([{ name: 'First' }, { name: 'Second' }]);
  });

  it('the same patch by two callers at once reaches idpatch twice, and each has an answer of its own', async () => {
    graph.line.requests.length = 0;
    const input = { user: user(1), patch: { displayName: 'Twin' } };
    const ask = () =>
      graph.ask(
        `mutation ($input: PatchUserInput!) { patchUser(input: $input) { operationId outcome } }`,
        { input },
        token,
      );
    const answers = await Promise.all([ask(), ask()]);
    const payloads = answers.map(
      ({ data }) => (data as { patchUser: { operationId: string; outcome: string } }).patchUser,
    );
    expect(payloads.map(({ outcome }) => outcome)).toEqual(['APPLIED', 'APPLIED']);
    expect(new Set(payloads.map(({ operationId }) => operationId)).size).toBe(2);
    expect(graph.line.requests).toHaveLength(2);
  });

  it('a patch whose answer is lost is not sent again by the gateway; by its key the caller has the answer', async () => {
    const input = { user: user(1), patch: { displayName: 'Lost' }, idempotencyKey: 'lost-and-found-0123' };
    graph.line.answersToLose = 1;
    graph.line.requests.length = 0;
    const lost = await wrote(patchUser, { input });
    expect(lost.answer).toMatchObject({ data: { patchUser: null }, errors: [expect.anything()] });
    expect(lost.writes).toHaveLength(1);
    expect(graph.line.requests).toHaveLength(1);
    const again = await wrote(patchUser, { input });
    expect(again.answer.data).toMatchObject({
      patchUser: { outcome: 'APPLIED', user: { displayName: 'Lost' }, errors: [] },
    });
    expect(again.writes).toEqual([]);
  });
});

it('a patch with a key is written once, also where Hive’s gateway is told to try again', async () => {
  const graph = await openGraph(startHiveGateway(2), { journal: freshJournal() });
  onTestFinished(() => graph.close());
  const token = await tokenOf(graph.door, 'users:read users:write');
  graph.line.answersToLose = 2;
  const { data, errors } = await graph.ask(
    patchUser,
    {
      input: {
        user: { id: someUser(graph.door, 'customers') },
        patch: { displayName: 'Once' },
        idempotencyKey: 'tried-again-01234567',
      },
    },
    token,
  );
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ patchUser: { outcome: 'APPLIED', user: { displayName: 'Once' } } });
  expect(graph.line.requests).toHaveLength(3);
  expect(written(graph.door)).toHaveLength(1);
  expect(arrived(graph.door).filter((request) => request.includes('PATCH'))).toHaveLength(1);
});
