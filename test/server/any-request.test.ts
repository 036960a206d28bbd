import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrived, someUser, written } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { type Conversation, converse } from '../harness/raw.ts';
import { mutation, securityHeaders } from '../harness/requests.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({ server: { graphiql: false } });
});
afterAll(() => door.close());

/** Requests that are under way at once, and how often. */
const atOnce = 25;
const rounds = 40;

/** One request. */
interface Request {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Without the headers that such a request has. */
  readonly bare?: boolean;
  /** Left out: a patch that is APPLIED where it gets through. */
  readonly body?: string;
}

const good: Request = { method: 'POST', target: '/graphql', version: 'HTTP/1.1', headers: [] };

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
/** Any bytes but those that end a line. */
const bytes = fc
  .array(
    fc.integer({ min: 0, max: 255 }).filter((byte) => byte !== 10 && byte !== 13),
    { maxLength: 30 },
  )
  .map((all) => String.fromCharCode(...all));
const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
});
const knownName = fc.constantFrom(
  ...['accept', 'connection', 'content-encoding', 'cookie', 'expect', 'forwarded', 'idpatch-deadline-ms'],
  ...['keep-alive', 'origin', 'referer', 'sec-fetch-site', 'te', 'trailer', 'upgrade', 'x-forwarded-host'],
);
/** Most requests with one of these more are of no known length or have it twice, and get no further. */
const singleName = fc.constantFrom(
  ...['authorization', 'content-length', 'content-type', 'host', 'transfer-encoding'],
);
const knownValue = fc.constantFrom(
  ...[
    '*/*',
    'text/html',
    'Bearer x',
    'close',
    'keep-alive',
    'gzip',
    '0',
    '1',
    '5',
    'application/json',
    'chunked',
  ],
  ...[
    '100-continue',
    'localhost',
    'https://evil.example',
    'null',
    'cross-site',
    'none',
    'h2c',
    'PUT',
    'trailers',
  ],
);
const header = fc.tuple(
  mostly(knownName, token, singleName),
  fc.oneof(
    { weight: 10, arbitrary: knownValue },
    { weight: 5, arbitrary: visible },
    { weight: 1, arbitrary: bytes },
  ),
);
const noise = fc.array(header, { maxLength: 4 });

/** The first mostly, so that what is generated is not all refused for the same reason. */
function mostly<T>(usual: fc.Arbitrary<T>, ...others: readonly fc.Arbitrary<T>[]): fc.Arbitrary<T> {
  const rest = others.map((arbitrary) => ({ weight: 1, arbitrary }));
  return fc.oneof({ weight: 12, arbitrary: usual }, ...rest);
}

const method = fc.constantFrom(
  ...['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'QUERY', 'MKCOL'],
);
const path = fc.oneof(
  fc.constantFrom(
    '*',
    'http://localhost/graphql',
    '//graphql',
    '/graphql/',
    '/%67raphql',
    '/x',
    'graphql',
    '',
  ),
  visible.filter((text) => !/^\/(graphql|health|ready)([?]|$)/.test(text)),
);

/** A request with one thing that keeps it from GraphQL, whatever else is the matter with it. */
const kept: fc.Arbitrary<Request> = fc
  .tuple(
    fc.oneof(
      method.map((method) => ({ ...good, method })),
      path.map((target) => ({ ...good, target })),
      fc
        .constantFrom('HTTP/2.0', 'HTTP/0.9', 'HTTP/1.2', 'HTTQ/1.1', '')
        .map((version) => ({ ...good, version })),
      fc
        .constantFrom<readonly (readonly [string, string])[]>(
          [['Origin', 'https://evil.example']],
          [['Sec-Fetch-Site', 'cross-site']],
          [['Host', 'evil.example']],
          [['Content-Type', 'text/plain']],
          [['Authorization', 'Bearer x']],
          [['Content-Length', '5']],
          [['Transfer-Encoding', 'chunked']],
          [['X y', 'a']],
          [['X', '\0']],
        )
        .map((headers) => ({ ...good, headers })),
    ),
    noise,
    noise,
  )
  .map(([request, before, after]) => ({ ...request, headers: [...before, ...request.headers, ...after] }));

/** A request of which nothing is known. */
const any: fc.Arbitrary<Request> = fc.record({
  method: mostly(fc.constantFrom('POST', 'GET'), method, token, bytes),
  target: mostly(
    fc.constantFrom('/graphql', '/graphql?query={__typename}', '/health', '/ready'),
    ...[path, visible, bytes],
  ),
  version: mostly(fc.constant('HTTP/1.1'), fc.constantFrom('HTTP/1.0', 'HTTP/1.1 x', ''), bytes),
  headers: noise,
  bare: mostly(fc.constant(false), fc.constant(true)),
  body: fc.oneof(fc.constant('{"query":"{ __typename }"}'), visible, bytes),
});

function patch(): string {
  return JSON.stringify({ query: mutation(someUser(door, 'customers')) });
}

function usual(body: string) {
  return [
    ['Host', 'localhost'],
    ['Content-Type', 'application/json'],
    ['Content-Length', String(body.length)],
  ];
}

function wire({ method, target, version, headers, bare, body = patch() }: Request): Buffer {
  const all = [...(bare ? [] : usual(body)), ...headers];
  const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`${method} ${target} ${version}\r\n${head}\r\n${body}`, 'latin1');
}

/** Rejects where there is neither an answer nor an end. */
async function ask(bytes: Buffer): Promise<Conversation> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('It hangs.')), 20_000);
  try {
    return await Promise.race([converse(door.url, bytes, 1), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function isReady(): Promise<boolean> {
  return (await fetch(`${door.url}/ready`)).status === 200;
}

describe('whatever request comes over a socket is answered or its connection closed,', () => {
  it('and one with something that keeps it from GraphQL gets 4xx, and no provider hears of it', async () => {
    const requests = fc.array(kept, { minLength: atOnce, maxLength: atOnce });
    await fc.assert(
      fc.asyncProperty(requests, async (all) => {
        const heard = await Promise.all(all.map((request) => ask(wire(request))));
        for (const { status, headers } of heard.flatMap(({ answers }) => answers)) {
          expect(status).toSatisfy((status: number) => status >= 400 && status < 500);
          expect(headers).toMatchObject(securityHeaders);
        }
        expect(arrived(door)).toEqual([]);
        expect(written(door)).toEqual([]);
        expect(await isReady()).toBe(true);
      }),
      { numRuns: rounds },
    );
  }, 240_000);

  it('and never by 5xx', async () => {
    const requests = fc.array(any, { minLength: atOnce, maxLength: atOnce });
    await fc.assert(
      fc.asyncProperty(requests, async (all) => {
        const heard = await Promise.all(all.map((request) => ask(wire(request))));
        for (const { status } of heard.flatMap(({ answers }) => answers)) expect(status).toBeLessThan(500);
        expect(await isReady()).toBe(true);
      }),
      { numRuns: rounds },
    );
    expect(written(door)).toEqual([]);
    expect(door.log.join('')).not.toContain('"event":"bug"');
  }, 240_000);
});
