import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, ask, exchange, post } from '../harness/answers.ts';
import { someUser, written } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({ server: { suggestions: false }, limits: { bodyBytes: 16_384 } });
});
afterAll(() => door.close());

const word = 'Canary';

/** Parts of documents, right and wrong. None of them together is a patch of anybody. */
const part = fc.constantFrom(
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    ':',
    '$',
    '!',
    '@',
    '...',
    '"',
    '"""',
    '=',
    '|',
    '&',
    ',',
    '#',
    '\\u',
    '\ufeff',
  ],
  ...[
    'query',
    'mutation',
    'subscription',
    'fragment',
    'on',
    'true',
    'null',
    '1e-400',
    '-0',
    '9007199254740993',
  ],
  ...[
    'patchUser',
    'planPatchUser',
    'directories',
    'user',
    'users',
    'by',
    'ids',
    'input',
    'name',
    'id',
    'Query',
  ],
  ...[
    '__schema',
    '__typename',
    '@skip(if: true)',
    `$${word}`,
    `"${word}"`,
    word,
    'PatchUserInput!',
    '[ID!]!',
  ],
  ...[
    '{ directories { name } }',
    `(by: { id: "${word}" })`,
    `($${word}: ID!)`,
    `${word}: __typename`,
    `...${word}`,
  ],
);
const { selection } = fc.letrec<{ selection: string; field: string }>((tie) => ({
  selection: fc
    .array(tie('field'), { minLength: 1, maxLength: 4 })
    .map((fields) => `{ ${fields.join(' ')} }`),
  field: fc
    .tuple(
      fc.constantFrom('', `${word}: `),
      fc.constantFrom(
        '__typename',
        'directories',
        'name',
        'id',
        `user(by: { id: "${word}" })`,
        '... on Query',
        word,
      ),
      fc.constantFrom('', '@skip(if: true)', `@${word}`, '@include(if: $input)'),
      fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constant(''), tie('selection')),
    )
    .map((parts) => parts.join(' ')),
}));
/** A document that is GraphQL, mostly not of this schema. */
const wellFormed = fc
  .tuple(
    fc.constantFrom('', 'query', 'mutation', 'subscription', `query ${word}($input: Boolean!)`),
    selection,
  )
  .map((parts) => parts.join(' '));
const document = fc.oneof(
  wellFormed,
  fc.array(part, { maxLength: 30 }).map((parts) => parts.join(' ')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
const json = fc.jsonValue({ maxDepth: 6 });
const odd = fc.record(
  {
    query: fc.oneof({ weight: 5, arbitrary: document }, { weight: 1, arbitrary: json }),
    operationName: fc.oneof(fc.constantFrom(null, word, '__proto__'), json),
    variables: fc.oneof(fc.dictionary(fc.constantFrom(word, 'input', '__proto__', 'id'), json), json),
    extensions: json,
    [word]: json,
  },
  { requiredKeys: ['query'] },
);

const plain = fc.record(
  { query: document, variables: fc.dictionary(fc.constantFrom(word, 'input', '__proto__', 'id'), json) },
  { requiredKeys: ['query'] },
);
const nearly = fc.oneof(plain, odd);

/** Any input of a patch but a right one. */
const wrongInput = fc.record(
  {
    user: fc.oneof(json, fc.record({ id: json, login: json }, { requiredKeys: [] })),
    patch: fc.oneof(json, fc.record({ displayName: json, email: json, status: json, customFields: json })),
    [word]: json,
  },
  { requiredKeys: [] },
);

const bodies: fc.Arbitrary<string | Uint8Array<ArrayBuffer>> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
  json.map((value) => JSON.stringify(value)),
  nearly.map((value) => JSON.stringify(value)),
  nearly.map((value) => JSON.stringify([value, value])),
  fc.tuple(nearly, fc.nat(200)).map(([value, length]) => JSON.stringify(value).slice(0, length)),
  wrongInput.map((input) =>
    JSON.stringify({
      query: 'mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome errors { path } } }',
      variables: { input },
    }),
  ),
);

/** What holds of every answer to what is no patch of anybody. */
function expectHarmless({ status, body }: Answer): void {
  expect(status).toBeLessThan(500);
  const { data, errors = [] } = JSON.parse(body) as {
    data?: unknown;
    errors?: readonly { readonly extensions?: { readonly code?: string } }[];
  };
  for (const { extensions } of errors) {
    expect(extensions?.code).toMatch(/^[A-Z_]+$/);
    expect(extensions?.code).not.toBe('INTERNAL_SERVER_ERROR');
  }
  if (data === undefined) {
    expect(errors).not.toEqual([]);
    expect(body.length).toBeLessThan(2_000);
    expect(body).not.toContain(word);
  }
  expect(written(door)).toEqual([]);
}

it('whatever a body is, it is answered, and nothing is written', async () => {
  const logged = door.log.length;
  const codes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const answer = await post(door, body);
      for (const [, code = ''] of answer.body.matchAll(/"code":"(\w+)"/g)) codes.add(code);
      expectHarmless(answer);
    }),
    { numRuns: 1_000 },
  );
  expect([...codes]).toEqual(
    expect.arrayContaining([
      'BAD_REQUEST',
      'GRAPHQL_PARSE_FAILED',
      'GRAPHQL_VALIDATION_FAILED',
      'INVALID_INPUT',
    ]),
  );
  expect(door.log.slice(logged).filter((line) => line.includes('bug'))).toEqual([]);
  expect((await ask(door, '{ __typename }')).status).toBe(200);
});

it('whatever a GET asks for, it is answered, and nothing is written', async () => {
  await fc.assert(
    fc.asyncProperty(
      document,
      fc.oneof(
        json.map((one) => JSON.stringify(one)),
        fc.string(),
      ),
      fc.string(),
      async (query, variables, more) => {
        const search = new URLSearchParams({ query, variables, operationName: more });
        const rest = encodeURI(more.toWellFormed()).replaceAll('#', '');
        const response = await fetch(`${door.url}/graphql?${search}&${rest}`);
        expectHarmless({ status: response.status, body: await response.text() });
      },
    ),
    { numRuns: 300 },
  );
});

it('however a body is cut into pieces, it is the same', async () => {
  const text = JSON.stringify({ query: '{ __typename }', operationName: null, extensions: { a: '名🏴' } });
  const bytes = Buffer.from(text);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 6 }), async (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
      const answer = await exchange(
        door,
        'POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
        ...chunks
          .filter(({ length }) => length > 0)
          .flatMap((chunk) => [`${chunk.length.toString(16)}\r\n`, chunk, '\r\n']),
        '0\r\n\r\n',
      );
      expect(answer).toContain('{"data":{"__typename":"Query"}}');
    }),
    { numRuns: 40 },
  );
});

it('a patch that is right is applied beside all that', async () => {
  const id = someUser(door, 'customers');
  const query = `mutation { patchUser(input: { user: { id: "${id}" }, patch: { displayName: "Ada" } }) { outcome } }`;
  expect((await ask(door, query)).body).toBe('{"data":{"patchUser":{"outcome":"APPLIED"}}}');
  expect(written(door)).toHaveLength(1);
});
