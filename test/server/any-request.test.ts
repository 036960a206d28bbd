import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { type Answer, post } from '../harness/answers.ts';
import { arrived, someUser, written } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';
import { type Conversation, converse } from '../harness/raw.ts';
import { mutation, securityHeaders } from '../harness/requests.ts';
import { tokenOf } from '../harness/sandbox-tokens.ts';

const door = await openFrontDoor({
  server: { graphiql: false, suggestions: false },
  limits: { bodyBytes: 16_384 },
});
afterAll(() => door.close());

const words = (text: string) => fc.constantFrom(...text.split(' '));
/** Mostly the first, so that not every request is refused for the same reason. */
const mostly = <T>(usual: fc.Arbitrary<T>, ...others: readonly fc.Arbitrary<T>[]) =>
  fc.oneof({ weight: 12, arbitrary: usual }, ...others.map((arbitrary) => ({ weight: 1, arbitrary })));
const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
/** Any bytes but those that end a line. */
const byte = fc.integer({ min: 0, max: 255 }).filter((byte) => byte !== 10 && byte !== 13);
const bytes = fc.array(byte, { maxLength: 30 }).map((all) => String.fromCharCode(...all));
const visible = fc.stringMatching(/^[!-~]{0,10}$/);

interface Request {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Absent: a valid patch. */
  readonly body?: string;
}

const name = mostly(
  words(
    'accept connection content-encoding cookie expect forwarded idpatch-deadline-ms keep-alive origin te',
  ),
  words('trailer upgrade x-forwarded-host referer sec-fetch-site'),
  token,
  // A repeated one of these is refused early, so that they are rare.
  words('authorization content-length content-type host transfer-encoding'),
);
const value = mostly(
  words('*/* text/html close keep-alive gzip 0 1 5 application/json chunked 100-continue localhost null'),
  words('https://evil.example cross-site none h2c PUT trailers'),
  ...[visible, bytes],
);
const headers = fc.array(fc.tuple(name, value), { maxLength: 4 });
const method = words('GET HEAD PUT PATCH DELETE OPTIONS TRACE CONNECT PROPFIND QUERY MKCOL');
const path = words('* http://localhost/graphql //graphql /graphql/ /%67raphql /x graphql');
const version = fc.constantFrom('HTTP/2.0', 'HTTP/0.9', 'HTTP/1.2', 'HTTQ/1.1', '');

/** A patch with one thing for which it must be refused, and others: test/server/malformed.test.ts has each alone. */
const refused = fc
  .tuple(
    fc.oneof(
      ...[method.map((method) => ({ method })), path.map((target) => ({ target }))],
      ...[version.map((version) => ({ version })), fc.constant({ headers: [['X y', 'a']] as const })],
      fc.constant({ headers: [['Origin', 'https://evil.example']] as const }),
    ),
    ...[headers, headers],
  )
  .map(([change, before, after]): Request => {
    const request = { method: 'POST', target: '/graphql', version: 'HTTP/1.1', headers: [], ...change };
    return { ...request, headers: [...before, ...request.headers, ...after] };
  });
const any: fc.Arbitrary<Request> = fc.record({
  method: mostly(fc.constantFrom('POST', 'GET'), method, token, bytes),
  target: mostly(words('/graphql /graphql?query={__typename} /health /ready'), path, visible, bytes),
  version: mostly(fc.constant('HTTP/1.1'), fc.constantFrom('HTTP/1.0', 'HTTP/1.1 x', ''), bytes),
  headers,
  body: fc.oneof(fc.constant('{"query":"{ __typename }"}'), visible, bytes),
});

/** Rejects if there is neither a response nor an end. */
async function send({ method, target, version, headers, body = patch }: Request): Promise<Conversation> {
  const head = Object.entries({
    Host: 'localhost',
    'Content-Type': 'application/json',
    'Content-Length': `${body.length}`,
  });
  const lines = [...head, ...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const wire = Buffer.from(`${method} ${target} ${version}\r\n${lines}\r\n${body}`, 'latin1');
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('It hangs.')), 20_000);
  return Promise.race([converse(door.url, wire, 1), timeout]).finally(() => clearTimeout(timer));
}
const patch = JSON.stringify({ query: mutation(someUser(door, 'customers')) });

