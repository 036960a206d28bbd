import { specifiedRules } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import { createRateLimit } from '../../src/auth/rate-limit.ts';
import { createGraphQLHandler } from '../../src/graphql/yoga.ts';
import type { Services } from '../../src/patch/context.ts';
import { listen } from '../../src/server/http-server.ts';
import { ask, type ExpectedFault, invalid, refuses } from '../harness/answers.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

let door: FrontDoor;
let suggesting: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({ server: { suggestions: false, introspection: false } });
  suggesting = await openFrontDoor({ server: { suggestions: true } });
});
afterAll(async () => {
  await door.close();
  await suggesting.close();
});

const value = 'A value here is not what its type says.';

/** A document against each of GraphQL's rules, and what is said of it. */
const rules: readonly (readonly [rule: string, query: string, message: string, errors?: number])[] = [
  [
    'ExecutableDefinitionsRule',
    '{ __typename } type Canary { canary: Int }',
    'A document has operations and fragments, and no definitions of types.',
  ],
  [
    'UniqueOperationNamesRule',
    'query canary { __typename } query canary { __typename }',
    'Two operations have the same name.',
  ],
  ['KnownTypeNamesRule', '{ __typename ... on Canary { canary } }', 'There is no such type.'],
  [
    'FragmentsOnCompositeTypesRule',
    '{ __typename ... on String { canary } }',
    'A fragment is on an object, an interface or a union.',
  ],
  [
    'VariablesAreInputTypesRule',
    'query canary($canary: User = "canary") { user(by: { id: $canary }) { id } }',
    'A variable has an input type.',
    2,
  ],
  [
    'ScalarLeafsRule',
    '{ directories { name { canary } } }',
    'A field of an object needs a selection of fields, and a field of a value has none.',
  ],
  [
    'ScalarLeafsRule',
    '{ canary: directories }',
    'A field of an object needs a selection of fields, and a field of a value has none.',
  ],
  ['FieldsOnCorrectTypeRule', '{ directorie { canary } }', 'There is no such field on this type.'],
  [
    'UniqueFragmentNamesRule',
    '{ ...Canary } fragment Canary on Query { __typename } fragment Canary on Query { __typename }',
    'Two fragments have the same name.',
  ],
  ['KnownFragmentNamesRule', '{ ...Canary }', 'There is no fragment of this name.'],
  [
    'NoUnusedFragmentsRule',
    '{ __typename } fragment Canary on Query { __typename }',
    'A fragment is never spread.',
  ],
  [
    'PossibleFragmentSpreadsRule',
    '{ __typename ... on User { canary: id } }',
    'A fragment can never apply here: its type and the type here have nothing in common.',
  ],
  [
    'NoFragmentCyclesRule',
    '{ ...Canary } fragment Canary on Query { ...Canary }',
    'A fragment contains itself.',
  ],
  [
    'UniqueVariableNamesRule',
    'query ($canary: String!, $canary: String!) { directory(name: $canary) { name } }',
    'Two variables have the same name.',
  ],
  [
    'NoUndefinedVariablesRule',
    '{ directory(name: $canary) { name } }',
    'A variable is not defined by the operation.',
  ],
  ['NoUnusedVariablesRule', 'query ($canary: String = "canary") { __typename }', 'A variable is never used.'],
  [
    'UniqueDirectivesPerLocationRule',
    '{ __typename @skip(if: true) @skip(if: true) }',
    'A directive is twice on the same place.',
  ],
  ['KnownArgumentNamesRule', '{ directories(canary: "canary") { name } }', 'There is no such argument here.'],
  [
    'UniqueArgumentNamesRule',
    '{ directory(name: "canary", name: "canary") { name } }',
    'An argument is given twice.',
  ],
  ['ValuesOfCorrectTypeRule', '{ directory(name: CANARY) { name } }', value],
  ['ValuesOfCorrectTypeRule', '{ user(by: { id: "canary", canary: "canary" }) { id } }', value, 2],
  [
    'ValuesOfCorrectTypeRule',
    'query ($canary: [ID!]! = {canary: "canary"}) { users(ids: $canary) { id } }',
    value,
  ],
  ['ProvidedRequiredArgumentsRule', '{ canary: directory { name } }', 'A required argument is missing.'],
  [
    'VariablesInAllowedPositionRule',
    'query ($canary: String) { directory(name: $canary) { name } }',
    'A variable has another type than is expected here, or may be null where nothing may.',
  ],
  [
    'OverlappingFieldsCanBeMergedRule',
    '{ a: directory(name: "canary") { name } a: directory(name: "canary2") { name } }',
    'Two fields with one name in the answer are not the same: give one another alias.',
  ],
  [
    'UniqueInputFieldNamesRule',
    '{ user(by: { id: "canary", id: "canary" }) { id } }',
    'A field of an input is given twice.',
  ],
  [
    'NoSchemaIntrospectionCustomRule',
    '{ __schema { canary: description } }',
    'The schema is not shown here.',
  ],
  ['NoSchemaIntrospectionCustomRule', '{ __type(name: "Canary") { name } }', 'The schema is not shown here.'],
  [
    'KnownOperationTypesRule',
    'subscription canary($canary: Int = 1) { __typename @skip(if: $canary) }',
    'There are no operations of this type: there are queries and mutations.',
    2,
  ],
];

