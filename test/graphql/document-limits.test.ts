import { getIntrospectionQuery } from 'graphql';
import { afterAll, describe, expect, it } from 'vitest';
import { ask, badRequest, type ExpectedFault, invalid, refuses } from '../harness/answers.ts';
import { someUser, written } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

const door = await openFrontDoor({ server: { suggestions: false } });
const roomy = await openFrontDoor({
  server: { suggestions: false },
  limits: { document: { tokens: 1_500 } },
});
afterAll(async () => {
  await door.close();
  await roomy.close();
});

const tokens = badRequest('The document has more than 1000 tokens.');
const depth = badRequest('The document is nested more than 15 fields deep.');
const fields = badRequest('The document has more than 450 fields.');
const aliases = badRequest('The document has more than 30 aliases.');
const rootMutations = badRequest('A mutation has more than 10 root fields.');
const directives = badRequest('The document has more than 4 directives at one location.');

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const nest = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels);
const patch = `patchUser(input: { user: { id: "${someUser(door, 'customers')}" }, patch: { displayName: "Canary" } }) { outcome }`;
const patches = (count: number) => times(count, (i) => `a${i}: ${patch}`);
const spreads = (count: number, more: string) =>
  `mutation { ${times(count, () => '...F')} } fragment F on Mutation { ${more} }`;
const typenames = (count: number) => times(count, (i) => `a${i}: __typename`);
const tooManyDirectives = times(5, () => '@a');
/** Each fragment spreads the next one twice: 2^levels fields. */
const bomb = (levels: number, last: string) =>
  `query { ...F0 } ${times(levels, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)} fragment F${levels} on Query { ${last} }`;

const tooMuch: readonly (readonly [what: string, query: string, error: ExpectedFault])[] = [
  ['101 aliases of __typename', `{ ${times(101, (i) => `canary${i}: __typename`)} }`, aliases],
  [
    '31 aliases on several levels',
    `{ ${times(10, (i) => `a${i}: directories { b: name c: provider }`)} z: __typename }`,
    aliases,
  ],
  ['31 aliases in a fragment spread', `{ ...F ...F } fragment F on Query { ${typenames(16)} }`, aliases],
  ['11 mutations', `mutation { ${patches(11)} }`, rootMutations],
  [
    '11 mutations through a fragment',
    `mutation { ${patch} ...F } fragment F on Mutation { ${patches(10)} }`,
    rootMutations,
  ],
  ['12 mutations through a fragment spread often', spreads(3, `... { ${patches(4)} }`), rootMutations],
  ['300 mutations', `mutation { ${patches(300)} }`, tokens],
  ['300 mutations in the room for them', `mutation { ${typenames(300)} }`, aliases],
  ['300 mutations through fragments', spreads(300, `a: ${patch}`), fields],
  ['300 mutations through fragments, without aliases', spreads(300, patch), fields],
  ['100 mutations through fragments, without aliases', spreads(100, patch), rootMutations],
  ['ten unknown directives', `{ __typename ${times(10, (i) => `@canary${i}`)} }`, directives],
  ...[
    `{ ...F } fragment F on Query ${tooManyDirectives} { __typename }`,
    `{ ...F ${tooManyDirectives} } fragment F on Query { __typename }`,
    ...[`{ ... ${tooManyDirectives} { __typename } }`, `query ${tooManyDirectives} { __typename }`],
    `query ($a: Int ${tooManyDirectives}) { __typename }`,
  ].map((query) => [query, query, directives] as const),
  ['20,000 nested selections', nest(20_000, '{a', '}'), tokens],
  ['20,000 nested lists', `{ users(ids: ${nest(20_000, '[', ']')}) { id } }`, tokens],
  ['20,000 nested objects', `{ user(by: ${nest(20_000, '{a:', '}')}) { id } }`, tokens],
  ['10,000 nested list types', `query ($a: ${nest(10_000, '[', ']')}) { __typename }`, tokens],
  ['500 times the same field', `{ ${times(500, () => '__typename')} }`, fields],
  ['a field 16 levels deep', nest(16, '{a', '}'), depth],
  [
    'a field 16 levels deep through fragments',
    `{ a { ...F } } fragment F on Query ${nest(15, '{a', '}')}`,
    depth,
  ],
  [
    'circular introspection',
    `{ __schema { types ${nest(40, '{ fields { type', '} }').replace('}', '{ name } }')} } }`,
    depth,
  ],
  ['a fragment bomb', bomb(60, '__typename'), fields],
  ['a fragment bomb of aliases', bomb(5, 'a: __typename'), aliases],
];

