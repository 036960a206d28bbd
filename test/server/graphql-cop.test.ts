import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxCallers } from '../../src/sandbox/callers.ts';
import { arrived, someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { mutation } from '../harness/requests.ts';

// The checks of https://github.com/dolevf/graphql-cop (lib/tests), with its documents.

// Left out, as in a configuration for production: the sandbox would have them on.
const server = { graphiql: undefined, introspection: undefined, suggestions: undefined };

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
/** The document of a check, under the name that the tool asks for. */
const cop = (query: string) => json({ query, operationName: 'cop' });
const batch = (count: number) => json(Array(count).fill({ query: 'query cop { __typename }' }));
const form = (query: string) => ({ method: 'POST', body: new URLSearchParams({ query }) });
const inAddress = (query: string) => `/graphql?${new URLSearchParams({ query })}`;
const levels = (count: number) => `${'fields { type { '.repeat(count)}name${' } }'.repeat(count)}`;
const typename = 'query {__typename}';

type Row = readonly [
  check: string,
  request: RequestInit,
  status: number,
  code: string | undefined,
  path?: string,
];
const rows: readonly Row[] = [
  [
    'alias overloading',
    cop(`query cop { ${Array.from({ length: 101 }, (_, i) => `alias${i}:__typename`).join('\n')} }`),
    400,
    'BAD_REQUEST',
  ],
  ['array batching (1)', batch(1), 400, 'BAD_REQUEST'],
  ['array batching (10)', batch(10), 400, 'BAD_REQUEST'],
  ['directive overloading', cop(`query cop { __typename ${'@aa'.repeat(10)} }`), 400, 'BAD_REQUEST'],
  ['field duplication', cop(`query cop { ${'__typename \n'.repeat(500)} }`), 400, 'BAD_REQUEST'],
  [
    'introspection',
    cop('query cop { __schema { types { name fields { name } } } }'),
    200,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'circular introspection',
    cop(`query cop { __schema { types { ${levels(4)} } } }`),
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'circular fragment',
    json({
      query:
        'query { __schema { ...A } } fragment A on __Schema { __typename ...B } fragment B on __Schema { ...A }',
    }),
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['field suggestions', cop('query cop { __schema { directive } }'), 200, 'GRAPHQL_VALIDATION_FAILED'],
  ['field suggestions of ours', cop('query cop { directorie { name } }'), 200, 'GRAPHQL_VALIDATION_FAILED'],
  ['trace mode', cop('query cop { __typename }'), 200, undefined],
  ['unhandled errors', cop('qwerty cop { abc }'), 200, 'GRAPHQL_PARSE_FAILED'],
  ['a form', form(typename), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  [
    'a POST with the query in the address',
    { method: 'POST' },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    inAddress(typename),
  ],
  [
    'a form with the query in the address, too',
    form(typename),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    inAddress(typename),
  ],
  ...['/', '/graphiql', '/playground', '/console', '/altair', '/voyager', '/explorer'].map(
    (path): Row => [`GraphiQL at ${path}`, { headers: { accept: 'text/html' } }, 404, 'NOT_FOUND', path],
  ),
];

describe.each(['anonymously, on loopback', 'with a token'])('graphql-cop finds nothing %s', (who) => {
  let door: FrontDoor;
  let token: string | undefined;
  beforeAll(async () => {
    if (who !== 'with a token') {
      door = await openFrontDoor({ server });
      return;
    }
    door = await openFrontDoor({
      server,
      callers: ({ url, jwksUrl }) => ({
        jwt: [{ ...sandboxCallers.gateway, issuer: url, jwks: jwksUrl, allowLoopback: true }],
      }),
    });
    token = await (await fetch(door.sandbox.tokenUrls.gateway)).text();
  });
  afterAll(() => door.close());

  async function send(path: string, request: RequestInit, authorized = true) {
    const headers = {
      ...request.headers,
      ...(token && authorized ? { authorization: `Bearer ${token}` } : {}),
    };
    const response = await fetch(`${door.url}${path}`, { ...request, headers });
    const body = await response.text();
    expect(response.headers.get('content-type')).not.toContain('html');
    expect(body.length).toBeLessThan(1_500);
    expect(body).not.toMatch(/did you mean|stack|graphiql|<html|PatchUserInput/i);
    expect(door.log).toEqual([]);
    expect(arrived(door)).toEqual([]);
    const { errors } = JSON.parse(body) as { errors?: { extensions: { code: string } }[] };
    return {
      status: response.status,
      code: errors?.[0]?.extensions.code,
      allow: response.headers.get('allow'),
    };
  }

  it.each(rows.map(([check, ...row]) => ({ check, row })))('$check', async ({ row }) => {
    const [request, status, code, path = '/graphql'] = row;
    expect(await send(path, request)).toMatchObject({ status, code });
  });

  it('a mutation by GET or by a form', async () => {
    const write = mutation(someUser(door, 'customers'));
    const code = token ? 'BAD_REQUEST' : 'METHOD_NOT_ALLOWED';
    expect(await send(inAddress(write), {})).toEqual({ status: 405, code, allow: 'POST' });
    expect(await send('/graphql', form(write))).toMatchObject({ status: 415 });
    expect(await send(inAddress(write), { method: 'POST' })).toMatchObject({ status: 415 });
  });

  // The tool calls it a possible CSRF. It is none: a browser adds no bearer token by itself, as it would a cookie, so
  // that a page that has the token is the caller's own.
  it('a query by GET, unless it has a token', async () => {
    const refused = { status: 405, code: 'METHOD_NOT_ALLOWED', allow: 'POST' };
    expect(await send(inAddress(typename), {}, false)).toEqual(refused);
    expect(await send(inAddress(typename), { headers: { cookie: 'token=x' } }, false)).toEqual(refused);
    expect(await send(inAddress(typename), {})).toEqual(
      token ? { status: 200, code: undefined, allow: null } : refused,
    );
  });
});