describe('a document that is not valid', () => {
  for (const [rule, query, message, count = 1] of rules) {
    it(`by ${rule} is told so, with nothing of it: ${query}`, async () => {
      // Without the name of an operation two of one name are none that can be told.
      const more = query.startsWith('query canary {') ? { operationName: 'canary' } : {};
      const answer = await ask(door, query, more);
      const { errors } = JSON.parse(answer.body) as { errors: readonly ExpectedFault[] };
      expect(errors).toHaveLength(count);
      expect(errors).toContainEqual(invalid(message));
      // A cycle is as much a limit as a rule: 400 in whatever form the answer is.
      const status = rule === 'NoFragmentCyclesRule' ? 400 : 200;
      await refuses(door, () => ask(door, query, more), status, ...errors);
      const accept = 'application/graphql-response+json';
      await refuses(door, () => ask(door, query, more, { accept }), 400, ...errors);
    });
  }

  it('has a text for each rule of graphql-js', () => {
    const tested = new Set(rules.map(([rule]) => rule));
    // These are always 400, and tested with the limits; a lone operation without a name is refused before the rules;
    // and there are no subscriptions.
    const elsewhere = [
      'KnownDirectivesRule',
      'MaxIntrospectionDepthRule',
      'LoneAnonymousOperationRule',
      'SingleFieldSubscriptionsRule',
    ];
    expect(specifiedRules.map(({ name }) => name).filter((name) => !tested.has(name))).toEqual(
      specifiedRules.map(({ name }) => name).filter((name) => elsewhere.includes(name)),
    );
  });

  it('is told what may have been meant, where the configuration says so', async () => {
    const sayings: readonly (readonly [query: string, message: string])[] = [
      [
        '{ directorie { name } }',
        'Cannot query field "directorie" on type "Query". Did you mean "directories" or "directory"?',
      ],
      [
        '{ directory(nam: "canary", name: "a") { name } }',
        'Unknown argument "nam" on field "Query.directory". Did you mean "name"?',
      ],
      ['{ directory(name: 7777) { name } }', value],
      ['{ user(by: { id: "a", canary: 1 }) { id } }', value],
      [`{ ${'a'.repeat(5_000)} }`, 'There is no such field on this type.'],
    ];
    for (const [query, message] of sayings) {
      const { errors } = JSON.parse((await ask(suggesting, query)).body) as {
        errors: readonly ExpectedFault[];
      };
      expect(errors).toContainEqual(invalid(message));
    }
  });

  it('with values in it never repeats them, whatever the configuration says', async () => {
    const queries = [
      '{ directory(name: CANARY) { name } }',
      '{ user(by: { id: { canary: "canary" } }) { id } }',
      'query ($a: String = 77777) { directory(name: $a) { name } }',
      '{ users(ids: ["a", canary, ["canary"]]) { id } }',
      '{ a: directory(name: "canary") { name } a: directory(name: "canary2") { name } }',
      '{ directory(name: "canary", name: "canary") { name } }',
      '{ directory(name: "canary) { name } }',
      '{ directory(name: "a" "canary") { name } }',
    ];
    for (const query of queries) {
      const { body } = await ask(suggesting, query);
      expect(JSON.parse(body).errors).not.toEqual([]);
      expect(body).not.toMatch(/canary|77777/i);
    }
  });
});

