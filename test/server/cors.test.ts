import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../src/service.ts';
import { startAnother, startTokenCallers, type TokenCallers } from '../harness/another-service.ts';
import { arrived, someUser, written } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { converse, lines, type RawAnswer } from '../harness/raw.ts';
import { mutation, post, refusal, says } from '../harness/requests.ts';

const app = 'https://app.example.com';
const local = 'http://localhost:5173';

let door: FrontDoor;
let listing: Service;
let tokens: TokenCallers;
let withTokens: Service;
beforeAll(async () => {
  door = await openFrontDoor();
  listing = await startAnother(door, { server: { cors: [app, local] } });
  tokens = await startTokenCallers();
  withTokens = await startAnother(door, { callers: tokens.callers, server: { cors: [app] } });
});
afterAll(async () => {
  await listing.close();
  await withTokens.close();
  await tokens.close();
  await door.close();
});
afterEach(() => {
  expect(arrived(door)).toEqual([]);
  expect(written(door)).toEqual([]);
});

async function ask(url: string, bytes: string): Promise<RawAnswer> {
  const { answers } = await converse(url, bytes, 1);
  const [answer] = answers;
  if (!answer) throw new Error('There is no answer.');
  return answer;
}

/** The headers that let a page have an answer, or say that it depends on the page. */
function cors({ headers }: RawAnswer) {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => /^access-control-|^vary$|^timing-allow/.test(name)),
  );
}

const typename = JSON.stringify({ data: { __typename: 'Query' } });
const write = (...headers: readonly string[]) =>
  post(mutation(someUser(door, 'customers')), ['Host: localhost', ...headers]);
const read = (...headers: readonly string[]) => post('{ __typename }', ['Host: localhost', ...headers]);
const preflight = (origin: string, host = 'localhost') =>
  lines([
    'OPTIONS /graphql HTTP/1.1',
    `Host: ${host}`,
    `Origin: ${origin}`,
    'Access-Control-Request-Method: POST',
    'Access-Control-Request-Headers: content-type',
  ]);

const foreign: readonly (readonly [string, readonly string[]])[] = [
  ['another site', ['Origin: https://evil.example', 'Sec-Fetch-Site: cross-site']],
  ['another site, in an old browser', ['Origin: https://evil.example']],
  ['another host of the site', ['Origin: https://other.example.com', 'Sec-Fetch-Site: same-site']],
  ['another port of this host', ['Origin: http://localhost:9999']],
  ['a name that begins with a listed one', [`Origin: ${app}.evil.example`]],
  ['a name that ends with a listed one', ['Origin: https://evilapp.example.com']],
  ['a listed name by http', ['Origin: http://app.example.com']],
  ['a listed name at another port', [`Origin: ${app}:8443`]],
  ['a listed origin with a slash', [`Origin: ${app}/`]],
  ['a listed origin in capitals', [`Origin: ${app.toUpperCase()}`]],
  ['a listed origin and another', [`Origin: ${app}`, 'Origin: https://evil.example']],
  ['no origin that can be named', ['Origin: null']],
  ['no origin that can be named, of this site', ['Origin: null', 'Sec-Fetch-Site: same-origin']],
  ['an empty origin', ['Origin:']],
  ['an origin that is none', ['Origin: *']],
  ['an extension', ['Origin: chrome-extension://abcdefgh']],
  ['another site, without its name', ['Sec-Fetch-Site: cross-site']],
  ['the same site, without its name', ['Sec-Fetch-Site: same-site']],
  ['another site under our name', ['Origin: http://localhost', 'Sec-Fetch-Site: cross-site']],
  ['a relation that there is not', ['Sec-Fetch-Site: none, cross-site']],
];

describe.each<readonly [string, () => string, object]>([
  ['where no origin is listed', () => door.url, {}],
  ['where others are listed', () => listing.url, { vary: 'Origin' }],
])('%s', (_, url, said) => {
  it.each(foreign)('a page of %s is refused, without a word to its browser', async (_, headers) => {
    for (const bytes of [write(...headers), read(...headers)]) {
      const answer = await ask(url(), bytes);
      expect([answer.status, answer.body]).toEqual([403, refusal('FORBIDDEN_ORIGIN', says.foreign)]);
      expect(cors(answer)).toEqual(said);
    }
  });

  it.each(['https://evil.example', 'null', 'http://localhost:9999'])(
    'a preflight of %s is refused, without a word to its browser',
    async (origin) => {
      const answer = await ask(url(), preflight(origin));
      expect([answer.status, answer.body]).toEqual([403, refusal('FORBIDDEN_ORIGIN', says.foreign)]);
      expect(cors(answer)).toEqual(said);
    },
  );

  it.each([
    ['no browser', []],
    ['a person who typed the address', ['Sec-Fetch-Site: none']],
    ['its own page', ['Origin: http://localhost', 'Sec-Fetch-Site: same-origin']],
    ['its own page, by a proxy that took https off', ['Origin: https://localhost']],
  ])('%s is answered', async (_, headers) => {
    const answer = await ask(url(), read(...headers));
    expect([answer.status, answer.body]).toEqual([200, typename]);
    expect(cors(answer)).toEqual(said);
  });

  it('its own page at another port is answered', async () => {
    const { host } = new URL(url());
    const answer = await ask(url(), post('{ __typename }', [`Host: ${host}`, `Origin: http://${host}`]));
    expect([answer.status, answer.body]).toEqual([200, typename]);
  });
});

