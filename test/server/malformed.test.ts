import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { arrived, someUser, written } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';
import { converse, hear, lines, open } from '../harness/raw.ts';
import { mutation, post, refusal, says, securityHeaders } from '../harness/requests.ts';

const door = await openFrontDoor();
afterAll(() => door.close());
afterEach(async () => {
  expect(arrived(door)).toEqual([]);
  expect((await fetch(`${door.url}/ready`)).status).toBe(200);
});

const host = 'Host: localhost';
const json = 'Content-Type: application/json';
const chunked = 'Transfer-Encoding: chunked';
const write = () => mutation(someUser(door, 'customers'));
const body = () => JSON.stringify({ query: write() });
/** A POST of a patch with these headers; `N` stands for the length of the body. */
const headers =
  (...all: readonly string[]) =>
  () =>
    lines(
      ['POST /graphql HTTP/1.1', host, json, ...all.map((one) => one.replace('N', `${body().length}`))],
      body(),
    );
const inChunks = (chunk: string) => () => lines(['POST /graphql HTTP/1.1', host, json, chunked], chunk);
const patch = (all: readonly string[], target?: string) => () => post(write(), all, target);
const get =
  (line: string, ...all: readonly string[]) =>
  () =>
    lines([`GET ${line}`, host, ...all]);
const typename = JSON.stringify({ data: { __typename: 'Query' } });

describe('a request that is malformed or ambiguous is refused, and the connection closed:', () => {
  const ofStatus = (status: number, message: string, all: Readonly<Record<string, () => string>>) =>
    Object.entries(all).map(([what, bytes]) => ({ what, bytes, status, message }));

  it.each([
    ...ofStatus(400, says.unreadable, {
      'Content-Length and Transfer-Encoding': headers('Content-Length: N', chunked),
      'Transfer-Encoding and Content-Length': headers(chunked, 'Content-Length: N'),
      'two Content-Lengths': headers('Content-Length: N', 'Content-Length: N'),
      'two Content-Lengths in one': headers('Content-Length: N, 5'),
      'a negative Content-Length': headers('Content-Length: -1'),
      'an enormous Content-Length': headers(`Content-Length: ${'9'.repeat(40)}`),
      'an unknown Transfer-Encoding': headers('Transfer-Encoding: chunkedx'),
      'a Transfer-Encoding that does not end in chunked': headers('Transfer-Encoding: gzip'),
      'two Transfer-Encodings': headers(chunked, 'Transfer-Encoding: identity'),
      'a chunk without a size': inChunks('zz\r\n{}\r\n0\r\n\r\n'),
      'an enormous chunk': inChunks(`${'f'.repeat(18)}\r\n`),
      'an endless chunk extension': inChunks(`1;${'x'.repeat(20_000)}\r\n`),
      'a header with a NUL': headers('X: a\0b'),
      'a header name with a space': headers('X y: a'),
      'a space before the colon': headers('Content-Length : N'),
      'a folded header': headers('X: a\r\n b'),
      'line feeds alone': () => headers('Content-Length: N')().replaceAll('\r\n', '\n'),
      'no request line': () => 'hello\r\n\r\n',
      'an unknown method': () => lines(['BREW /graphql HTTP/1.1', host]),
      'a method in lower case': () => post(write()).replace('POST', 'post'),
      'bytes in the target': get('/graphql?\xff\xfe HTTP/1.1'),
      'a space in the target': patch([host], '/graphql? x'),
      'another version of HTTP': get('/graphql HTTP/3.1'),
      TLS: () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'HTTP/2 with prior knowledge': () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    }),
    ...ofStatus(400, says.notWellFormed, {
      'no Host': patch([]),
      'two Hosts': patch([host, 'Host: evil.example']),
      'the same Host twice': patch([host, host]),
      ...Object.fromEntries(
        ['', ' a b', ' a@localhost', ' localhost/x', ' 1.2.3.4.5', ' localhost:99999'].map((value) => [
          `the Host "${value}"`,
          patch([`Host:${value}`]),
        ]),
      ),
      'two Authorizations': patch([host, 'Authorization: Bearer a', 'Authorization: Bearer b']),
      'two Content-Types': patch([host, 'Content-Type: text/plain']),
      'the URL of another server': patch([host], 'http://evil.example/graphql'),
      'an absolute URL': patch([host], 'http://localhost/graphql'),
      'an asterisk': () => lines(['OPTIONS * HTTP/1.1', host]),
      'the version HTTP/2.0': () => post(write()).replace('HTTP/1.1', 'HTTP/2.0'),
    }),
    ...ofStatus(431, says.tooLong, {
      'a URL of 20 KB': get(`/graphql?${'a'.repeat(20_000)} HTTP/1.1`),
      'a header of 20 KB': get('/graphql HTTP/1.1', `X: ${'a'.repeat(20_000)}`),
      'a thousand headers': get('/ HTTP/1.1', ...Array(1_000).fill(`X: ${'a'.repeat(20)}`)),
    }),
  ])('$what', async ({ bytes, status, message }) => {
    const { answers, closed } = await converse(door.url, bytes());
    expect(answers).toEqual([
      {
        status,
        headers: expect.objectContaining({ ...securityHeaders, connection: 'close' }),
        body: refusal('BAD_REQUEST', message),
      },
    ]);
    expect(closed).toBe(true);
  });
});

it('no header is dropped because of many before it', async () => {
  const bytes = post(write(), [host, ...Array(2_500).fill('a:'), 'Origin: http://evil.example']);
  const { answers } = await converse(door.url, bytes, 1);
  expect(answers.map(({ status }) => status)).toEqual([403]);
});

it.each([
  ['one valid request', ['{ __typename }']],
  ['two valid requests', ['{ __typename }', '{ __typename }']],
])('a malformed request after %s only ends the connection', async (_, queries) => {
  const bytes = queries.map((query) => post(query)).join('');
  const { answers, closed } = await converse(door.url, `${bytes}garbage\r\n\r\n`);
  expect(answers.map(({ status, body }) => [status, body])).toEqual(queries.map(() => [200, typename]));
  expect(closed).toBe(true);
});

it('a malformed chunk that arrives later is refused', async () => {
  const { socket, closed: text } = hear(door.url);
  socket.write(inChunks('1\r\n{\r\n')());
  await delay(100);
  socket.write('no size\r\n');
  expect((await text).split('\r\n')[0]).toBe('HTTP/1.1 400 Bad Request');
});

it('patches in progress get their responses, whatever else arrives on their connection', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => warnings.push(name);
  process.on('warning', onWarning);
  const { door: slow, proxy } = await openBehindProxy('customers');
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  proxy.fail('write', { delivered: true, after: () => held });
  const { socket, closed: text } = hear(slow.url);
  // Of one user, so that the second begins when the first has ended.
  socket.write(post(mutation(someUser(slow, 'customers'))).repeat(2));
  await proxy.arrived('write');
  for (let count = 0; count < 30; count += 1) {
    socket.write('garbage\r\n\r\n');
    await delay(10);
  }
  release();
  const applied = ['HTTP/1.1 200', '"outcome":"APPLIED"'];
  expect((await text).match(/HTTP\/1.1 \d+|"outcome":"\w+"/g)).toEqual([...applied, ...applied]);
  expect(written(slow)).toHaveLength(2);
  expect(warnings).toEqual([]);
  process.off('warning', onWarning);
});

it('clients that reset their connection half-way do no harm', async () => {
  for (let count = 0; count < 50; count += 1) {
    const socket = open(door.url);
    socket.write(post(write()).slice(0, count * 5));
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.resetAndDestroy();
  }
  expect(written(door)).toEqual([]);
});
