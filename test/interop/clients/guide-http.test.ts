import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDoor } from '../../harness/front-door.ts';
import { type Answer, answered, ask, bearer, bug, directories, gateway, lines, table } from './guide.ts';

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

/** What makes idpatch answer so, by status and code. */
const refusals: Readonly<Record<string, () => Promise<Answer>>> = {
  ...Object.fromEntries(
    Object.entries(badRequests).map(([code, body]) => [
      `400 ${code}`,
      async () => ask(await openDoor(), body),
    ]),
  ),
  '401 UNAUTHENTICATED': async () => ask(await openDoor(), directories, bearer('none')),
  '403 FORBIDDEN_ORIGIN': async () =>
    ask(await openDoor(), directories, { origin: 'https://elsewhere.example' }),
  '404 NOT_FOUND': async () =>
    answered(await fetch(`${(await openDoor()).url}/graphiql`, { method: 'POST' })),
  '405 METHOD_NOT_ALLOWED': async () =>
    answered(await fetch(`${(await openDoor()).url}/graphql`, { method: 'PUT', body: '{}' })),
  '408 BAD_REQUEST': async () => {
    const { url } = await openDoor();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\n');
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    return { status: Number(head.split(' ')[1]), retryAfter: null, body: JSON.parse(body) };
  },
  '413 BODY_TOO_LARGE': async () => ask(await openDoor(), { query: ' '.repeat(2 ** 20) }),
  '415 UNSUPPORTED_MEDIA_TYPE': async () =>
    ask(await openDoor(), directories, { 'content-type': 'text/plain' }),
  '429 RATE_LIMITED': async () => {
    const door = await openDoor({ limits: { requestsPerCallerPerMinute: 1 } });
    const token = bearer(await door.sandbox.issuer.token(gateway));
    await ask(door, directories, token);
    return ask(door, directories, token);
  },
  '431 BAD_REQUEST': async () => ask(await openDoor(), directories, bearer('a'.repeat(20_000))),
  '500 INTERNAL_SERVER_ERROR': async () => {
    const door = await openDoor();
    const limits = { ...door.sandbox.config.limits };
    const service = await door.startAnother({ limits });
    onTestFinished(() => service.close());
    Object.defineProperty(limits, 'deadlineMs', { get: bug });
    return ask(service, directories);
  },
  '503 ISSUER_UNAVAILABLE': async () => {
    const door = await openDoor({ issuer: { intercept: () => ({ status: 500 }) } });
    return ask(door, directories, bearer(await door.sandbox.issuer.token(gateway)));
  },
};

/** All codes by which a request is refused before GraphQL looks at it. */
const refusalCodes = [
  ...(readFileSync(new URL('../../../src/server/response.ts', import.meta.url), 'utf8')
    .split('export type ResponseErrorCode')[1]
    ?.matchAll(/^ {2}\| '(\w+)'/gm) ?? []),
].map(([, code]) => code);

describe('what HTTP says', () => {
  const rows = table('status | code');

  it('is in the guide, all of it', () => {
    expect(rows.map((cells) => cells.join(' '))).toEqual(Object.keys(refusals));
    const named = rows.map(([, code]) => code);
    expect(refusalCodes.length).toBeGreaterThan(7);
    expect(named).toEqual(expect.arrayContaining(refusalCodes));
  });

  it.each(Object.entries(refusals))('%s', async (refusal, refuse) => {
    const { status, retryAfter, body } = await refuse();
    expect(`${status} ${body.errors?.[0]?.extensions.code}`).toBe(refusal);
    expect(body.errors).toHaveLength(1);
    expect(body).not.toHaveProperty('data');
    const says = lines.find((line) => line.startsWith(`| ${refusal.replace(' ', ' | `')}\` |`));
    expect(retryAfter !== null).toBe(says?.includes('Retry-After'));
  });
});

it.each(Object.entries(badRequests))('%s to a client that takes no other JSON', async (code, body) => {
  const { status, body: said } = await ask(await openDoor(), body, { accept: 'application/json' });
  const isOfGraphQL = Object.keys(badRequests).indexOf(code) < 3;
  expect(status).toBe(isOfGraphQL ? 200 : 400);
  expect(said).toMatchObject({ errors: [{ extensions: { code } }] });
  expect(said).not.toHaveProperty('data');
});
