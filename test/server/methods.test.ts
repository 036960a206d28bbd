import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { arrived, someUser } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';
import { converse, lines } from '../harness/raw.ts';
import { mutation, post, refusal, says, securityHeaders } from '../harness/requests.ts';
import { callersOf, tokenOf } from '../harness/sandbox-tokens.ts';

const door = await openFrontDoor();
const withTokens = await openFrontDoor({ callers: callersOf('gateway') });
afterAll(async () => {
  await withTokens.close();
  await door.close();
});
afterEach(() => expect(arrived(door)).toEqual([]));

const host = 'Host: localhost';
const write = () => mutation(someUser(door, 'customers'));
const health = lines(['GET /health HTTP/1.1', host]);
const typename = JSON.stringify({ data: { __typename: 'Query' } });
const notFound = refusal('NOT_FOUND', says.nothingHere);
const notAllowed = (message: string) => refusal('METHOD_NOT_ALLOWED', message);

/** Asserts a response, and that the connection takes the next request. */
async function refuses(bytes: string, status: number, body: string, allow?: string, url = door.url) {
  const { answers } = await converse(url, bytes + health, 2);
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [status, body],
    [200, ''],
  ]);
  expect(answers[0]?.headers).toMatchObject(securityHeaders);
  expect(answers[0]?.headers.allow).toBe(allow);
}

it.each(['PUT', 'PATCH', 'DELETE', 'TRACE', 'OPTIONS', 'PROPFIND', 'QUERY', 'PURGE'])(
  '%s is not allowed',
  async (method) => {
    const request = (path: string) => post(write(), [host], path).replace('POST', method);
    await refuses(request('/graphql'), 405, notAllowed(says.usePost), 'GET, POST');
    for (const path of ['/health', '/ready']) {
      await refuses(request(path), 405, notAllowed(says.useGet), 'GET, HEAD');
    }
  },
);

it('HEAD /graphql is not allowed', async () => {
  const { answers } = await converse(door.url, lines(['HEAD /graphql HTTP/1.1', host, 'Connection: close']));
  expect(answers.map(({ status, headers }) => [status, headers.allow])).toEqual([[405, 'GET, POST']]);
});

it.each(['/graphql', 'evil.example:443'])(
  'CONNECT %s is not allowed, and ends the connection',
  async (target) => {
    const { answers, closed } = await converse(door.url, lines([`CONNECT ${target} HTTP/1.1`, host], 'abc'));
    const headers = { ...securityHeaders, allow: 'GET, POST', connection: 'close' };
    expect(answers).toMatchObject([{ status: 405, headers, body: notAllowed(says.usePost) }]);
    expect(closed).toBe(true);
  },
);

describe('a GET of /graphql', () => {
  it.each(['mutation { x }', '{ __typename }', ''])('%j is refused without a token', async (query) => {
    for (const url of [door.url, withTokens.url]) {
      const bytes = lines([`GET /graphql?query=${encodeURIComponent(query)} HTTP/1.1`, host]);
      await refuses(bytes, 405, notAllowed(says.getNeedsToken), 'POST', url);
    }
  });

  it('may be a query with a token, and no mutation', async () => {
    const get = async (query: string) =>
      fetch(`${withTokens.url}/graphql?query=${encodeURIComponent(query)}`, {
        headers: {
          authorization: `Bearer ${await tokenOf(withTokens, 'users:write')}`,
          accept: 'application/json',
        },
      });
    const refused = await get(write());
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
    expect(refused.headers.get('x-frame-options')).toBe('DENY');
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    const answered = await get('{ __typename }');
    expect([answered.status, await answered.text()]).toEqual([200, typename]);
  });

  it('needs a bearer token', async () => {
    const headers = { authorization: 'Basic eDp5' };
    const answer = await fetch(`${door.url}/graphql?query={__typename}`, { headers });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });
});

it.each([
  ...['/', '//evil.example/graphql', '//graphql', '/graphql/', '/graphql/x', '/%67raphql', '/graphql%2f'],
  ...['/GraphQL', '/x/../graphql', '/./graphql', '/graphql;x', '/graphql#x', '/graphql\\', '/x/health'],
  ...['/health/', '/ready%20', '/x?y=/graphql', '/favicon.ico', '/.env', `/${'a'.repeat(15_000)}`],
])('the path %s does not exist', async (path) => {
  await refuses(post(write(), [host], path), 404, notFound);
  await refuses(lines([`GET ${path} HTTP/1.1`, host]), 404, notFound);
});

it.each(['/graphql?/health', '/graphql?/ready', '/graphql?a=/health'])('%s is /graphql', async (target) => {
  const { answers } = await converse(door.url, post('{ __typename }', [host], target), 1);
  expect(answers.map(({ status, body }) => [status, body])).toEqual([[200, typename]]);
});

it.each(['/health', '/ready'])(
  '%s answers GET and HEAD, with any query, and any Host or none',
  async (path) => {
    const requests = [`GET ${path}`, `HEAD ${path}`, `GET ${path}?x=1`].map((line) => [
      `${line} HTTP/1.1`,
      host,
    ]);
    requests.push([`GET ${path} HTTP/1.1`, 'Host: idpatch.internal:80'], [`GET ${path} HTTP/1.0`]);
    for (const head of requests) {
      const { answers } = await converse(door.url, lines(head), 1);
      expect(answers.map(({ status, body }) => [status, body])).toEqual([[200, '']]);
    }
  },
);

it.each([
  ['a websocket', ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Key: x']],
  ['HTTP/2', ['Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings', 'HTTP2-Settings: x']],
  ['TLS', ['Upgrade: TLS/1.0', 'Connection: Upgrade']],
])('a request to upgrade to %s gets its response and ends the connection', async (_, headers) => {
  const requests = [
    [lines(['GET /graphql HTTP/1.1', host, ...headers]), 405, notAllowed(says.getNeedsToken)],
    [post('{ __typename }', [host, ...headers]), 200, typename],
  ] as const;
  for (const [bytes, status, body] of requests) {
    const { answers, closed } = await converse(door.url, bytes + health);
    expect(answers).toMatchObject([{ status, body, headers: { connection: 'close' } }]);
    expect(closed).toBe(true);
  }
});

it('a request may expect 100-continue, and nothing else', async () => {
  const expecting = (value: string) => post('{ __typename }', [host, `Expect: ${value}`]);
  const { answers } = await converse(door.url, expecting('100-continue'), 1);
  expect(answers.map(({ status, body }) => [status, body])).toEqual([[200, typename]]);
  await refuses(expecting('miracles'), 417, refusal('BAD_REQUEST', says.expect));
});
