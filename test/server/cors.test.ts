import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startAnother } from '../harness/another-service.ts';
import { arrived, someUser } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';
import { converse, lines, type RawAnswer } from '../harness/raw.ts';
import { mutation, post, refusal, says } from '../harness/requests.ts';
import { callersOf, tokenOf } from '../harness/sandbox-tokens.ts';

const app = 'https://app.example.com';
const local = 'http://localhost:5173';

/** Lists no origin; two; and one, with tokens for every caller. */
const door = await openFrontDoor();
const listing = await startAnother(door, { cors: [app, local] });
const withTokens = await openFrontDoor({ callers: callersOf('gateway'), server: { cors: [app] } });
const token = await tokenOf(withTokens, 'users:read');
afterAll(async () => {
  await listing.close();
  await withTokens.close();
  await door.close();
});
afterEach(() => expect(arrived(door)).toEqual([]));

/** The status, the body, and the headers of CORS. */
async function ask(url: string, bytes: string) {
  // Asked to close it, the server ends the connection, so that nobody has to wait for more answers.
  const { answers } = await converse(url, bytes.replace('\r\n', '\r\nConnection: close\r\n'));
  const [{ status, body, headers }] = answers as [RawAnswer];
  const cors = Object.entries(headers).filter(([name]) => /^access-control-|^vary$|^timing-allow/.test(name));
  return { status, body, cors: Object.fromEntries(cors), allow: headers.allow };
}

const typename = JSON.stringify({ data: { __typename: 'Query' } });
const read = (...headers: readonly string[]) => post('{ __typename }', ['Host: localhost', ...headers]);
const write = (host: string, ...headers: readonly string[]) =>
  post(mutation(someUser(door, 'customers')), [`Host: ${host}`, ...headers]);
const preflight = (origin: string, host = 'localhost') =>
  lines([
    ...['OPTIONS /graphql HTTP/1.1', `Host: ${host}`, `Origin: ${origin}`],
    ...['Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: content-type'],
  ]);

describe.each<readonly [string, () => string, object]>([
  ['without listed origins', () => door.url, {}],
  ['with other origins listed', () => listing.url, { vary: 'Origin' }],
])('%s', (_, url, cors) => {
  const evil = 'Origin: https://evil.example';
  it.each<readonly [what: string, headers: readonly string[]]>([
    ['another site', [evil, 'Sec-Fetch-Site: cross-site']],
    ['another site, in an old browser', [evil]],
    ['another host of the site', ['Origin: https://other.example.com', 'Sec-Fetch-Site: same-site']],
    ['another port of this host', ['Origin: http://localhost:9999']],
    ...[
      `${app}.evil.example`,
      'https://evilapp.example.com',
      'http://app.example.com',
      `${app}:8443`,
      `${app}/`,
    ].map((origin) => [`an origin like a listed one, ${origin}`, [`Origin: ${origin}`]] as const),
    ['a listed origin in capitals', [`Origin: ${app.toUpperCase()}`]],
    ['a listed origin and another', [`Origin: ${app}`, evil]],
    ...['null', '', '*', 'chrome-extension://abcdefgh'].map(
      (origin) => [`the origin "${origin}"`, [`Origin: ${origin}`]] as const,
    ),
    ['the origin null of this site', ['Origin: null', 'Sec-Fetch-Site: same-origin']],
    ...['cross-site', 'same-site', 'none, cross-site'].map(
      (site) => [`another site, without Origin: ${site}`, [`Sec-Fetch-Site: ${site}`]] as const,
    ),
    ['another site under our name', ['Origin: http://localhost', 'Sec-Fetch-Site: cross-site']],
  ])('a page of %s is refused, without headers of CORS', async (_, headers) => {
    const refused = { status: 403, body: refusal('FORBIDDEN_ORIGIN', says.foreign), cors };
    expect(await ask(url(), write('localhost', ...headers))).toEqual(refused);
    expect(await ask(url(), read(...headers))).toEqual(refused);
    const [origin] = headers;
    if (origin?.startsWith('Origin: ') && headers.length === 1) {
      expect(await ask(url(), preflight(origin.slice(8)))).toEqual(refused);
    }
  });

  it.each([
    ['no browser', []],
    ['a person who typed the address', ['Sec-Fetch-Site: none']],
    ['its own page', ['Origin: http://localhost', 'Sec-Fetch-Site: same-origin']],
    ['its own page behind a proxy that terminates TLS', ['Origin: https://localhost']],
  ])('%s is answered', async (_, headers) => {
    expect(await ask(url(), read(...headers))).toEqual({ status: 200, body: typename, cors });
  });

  it('its own page at another port is answered', async () => {
    const { host } = new URL(url());
    const bytes = post('{ __typename }', [`Host: ${host}`, `Origin: http://${host}`]);
    expect(await ask(url(), bytes)).toMatchObject({ status: 200, body: typename });
  });
});

