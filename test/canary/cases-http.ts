import { createHmac } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { Case } from './case.ts';
import { type Asking, ask, write } from './talk.ts';
import type { World } from './world.ts';

type Word = (name: string) => string;

/** Requests to be answered by this, made with planted words. */
function asked(
  name: string,
  shows: RegExp,
  askings: (word: Word) => readonly (Asking & { token?: null })[],
): Case {
  return {
    name,
    run: async (world) => {
      const answers = [];
      for (const asking of askings((what) => world.plants.word(`${name}: ${what}`)))
        answers.push(await world.ask(asking));
      return answers;
    },
    shows,
  };
}

const typename = JSON.stringify({ query: '{ __typename }' });
const json = { 'content-type': 'application/json' };

const oddHeaders = (word: Word) => ({
  cookie: `session=${word('cookie')}`,
  'user-agent': `Mozilla/5.0 (${word('user-agent')})`,
  'x-forwarded-for': word('x-forwarded-for'),
  'x-forwarded-host': word('x-forwarded-host'),
  forwarded: `for=${word('forwarded')}`,
  'x-request-id': word('x-request-id'),
  'x-correlation-id': word('x-correlation-id'),
  traceparent: `00-${word('traceparent')}`,
  referer: `https://a.example/?q=${word('referer')}`,
  'accept-language': word('accept-language'),
  'proxy-authorization': `Basic ${Buffer.from(`a:${word('proxy-authorization')}`).toString('base64')}`,
  'x-api-key': word('x-api-key'),
  [`x-${word('name of a header')}`]: 'a',
});

const headers: readonly Case[] = [
  asked('headers that nobody asked for', /__typename/, (word) => [
    { headers: oddHeaders(word), body: typename },
  ]),
  asked('an origin and a preflight', /^(?!.*access-control-allow-origin)/is, (word) => {
    const origin = `https://${word('origin')}.example`;
    const asks = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': word('asked header'),
    };
    return [
      { headers: { origin }, body: typename },
      { method: 'OPTIONS', headers: { origin, ...asks } },
    ];
  }),
  asked('a deadline that is none', /idpatch-deadline-ms|"errors"/, (word) =>
    ['', ' ', '1e3'].map((end) => ({
      headers: { 'idpatch-deadline-ms': `${word('deadline')}${end}` },
      body: typename,
    })),
  ),
  asked('an accept and a content type that are none', /"errors"|__typename|^4/, (word) => [
    { headers: { accept: `text/${word('accept')}` }, body: typename },
    { headers: { 'content-type': `text/${word('content-type')}` }, body: typename },
    { headers: { 'content-type': `application/json; charset=${word('charset')}` }, body: typename },
    { headers: { 'content-encoding': word('content-encoding') }, body: typename },
  ]),
];

const bodies: readonly Case[] = [
  asked('bodies that are no JSON', /^4\d\d/, (word) => [
    ...['', '{', '{"query": "', '{"query":"{ __typename }"} ', '\ufeff'].map((start) => ({
      body: `${start}${word('body')}`,
    })),
    { body: Buffer.concat([Buffer.from(`{"query":"${word('invalid UTF-8')}`), Buffer.from([0xff, 0xfe])]) },
    { body: Buffer.from(JSON.stringify({ query: word('UTF-16') }), 'utf16le') },
  ]),
  asked('bodies of another form', /^[24]\d\d/, (word) => [
    { body: JSON.stringify(word('a text')) },
    { body: JSON.stringify([{ query: `{ ${word('a batch')} }` }]) },
    { body: JSON.stringify({ [word('unknown parameter')]: word('its value'), query: '{ __typename }' }) },
    { body: JSON.stringify({ query: [word('query as a list')] }) },
    { body: JSON.stringify({ query: '{ __typename }', variables: word('variables as a text') }) },
    { body: JSON.stringify({ query: '{ __typename }', variables: [word('variables as a list')] }) },
    { body: JSON.stringify({ query: '{ __typename }', extensions: word('extensions as a text') }) },
    { body: JSON.stringify({ query: '{ __typename }', operationName: word('unknown operation') }) },
    {
      body: JSON.stringify({ query: '{ __typename }', operationName: { a: word('operation as an object') } }),
    },
    { body: JSON.stringify({ id: word('persisted'), documentId: word('persisted document') }) },
    {
      body: JSON.stringify({
        extensions: { persistedQuery: { version: 1, sha256Hash: word('persisted hash') } },
      }),
    },
  ]),
  asked('a body of another kind', /^4\d\d/, (word) => [
    {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `query={${word('form')}}`,
    },
    { headers: { 'content-type': 'text/plain' }, body: `{ ${word('plain text')} }` },
    { headers: { 'content-type': 'application/graphql' }, body: `{ ${word('graphql')} }` },
    {
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: `--x\r\ncontent-disposition: form-data; name="${word('part')}"\r\n\r\n${word('part’s value')}\r\n--x--`,
    },
  ]),
  asked('a body that is too large', /^4\d\d/, (word) => [
    { body: JSON.stringify({ query: `{ __typename } # ${word('large body').repeat(100_000)}` }) },
  ]),
];

