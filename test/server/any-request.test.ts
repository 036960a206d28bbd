import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { arrived, someUser, written } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';
import { type Conversation, converse } from '../harness/raw.ts';
import { mutation, securityHeaders } from '../harness/requests.ts';

const door = await openFrontDoor({ server: { graphiql: false } });
afterAll(() => door.close());

/** Concurrent requests of a run, and runs. */
const [concurrent, numRuns] = [25, 25];

interface Request {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Without the headers of a POST. */
  readonly bare?: boolean;
  /** Absent: a valid patch. */
  readonly body?: string;
}

const valid: Request = { method: 'POST', target: '/graphql', version: 'HTTP/1.1', headers: [] };

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
const words = (text: string) => fc.constantFrom(...text.split(' '));
const name = mostly(
  words(
    'accept connection content-encoding cookie expect forwarded idpatch-deadline-ms keep-alive origin referer ' +
      'sec-fetch-site te trailer upgrade x-forwarded-host',
  ),
  token,
  // A repeated one of these is refused early, so that they are rare.
  words('authorization content-length content-type host transfer-encoding'),
);
const value = fc.oneof(
  {
    weight: 10,
    arbitrary: words(
      '*/* text/html close keep-alive gzip 0 1 5 application/json chunked 100-continue localhost null ' +
        'https://evil.example cross-site none h2c PUT trailers',
    ),
  },
  { weight: 5, arbitrary: visible },
  { weight: 1, arbitrary: bytes },
);
const headers = fc.array(fc.tuple(name, value), { maxLength: 4 });

/** Mostly the first, so that not every request is refused for the same reason. */
function mostly<T>(usual: fc.Arbitrary<T>, ...others: readonly fc.Arbitrary<T>[]): fc.Arbitrary<T> {
  const rest = others.map((arbitrary) => ({ weight: 1, arbitrary }));
  return fc.oneof({ weight: 12, arbitrary: usual }, ...rest);
}

const method = words('GET HEAD PUT PATCH DELETE OPTIONS TRACE CONNECT PROPFIND QUERY MKCOL');
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
const version = fc.constantFrom('HTTP/2.0', 'HTTP/0.9', 'HTTP/1.2', 'HTTQ/1.1', '');
const refusedHeader = fc.constantFrom<readonly [name: string, value: string]>(
  ...([
    ['Origin', 'https://evil.example'],
    ['Sec-Fetch-Site', 'cross-site'],
    ['Host', 'evil.example'],
    ['Content-Type', 'text/plain'],
    ['Authorization', 'Bearer x'],
    ['Content-Length', '5'],
    ['Transfer-Encoding', 'chunked'],
    ['X y', 'a'],
    ['X', '\0'],
  ] as const),
);

/** A patch with one thing for which it must be refused, and others. */
const refused: fc.Arbitrary<Request> = fc
  .tuple(
    fc.oneof(
      fc.record({ method }),
      fc.record({ target: path }),
      fc.record({ version }),
      fc.record({ headers: fc.tuple(refusedHeader) }),
    ),
    headers,
    headers,
  )
  .map(([change, before, after]) => {
    const request: Request = { ...valid, ...change };
    return { ...request, headers: [...before, ...request.headers, ...after] };
  });

/** Any request. */
const any: fc.Arbitrary<Request> = fc.record({
  method: mostly(fc.constantFrom('POST', 'GET'), method, token, bytes),
  target: mostly(words('/graphql /graphql?query={__typename} /health /ready'), path, visible, bytes),
  version: mostly(fc.constant('HTTP/1.1'), fc.constantFrom('HTTP/1.0', 'HTTP/1.1 x', ''), bytes),
  headers,
  bare: mostly(fc.constant(false), fc.constant(true)),
  body: fc.oneof(fc.constant('{"query":"{ __typename }"}'), visible, bytes),
});

function wire({ method, target, version, headers, bare, body = patch() }: Request): Buffer {
  const ofPost = [
    ['Host', 'localhost'],
    ['Content-Type', 'application/json'],
    ['Content-Length', String(body.length)],
  ];
  const head = [...(bare ? [] : ofPost), ...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`${method} ${target} ${version}\r\n${head}\r\n${body}`, 'latin1');
}

const patch = () => JSON.stringify({ query: mutation(someUser(door, 'customers')) });

/** Rejects if there is neither a response nor an end. */
async function send(request: Request): Promise<Conversation> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('It hangs.')), 20_000);
  try {
    return await Promise.race([converse(door.url, wire(request), 1), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function responsesTo(requests: readonly Request[]) {
  const conversations = await Promise.all(requests.map(send));
  expect((await fetch(`${door.url}/ready`)).status).toBe(200);
  return conversations.flatMap(({ answers }) => answers);
}

it('a request that must be refused gets 4xx or no response, and nothing is sent to a provider', async () => {
  const requests = fc.array(refused, { minLength: concurrent, maxLength: concurrent });
  await fc.assert(
    fc.asyncProperty(requests, async (all) => {
      for (const { status, headers } of await responsesTo(all)) {
        expect(status).toSatisfy((status: number) => status >= 400 && status < 500);
        expect(headers).toMatchObject(securityHeaders);
      }
      expect(arrived(door)).toEqual([]);
    }),
    { numRuns },
  );
}, 240_000);

it('no request gets 5xx', async () => {
  const requests = fc.array(any, { minLength: concurrent, maxLength: concurrent });
  await fc.assert(
    fc.asyncProperty(requests, async (all) => {
      for (const { status } of await responsesTo(all)) expect(status).toBeLessThan(500);
    }),
    { numRuns },
  );
  expect(written(door)).toEqual([]);
  expect(door.log.join('')).not.toContain('"event":"bug"');
}, 240_000);