describe('a listed origin', () => {
  const allowed = (origin: string) => ({
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'retry-after',
  });

  it.each([app, local])('%s may read the response', async (origin) => {
    const bytes = read(`Origin: ${origin}`, 'Sec-Fetch-Site: cross-site');
    expect(await ask(listing.url, bytes)).toEqual({ status: 200, body: typename, cors: allowed(origin) });
  });

  it('gets its preflight answered before authentication, without cookies', async () => {
    for (const { url } of [listing, withTokens]) {
      const cors = {
        ...allowed(app),
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'content-type, authorization, idpatch-deadline-ms',
        'access-control-max-age': '600',
      };
      expect(await ask(url, preflight(app))).toEqual({ status: 204, body: '', cors });
    }
  });

  it('may read why it was refused', async () => {
    const cors = allowed(app);
    expect(await ask(withTokens.url, read(`Origin: ${app}`))).toMatchObject({ status: 401, cors });
    const put = read(`Origin: ${app}`).replace('POST', 'PUT');
    expect(await ask(withTokens.url, put)).toMatchObject({ status: 405, cors });
  });

  it('gets 405 for an OPTIONS that is not a preflight', async () => {
    const bytes = lines(['OPTIONS /graphql HTTP/1.1', 'Host: localhost', `Origin: ${app}`]);
    expect(await ask(listing.url, bytes)).toMatchObject({ status: 405, allow: 'GET, POST' });
  });

  it('may send a GET with a token only', async () => {
    const get = ['GET /graphql?query={__typename} HTTP/1.1', 'Host: localhost', `Origin: ${app}`];
    expect((await ask(withTokens.url, lines(get))).status).toBe(405);
    const bytes = lines([...get, `Authorization: Bearer ${token}`]);
    expect(await ask(withTokens.url, bytes)).toEqual({ status: 200, body: typename, cors: allowed(app) });
  });
});

it('a token does not help a page of another origin', async () => {
  const bytes = read('Origin: https://evil.example', `Authorization: Bearer ${token}`);
  expect((await ask(withTokens.url, bytes)).status).toBe(403);
});

describe('the Host of anonymous callers', () => {
  const refused = { status: 403, body: refusal('FORBIDDEN_ORIGIN', says.loopbackName) };

  it.each(['localhost', 'localhost:1', 'LOCALHOST:4000', '127.0.0.1', '127.3.2.1:80', '[::1]', '[::1]:4000'])(
    'may be %s',
    async (host) => {
      expect((await ask(door.url, post('{ __typename }', [`Host: ${host}`]))).body).toBe(typename);
    },
  );

  it.each([
    ...['evil.example', 'localhost.evil.example', 'localhost.', 'evil-localhost', '127.0.0.1.evil.example'],
    ...['0.0.0.0:4000', '10.0.0.1', '[::]', '[::ffff:10.0.0.1]', 'xn--lcalhost-4nf'],
  ])('may not be %s, whatever the method', async (host) => {
    const page = lines(['GET /graphql HTTP/1.1', `Host: ${host}`, 'Accept: text/html']);
    for (const bytes of [write(host, `Origin: http://${host}`), write(host), preflight(app, host), page]) {
      expect(await ask(listing.url, bytes)).toMatchObject(refused);
    }
  });

  it('may not be absent, in HTTP/1.0', async () => {
    const bytes = post('{ __typename }', []).replace('HTTP/1.1', 'HTTP/1.0');
    expect(await ask(door.url, bytes)).toMatchObject(refused);
  });

  it('may be any where every caller needs a token', async () => {
    const headers = ['Host: idpatch.example.com', `Authorization: Bearer ${token}`];
    expect(await ask(withTokens.url, post('{ __typename }', headers))).toMatchObject({ body: typename });
  });
});