const addresses: readonly Case[] = [
  asked('a GET with everything in its address', /^[24]\d\d/, (word) => {
    const query = new URLSearchParams({
      query: `query ${word('operation')} { ${word('alias')}: __typename ${word('field')} }`,
      variables: JSON.stringify({ [word('variable')]: word('variable’s value') }),
      operationName: word('operationName'),
      extensions: word('extensions'),
      [word('parameter')]: word('parameter’s value'),
      access_token: word('access_token'),
    });
    return [
      { method: 'GET', path: `/graphql?${query}` },
      { method: 'GET', path: `/graphql?${query}`, headers: { accept: 'text/html' } },
      { method: 'GET', path: `/graphql?query=${encodeURIComponent(`mutation { ${word('mutation')} }`)}` },
      { method: 'GET', path: `/graphql?query=${word('broken query')}%` },
      { method: 'GET', path: `/graphql?query=%7B__typename%7D&variables=${word('broken variables')}` },
    ];
  }),
  ...(['health', 'ready', 'metrics'] as const).map((place) =>
    asked(`/${place}`, place === 'metrics' ? /^404/ : /^200/, (word) => [
      { method: 'GET', path: `/${place}`, headers: oddHeaders(word) },
    ]),
  ),
  asked('places with parameters', /^[24]\d\d/, (word) =>
    ['health', 'ready', 'metrics'].map((place) => ({
      method: 'GET',
      path: `/${place}?token=${word(place)}`,
    })),
  ),
  asked('addresses where nothing is', /^4\d\d/, (word) => [
    { method: 'GET', path: `/${word('path')}?a=${word('parameter')}#` },
    { method: 'GET', path: `/graphql/${word('path below')}` },
    { path: `/${word('path of a POST')}`, body: typename },
    { method: 'PUT', path: `/graphql?${word('PUT')}`, body: word('PUT’s body') },
    { method: 'DELETE', path: `/graphql?${word('DELETE')}` },
    { method: 'GET', path: `/%ff%00${word('broken path')}` },
  ]),
];

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function unsigned(word: Word, header: object, claims: object): string {
  const head = encode({ typ: 'at+jwt', ...header, [word('header’s name')]: word('header’s value') });
  const payload = encode({ ...claims, email: word('email'), [word('claim’s name')]: word('claim’s value') });
  const signature = createHmac('sha256', 'key').update(`${head}.${payload}`).digest('base64url');
  return `${head}.${payload}.${signature}`;
}

const refusedAuthorization = (
  name: string,
  make: (world: World, word: Word) => readonly (string | Promise<string>)[],
): Case => ({
  name: `authorization: ${name}`,
  run: async (world) => {
    const made = make(world, (what) => world.plants.word(`${name}: ${what}`));
    const answers = [];
    for (const authorization of await Promise.all(made)) {
      answers.push(await ask(world.program.url, { headers: { ...json, authorization }, body: typename }));
      const headers = { ...json, authorization };
      answers.push(await ask(world.program.url, { method: 'GET', path: '/graphql?query=%7Ba%7D', headers }));
    }
    return answers;
  },
  shows: /^401[\s\S]*www-authenticate/i,
});

