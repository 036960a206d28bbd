import { parse } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import { createRateLimit } from '../../src/auth/rate-limit.ts';
import { useDocuments } from '../../src/graphql/documents/use-documents.ts';
import type { OperationPlugin } from '../../src/graphql/fast-path.ts';
import { createGraphQLHandler } from '../../src/graphql/yoga.ts';
import type { Services } from '../../src/patch/context.ts';
import { listen } from '../../src/server/http-server.ts';
import { createBudget } from '../../src/upstream/budget.ts';
import { someUser, written } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

const door = await openFrontDoor();
afterAll(() => door.close());
beforeEach(() => door.forgetRequests());

let documents = 0;

/** A document that is not cached yet, so that Yoga handles its first request. */
function uncached(text: string): string {
  documents += 1;
  return `# ${documents}\n${text}`;
}

/** The whole response but its date. */
async function post(body: object, headers: Readonly<Record<string, string>> = {}, url = door.url) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const { date, ...others } = Object.fromEntries(response.headers);
  expect(date).toBeDefined();
  return { status: response.status, headers: others, body: await response.text() };
}

const accepts = [
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json',
  'application/graphql-response+json,application/json;q=0.9',
  'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
  ...['', 'text/html', 'application/*', 'application/json;charset=latin1', 'text/html,*/*;q=0.9'],
];

type Row = readonly [query: string, more?: object, headers?: Readonly<Record<string, string>>];
const rows: readonly Row[] = [
  ['{ directories { name } }'],
  ['query a { __typename } query b { directory(name: "no") { name } }', { operationName: 'b' }],
  ['query a { __typename }', { operationName: 'b' }],
  ['query a { __typename } query b { __typename }'],
  ['{ __typename user(by: { id: "no" }) { id } }'],
  ['mutation { patchUser(input: { user: { id: "no" }, patch: {} }) { outcome errors { code path } } }'],
  ['query q($name: String!) { directory(name: $name) { name } }', { variables: { name: 1 } }],
  ['query ($name: String = "a") { directory(name: $name) { name } }', { variables: { name: null } }],
  ...[
    { variables: [] },
    { variables: 'no' },
    { extensions: { persistedQuery: {} } },
    { extensions: 'no' },
  ].map((more): Row => ['{ __typename }', more]),
  ['{ __typename }', { variables: null, operationName: null, extensions: null }],
  ['{ __typename }', {}, { 'idpatch-deadline-ms': 'soon' }],
];

it.each(rows.map(([query, more = {}, headers = {}]) => [query, more, headers] as const))(
  '%s with %j: the response for a cached document is the one for an uncached one',
  async (query, more, headers) => {
    for (const accept of accepts) {
      const body = { query: uncached(query), ...more };
      const first = await post(body, { accept, ...headers });
      // Caches the document where the request is refused for something else.
      await post({ query: body.query });
      expect(await post(body, { accept, ...headers })).toEqual(first);
    }
  },
);

it('a patch is written once on either path, whether or not the response has errors', async () => {
  const user = someUser(door, 'customers');
  // An error at the top level does not make Yoga execute it once more.
  const query = uncached(`mutation ($name: String!) {
    patchUser(input: { user: { id: "${user}" }, patch: { displayName: $name } }) { outcome errors { code } }
    operation: patchUser(input: { user: { id: "no" }, patch: { displayName: $name } }) { outcome errors { code } }
    many: patchUsers(inputs: []) { outcome }
  }`);
  for (const name of ['One', 'Two', 'Three']) {
    const { body } = await post({ query, variables: { name } });
    const { data, errors } = JSON.parse(body);
    const refused = { outcome: 'NOT_APPLIED', errors: [{ code: 'INVALID_INPUT' }] };
    expect(data).toEqual({ patchUser: { outcome: 'APPLIED', errors: [] }, operation: refused, many: null });
    expect(errors).toMatchObject([{ path: ['many'], extensions: { code: 'INVALID_INPUT' } }]);
  }
  expect(written(door)).toHaveLength(3);
});

// @ts-expect-error A plugin with an HTTP hook cannot be added: the hook would not run on the fast path.
({ onRequest: () => {} }) satisfies OperationPlugin;

it('calls every hook of a plugin on every request', async () => {
  const calls: string[] = [];
  const onFastPath: boolean[] = [];
  const call = (name: string) => void calls.push(name);
  const probe: OperationPlugin = {
    onEnveloped: () => call('enveloped'),
    onParse() {
      call('parse');
      return () => call('parse done');
    },
    onValidate() {
      call('validate');
      return () => call('validate done');
    },
    onContextBuilding({ context }) {
      call('context');
      onFastPath.push(context.request === undefined);
      return () => call('context done');
    },
    onExecute() {
      call('execute');
      return { onExecuteDone: () => call('execute done') };
    },
  };
  const log = pino({ level: 'silent' });
  const { limits } = door.sandbox.config;
  const handle = createGraphQLHandler(
    { limits, log, directories: new Map() } as unknown as Services,
    {
      ...{ introspection: true, suggestions: true },
      authenticator: createAuthenticator({ anonymous: true }, new Map()),
      ...{ rateLimit: createRateLimit(1), costLimit: createRateLimit(1) },
      bodyBudget: createBudget(2 * limits.bodyBytes),
    },
    [probe],
  );
  const server = await listen({ host: '127.0.0.1', port: 0, log, handle });
  try {
    const perRequest = [];
    for (const query of Array(3).fill('{ directories { name } }')) {
      expect((await post({ query }, {}, server.url)).body).toBe('{"data":{"directories":[]}}');
      perRequest.push(calls.splice(0));
    }
    const every = ['enveloped', 'parse', 'parse done', 'validate', 'validate done'];
    every.push('context', 'context done', 'execute', 'execute done');
    expect(perRequest).toEqual([every, every, every]);
    expect(onFastPath).toEqual([false, true, true]);
  } finally {
    await server.close();
  }
});

it('an invalid document takes no place in the cache', async () => {
  const options = { introspection: true, suggestions: true };
  const { plugin, findValid } = useDocuments(door.sandbox.config.limits, options);
  const unused = { setParseFn() {}, setValidationFn() {} };
  const validate = (query: string, valid: boolean) => {
    const documentAST = parse(query);
    const parsed = plugin.onParse?.({ ...unused, params: { source: query } } as never);
    parsed?.({ result: documentAST } as never);
    plugin.onValidate?.({ ...unused, params: { documentAST } } as never)?.({ valid } as never);
  };
  const [right, wrong] = ['{ __typename }', Array.from({ length: 500 }, (_, nth) => `{ wrong${nth} }`)];
  validate(right, true);
  for (const one of wrong) validate(one, false);
  expect(wrong.filter(findValid)).toEqual([]);
  expect(findValid(right)).toBeDefined();
});
