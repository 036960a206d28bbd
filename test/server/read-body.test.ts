import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, badRequest, exchange, post, refuses } from '../harness/answers.ts';
import { someUser, written } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { converse, lines } from '../harness/raw.ts';

const bodyBytes = 4_096;
let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({ server: { suggestions: false }, limits: { bodyBytes } });
});
afterAll(() => door.close());

const query = () => `mutation { patchUser(input: { user: { id: "${someUser(door, 'customers')}" },
  patch: { displayName: "Canary" } }) { outcome } }`;
const body = (more: object = {}) => JSON.stringify({ query: query(), ...more });
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const fault = (code: string, message: string) => ({ message, extensions: { code } });

describe('the body of a POST', () => {
  it.each<readonly [what: string, body: () => string | Buffer<ArrayBuffer>, message: string]>([
    ['nothing', () => '', 'The body is not JSON.'],
    ['half of it', () => body().slice(0, -1), 'The body is not JSON.'],
    ['something behind it', () => `${body()} canary`, 'The body is not JSON.'],
    ['a second one behind it', () => `${body()}${body()}`, 'The body is not JSON.'],
    ['NaN', () => body().replace('}', ', "variables": { "a": NaN } }'), 'The body is not JSON.'],
    [
      'bytes that are no UTF-8',
      () => Buffer.from(body(), 'latin1').fill(0xff, 90, 91),
      'The body is not UTF-8.',
    ],
    ['a surrogate in UTF-8', () => Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'The body is not UTF-8.'],
    ['UTF-16', () => Buffer.from(`\ufeff${body()}`, 'utf16le'), 'The body is not UTF-8.'],
    [
      'a byte-order mark',
      () => `\ufeff${body()}`,
      'The body must not begin with a byte-order mark (RFC 8259, section 8.1).',
    ],
    ['a text', () => '"canary"', 'The body must be a JSON object.'],
    ['a number', () => '1', 'The body must be a JSON object.'],
    ['null', () => 'null', 'The body must be a JSON object.'],
    ['a batch', () => `[${body()}]`, 'Batches are not supported: send one operation per request.'],
    [
      'a batch of two',
      () => `[${body()},${body()}]`,
      'Batches are not supported: send one operation per request.',
    ],
    ['no batch at all', () => '[]', 'Batches are not supported: send one operation per request.'],
  ])('is refused: %s', async (_, bytes, message) => {
    await refuses(door, () => post(door, bytes()), 400, badRequest(message));
    expect(written(door)).toEqual([]);
  });

  const others = 'The body may only have the members query, operationName, variables and extensions.';
  it.each(['canary', '__proto__', 'constructor', 'toString', 'id', 'Query', 'doc_id'])(
    'has no member %s',
    async (member) => {
      for (const value of ['null', '1', '{ "query": "{ __typename }" }']) {
        const text = body().replace(/^\{/, `{ "${member}": ${value}, `);
        await refuses(door, () => post(door, text), 400, badRequest(others));
      }
      expect(written(door)).toEqual([]);
    },
  );

  it.each([
    [{ operationName: 1 }, 'The operationName must be a string.'],
    [{ operationName: { canary: 1 } }, 'The operationName must be a string.'],
    [{ variables: 'canary' }, 'Expected "variables" param to be empty or an object, but given string.'],
    [{ variables: ['canary'] }, 'Expected "variables" param to be empty or an object, but given array.'],
    [{ extensions: 1 }, 'Expected "extensions" param to be empty or an object, but given number.'],
    [{ query: 1 }, 'Expected "query" param to be a string, but given number.'],
  ])('of a wrong type, %j, is refused', (more, message) =>
    refuses(door, () => post(door, body(more)), 400, badRequest(message)),
  );

  it.each(['variables', 'extensions'])('with %s nested too deeply is refused', async (member) => {
    const within = { status: 200, body: '{"data":{"__typename":"Query"}}' };
    const deep = (levels: number) => `{ "query": "{ __typename }", "${member}": { "a": ${nested(levels)} } }`;
    expect(await post(door, deep(31))).toEqual(within);
    const message = 'Variables and extensions may be nested at most 32 levels deep.';
    await refuses(door, () => post(door, deep(32)), 400, badRequest(message));
  });

  it.each(['charset=utf-8', 'charset="UTF-8"', 'foo=bar'])('may say %s', async (parameter) => {
    const type = { 'content-type': `application/json; ${parameter}` };
    expect((await post(door, '{ "query": "{ __typename }" }', type)).status).toBe(200);
  });

  const notJson = fault('UNSUPPORTED_MEDIA_TYPE', 'The body of a POST must be application/json.');
  it.each([
    ['application/json; charset=utf-16'],
    ['application/json; charset=latin1; charset=utf-8'],
    ['application/json, text/plain'],
    ['application/graphql+json'],
    ['text/plain; charset=application/json'],
  ])('of type %s is not looked at', (type) =>
    refuses(door, () => post(door, body(), { 'content-type': type }), 415, notJson),
  );

  it.each(['/graphql/', '/elsewhere/graphql', '/x?y=/graphql'])('is not looked at under %s', async (path) => {
    const answer = await fetch(door.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/graphql' },
      body: query(),
    });
    expect(answer.status).toBe(404);
    expect(written(door)).toEqual([]);
  });

  it('that is compressed is not looked at', async () => {
    const message = 'The body of a POST must not be compressed.';
    for (const encoding of ['gzip', 'GZIP', 'br', 'identity, gzip', 'canary']) {
      const send = () => post(door, gzipSync(body()), { 'content-encoding': encoding });
      await refuses(door, send, 415, fault('UNSUPPORTED_MEDIA_TYPE', message));
    }
    const answer = await post(door, '{ "query": "{ __typename }" }', { 'content-encoding': 'identity' });
    expect(answer.status).toBe(200);
  });

  it('of 50,000 levels does not go deeper than the stack', async () => {
    const large = await openFrontDoor({ server: { suggestions: false } });
    try {
      const levels = nested(50_000);
      const objects = `${'{"a":'.repeat(50_000)}1e-400${'}'.repeat(50_000)}`;
      const deep = badRequest('Variables and extensions may be nested at most 32 levels deep.');
      for (const value of [`{ "a": ${levels} }`, objects, levels]) {
        for (const member of ['variables', 'extensions', 'query', '__proto__']) {
          await refuses(large, () => post(large, `{ "${member}": ${value} }`), 400, deep);
        }
      }
      await refuses(large, () => post(large, levels), 400, deep);
    } finally {
      await large.close();
    }
  });
});