it('no request gets 5xx, and one that must be refused gets 4xx or no response', async () => {
  const lot = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 15, maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(lot(refused), lot(any), async (bad, all) => {
      door.forgetRequests();
      const refusals = (await Promise.all(bad.map(send))).flatMap(({ answers }) => answers);
      for (const { status, headers } of refusals) {
        expect(status).toSatisfy((status: number) => status >= 400 && status < 500);
        expect(headers).toMatchObject(securityHeaders);
      }
      expect(arrived(door)).toEqual([]);
      const others = (await Promise.all(all.map(send))).flatMap(({ answers }) => answers);
      for (const { status } of others) expect(status).toBeLessThan(500);
      expect((await fetch(`${door.url}/ready`)).status).toBe(200);
    }),
    { numRuns: 25 },
  );
  expect(written(door)).toEqual([]);
  expect(door.log.join('')).not.toContain('"event":"bug"');
}, 240_000);

/** A value; names have another word, because messages may repeat names. */
const word = 'Canary';
const json = fc.jsonValue({ maxDepth: 6 });
/** No sequence of these is a valid patch. */
const parts = fc.constantFrom(
  ...'{ } ( ) [ ] : $ ! @ ... " """ = | & , # \\u \ufeff query mutation subscription fragment on'.split(' '),
  ...'1e-400 -0 9007199254740993 patchUser planPatchUser directories users ids input name id'.split(' '),
  ...`Query __schema $other ...other "${word}" PatchUserInput! a: __typename @skip(if: true)`.split(' '),
  ...[`{ user(by: { id: "${word}" }) { id directory { name { other } } } }`, 'query other($input: Boolean!)'],
  ...['{ directories { name } }', '... on Query { __typename }', `@other(a: "${word}")`],
);
const selection = fc.constantFrom(
  ...['__typename', 'directories', 'directories { name }', 'name', 'other: other', '... on Query'],
  ...[`user(by: { id: "${word}" })`, '@include(if: $input)', `@other(a: "${word}")`],
);
const document = fc.oneof(
  fc.array(parts, { maxLength: 30 }).map((all) => all.join(' ')),
  fc.array(selection, { minLength: 1, maxLength: 4 }).map((all) => `query other { ${all.join(' ')} }`),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
const variables = fc.oneof(fc.dictionary(fc.constantFrom(word, 'input', '__proto__', 'id'), json), json);
const operationName = fc.oneof(fc.constantFrom(null, word, '__proto__'), json);
const params = fc.record(
  { query: fc.oneof(document, json), operationName, variables, extensions: json, [word]: json },
  { requiredKeys: ['query'] },
);
const user = fc.oneof(json, fc.record({ id: json, login: json }, { requiredKeys: [] }));
const fields = fc.record({ displayName: json, email: json, status: json, customFields: json });
const wrongInput = fc.record({ user, patch: fc.oneof(json, fields), [word]: json }, { requiredKeys: [] });
const query = 'mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome errors { path } } }';
const bodies: fc.Arbitrary<string | Uint8Array<ArrayBuffer>> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((all) => new Uint8Array(all)),
  ...[json, params, params.map((value) => [value, value]), document.map((query) => ({ query }))].map((one) =>
    one.map((value) => JSON.stringify(value)),
  ),
  fc.tuple(params, fc.nat(200)).map(([value, length]) => JSON.stringify(value).slice(0, length)),
  wrongInput.map((input) => JSON.stringify({ query, variables: { input } })),
);

it('any document gets an answer of ours, by POST and by GET, and nothing is written', async () => {
  const logged = door.log.length;
  const seen = new Set<string>();
  const expectHarmless = ({ status, body }: Answer) => {
    expect(status).toBeLessThan(500);
    const { data, errors = [] } = JSON.parse(body);
    const codes = errors.map(({ extensions }: { extensions?: { code?: string } }) => extensions?.code);
    for (const code of codes) seen.add(code);
    expect(codes.filter((code: unknown) => !/^[A-Z_]+$/.test(`${code}`))).toEqual([]);
    expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
    if (data !== undefined) return;
    expect(errors).not.toEqual([]);
    expect(body.length).toBeLessThan(2_500);
    expect(body).not.toContain(word);
  };
  const authorization = `Bearer ${await tokenOf(door, 'users:write')}`;
  await fc.assert(
    fc.asyncProperty(bodies, document, fc.string(), async (body, query, more) => {
      expectHarmless(await post(door, body));
      const search = new URLSearchParams({ query, variables: more, operationName: more });
      const rest = encodeURI(more.toWellFormed()).replaceAll('#', '');
      const response = await fetch(`${door.url}/graphql?${search}&${rest}`, { headers: { authorization } });
      expectHarmless({ status: response.status, body: await response.text() });
    }),
    { numRuns: 500 },
  );
  const expected = ['BAD_REQUEST', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'INVALID_INPUT'];
  expect([...seen]).toEqual(expect.arrayContaining(expected));
  expect(door.log.slice(logged).filter((line) => line.includes('bug'))).toEqual([]);
  expect(written(door)).toEqual([]);
});