describe('a document with', () => {
  it.each(tooMuch)('%s is refused before it is looked at', async (_, query, error) => {
    await refuses(door, () => ask(door, query), 400, error);
    expect(written(door)).toEqual([]);
  });

  it('too much is refused in whatever form the answer is to be', async () => {
    const accepts = ['application/graphql-response+json', '*/*', 'text/event-stream', 'multipart/mixed'];
    const query = `{ ${typenames(31)} }`;
    for (const accept of accepts) await refuses(door, () => ask(door, query, {}, { accept }), 400, aliases);
  });

  it('31 aliases of two operations is refused, whichever is asked for', async () => {
    const query = times(2, (i) => `query Q${i} { ${times(16, (j) => `a${j}: __typename`)} }`);
    for (const operationName of ['Q0', 'Q1']) {
      await refuses(door, () => ask(door, query, { operationName }), 400, aliases);
    }
  });

  it('exactly what it may have is taken', async () => {
    const documents = [
      `{ ${times(30, (i) => `a${i}: __typename`)} }`,
      `{ ${times(450, () => '__typename')} }`,
      `{ __typename ${times(997, () => ',')} ${times(447, () => '__typename')} }`,
      `{ __typename ... { __typename @skip(if: true) @include(if: false) } }`,
      `mutation { ${times(10, (i) => `a${i}: __typename`)} }`,
      '{ ...F ...F } fragment F on Query { a: __typename }',
      getIntrospectionQuery(),
    ];
    for (const query of documents) {
      const answer = await ask(door, query);
      expect(answer).toMatchObject({ status: 200, body: expect.stringMatching(/^\{"data":/) });
    }
  });

  it.each<readonly [what: string, query: string, error: ExpectedFault]>([
    ['an unknown directive', '{ __typename @nope }', invalid('Unknown directive "@nope".')],
    [
      'a short circular introspection',
      '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }',
      invalid('Maximum introspection depth exceeded'),
    ],
  ])('%s is always 400', async (_, query, error) => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      await refuses(door, () => ask(door, query, {}, { accept }), 400, error);
    }
  });

  it.each<readonly [what: string, query: string, cycle: string]>([
    ['of two fragments', 'fragment A on Query { ...B } fragment B on Query { ...A __typename }', ' via "B"'],
    ['of one fragment', 'fragment A on Query { __typename ...A }', ''],
  ])('a cycle %s ends', (_, fragments, cycle) => {
    const error = invalid(`Cannot spread fragment "A" within itself${cycle}.`);
    return refuses(door, () => ask(door, `{ ...A } ${fragments}`), 400, error);
  });

  it('a cycle of 150 fragments has a short response', async () => {
    const query = `{ ...F0 } ${times(150, (i) => `fragment F${i} on Query { ...F${(i + 1) % 150} }`)}`;
    const error = invalid(
      expect.stringMatching(/^Cannot spread fragment "F0" within itself via "F1", .{0,200}…$/),
    );
    await refuses(roomy, () => ask(roomy, query), 400, error);
  });

  it('400 errors names five', async () => {
    const query = `{ ${times(400, (i) => `a${i}`)} }`;
    const errors = Array.from({ length: 5 }, (_, i) =>
      invalid(`Cannot query field "a${i}" on type "Query".`),
    );
    const end = {
      message: 'Too many validation errors, error limit reached. Validation aborted.',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    };
    await refuses(door, () => ask(door, query), 200, ...errors, end);
  });
});

it('the limits are those of the configuration', async () => {
  const document = { tokens: 60, depth: 3, fields: 9, aliases: 1, directives: 1, rootMutations: 2 };
  const small = await openFrontDoor({ limits: { document } });
  try {
    const rows: readonly (readonly [query: string, message: string])[] = [
      [`{ ${times(59, () => 'a')} }`, 'The document has more than 60 tokens.'],
      ['{ a { a { a { a } } } }', 'The document is nested more than 3 fields deep.'],
      [`{ ${times(10, () => 'a')} }`, 'The document has more than 9 fields.'],
      ['{ a: a b: a }', 'The document has more than 1 aliases.'],
      ['mutation { a a a }', 'A mutation has more than 2 root fields.'],
      ['{ a @a @b }', 'The document has more than 1 directives at one location.'],
    ];
    for (const [query, message] of rows)
      await refuses(small, () => ask(small, query), 400, badRequest(message));
  } finally {
    await small.close();
  }
});
