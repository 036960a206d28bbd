import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { listen } from '../../src/server/http-server.ts';
import { securityHeaders as headersOf } from '../../src/server/security-headers.ts';
import { openFrontDoor } from '../harness/front-door.ts';
import { converse, lines } from '../harness/raw.ts';
import { post, refusal, securityHeaders } from '../harness/requests.ts';
import { callersOf } from '../harness/sandbox-tokens.ts';

const door = await openFrontDoor();
const withTokens = await openFrontDoor({ callers: callersOf('gateway') });
afterAll(async () => {
  await withTokens.close();
  await door.close();
});

// Responses that other tests look at as a whole are not repeated here.
it.each<readonly [what: string, status: number, bytes: string]>([
  ['data', 200, post('{ __typename }')],
  ['errors', 400, post('{', ['Host: localhost', 'Accept: application/graphql-response+json'])],
  ['another media type', 415, post('{}').replace('application/json', 'text/plain')],
  ['another origin', 403, post('{}', ['Host: localhost', 'Origin: https://evil.example'])],
  ['an invalid token', 401, post('{}', ['Host: localhost', 'Authorization: Bearer x'])],
  ['a missing token', 401, post('{}')],
  ['/health', 200, lines(['GET /health HTTP/1.1', 'Host: localhost'])],
  ['/ready', 200, lines(['GET /ready HTTP/1.1', 'Host: localhost'])],
])(
  'a response to %s (%d) has the security headers, and none about the server',
  async (what, status, bytes) => {
    const { url } = what === 'a missing token' ? withTokens : door;
    const { answers } = await converse(url, bytes, 1);
    expect(answers).toMatchObject([{ status, headers: securityHeaders }]);
    expect(Object.keys(answers[0]?.headers ?? {}).join()).not.toMatch(
      /server|powered|yoga|access-control|vary/,
    );
  },
);

it('a bug is a 500 without details, and is logged', async () => {
  const log: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk));
      done();
    },
  });
  const server = await listen({
    ...{ host: '127.0.0.1', port: 0, log: pino(stream) },
    handle: () => Promise.reject(new Error('a bug of ours')),
  });
  const { answers } = await converse(server.url, lines(['GET / HTTP/1.1', 'Host: localhost']), 1);
  const body = refusal('INTERNAL_SERVER_ERROR', 'Unexpected error.');
  expect(answers).toMatchObject([{ status: 500, headers: securityHeaders, body }]);
  expect(log.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'bug', err: { message: 'a bug of ours' } },
  ]);
  await server.close();
});

it.each([
  ...['0.0.0.0', '::', '10.0.0.7', 'idpatch.example.com'].map((host) => [host, 'sent'] as const),
  ...['127.0.0.1', 'localhost', '::1'].map((host) => [host, 'not sent'] as const),
])('on %s, Strict-Transport-Security is %s', (host, sent) => {
  const hsts = { 'strict-transport-security': 'max-age=31536000' };
  expect(headersOf(host)).toEqual({ ...securityHeaders, ...(sent === 'sent' ? hsts : {}) });
});