describe('a body that is too large', () => {
  const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  const tooLarge = fault('BODY_TOO_LARGE', `The body must have at most ${bodyBytes} bytes.`);
  /** The answer of a connection that the other side has closed: else this never ends. */
  const answerOf = (text: string): Answer => {
    expect(text).toMatch(/^connection: close\r$/im);
    expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
    return {
      status: Number(text.slice(9, 12)),
      body: text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1),
    };
  };
  const filled = (length: number) => body({ extensions: { a: 'a'.repeat(length) } });

  it('as it says itself is not waited for', () =>
    refuses(
      door,
      async () => answerOf(await exchange(door, `${head}Content-Length: ${bodyBytes + 1}\r\n\r\n{`)),
      413,
      tooLarge,
    ));

  it('without end is not read on', () =>
    refuses(
      door,
      async () => {
        const chunk = `1000\r\n${' '.repeat(4_096)}\r\n`;
        return answerOf(await exchange(door, `${head}Transfer-Encoding: chunked\r\n\r\n`, chunk, chunk));
      },
      413,
      tooLarge,
    ));

  it('is refused whatever its type', () =>
    refuses(
      door,
      async () => {
        const plain = head.replace('application/json', 'text/plain');
        return answerOf(await exchange(door, `${plain}Content-Length: 9999999999999\r\n\r\n{`));
      },
      413,
      tooLarge,
    ));

  it('of no JSON and without end closes the connection', () =>
    refuses(
      door,
      async () => {
        const plain = head.replace('application/json', 'text/plain');
        return answerOf(await exchange(door, `${plain}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`));
      },
      415,
      fault('UNSUPPORTED_MEDIA_TYPE', 'The body of a POST must be application/json.'),
    ));

  it('by one byte is refused, and else taken, however it comes', async () => {
    const text = '{ "query": "{ __typename }" }';
    const full = text + ' '.repeat(bodyBytes - text.length);
    const chunked = (all: string) =>
      `${head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n${all.length.toString(16)}\r\n${all}\r\n0\r\n\r\n`;
    expect((await post(door, full)).status).toBe(200);
    expect(answerOf(await exchange(door, chunked(full))).status).toBe(200);
    await refuses(door, () => post(door, `${full} `), 413, tooLarge);
    await refuses(door, async () => answerOf(await exchange(door, chunked(`${full} `))), 413, tooLarge);
  });

  it('runs nothing of it', async () => {
    expect((await post(door, filled(bodyBytes))).status).toBe(413);
    expect(written(door)).toEqual([]);
  });

  it('or is cut off is no bug of ours', async () => {
    const logged = door.log.length;
    const { port, hostname } = new URL(door.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(`${head}Content-Length: 100\r\n\r\n{`, () => socket.destroy());
      });
      socket.once('close', () => resolve());
    });
    expect((await post(door, '{ "query": "{ __typename }" }')).status).toBe(200);
    expect(door.log.slice(logged)).toEqual([]);
  });
});

