import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Answer, badRequest, exchange, post, refuses } from '../harness/answers.ts';
import { someUser, written } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';
import { converse, lines, open } from '../harness/raw.ts';
import { mutation } from '../harness/requests.ts';

const bodyBytes = 4_096;
const door = await openFrontDoor({ limits: { bodyBytes, bodyValues: 1_000 } });
const large = await openFrontDoor({ limits: { bodyValues: 100_000 } });
afterAll(async () => {
  await door.close();
  await large.close();
});
afterEach(() => expect(written(door)).toEqual([]));

const query = mutation(someUser(door, 'customers'));
const body = (more: object = {}) => JSON.stringify({ query, ...more });
const typename = '{ "query": "{ __typename }" }';
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const fault = (code: string, message: string) => ({ message, extensions: { code } });
const tooDeep = 'Variables and extensions may be nested at most 32 levels deep.';
const otherMembers = 'The body may only have the members query, operationName, variables and extensions.';
const notAnObject = 'The body must be a JSON object.';
const noBatches = 'Batches are not supported: send one operation per request.';
const wrong = (parameter: string, type: string, given: string) =>
  `Expected "${parameter}" param to be ${type}, but given ${given}.`;

describe('the body of a POST', () => {
  const wrongParameters = {
    operationName: [1, 'The operationName must be a string.'],
    variables: ['canary', wrong('variables', 'empty or an object', 'string')],
    extensions: [1, wrong('extensions', 'empty or an object', 'number')],
    query: [1, wrong('query', 'a string', 'number')],
  } as const;
  it.each<readonly [what: string, body: string | Buffer<ArrayBuffer>, message: string]>([
    ['nothing', '', 'The body is not JSON.'],
    ['half of it', body().slice(0, -1), 'The body is not JSON.'],
    ['something behind it', `${body()} canary`, 'The body is not JSON.'],
    ['NaN', body().replace('}', ', "variables": { "a": NaN } }'), 'The body is not JSON.'],
    ['invalid UTF-8', Buffer.from(body(), 'latin1').fill(0xff, 90, 91), 'The body is not UTF-8.'],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'The body is not UTF-8.'],
    ['UTF-16', Buffer.from(`\ufeff${body()}`, 'utf16le'), 'The body is not UTF-8.'],
    [
      'a byte-order mark',
      `\ufeff${body()}`,
      'The body must not begin with a byte-order mark (RFC 8259, section 8.1).',
    ],
    ['a string', '"canary"', notAnObject],
    ['null', 'null', notAnObject],
    ...['', body(), `${body()},${body()}`].map(
      (all) => [`the batch [${all.length}]`, `[${all}]`, noBatches] as const,
    ),
    ...['canary', '__proto__', 'constructor', 'doc_id'].map(
      (member) => [`a member ${member}`, body().replace('{', `{ "${member}": null, `), otherMembers] as const,
    ),
    ...Object.entries(wrongParameters).map(
      ([name, [value, message]]) => [`another ${name}`, body({ [name]: value }), message] as const,
    ),
    ['a list as variables', body({ variables: [] }), wrong('variables', 'empty or an object', 'array')],
    ...['variables', 'extensions'].map(
      (member) =>
        [
          `${member} 33 levels deep`,
          `{ "query": "{ a }", "${member}": { "a": ${nested(32)} } }`,
          tooDeep,
        ] as const,
    ),
  ])('with %s is refused', (_, bytes, message) =>
    refuses(door, () => post(door, bytes), 400, badRequest(message)),
  );

  it('may be nested 32 levels deep', async () => {
    const deep = `{ "query": "{ __typename }", "variables": { "a": ${nested(31)} } }`;
    expect((await post(door, deep)).body).toBe('{"data":{"__typename":"Query"}}');
  });

  it.each(['variables', 'extensions', 'query', '__proto__'])(
    'with %s 50,000 levels deep does not overflow the stack',
    async (member) => {
      const objects = `${'{"a":'.repeat(50_000)}1e-400${'}'.repeat(50_000)}`;
      for (const value of [objects, nested(50_000)]) {
        await refuses(large, () => post(large, `{ "${member}": ${value} }`), 400, badRequest(tooDeep));
      }
    },
  );

  it.each(['', '; charset=utf-8', '; charset="UTF-8"', '; foo=bar'])(
    'of type application/json%s is read',
    async (parameter) => {
      const type = { 'content-type': `application/json${parameter}` };
      expect((await post(door, typename, type)).status).toBe(200);
    },
  );

  it.each([
    ...['', 'text/plain', 'application/graphql+json', 'application/graphql', 'application/json5'],
    ...['application/json; charset=utf-16', 'application/json; charset=latin1; charset=utf-8'],
    ...['application/json, text/plain', 'text/plain; application/json', 'multipart/form-data; boundary=x'],
    'application/x-www-form-urlencoded',
  ])('of type %j is not read', (type) => {
    const error = fault('UNSUPPORTED_MEDIA_TYPE', 'The body of a POST must be application/json.');
    return refuses(door, () => post(door, body(), { 'content-type': type }), 415, error);
  });

  it.each(['br', 'deflate', 'gzip, gzip', 'identity, gzip', 'canary'])(
    'encoded as %s is not read',
    (encoding) => {
      const error = fault(
        'UNSUPPORTED_MEDIA_TYPE',
        'The body of a POST must not be compressed, or by gzip alone.',
      );
      const send = () => post(door, gzipSync(body()), { 'content-encoding': encoding });
      return refuses(door, send, 415, error);
    },
  );

  it('encoded as identity is read', async () => {
    expect((await post(door, typename, { 'content-encoding': 'identity' })).status).toBe(200);
  });

  describe.each(['gzip', 'GZIP', 'x-gzip'])('encoded as %s', (coding) => {
    const send = (bytes: Uint8Array<ArrayBuffer>) => post(door, bytes, { 'content-encoding': coding });

    it('is read', async () => {
      expect(await send(gzipSync(typename))).toEqual({
        status: 200,
        body: '{"data":{"__typename":"Query"}}',
      });
      const full = typename + ' '.repeat(bodyBytes - typename.length);
      expect((await send(gzipSync(full))).status).toBe(200);
    });

    it.each([1, 1_000_000])('is refused where %s bytes too much come out', (more) =>
      refuses(door, () => send(gzipSync(typename + ' '.repeat(bodyBytes - typename.length + more))), 413, {
        ...fault('BODY_TOO_LARGE', `The body must have at most ${bodyBytes} bytes.`),
      }),
    );

    it.each([
      ['text', Buffer.from(typename)],
      ['half of it', gzipSync(typename).subarray(0, -9)],
      ['a wrong checksum', Buffer.concat([gzipSync(typename).subarray(0, -8), Buffer.alloc(8)])],
    ])('is refused where it is %s', (_, bytes) =>
      refuses(door, () => send(bytes), 400, badRequest('The body is not gzip.')),
    );
  });
});