describe('a listed origin', () => {
  const allowed = (origin: string) => ({
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'retry-after',
  });

  it.each([app, local])('%s has the answer, and no other origin has', async (origin) => {
    const answer = await ask(listing.url, read(`Origin: ${origin}`, 'Sec-Fetch-Site: cross-site'));
    expect([answer.status, answer.body]).toEqual([200, typename]);
    expect(cors(answer)).toEqual(allowed(origin));
  });

  it('is told what it may send, for a while, and not with cookies', async () => {
    const answer = await ask(listing.url, preflight(app));
    expect([answer.status, answer.body]).toEqual([204, '']);
    expect(answer.headers['content-length']).toBeUndefined();
    expect(cors(answer)).toEqual({
      ...allowed(app),
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type, authorization, idpatch-deadline-ms',
      'access-control-max-age': '600',
    });
  });

  it('can read why it was refused', async () => {
    const unauthenticated = await ask(withTokens.url, read(`Origin: ${app}`));
    expect([unauthenticated.status, cors(unauthenticated)]).toEqual([401, allowed(app)]);
    const put = await ask(withTokens.url, read(`Origin: ${app}`).replace('POST', 'PUT'));
    expect([put.status, cors(put)]).toEqual([405, allowed(app)]);
  });

  it('asks for nothing by an OPTIONS that is no preflight', async () => {
    const answer = await ask(
      listing.url,
      lines(['OPTIONS /graphql HTTP/1.1', 'Host: localhost', `Origin: ${app}`]),
    );
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, POST']);
  });

  it('is asked before its token is looked at', async () => {
    expect((await ask(withTokens.url, preflight(app))).status).toBe(204);
  });

  it('may query by GET with a token, and not without', async () => {
    const get = (...headers: readonly string[]) =>
      lines(['GET /graphql?query={__typename} HTTP/1.1', 'Host: localhost', `Origin: ${app}`, ...headers]);
    const answer = await ask(withTokens.url, get(`Authorization: Bearer ${tokens.token}`));
    expect([answer.status, answer.body, cors(answer)]).toEqual([200, typename, allowed(app)]);
    expect((await ask(withTokens.url, get())).status).toBe(405);
  });
});

it('a page of another origin gets no further with a token', async () => {
  const bytes = read('Origin: https://evil.example', `Authorization: Bearer ${tokens.token}`);
  expect((await ask(withTokens.url, bytes)).status).toBe(403);
});

describe('the name that a caller calls this machine by', () => {
  const by = (host: string, ...headers: readonly string[]) =>
    post('{ __typename }', [`Host: ${host}`, ...headers]);

  it.each(['localhost', 'localhost:1', 'LOCALHOST:4000', '127.0.0.1', '127.3.2.1:80', '[::1]', '[::1]:4000'])(
    '%s is taken from anonymous callers',
    async (host) => {
      expect((await ask(door.url, by(host))).body).toBe(typename);
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    'localhost.',
    'evil-localhost',
    '127.0.0.1.evil.example',
    '0.0.0.0:4000',
    '10.0.0.1',
    '[::]',
    '[::ffff:10.0.0.1]',
    'xn--lcalhost-4nf',
  ])('%s is not, by whatever method', async (host) => {
    const rebound = `Origin: http://${host}`;
    const requests = [
      post(mutation(someUser(door, 'customers')), [`Host: ${host}`, rebound]),
      by(host),
      preflight(app, host),
      lines(['GET /graphql HTTP/1.1', `Host: ${host}`, 'Accept: text/html']),
    ];
    for (const bytes of requests) {
      const answer = await ask(listing.url, bytes);
      expect([answer.status, answer.body]).toEqual([403, refusal('FORBIDDEN_ORIGIN', says.loopbackName)]);
    }
  });

  it('is any where all callers need a token', async () => {
    const answer = await ask(
      withTokens.url,
      by('idpatch.example.com', `Authorization: Bearer ${tokens.token}`),
    );
    expect([answer.status, answer.body]).toEqual([200, typename]);
  });

  it('may be left out in HTTP/1.0, and is then none', async () => {
    const answer = await ask(door.url, post('{ __typename }', []).replace('HTTP/1.1', 'HTTP/1.0'));
    expect([answer.status, answer.body]).toEqual([403, refusal('FORBIDDEN_ORIGIN', says.loopbackName)]);
  });
});
