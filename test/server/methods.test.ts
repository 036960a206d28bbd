import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../src/service.ts';
import { startAnother, startTokenCallers, type TokenCallers } from '../harness/another-service.ts';
import { arrived, someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { converse, lines } from '../harness/raw.ts';
import { mutation, post, refusal, says, securityHeaders } from '../harness/requests.ts';

let door: FrontDoor;
let tokens: TokenCallers;
let withTokens: Service;
beforeAll(async () => {
  door = await openFrontDoor();
  tokens = await startTokenCallers();
  withTokens = await startAnother(door, { callers: tokens.callers });
});
afterAll(async () => {
  await withTokens.close();
  await tokens.close();
  await door.close();
});
afterEach(async () => {
  expect(arrived(door)).toEqual([]);
  expect((await fetch(`${door.url}/ready`)).status).toBe(200);
});

const host = 'Host: localhost';
const write = () => mutation(someUser(door, 'customers'));
const afterwards = lines(['GET /health HTTP/1.1', host]);
const typename = JSON.stringify({ data: { __typename: 'Query' } });

/** Asserts one refusal, and that the connection takes the next request as if nothing had been. */
async function refuses(bytes: string, status: number, body: string, allow?: string, url = door.url) {
  const { answers } = await converse(url, bytes + afterwards, 2);
  expect(answers.map(({ status, body }) => ({ status, body }))).toEqual([
    { status, body },
    { status: 200, body: '' },
  ]);
  expect(answers[0]?.headers).toMatchObject(securityHeaders);
  expect(answers[0]?.headers.allow).toBe(allow);
}

describe('/graphql', () => {
  it.each(['PUT', 'PATCH', 'DELETE', 'TRACE', 'OPTIONS', 'PROPFIND', 'QUERY', 'PURGE', 'SEARCH'])(
    'refuses %s and says what it takes',
    async (method) => {
      const bytes = post(write()).replace('POST', method);
      await refuses(bytes, 405, refusal('METHOD_NOT_ALLOWED', says.usePost), 'GET, POST');
    },
  );

  it('refuses HEAD, without a body', async () => {
    const { answers } = await converse(
      door.url,
      lines(['HEAD /graphql HTTP/1.1', host, 'Connection: close']),
    );
    expect(answers.map(({ status, headers }) => [status, headers.allow])).toEqual([[405, 'GET, POST']]);
  });

  it.each(['/graphql', 'evil.example:443'])('is no proxy: CONNECT %s is refused', async (target) => {
    const { answers, closed } = await converse(door.url, lines([`CONNECT ${target} HTTP/1.1`, host], 'abc'));
    expect(answers).toEqual([
      {
        status: 405,
        headers: {
          ...securityHeaders,
          allow: 'GET, POST',
          connection: 'close',
          'content-length': String(refusal('METHOD_NOT_ALLOWED', says.usePost).length),
          'content-type': 'application/json',
        },
        body: refusal('METHOD_NOT_ALLOWED', says.usePost),
      },
    ]);
    expect(closed).toBe(true);
  });

  it.each(['mutation { x }', '{ __typename }', ''])('refuses a GET of %j without a token', async (query) => {
    for (const url of [door.url, withTokens.url]) {
      const bytes = lines([`GET /graphql?query=${encodeURIComponent(query)} HTTP/1.1`, host]);
      await refuses(bytes, 405, refusal('METHOD_NOT_ALLOWED', says.getNeedsToken), 'POST', url);
    }
  });

  it('refuses a mutation by GET with a token, and answers a query', async () => {
    const get = (query: string) =>
      fetch(`${withTokens.url}/graphql?query=${encodeURIComponent(query)}`, {
        headers: { authorization: `Bearer ${tokens.token}`, accept: 'application/json' },
      });
    const refused = await get(write());
    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')).toBe('POST');
    expect(refused.headers.get('x-frame-options')).toBe('DENY');
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    const answered = await get('{ __typename }');
    expect([answered.status, await answered.text()]).toEqual([200, typename]);
  });

  it('asks for a token by GET where the one that came is none', async () => {
    const answer = await fetch(`${door.url}/graphql?query={__typename}`, {
      headers: { authorization: 'Basic eDp5' },
    });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });

  it.each(['/health', '/ready', '/graphql?a=/health', '/graphql?x/ready'])(
    'is not mistaken for another path that its address ends in: POST %s',
    async (end) => {
      const target = end.startsWith('/graphql') ? end : `/graphql?${end}`;
      const { answers } = await converse(door.url, post('{ __typename }', [host], target), 1);
      expect(answers.map(({ status, body }) => ({ status, body }))).toEqual([
        { status: 200, body: typename },
      ]);
    },
  );
});

describe('another path is nothing', () => {
  it.each([
    '/',
    '//evil.example/graphql',
    '//graphql',
    '/graphql/',
    '/graphql/x',
    '/%67raphql',
    '/graphql%2f',
    '/GraphQL',
    '/x/../graphql',
    '/./graphql',
    '/graphql;x',
    '/graphql#x',
    '/graphql\\',
    '/x/health',
    '/health/',
    '/ready%20',
    '/favicon.ico',
    '/.env',
    `/${'a'.repeat(15_000)}`,
  ])('%s', async (target) => {
    await refuses(post(write(), [host], target), 404, refusal('NOT_FOUND', says.nothingHere));
    await refuses(lines([`GET ${target} HTTP/1.1`, host]), 404, refusal('NOT_FOUND', says.nothingHere));
  });
});

describe.each(['/health', '/ready'])('%s', (path) => {
  it('answers GET and HEAD, whatever stands behind a question mark', async () => {
    for (const line of [`GET ${path}`, `HEAD ${path}`, `GET ${path}?x=1`]) {
      const { answers } = await converse(door.url, lines([`${line} HTTP/1.1`, host]), 1);
      expect(answers.map(({ status, body }) => ({ status, body }))).toEqual([{ status: 200, body: '' }]);
    }
  });

  it('answers a probe by any name, or by none in HTTP/1.0', async () => {
    for (const head of [[`GET ${path} HTTP/1.1`, 'Host: idpatch.internal:80'], [`GET ${path} HTTP/1.0`]]) {
      const { answers } = await converse(door.url, lines(head), 1);
      expect(answers.map(({ status }) => status)).toEqual([200]);
    }
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])('refuses %s', async (method) => {
    const bytes = post(write(), [host], path).replace('POST', method);
    await refuses(bytes, 405, refusal('METHOD_NOT_ALLOWED', says.useGet), 'GET, HEAD');
  });
});

describe('a request that wants more than an answer', () => {
  it.each([
    ['a websocket', ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Key: x']],
    ['HTTP/2', ['Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings', 'HTTP2-Settings: x']],
    ['TLS', ['Upgrade: TLS/1.0', 'Connection: Upgrade']],
  ])('(%s) is answered as if it did not, and is the last of its connection', async (_, headers) => {
    const get = lines(['GET /graphql HTTP/1.1', host, ...headers]);
    const refused = await converse(door.url, get + afterwards);
    expect(refused.answers.map(({ status, body }) => [status, body])).toEqual([
      [405, refusal('METHOD_NOT_ALLOWED', says.getNeedsToken)],
    ]);
    const answered = await converse(door.url, post('{ __typename }', [host, ...headers]) + afterwards);
    expect(answered.answers.map(({ status, body }) => [status, body])).toEqual([[200, typename]]);
    for (const { answers, closed } of [refused, answered]) {
      expect([answers[0]?.headers.connection, closed]).toEqual(['close', true]);
    }
  });

  it('may expect 100-continue, and nothing else', async () => {
    const expecting = (what: string) => post('{ __typename }', [host, `Expect: ${what}`]);
    const { answers } = await converse(door.url, expecting('100-continue'), 1);
    expect(answers.map(({ status, body }) => [status, body])).toEqual([[200, typename]]);
    for (const what of ['miracles', '200-ok']) {
      await refuses(expecting(what), 417, refusal('BAD_REQUEST', says.expect));
    }
  });
});