describe('a body of many values', () => {
  const listOf = (count: number, value: string) =>
    `{"query":"{ __typename }","variables":{"a":[${Array(count).fill(value).join()}]}}`;

  it.each(['0', '{}', '[]'])('is refused unparsed: %s', (value) => {
    const message = 'The body must have at most 1000 values (limits.bodyValues).';
    return refuses(door, () => post(door, listOf(1_000, value)), 413, fault('BODY_TOO_LARGE', message));
  });

  it('is read up to the limit, and what is in texts does not count', async () => {
    for (const body of [listOf(990, '0'), listOf(2, `"\\"${',[{'.repeat(600)}\\\\"`)])
      expect(await post(door, body)).toEqual({ status: 200, body: '{"data":{"__typename":"Query"}}' });
  });
});

describe('a body that is too large', () => {
  const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  const plain = head.replace('application/json', 'text/plain');
  const tooLarge = fault('BODY_TOO_LARGE', `The body must have at most ${bodyBytes} bytes.`);
  const notJson = fault('UNSUPPORTED_MEDIA_TYPE', 'The body of a POST must be application/json.');
  const chunk = `1000\r\n${' '.repeat(4_096)}\r\n`;
  /** Sends and reads until the server closes the connection: else this never ends. */
  const send = async (...parts: readonly string[]): Promise<Answer> => {
    const text = await exchange(door, ...parts);
    expect(text).toMatch(/^connection: close\r$/im);
    expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
    return {
      status: Number(text.slice(9, 12)),
      body: text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1),
    };
  };

  it.each([
    [
      'by its Content-Length is not waited for',
      [`${head}Content-Length: ${bodyBytes + 1}\r\n\r\n{`],
      tooLarge,
    ],
    [
      'in chunks is not read to its end',
      [`${head}Transfer-Encoding: chunked\r\n\r\n`, chunk, chunk],
      tooLarge,
    ],
    ['is refused whatever its type', [`${plain}Content-Length: 9999999999999\r\n\r\n{`], tooLarge],
    [
      'and not JSON is not read to its end',
      [`${plain}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`],
      notJson,
    ],
  ] as const)('%s', (_, parts, error) =>
    refuses(door, () => send(...parts), error === tooLarge ? 413 : 415, error),
  );

  it('by one byte is refused, and one of the limit is read, with a length or in chunks', async () => {
    const full = typename + ' '.repeat(bodyBytes - typename.length);
    const chunked = (all: string) =>
      `${head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n${all.length.toString(16)}\r\n${all}\r\n0\r\n\r\n`;
    expect((await post(door, full)).status).toBe(200);
    expect((await send(chunked(full))).status).toBe(200);
    await refuses(door, () => post(door, `${full} `), 413, tooLarge);
    await refuses(door, () => send(chunked(`${full} `)), 413, tooLarge);
    expect((await post(door, body({ extensions: { a: 'a'.repeat(bodyBytes) } }))).status).toBe(413);
  });
});

