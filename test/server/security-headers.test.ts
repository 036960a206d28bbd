import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../../src/server/http-server.ts';
import { securityHeaders as headersOf } from '../../src/server/security-headers.ts';
import type { Service } from '../../src/service.ts';
import { startAnother, startTokenCallers, type TokenCallers } from '../harness/another-service.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { converse, lines } from '../harness/raw.ts';
import { post, refusal, securityHeaders } from '../harness/requests.ts';

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

const host = 'Host: localhost';

describe('every answer has the security headers, and none that tells of the server:', () => {
  it.each<readonly [string, number, string]>([
    ['data', 200, post('{ __typename }')],
    ['errors of a document', 400, post('{', [host, 'Accept: application/graphql-response+json'])],
    ['errors of a body', 400, post('{').replace('{"query"', '["query"')],
    ['another type of body', 415, post('{}').replace('application/json', 'text/plain')],
    ['another method', 405, lines(['PUT /graphql HTTP/1.1', host])],
    ['a GET', 405, lines(['GET /graphql HTTP/1.1', host])],
    ['another origin', 403, post('{}', [host, 'Origin: https://evil.example'])],
    ['another name', 403, post('{}', ['Host: evil.example'])],
    ['a token that is none', 401, post('{}', [host, 'Authorization: Bearer x'])],
    ['/health', 200, lines(['GET /health HTTP/1.1', host])],
    ['/ready', 200, lines(['GET /ready HTTP/1.1', host])],
    ['nothing there', 404, lines(['GET /x HTTP/1.1', host])],
    ['no host', 400, lines(['GET /x HTTP/1.1'])],
    ['an expectation', 417, lines(['GET /x HTTP/1.1', host, 'Expect: x'])],
    ['no HTTP', 400, 'x\r\n\r\n'],
    ['too many headers', 431, lines(['GET / HTTP/1.1', host, `X: ${'x'.repeat(17_000)}`])],
    ['a tunnel', 405, lines(['CONNECT x:1 HTTP/1.1', host])],
  ])('%s (%d)', async (_, status, bytes) => {
    const { answers } = await converse(door.url, bytes, 1);
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    expect(answers[0]?.headers).toMatchObject(securityHeaders);
    expect(Object.keys(answers[0]?.headers ?? {}).join()).not.toMatch(
      /server|powered|yoga|access-control|vary/,
    );
  });

  it('a token that is missing (401)', async () => {
    const { answers } = await converse(withTokens.url, post('{}'), 1);
    expect(answers.map(({ status }) => status)).toEqual([401]);
    expect(answers[0]?.headers).toMatchObject({ ...securityHeaders, 'www-authenticate': 'Bearer' });
  });

  it('/ready that says no (503)', async () => {
    const service = await startAnother(door, {});
    const closed = service.close(300);
    const answer = await fetch(`${service.url}/ready`);
    expect(answer.status).toBe(503);
    expect(Object.fromEntries(answer.headers)).toMatchObject(securityHeaders);
    await closed;
  });
});

it('an answer that cannot be made is a 500 that says nothing, and the log says why', async () => {
  const log: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk));
      done();
    },
  });
  const server = await listen({
    host: '127.0.0.1',
    port: 0,
    handle: () => Promise.reject(new Error('a bug of ours')),
    log: pino(stream),
  });
  const { answers } = await converse(server.url, lines(['GET / HTTP/1.1', host]), 1);
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [500, refusal('INTERNAL_SERVER_ERROR', 'Unexpected error.')],
  ]);
  expect(answers[0]?.headers).toMatchObject(securityHeaders);
  expect(log.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'bug', err: { message: 'a bug of ours' } },
  ]);
  await server.close();
});

describe('Strict-Transport-Security', () => {
  it.each(['0.0.0.0', '::', '10.0.0.7', 'idpatch.example.com'])('is sent where the host is %s', (host) => {
    expect(headersOf(host)).toEqual({ ...securityHeaders, 'strict-transport-security': 'max-age=31536000' });
  });

  it.each(['127.0.0.1', 'localhost', '::1'])('is not where it is %s, which has no https', (host) => {
    expect(headersOf(host)).toEqual(securityHeaders);
  });
});
