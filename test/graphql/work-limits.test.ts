import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import { createRateLimit } from '../../src/auth/rate-limit.ts';
import { plainUserIds } from '../../src/domain/user.ts';
import { createGraphQLHandler } from '../../src/graphql/yoga.ts';
import type { Services } from '../../src/patch/context.ts';
import { listen } from '../../src/server/http-server.ts';
import { createBudget } from '../../src/upstream/budget.ts';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { arrived, written } from '../harness/expected.ts';
import { type FrontDoor, openDoor } from '../harness/front-door.ts';
import { tokenOf } from '../harness/sandbox-tokens.ts';

/** Sends a document as a caller, and gives the whole answer. */
async function ask(
  door: Pick<FrontDoor, 'url'>,
  token: string | undefined,
  query: string,
  { variables = {}, ...init }: { variables?: object; accept?: string; signal?: AbortSignal } = {},
) {
  const response = await fetch(`${door.url}/graphql`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: init.accept ?? 'application/json' },
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
    ...(init.signal ? { signal: init.signal } : {}),
  });
  const wait = response.headers.get('retry-after');
  return { status: response.status, wait, body: (await response.json()) as unknown };
}

const readerOf = (door: FrontDoor, sub: string) => tokenOf(door, 'users:read users:write', { sub });
const users = 'query ($ids: [ID!]!) { users(ids: $ids) { id } }';
const ids = (count: number) => Array.from({ length: count }, (_, at) => `customers:a${at}`);
const refusal = (status: number, code: string, key: string, wait: number | string) => ({
  status,
  wait: String(wait),
  body: {
    errors: [
      {
        message: `This is more than limits.${key} allows: come back in ${wait} s.`,
        extensions: { code, retryAfterSeconds: Number(wait) },
      },
    ],
  },
});

describe('what the requests of a caller cost in a minute', () => {
  const limits = { costPerRequest: 1_500, costPerCallerPerMinute: 1_500 };

  it('is bounded, whatever the others do, and a refusal is whole on every path', async () => {
    const door = await openDoor({ limits });
    const [one, other] = await Promise.all([readerOf(door, 'one'), readerOf(door, 'other')]);
    // Known from then on.
    expect(await ask(door, other, users, { variables: { ids: [] } })).toMatchObject({ status: 200 });
    expect(await ask(door, one, users, { variables: { ids: ids(20) } })).toMatchObject({ status: 200 });
    door.forgetRequests();
    const accepts = ['application/json', 'application/graphql-response+json', 'text/html'];
    for (const accept of accepts) {
      for (const query of [users, `# Not known: ${accept}\n${users}`]) {
        const answer = await ask(door, one, query, { accept, variables: { ids: ids(20) } });
        expect(Number(answer.wait)).toBeGreaterThanOrEqual(1);
        expect(Number(answer.wait)).toBeLessThanOrEqual(60);
        expect(answer).toEqual(refusal(429, 'RATE_LIMITED', 'costPerCallerPerMinute', answer.wait ?? ''));
      }
    }
    expect(arrived(door)).toEqual([]);
    expect(door.log.filter((line) => line.includes('"rate-limited"'))).not.toEqual([]);
    expect(await ask(door, other, users, { variables: { ids: ids(1) } })).toMatchObject({ status: 200 });
    // Callers who cannot be told apart are not bounded.
    for (let times = 0; times < 4; times += 1) {
      expect((await door.graphql(users, { ids: ids(20) })).errors).toBeUndefined();
    }
  });

  it('has the bytes of bodies in it, and the documents that are not known', async () => {
    const door = await openDoor({ limits });
    const token = await readerOf(door, 'one');
    const long = { variables: { ids: [], more: 'x'.repeat(40_000) } };
    expect(await ask(door, token, users, long)).toMatchObject({ status: 200 });
    expect(await ask(door, token, users, long)).toMatchObject({ status: 429 });
    const another = await readerOf(door, 'another');
    const document = (which: number) => `# ${which} ${'x'.repeat(150)}\n{ __typename }`;
    expect(await ask(door, another, document(1))).toMatchObject({ status: 200 });
    expect(await ask(door, another, document(2))).toMatchObject({ status: 429 });
    const spent = await ask(door, another, '{ __typename }');
    expect(spent).toEqual(refusal(429, 'RATE_LIMITED', 'costPerCallerPerMinute', spent.wait ?? ''));
  });
});

/** A provider that answers no read before it is released. */
async function openHeld(limits: Parameters<typeof openBehindProxy>[1]) {
  const { door, proxy } = await openBehindProxy('customers', limits);
  const { promise, resolve } = Promise.withResolvers<void>();
  proxy.fail('read', { after: promise, delivered: true });
  return { door, proxy, release: resolve };
}