it('a body that is cut off is not logged as a bug', async () => {
  const logged = door.log.length;
  const socket = open(door.url);
  const head = ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: application/json'];
  socket.write(lines([...head, 'Content-Length: 100'], '{'), () => socket.destroy());
  await new Promise((resolve) => socket.once('close', resolve));
  expect((await post(door, typename)).status).toBe(200);
  expect(door.log.slice(logged)).toEqual([]);
});

it.each([
  ['with an invalid token', 401, '/graphql', 'Authorization: Bearer a.b.c'],
  ['of another origin', 403, '/graphql', 'Origin: https://evil.example'],
  ['to another path', 404, '/nowhere', 'X: y'],
])('the body of a request %s is not waited for', async (_, status, path, header) => {
  const head = [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Content-Length: 100000', header];
  const { answers, closed } = await converse(door.url, lines(head, '{'));
  expect(answers).toMatchObject([{ status, headers: { connection: 'close' } }]);
  expect(closed).toBe(true);
});

describe('the parameters of a GET', () => {
  const get = async (search: string): Promise<Answer> => {
    const claims = { aud: 'idpatch-gateway', sub: 'one', scope: 'users:write' };
    const headers = { authorization: `Bearer ${await door.sandbox.issuer.token(claims)}` };
    const response = await fetch(`${door.url}/graphql?${search}`, { headers });
    return { status: response.status, body: await response.text() };
  };
  const encode = encodeURIComponent;

  it.each([
    ['variables={', 'The parameter variables is not JSON.'],
    ['extensions=canary', 'The parameter extensions is not JSON.'],
    ['variables=1', wrong('variables', 'empty or an object', 'number')],
    [`variables=${encode(`{ "a": ${nested(50)} }`)}`, tooDeep],
    ['operationName=%FF', 'The parameters are not UTF-8.'],
    ['operationName=%E0%A4', 'The parameters are not UTF-8.'],
  ])('are refused: %s', (more, message) => {
    const search = `query=${encode('query ($a: Boolean) { __typename @include(if: $a) }')}&${more}`;
    return refuses(door, () => get(search), 400, badRequest(message));
  });

  it('are read', async () => {
    const search = `query=${encode('query canary($n: String!) { directory(name: $n) { name } }')}`;
    const variables = encode('{ "n": "customers" }');
    expect(await get(`${search}&variables=${variables}&operationName=canary&extensions=`)).toEqual({
      status: 200,
      body: '{"data":{"directory":{"name":"customers"}}}',
    });
  });
});