const callers: readonly Case[] = [
  refusedAuthorization('another scheme', (_world, word) => [
    `Basic ${Buffer.from(`${word('user')}:${word('password')}`).toString('base64')}`,
    `Digest username="${word('digest')}"`,
    word('no scheme'),
    `Bearer ${word('two')} ${word('words')}`,
  ]),
  refusedAuthorization('garbage', (_world, word) => [
    `Bearer ${word('garbage')}`,
    `Bearer ${word('a')}.${word('b')}.${word('c')}`,
    `Bearer ${encode({ alg: word('alg') })}.${word('payload')}.x`,
  ]),
  refusedAuthorization('tokens that nobody signed', ({ issuer }, word) => {
    const claims = { iss: issuer.url, aud: 'gateway', sub: 'a', iat: 1, exp: 9_999_999_999 };
    return [
      ...['none', 'HS256', 'ES256', 'RS256', word('alg')].map((alg) =>
        unsigned(word, { alg, kid: 'sandbox-1' }, claims),
      ),
      unsigned(
        word,
        { alg: 'ES256', kid: 'sandbox-1' },
        { ...claims, iss: `https://${word('iss')}.example` },
      ),
      unsigned(word, { alg: 'ES256', kid: 'sandbox-1' }, { ...claims, aud: word('aud') }),
      unsigned(word, { alg: 'ES256', typ: word('typ') }, claims),
      unsigned(word, { alg: 'ES256', jku: `https://${word('jku')}.example` }, claims),
      unsigned(word, { alg: 'ES256', crit: [word('crit')] }, claims),
    ].map((token) => `Bearer ${token}`);
  }),
  refusedAuthorization('tokens that are not taken', ({ issuer, plants }, word) => {
    const good = { aud: 'gateway', sub: 'a' };
    const tokens = [
      { ...good, exp: 1_000_000, email: plants.email('expired token: email') },
      { ...good, nbf: 9_999_999_999, name: word('not yet: name') },
      { ...good, iat: 9_999_999_999, name: word('to come: name') },
      { aud: 'gateway', name: word('nobody’s: name') },
      { ...good, sub: `${word('odd sub')}\r\n\u001b[31m` },
      { ...good, sub: `${word('long sub')}`.repeat(20) },
      { ...good, exp: word('exp as a text') as never },
    ];
    const signed = async (claims: JWTPayload, header?: object) => {
      const token = await issuer.token(claims, header);
      const [, payload = '', signature = ''] = token.split('.');
      plants.add('refused token: signature', signature);
      plants.add('refused token: payload', payload.slice(-24));
      return `Bearer ${token}`;
    };
    return [...tokens.map((claims) => signed(claims)), signed(good, { kid: word('kid') })];
  }),
  asked('no authorization', /^40[145]/, (word) => [
    { token: null, body: JSON.stringify({ query: `{ ${word('query')} }` }) },
    { token: null, method: 'GET', path: `/graphql?query=${word('query in the address')}` },
    { token: null, method: 'GET', path: `/${word('path')}` },
  ]),
];

const lines: Case = {
  name: 'what is no HTTP',
  run: async ({ plants, program, tokens }) => {
    const word = (name: string) => plants.word(`no HTTP: ${name}`);
    const host = 'Host: 127.0.0.1\r\n';
    return Promise.all(
      [
        `${word('first line')}\r\n\r\n`,
        `GET /${word('version')} HTTP/9.9\r\n${host}\r\n`,
        `GET /graphql?a=${word('no host')} HTTP/1.1\r\n\r\n`,
        `POST /graphql HTTP/1.1\r\n${host}Content-Length: ${word('length')}\r\n\r\n`,
        `POST /graphql HTTP/1.1\r\n${host}Authorization: Bearer ${tokens.gateway}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${word('smuggled')}`,
        `POST /graphql HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${word('chunk')}\r\n`,
        `GET /graphql HTTP/1.1\r\n${host}X-A: ${word('control character')}\u0001\r\n\r\n`,
        `GET /graphql HTTP/1.1\r\n${host}${word('no colon')}\r\n\r\n`,
        `GET /graphql HTTP/1.1\r\n${host}X-Long: ${word('long').repeat(2_000)}\r\n\r\n`,
        `GET http://${word('absolute')}.example/graphql HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
        `CONNECT ${word('connect')}.example:443 HTTP/1.1\r\n${host}\r\n`,
        `GET /graphql HTTP/1.1\r\nHost: ${word('host')}.example\r\nConnection: close\r\n\r\n`,
      ].map((bytes) => write(program.url, bytes)),
    );
  },
  shows: /^\s*$|^HTTP\/1\.1 (4|5)\d\d/,
};

/** What comes over HTTP beside a document and its variables. */
export const httpCases: readonly Case[] = [...headers, ...bodies, ...addresses, ...callers, lines];
