import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxCallers } from '../../src/sandbox/callers.ts';
import { arrived, someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { converse, lines, type RawAnswer } from '../harness/raw.ts';
import { mutation, refusal, says } from '../harness/requests.ts';

// The checks of https://github.com/dolevf/graphql-cop (lib/tests), sent as that tool sends them.

/** Someone who asks: nobody on loopback, or a caller with a token where every caller needs one. */
interface Asker {
  readonly door: FrontDoor;
  readonly headers: readonly string[];
}

let anonymous: Asker;
let withToken: Asker;
beforeAll(async () => {
  // Left out, as in a configuration for production: the sandbox would have them on.
  const server = { graphiql: undefined, introspection: undefined, suggestions: undefined };
  anonymous = { door: await openFrontDoor({ server }), headers: [] };
  const door = await openFrontDoor({
    server,
    callers: ({ url, jwksUrl }) => ({
      jwt: [{ ...sandboxCallers.gateway, issuer: url, jwks: jwksUrl, allowLoopback: true }],
    }),
  });
  const token = await (await fetch(door.sandbox.tokenUrls.gateway)).text();
  withToken = { door, headers: [`Authorization: Bearer ${token}`] };
});
afterAll(async () => {
  await withToken.door.close();
  await anonymous.door.close();
});

/** What Python's requests sends of itself. */
const ofRequests = [
  'User-Agent: graphql-cop/1.14',
  'Accept-Encoding: gzip, deflate',
  'Connection: keep-alive',
] as const;

const form = 'application/x-www-form-urlencoded';
const inAddress = (query: string) => `/graphql?${new URLSearchParams({ query })}`;

/**
 * Sends one request and gives its answer, having seen that it is short, that nothing was logged, that no provider was
 * asked, and that the service takes requests as ever.
 */
async function send(
  { door, headers }: Asker,
  line: string,
  { type, body = '', accept = '*/*' }: { type?: string; body?: string; accept?: string } = {},
): Promise<RawAnswer> {
  const logged = door.log.length;
  const head = [
    `${line} HTTP/1.1`,
    `Host: ${new URL(door.url).host}`,
    ...ofRequests,
    `Accept: ${accept}`,
    ...headers,
    ...(type ? [`Content-Type: ${type}`] : []),
    ...(line.startsWith('POST') ? [`Content-Length: ${Buffer.byteLength(body)}`] : []),
  ];
  const { answers } = await converse(door.url, lines(head, body), 1);
  expect(answers).toHaveLength(1);
  const [answer = { status: 0, headers: {}, body: '' }] = answers;
  expect(answer.status).toBeLessThan(500);
  expect(answer.body.length).toBeLessThan(1_000);
  expect(door.log.slice(logged)).toEqual([]);
  expect(arrived(door)).toEqual([]);
  expect((await fetch(`${door.url}/ready`)).status).toBe(200);
  return answer;
}

const postJson = (asker: Asker, body: unknown) =>
  send(asker, 'POST /graphql', { type: 'application/json', body: JSON.stringify(body) });

/** The document of a check, under the name that the tool asks for. */
const cop = (query: string) => ({ query, operationName: 'cop' });

async function refuses(answer: Promise<RawAnswer>, status: number, body: string): Promise<void> {
  const { status: was, body: told } = await answer;
  expect({ status: was, body: told }).toEqual({ status, body });
}

/** An answer to a document that is not valid: the text and the column of each error, on the first line. */
function invalid(...errors: readonly (readonly [message: string, ...columns: readonly number[]])[]): string {
  return JSON.stringify({
    errors: errors.map(([message, ...columns]) => ({
      message,
      locations: columns.map((column) => ({ line: 1, column })),
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    })),
  });
}

const notShown = 'The schema is not shown here.';

describe.each([
  ['anonymously, on loopback', () => anonymous, refusal('METHOD_NOT_ALLOWED', says.getNeedsToken)],
  [
    'with a token',
    () => withToken,
    refusal('BAD_REQUEST', 'Can only perform a mutation operation from a POST request.'),
  ],
])('graphql-cop finds nothing %s:', (_, asker, noMutation) => {
  it('alias overloading', async () => {
    const aliases = Array.from({ length: 101 }, (_, i) => `alias${i}:__typename \n`).join('');
    const says = 'The document has more than 30 aliases.';
    await refuses(postJson(asker(), cop(`query cop { ${aliases} }`)), 400, refusal('BAD_REQUEST', says));
  });

  it.each([10, 11, 1])('array batching (%d)', async (count) => {
    const batch = Array.from({ length: count }, () => ({ query: 'query cop { __typename }' }));
    const says = 'A batch is not taken: send one operation a request.';
    await refuses(postJson(asker(), batch), 400, refusal('BAD_REQUEST', says));
  });

  it('directive overloading', async () => {
    const query = `query cop { __typename ${'@aa'.repeat(10)} }`;
    const says = 'The document has more than 4 directives on one place.';
    await refuses(postJson(asker(), cop(query)), 400, refusal('BAD_REQUEST', says));
  });

  it('field duplication', async () => {
    const query = `query cop { ${'__typename \n'.repeat(500)} }`;
    const says = 'The document has more than 450 fields.';
    await refuses(postJson(asker(), cop(query)), 400, refusal('BAD_REQUEST', says));
  });

  it('introspection', async () => {
    const query = 'query cop { __schema { types { name fields { name } } } }';
    const told = invalid([notShown, 13], [notShown, 24], [notShown, 37]);
    await refuses(postJson(asker(), cop(query)), 200, told);
  });

  it('circular introspection', async () => {
    const levels = 4;
    const query = `query cop { __schema { types { ${'fields { type { '.repeat(levels)}name${' } }'.repeat(levels)} } } }`;
    const told = invalid(
      ['The document asks too deeply for the schema.', 13],
      [notShown, 13],
      [notShown, 24],
      [notShown, 32],
      [notShown, 41],
    );
    await refuses(postJson(asker(), cop(query)), 400, told);
  });

  it('circular fragment', async () => {
    // The tool asks for an operation that its document does not have.
    const query =
      'query { __schema { ...A } } fragment A on __Schema { __typename ...B } fragment B on __Schema { ...A }';
    const unnamed = refusal('OPERATION_RESOLUTION_FAILURE', 'Could not determine what operation to execute.');
    await refuses(postJson(asker(), cop(query)), 400, unnamed);
    const told = invalid([notShown, 9], ['A fragment contains itself.', 65, 97]);
    await refuses(postJson(asker(), { query }), 400, told);
    const own = 'query cop { ...A } fragment A on Query { __typename ...B } fragment B on Query { ...A }';
    await refuses(postJson(asker(), cop(own)), 400, invalid(['A fragment contains itself.', 53, 82]));
  });

  it('field suggestions', async () => {
    const noSuchField = 'There is no such field on this type.';
    const query = 'query cop { __schema { directive } }';
    await refuses(postJson(asker(), cop(query)), 200, invalid([notShown, 13], [noSuchField, 24]));
    const own = 'query cop { directorie { name } }';
    await refuses(postJson(asker(), cop(own)), 200, invalid([noSuchField, 13]));
  });

  it('trace mode', async () => {
    await refuses(postJson(asker(), cop('query cop { __typename }')), 200, '{"data":{"__typename":"Query"}}');
  });

  it('unhandled errors', async () => {
    const told = {
      message: 'The document is not GraphQL: line 1, column 1.',
      locations: [{ line: 1, column: 1 }],
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    };
    const answer = postJson(asker(), cop('qwerty cop { abc }'));
    await refuses(answer, 200, JSON.stringify({ errors: [told] }));
  });

  it('POST with a body that a form can send, or with the query in the address', async () => {
    const write = mutation(someUser(asker().door, 'customers'));
    const told = refusal('UNSUPPORTED_MEDIA_TYPE', 'The body of a POST must be application/json.');
    for (const query of ['query {__typename}', write]) {
      const body = String(new URLSearchParams({ query }));
      await refuses(send(asker(), 'POST /graphql', { type: form, body }), 415, told);
      await refuses(send(asker(), `POST ${inAddress(query)}`), 415, told);
      await refuses(send(asker(), `POST ${inAddress(query)}`, { type: form, body }), 415, told);
    }
  });

  it('GraphiQL or a playground', async () => {
    for (const path of ['/', '/graphiql', '/playground', '/console', '/altair', '/voyager', '/explorer']) {
      for (const accept of ['*/*', 'text/html']) {
        const answer = send(asker(), `GET ${path}`, { accept });
        await refuses(answer, 404, refusal('NOT_FOUND', says.nothingHere));
      }
    }
    for (const accept of ['*/*', 'text/html']) {
      const { headers, body } = await send(asker(), 'GET /graphql', { accept });
      expect(headers['content-type']).not.toContain('html');
      expect(body).not.toMatch(/graphiql|playground|<html/i);
    }
  });

  it('a mutation by GET', async () => {
    for (const query of ['mutation {__typename}', mutation(someUser(asker().door, 'customers'))]) {
      const { status, headers, body } = await send(asker(), `GET ${inAddress(query)}`);
      expect([status, headers.allow, body]).toEqual([405, 'POST', noMutation]);
    }
  });
});

describe('a query by GET', () => {
  it('is refused anonymously', async () => {
    const told = refusal('METHOD_NOT_ALLOWED', says.getNeedsToken);
    await refuses(send(anonymous, `GET ${inAddress('{__typename}')}`), 405, told);
  });

  // The tool calls it a possible CSRF. It is none: a browser adds no bearer token by itself, as it would a cookie,
  // so that a page that has the token is the caller's own.
  it('is answered with a token, by design, and refused without it at the same door', async () => {
    const line = `GET ${inAddress('{__typename}')}`;
    await refuses(send(withToken, line), 200, '{"data":{"__typename":"Query"}}');
    const told = refusal('METHOD_NOT_ALLOWED', says.getNeedsToken);
    await refuses(send({ ...withToken, headers: [] }, line), 405, told);
    await refuses(send({ ...withToken, headers: ['Cookie: token=x'] }, line), 405, told);
  });
});
