import fc from 'fast-check';
import { execute, parse } from 'graphql';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createDocumentCache } from '../../src/graphql/documents/use-safe-errors.ts';
import { executeDirectly } from '../../src/graphql/fast-path.ts';
import { schema } from '../../src/graphql/schema/index.ts';
import { arrived, someUser, written } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor();
});
afterAll(() => door.close());
beforeEach(() => door.forgetRequests());

let documents = 0;

/** A document that was never asked for before, so that Yoga answers it once. */
function unknown(text: string): string {
  documents += 1;
  return `# ${documents}\n${text}`;
}

/** All of an answer but the moment of it. */
async function answerTo(body: object, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${door.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const { date, ...others } = Object.fromEntries(response.headers);
  expect(date).toBeDefined();
  return { status: response.status, headers: others, body: await response.text() };
}

const accepts = [
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json',
  'application/graphql-response+json,application/json;q=0.9',
  'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
];

/** Each with what it asks for beside its document. */
const questions: readonly (readonly [what: string, query: string, more?: object])[] = [
  ['data', '{ directories { name } }'],
  [
    'one of two operations',
    'query a { __typename } query b { directory(name: "no") { name } }',
    { operationName: 'b' },
  ],
  ['an operation that is not there', 'query a { __typename }', { operationName: 'b' }],
  ['no name of two operations', 'query a { __typename } query b { __typename }'],
  ['data and errors', '{ __typename user(by: { id: "no" }) { id } }'],
  [
    'errors of a mutation',
    'mutation { patchUser(input: { user: { id: "no" }, patch: {} }) { outcome errors { code path } } }',
  ],
  [
    'variables that do not fit',
    'query q($name: String!) { directory(name: $name) { name } }',
    { variables: { name: 1 } },
  ],
  [
    'two members of a @oneOf',
    'query q($by: UserBy!) { user(by: $by) { id } }',
    { variables: { by: { id: 'a:b', login: null } } },
  ],
  ['variables that are a list', '{ __typename }', { variables: [] }],
  ['variables that are a text', '{ __typename }', { variables: 'no' }],
  ['null for all that may be', '{ __typename }', { variables: null, operationName: null, extensions: null }],
  ['extensions', '{ __typename }', { extensions: { persistedQuery: {} } }],
  ['extensions that are a text', '{ __typename }', { extensions: 'no' }],
];

it.each(
  accepts.flatMap((accept) =>
    questions.map(([what, query, more]) => [what, accept, query, more ?? {}] as const),
  ),
)(
  '%s, accepting %s, are answered with a known document as with an unknown one',
  async (_what, accept, query, more) => {
    const body = { query: unknown(query), ...more };
    const first = await answerTo(body, { accept });
    // Of what is refused for more than its document, the document is not known yet.
    await answerTo({ query: body.query });
    expect(await answerTo(body, { accept })).toEqual(first);
  },
);

it('a header that cannot be read is refused with a known document as with an unknown one', async () => {
  const body = { query: unknown('{ __typename }') };
  const headers = { 'idpatch-deadline-ms': 'soon' };
  const first = await answerTo(body, headers);
  expect(first.status).toBe(400);
  await answerTo(body);
  expect(await answerTo(body, headers)).toEqual(first);
});

it('any Accept gets the same with a known document as with an unknown one', async () => {
  const kinds = [
    '*/*',
    'application/*',
    'application/json',
    'application/graphql-response+json',
    'text/html',
    '',
  ];
  const parameters = fc.constantFrom('', ';q=0.9', '; charset=utf-8', ';charset=latin1');
  const one = fc.tuple(fc.constantFrom(...kinds), parameters).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(one, { maxLength: 4 }), fc.constantFrom(',', ', '), async (list, comma) => {
      const accept = list.join(comma);
      const body = { query: unknown('{ directories { name } }') };
      const first = await answerTo(body, { accept });
      expect(await answerTo(body, { accept })).toEqual(first);
    }),
    { numRuns: 60 },
  );
});

it('a patch is written once, whichever way it takes and whether or not its answer has errors', async () => {
  const user = someUser(door, 'customers');
  const query = unknown(`mutation ($name: String!) {
    patchUser(input: { user: { id: "${user}" }, patch: { displayName: $name } }) { outcome errors { code } }
    again: patchUser(input: { user: { id: "no" }, patch: { displayName: $name } }) { outcome errors { code } }
  }`);
  for (const name of ['One', 'Two', 'Three']) {
    const { body } = await answerTo({ query, variables: { name } });
    expect(JSON.parse(body)).toEqual({
      data: {
        patchUser: { outcome: 'APPLIED', errors: [] },
        again: { outcome: 'NOT_APPLIED', errors: [{ code: 'INVALID_INPUT' }] },
      },
    });
  }
  expect(written(door).map(({ change }) => change)).toHaveLength(3);
});

it('what has errors at top level was executed once when Yoga answers it', async () => {
  const query = unknown(`{
    there: user(by: { id: "${someUser(door, 'customers')}" }) { userId }
    unreadable: user(by: { id: "no" }) { userId }
  }`);
  const first = await answerTo({ query });
  door.forgetRequests();
  expect(await answerTo({ query })).toEqual(first);
  expect(arrived(door)).toHaveLength(1);
});

it('what is wrong takes no place from what is known', async () => {
  const known = createDocumentCache();
  const cache = typeof known.cache === 'object' ? known.cache.documentCache : undefined;
  const text = '{ __typename }';
  const document = parse(text);
  cache?.set(text, document);
  known.markValid(document);
  const wrong = Array.from({ length: 500 }, (_, nth) => `{ wrong${nth} }`);
  for (const one of wrong) cache?.set(one, parse(one));
  expect(wrong.filter((one) => cache?.get(one) || known.find(one))).toEqual([]);
  expect([cache?.get(text), known.find(text)]).toEqual([document, document]);
});

it('takes what is known and valid, with a header Accept that is known, and executes nothing else', async () => {
  const known = createDocumentCache();
  const text = '{ __typename }';
  const context = () => ({}) as never;
  const take = (query: string, accept?: string) =>
    executeDirectly(() => ({ query }), accept === undefined ? {} : { accept }, schema, known, context);
  expect(await take(text)).toBeUndefined();
  const document = parse(text);
  if (typeof known.cache === 'object') known.cache.documentCache?.set(text, document);
  expect(await take(text)).toBeUndefined();
  known.markValid(document);
  const body = JSON.stringify(await execute({ schema, document }));
  for (const accept of [undefined, ...accepts]) {
    const type = accept?.startsWith('application/graphql')
      ? 'application/graphql-response+json'
      : 'application/json';
    expect(await take(text, accept)).toEqual({
      answer: { status: 200, headers: { 'content-type': `${type}; charset=utf-8` }, body },
    });
  }
  for (const accept of ['text/html', 'application/xml', '']) expect(await take(text, accept)).toBeUndefined();
});
