import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { arrived, someUser, written } from '../harness/expected.ts';
import { startFaultProxy } from '../harness/fault-proxy.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { converse, lines, open } from '../harness/raw.ts';
import { mutation, post, refusal, says, securityHeaders } from '../harness/requests.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor();
});
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
const withHeaders = (...headers: readonly string[]) =>
  lines(['POST /graphql HTTP/1.1', host, json, ...headers], body());

describe('a request that can be read in two ways or none is answered 400, and the connection closed:', () => {
  it.each<readonly [string, () => string]>([
    ['Content-Length and Transfer-Encoding', () => withHeaders(`Content-Length: ${body().length}`, chunked)],
    ['Transfer-Encoding and Content-Length', () => withHeaders(chunked, `Content-Length: ${body().length}`)],
    [
      'two Content-Lengths',
      () => withHeaders(`Content-Length: ${body().length}`, `Content-Length: ${body().length}`),
    ],
    ['two Content-Lengths in one', () => withHeaders(`Content-Length: ${body().length}, 5`)],
    ['a Content-Length that is none', () => withHeaders('Content-Length: -1')],
    ['a Content-Length beyond counting', () => withHeaders(`Content-Length: ${'9'.repeat(40)}`)],
    ['a Transfer-Encoding that is none', () => withHeaders('Transfer-Encoding: chunkedx')],
    ['a Transfer-Encoding that ends in no chunks', () => withHeaders('Transfer-Encoding: gzip')],
    ['two Transfer-Encodings', () => withHeaders(chunked, 'Transfer-Encoding: identity')],
    [
      'a chunk of no size',
      () => lines(['POST /graphql HTTP/1.1', host, json, chunked], `zz\r\n${body()}\r\n0\r\n\r\n`),
    ],
    [
      'a chunk beyond counting',
      () => lines(['POST /graphql HTTP/1.1', host, json, chunked], `${'f'.repeat(18)}\r\n`),
    ],
    [
      'an endless chunk extension',
      () => lines(['POST /graphql HTTP/1.1', host, json, chunked], `1;${'x'.repeat(20_000)}\r\n`),
    ],
    ['a header with a NUL', () => withHeaders('X: a\0b', 'Content-Length: 1')],
    ['a header name with a space', () => withHeaders('X y: a', 'Content-Length: 1')],
    ['a space before the colon', () => withHeaders(`Content-Length : ${body().length}`)],
    ['a folded header', () => withHeaders('X: a\r\n b', 'Content-Length: 1')],
    ['line feeds alone', () => withHeaders(`Content-Length: ${body().length}`).replaceAll('\r\n', '\n')],
    ['no request line', () => 'hello\r\n\r\n'],
    ['a method that there is not', () => lines(['BREW /graphql HTTP/1.1', host])],
    ['a method in small letters', () => post(write()).replace('POST', 'post')],
    ['bytes in the target', () => lines(['GET /graphql?\xff\xfe HTTP/1.1', host])],
    ['a space in the target', () => post(write(), [host], '/graphql? x')],
    ['another version of HTTP', () => lines(['GET /graphql HTTP/3.1', host])],
    ['another protocol', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['HTTP/2 from the start', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('%s', async (_, bytes) => {
    expect(await converse(door.url, bytes())).toEqual({
      answers: [
        {
          status: 400,
          headers: {
            ...securityHeaders,
            'content-type': 'application/json',
            'content-length': String(refusal('BAD_REQUEST', says.unreadable).length),
            connection: 'close',
          },
          body: refusal('BAD_REQUEST', says.unreadable),
        },
      ],
      closed: true,
    });
  });

  it.each<readonly [string, () => string]>([
    ['no Host', () => post(write(), [])],
    ['two Hosts', () => post(write(), [host, 'Host: evil.example'])],
    ['the same Host twice', () => post(write(), [host, host])],
    ['an empty Host', () => post(write(), ['Host:'])],
    ['a Host with a space', () => post(write(), ['Host: a b'])],
    ['a Host with a name of somebody', () => post(write(), ['Host: a@localhost'])],
    ['a Host with a path', () => post(write(), ['Host: localhost/x'])],
    ['a Host that is no address', () => post(write(), ['Host: 1.2.3.4.5'])],
    ['a Host with a port that is none', () => post(write(), ['Host: localhost:99999'])],
    ['two Authorizations', () => post(write(), [host, 'Authorization: Bearer a', 'Authorization: Bearer b'])],
    ['two Content-Types', () => post(write(), [host, 'Content-Type: text/plain'])],
    ['the address of another server', () => post(write(), [host], 'http://evil.example/graphql')],
    ['its own whole address', () => post(write(), [host], 'http://localhost/graphql')],
    ['an asterisk', () => lines(['OPTIONS * HTTP/1.1', host])],
    ['HTTP/2.0 by name alone', () => post(write()).replace('HTTP/1.1', 'HTTP/2.0')],
  ])('%s', async (_, bytes) => {
    const { answers, closed } = await converse(door.url, bytes());
    expect(answers.map(({ status, body }) => ({ status, body }))).toEqual([
      { status: 400, body: refusal('BAD_REQUEST', says.notWellFormed) },
    ]);
    expect(answers[0]?.headers).toMatchObject({ ...securityHeaders, connection: 'close' });
    expect(closed).toBe(true);
  });

  it.each([
    ['an address', () => lines([`GET /graphql?${'a'.repeat(20_000)} HTTP/1.1`, host])],
    ['a header', () => lines(['GET /graphql HTTP/1.1', host, `X: ${'a'.repeat(20_000)}`])],
    [
      'a thousand headers',
      () => lines(['GET / HTTP/1.1', host, ...new Array(1_000).fill(`X: ${'a'.repeat(20)}`)]),
    ],
  ])('%s of 20 KB, by 431', async (_, bytes) => {
    const { answers, closed } = await converse(door.url, bytes());
    expect(answers.map(({ status, body }) => ({ status, body }))).toEqual([
      { status: 431, body: refusal('BAD_REQUEST', says.tooLong) },
    ]);
    expect(answers[0]?.headers).toMatchObject({ ...securityHeaders, connection: 'close' });
    expect(closed).toBe(true);
  });
});

it('no header is overlooked because there are many before it', async () => {
  const many = new Array(2_500).fill('a:');
  const { answers } = await converse(
    door.url,
    post(write(), [host, ...many, 'Origin: http://evil.example']),
    1,
  );
  expect(answers.map(({ status }) => status)).toEqual([403]);
});

describe('what cannot be read after what can', () => {
  const typename = JSON.stringify({ data: { __typename: 'Query' } });

  it('leaves the answer before it as it is, is not answered in its place, and ends the connection', async () => {
    const { answers, closed } = await converse(door.url, `${post('{ __typename }')}garbage\r\n\r\n`);
    expect(answers.map(({ status, body }) => ({ status, body }))).toEqual([{ status: 200, body: typename }]);
    expect(closed).toBe(true);
  });

  it('leaves all the answers before it, in their order', async () => {
    const two = post('{ __typename }') + post('{ a: __typename }');
    const { answers, closed } = await converse(door.url, `${two}garbage\r\n\r\n`);
    expect(answers.map(({ body }) => body)).toEqual([typename, typename.replace('__typename', 'a')]);
    expect(closed).toBe(true);
  });

  it('is answered 400 where it is the body of a request that has begun', async () => {
    const begun = lines(['POST /graphql HTTP/1.1', host, json, chunked], '1\r\n{\r\n');
    const socket = open(door.url);
    const text = new Promise<string>((resolve) => {
      let all = '';
      socket.on('data', (chunk) => {
        all += chunk;
      });
      socket.on('close', () => resolve(all));
    });
    socket.write(begun);
    await delay(100);
    socket.write('no size\r\n');
    expect((await text).split('\r\n')[0]).toBe('HTTP/1.1 400 Bad Request');
    socket.destroy();
  });
});

it('patches under way are answered, whatever else comes over their connection, and how often', async () => {
  const warnings: string[] = [];
  const warned = ({ name }: Error) => warnings.push(name);
  process.on('warning', warned);
  const proxy = await startFaultProxy();
  const slowly = await openFrontDoor({ directories: { customers: { baseUrl: proxy.url } } });
  proxy.passTo(slowly.emulators.customers.url);
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  proxy.fail('write', { applied: true, after: () => held });
  const socket = open(slowly.url);
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // Of one user, so that the second begins when the first has ended.
  socket.write(post(mutation(someUser(slowly, 'customers'))).repeat(2));
  await proxy.arrived('write');
  for (let count = 0; count < 30; count += 1) {
    socket.write('garbage\r\n\r\n');
    await delay(10);
  }
  letGo();
  await closed;
  expect(said.match(/HTTP\/1.1 \d+|"outcome":"\w+"/g)).toEqual([
    ...['HTTP/1.1 200', '"outcome":"APPLIED"'],
    ...['HTTP/1.1 200', '"outcome":"APPLIED"'],
  ]);
  expect(written(slowly)).toHaveLength(2);
  expect(warnings).toEqual([]);
  process.off('warning', warned);
  await slowly.close();
  await proxy.close();
});

it('a client that resets its connection half-way harms nobody', async () => {
  for (let count = 0; count < 50; count += 1) {
    const socket = open(door.url);
    socket.write(post(write()).slice(0, count * 5));
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.resetAndDestroy();
  }
  expect(written(door)).toEqual([]);
});