describe('a document that is not GraphQL', () => {
  it.each<readonly [query: string, line: number, column: number]>([
    ['', 1, 1],
    ['canary', 1, 1],
    ['{ canary', 1, 9],
    ['{\n  a(b: "canary\n") }', 2, 15],
    ['{ a } "canary"', 1, 15],
    ['{ a(b: "\\uD800canary") }', 1, 9],
    ['{ a(b: 01canary) }', 1, 9],
    ['query canary canary { a }', 1, 14],
    ['{ \u0000canary }', 1, 3],
    ['{ ...on }', 1, 9],
    ['\ud800', 1, 1],
  ])('%j is told where, with nothing of it', async (query, line, column) => {
    const error = {
      message: `The document is not GraphQL: line ${line}, column ${column}.`,
      locations: [{ line, column }],
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    };
    for (const where of [door, suggesting]) {
      await refuses(where, () => ask(where, query), 200, error);
      const accept = 'application/graphql-response+json';
      await refuses(where, () => ask(where, query, {}, { accept }), 400, error);
    }
  });
});

describe('an operation that cannot be told', () => {
  const error = {
    message: 'Could not determine what operation to execute.',
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
  };
  it.each([
    ['query canary { __typename } query canary2 { __typename }', null],
    ['query a { __typename }', 'canary'],
    ['query a { __typename }', '__proto__'],
    ['query a { __typename }', ''],
    ['fragment canary on Query { __typename }', null],
  ])('from %j by %j is refused', (query, operationName) =>
    refuses(door, () => ask(door, query, { operationName }), 400, error),
  );

  it('because there is no document is refused', async () => {
    const message = 'Must provide query string.';
    for (const more of [{}, { query: null, operationName: 'canary', variables: { canary: 1 } }]) {
      const send = () => ask(door, '', { query: undefined, ...more });
      await refuses(door, send, 200, { message, extensions: { code: 'BAD_REQUEST' } });
    }
  });
});

describe('a bug of ours', () => {
  /** A server whose services are not what they should be. */
  async function asksBroken(services: Partial<Services>, query: string): Promise<string> {
    const log = pino({ level: 'silent' });
    const graphql = createGraphQLHandler(
      { limits: door.sandbox.config.limits, log, ...services } as Services,
      {
        ...{ introspection: true, suggestions: true },
        authenticator: createAuthenticator({ anonymous: true }, new Map()),
        rateLimit: createRateLimit(1),
      },
    );
    const server = await listen({
      ...{ host: '127.0.0.1', port: 0, log },
      answer: graphql,
    });
    try {
      const answer = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return await answer.text();
    } finally {
      await server.close();
    }
  }

  it.each(['development', 'production'])('is masked and has a code, where NODE_ENV says %s', async (mode) => {
    vi.stubEnv('NODE_ENV', mode);
    try {
      const masked = { message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
      const noContext = await asksBroken({}, '{ directories { name } }');
      expect(JSON.parse(noContext)).toEqual({ errors: [masked] });
      const journal = {
        find() {
          throw new TypeError('canary');
        },
      };
      const thrown = await asksBroken(
        { directories: new Map(), journal: journal as never },
        '{ operation(id: "a") { id } directory(name: "a") { name } }',
      );
      const located = { ...masked, locations: expect.anything(), path: ['operation'] };
      expect(JSON.parse(thrown)).toMatchObject({ errors: [located] });
      expect(thrown).not.toMatch(/canary|stack|originalError/);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
