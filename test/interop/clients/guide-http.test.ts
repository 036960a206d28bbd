import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openDoor } from '../../harness/front-door.ts';
import { ask, directories, table } from './guide.ts';

/** What is wrong with what a client sends, by the code that says so. */
const badRequests: Readonly<Record<string, unknown>> = {
  GRAPHQL_PARSE_FAILED: { query: '{' },
  GRAPHQL_VALIDATION_FAILED: { query: '{ nothing }' },
  INVALID_INPUT: {
    query: 'query ($by: UserBy!) { user(by: $by) { id } }',
    variables: { by: { id: 'customers:a', login: { directory: 'customers', login: 'a' } } },
  },
  OPERATION_RESOLUTION_FAILURE: { ...directories, operationName: 'none' },
  BAD_REQUEST: '[',
};

/** All others, by status and code; each is brought about in test/server or test/auth. */
const refusals =
  `401 UNAUTHENTICATED, 403 FORBIDDEN_ORIGIN, 404 NOT_FOUND, 405 METHOD_NOT_ALLOWED, 408 BAD_REQUEST,
  413 BODY_TOO_LARGE, 415 UNSUPPORTED_MEDIA_TYPE, 429 RATE_LIMITED, 431 BAD_REQUEST, 500 INTERNAL_SERVER_ERROR,
  503 OVERLOADED, 503 ISSUER_UNAVAILABLE`.split(/,\s+/);

/** All codes by which a request is refused before GraphQL looks at it. */
const refusalCodes = [
  ...(readFileSync(new URL('../../../src/server/response.ts', import.meta.url), 'utf8')
    .split('export type ResponseErrorCode')[1]
    ?.matchAll(/^ {2}\| '(\w+)'/gm) ?? []),
].map(([, code]) => code);

it('what HTTP says is in the guide, all of it', () => {
  const rows = table('status | code');
  expect(rows.map((cells) => cells.join(' '))).toEqual([
    ...Object.keys(badRequests).map((code) => `400 ${code}`),
    ...refusals,
  ]);
  expect(refusalCodes.length).toBeGreaterThan(7);
  expect(rows.map(([, code]) => code)).toEqual(expect.arrayContaining(refusalCodes));
});

describe.each(Object.entries(badRequests))('%s', (code, body) => {
  it.each([
    ['as the clients ask', {}, 400],
    ['to a client that takes no other JSON', { accept: 'application/json' }, undefined],
  ])('%s', async (_, headers, always) => {
    const { status, body: said } = await ask(await openDoor(), body, headers);
    const isOfGraphQL = Object.keys(badRequests).indexOf(code) < 3;
    expect(status).toBe(always ?? (isOfGraphQL ? 200 : 400));
    expect(said).toMatchObject({ errors: [{ extensions: { code } }] });
    expect(said).not.toHaveProperty('data');
  });
});
