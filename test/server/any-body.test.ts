import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { type Answer, ask, post } from '../harness/answers.ts';
import { written } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

const door = await openFrontDoor({ server: { suggestions: false }, limits: { bodyBytes: 16_384 } });
afterAll(() => door.close());

/** A value; names have another word, because messages may repeat names. */
const word = 'Canary';

/** Tokens of documents. No sequence of them is a valid patch. */
const token = fc.constantFrom(
  ...'{ } ( ) [ ] : $ ! @ ... " """ = | & , # \\u \ufeff query mutation subscription fragment on true null'.split(
    ' ',
  ),
  ...'1e-400 -0 9007199254740993 patchUser planPatchUser directories user users by ids input name id'.split(
    ' ',
  ),
  ...`Query __schema __typename $other other ...other "${word}" PatchUserInput! [ID!]!`.split(' '),
  ...['@skip(if: true)', '{ directories { name } }', `(by: { id: "${word}" })`, '($other: ID!)'],
  'a: __typename',
);
const selection = fc
  .array(
    fc.constantFrom(
      ...['__typename', 'directories', 'directories { name }', 'name', 'other: other', '@skip(if: true)'],
      ...['directories { name { other } }', `user(by: { id: "${word}" }) { id directory { name } }`],
      ...[`user(by: { id: "${word}" })`, '... on Query { __typename }', '... on Query'],
      '@include(if: $input)',
      `@other(a: "${word}")`,
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => `{ ${parts.join(' ')} }`);
const operation = fc.constantFrom('', 'query', 'mutation', 'subscription', 'query other($input: Boolean!)');
const document = fc.oneof(
  fc.tuple(operation, selection).map((parts) => parts.join(' ')),
  fc.array(token, { maxLength: 30 }).map((parts) => parts.join(' ')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
const json = fc.jsonValue({ maxDepth: 6 });
const variables = fc.dictionary(fc.constantFrom(word, 'input', '__proto__', 'id'), json);
const params = fc.record(
  {
    query: fc.oneof({ weight: 9, arbitrary: document }, { weight: 1, arbitrary: json }),
    operationName: fc.oneof(fc.constantFrom(null, word, '__proto__'), json),
    variables: fc.oneof(variables, json),
    extensions: json,
    [word]: json,
  },
  { requiredKeys: ['query'] },
);
const wrongInput = fc.record(
  {
    user: fc.oneof(json, fc.record({ id: json, login: json }, { requiredKeys: [] })),
    patch: fc.oneof(json, fc.record({ displayName: json, email: json, status: json, customFields: json })),
    [word]: json,
  },
  { requiredKeys: [] },
);
const patchQuery =
  'mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome errors { path } } }';
const bodies: fc.Arbitrary<string | Uint8Array<ArrayBuffer>> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
  json.map((value) => JSON.stringify(value)),
  fc
    .record({ query: document, variables }, { requiredKeys: ['query'] })
    .map((value) => JSON.stringify(value)),
  params.map((value) => JSON.stringify(value)),
  params.map((value) => JSON.stringify([value, value])),
  fc.tuple(params, fc.nat(200)).map(([value, length]) => JSON.stringify(value).slice(0, length)),
  wrongInput.map((input) => JSON.stringify({ query: patchQuery, variables: { input } })),
);

/** True of every response to what is not a valid patch. */
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
    expect(body.length).toBeLessThan(2_500);
    expect(body).not.toContain(word);
  }
  expect(written(door)).toEqual([]);
}

it('any body gets a response, and nothing is written', async () => {
  const logged = door.log.length;
  const codes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const answer = await post(door, body);
      for (const [, code = ''] of answer.body.matchAll(/"code":"(\w+)"/g)) codes.add(code);
      expectHarmless(answer);
    }),
    { numRuns: 600 },
  );
  const expected = ['BAD_REQUEST', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'INVALID_INPUT'];
  expect([...codes]).toEqual(expect.arrayContaining(expected));
  expect(door.log.slice(logged).filter((line) => line.includes('bug'))).toEqual([]);
  expect((await ask(door, '{ __typename }')).status).toBe(200);
});

it('any GET gets a response, and nothing is written', async () => {
  const value = fc.oneof(
    fc.string(),
    json.map((one) => JSON.stringify(one)),
  );
  const token = await door.sandbox.issuer.token({ aud: 'idpatch-gateway', sub: 'one', scope: 'users:write' });
  await fc.assert(
    fc.asyncProperty(document, value, fc.string(), async (query, variables, more) => {
      const search = new URLSearchParams({ query, variables, operationName: more });
      const rest = encodeURI(more.toWellFormed()).replaceAll('#', '');
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${door.url}/graphql?${search}&${rest}`, { headers });
      expectHarmless({ status: response.status, body: await response.text() });
    }),
    { numRuns: 150 },
  );
});