it('a caller has so many requests under way and no more, until one is answered', async () => {
  const { door, proxy, release } = await openHeld({ requestsUnderWayPerCaller: 2 });
  const [one, other] = await Promise.all([readerOf(door, 'one'), readerOf(door, 'other')]);
  const variables = { ids: ids(1) };
  const underWay = [1, 2].map(() => ask(door, one, users, { variables }));
  await proxy.arrived('read', 2);
  for (const accept of ['application/json', 'text/html']) {
    const refused = await ask(door, one, '{ __typename }', { accept });
    expect(refused).toEqual(refusal(429, 'RATE_LIMITED', 'requestsUnderWayPerCaller', 1));
  }
  const others = [1, 2].map(() => ask(door, other, users, { variables }));
  await proxy.arrived('read', 4);
  release();
  for (const answer of await Promise.all([...underWay, ...others])) expect(answer.status).toBe(200);
  expect(await ask(door, one, '{ __typename }')).toMatchObject({ status: 200 });
});

describe('work under way', () => {
  // Ten users are 511 points.
  const limits = { costPerRequest: 600, costUnderWay: 1_200, deadlineMs: 700, readBackMs: 100 };
  const variables = { ids: ids(10) };

  it('of one caller is half of it, and beyond that waits or is refused at its deadline', async () => {
    const { door, proxy, release } = await openHeld(limits);
    const [one, other] = await Promise.all([readerOf(door, 'one'), readerOf(door, 'other')]);
    const first = ask(door, one, users, { variables });
    await proxy.arrived('read', 1);
    const patch = `mutation { patchUser(input: { user: { id: "customers:b" }, patch: { displayName: "Ada" } }) { outcome } }`;
    const [late, patched] = [users, patch].map((query) => ask(door, one, query, { variables }));
    // Another caller does not notice.
    const second = ask(door, other, users, { variables });
    await proxy.arrived('read', 2);
    for (const answer of [await late, await patched]) {
      expect(answer).toEqual(refusal(503, 'OVERLOADED', 'costUnderWay', 1));
    }
    expect(written(door)).toEqual([]);
    expect(proxy.requests).toHaveLength(2);
    release();
    await Promise.all([first, second]);
    expect(await ask(door, one, users, { variables })).toMatchObject({ status: 200 });
  });

  it('of a caller who has left makes room for the next', async () => {
    const { door, proxy, release } = await openHeld({ ...limits, deadlineMs: 60_000 });
    const one = await readerOf(door, 'one');
    const leaving = new AbortController();
    const first = ask(door, one, users, { variables, signal: leaving.signal });
    await proxy.arrived('read', 1);
    const alsoLeaving = new AbortController();
    const waiting = ask(door, one, users, { variables, signal: alsoLeaving.signal });
    const next = ask(door, one, users, { variables });
    alsoLeaving.abort();
    await expect(waiting).rejects.toThrow('aborted');
    leaving.abort();
    await expect(first).rejects.toThrow('aborted');
    await proxy.arrived('read', 2);
    release();
    expect(await next).toMatchObject({ status: 200 });
  });
});

it('a short request is answered between the users of a long list', async () => {
  const events: string[] = [];
  const readUsers = async (userIds: readonly string[]) =>
    userIds.map((userId) => ({
      ...{ directory: 'customers', userId },
      get displayName() {
        if (events.length === 0) void small();
        events.push(userId);
        return null;
      },
    }));
  const log = pino({ level: 'silent' });
  const { limits } = (await openDoor()).sandbox.config;
  const directory = { name: 'customers', provider: { capabilities: { userIds: plainUserIds }, readUsers } };
  const handle = createGraphQLHandler(
    { limits, log, directories: new Map([['customers', directory]]) } as unknown as Services,
    {
      ...{ introspection: true, suggestions: true },
      authenticator: createAuthenticator({ anonymous: true }, new Map([['customers', plainUserIds]])),
      ...{ rateLimit: createRateLimit(1), costLimit: createRateLimit(1) },
      bodyBudget: createBudget(2 * limits.bodyBytes),
    },
  );
  const server = await listen({ host: '127.0.0.1', port: 0, log, handle });
  const small = async () => {
    expect((await ask(server, undefined, '{ __typename }')).status).toBe(200);
    events.push('small');
  };
  try {
    const query = 'query ($ids: [ID!]!) { users(ids: $ids) { displayName } }';
    const { body } = await ask(server, undefined, query, { variables: { ids: ids(1_000) } });
    expect(body).toEqual({ data: { users: Array(1_000).fill({ displayName: null }) } });
    expect(events).toHaveLength(1_001);
    expect(events.indexOf('small')).toBeLessThan(1_000);
  } finally {
    await server.close();
  }
});