describe('a body that nobody wants to read', () => {
  const begin = (path: string, ...more: readonly string[]) =>
    lines([`POST ${path} HTTP/1.1`, 'Host: localhost', 'Content-Length: 100000', ...more], '{');

  it.each([
    ['of a stranger', 401, () => begin('/graphql', 'Authorization: Bearer a.b.c')],
    ['of another page', 403, () => begin('/graphql', 'Origin: https://evil.example')],
    ['to nowhere', 404, () => begin('/nowhere')],
  ])('%s is not waited for: the connection is closed', async (_, status, bytes) => {
    const { answers, closed } = await converse(door.url, bytes());
    expect(answers).toMatchObject([{ status, headers: { connection: 'close' } }]);
    expect(closed).toBe(true);
  });
});

describe('the parameters of a GET', () => {
  /** A GET is answered only with a token. */
  const asGateway = async () => {
    const token = await door.sandbox.issuer.token({
      aud: 'idpatch-gateway',
      sub: 'one',
      scope: 'users:write',
    });
    return { headers: { authorization: `Bearer ${token}` } };
  };
  const get = async (search: string): Promise<Answer> => {
    const response = await fetch(`${door.url}/graphql?${search}`, await asGateway());
    return { status: response.status, body: await response.text() };
  };
  const asking = (more: string) =>
    `query=${encodeURIComponent('query ($a: Boolean) { __typename @skip(if: false) @include(if: $a) }')}&${more}`;

  it.each([
    ['variables={', 'The parameter variables is not JSON.'],
    ['extensions=canary', 'The parameter extensions is not JSON.'],
    ['variables=1', 'Expected "variables" param to be empty or an object, but given number.'],
    [
      `variables=${encodeURIComponent(`{ "a": ${nested(50)} }`)}`,
      'Variables and extensions may be nested at most 32 levels deep.',
    ],
    ['operationName=%FF', 'The parameters are not UTF-8.'],
    ['operationName=%E0%A4', 'The parameters are not UTF-8.'],
  ])('are refused: %s', (more, message) => refuses(door, () => get(asking(more)), 400, badRequest(message)));

  it('are taken', async () => {
    const search = `query=${encodeURIComponent('query canary($n: String!) { directory(name: $n) { name } }')}`;
    const variables = encodeURIComponent('{ "n": "customers" }');
    expect(await get(`${search}&variables=${variables}&operationName=canary&extensions=`)).toEqual({
      status: 200,
      body: '{"data":{"directory":{"name":"customers"}}}',
    });
  });

  it('are no way to write', async () => {
    const response = await fetch(
      `${door.url}/graphql?query=${encodeURIComponent(query())}`,
      await asGateway(),
    );
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(written(door)).toEqual([]);
  });
});
