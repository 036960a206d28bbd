import { specifiedRules } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import { createRateLimit } from '../../src/auth/rate-limit.ts';
import { createGraphQLHandler } from '../../src/graphql/yoga.ts';
import type { Services } from '../../src/patch/context.ts';
import { listen } from '../../src/server/http-server.ts';
import { ask, type ExpectedFault, invalid, refuses } from '../harness/answers.ts';
import { someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

/** Shows nothing of its schema; and another that shows all of it. */
let door: FrontDoor;
let open: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({ server: { suggestions: false, introspection: false } });
  open = await openFrontDoor({ server: { suggestions: true, introspection: true } });
});
afterAll(async () => {
  await door.close();
  await open.close();
});

const value = 'A value does not have the type that is expected here.';
const noIntrospection = (field: string) =>
  `GraphQL introspection has been disabled, but the requested query contained the field "${field}".`;
const noSdl = 'GraphQL introspection has been disabled, and with it the field "_service".';

/** A document against each rule of graphql-js and of ours. Its values are canaries, its names are not. */
const rules: readonly (readonly [rule: string, query: string, message: string, errors?: number])[] = [
  ['ExecutableDefinitionsRule', '{ __typename } type A { b: Int }', 'The "A" definition is not executable.'],
  [
    'UniqueOperationNamesRule',
    'query a { __typename } query a { __typename }',
    'There can be only one operation named "a".',
  ],
  ['KnownTypeNamesRule', '{ __typename ... on Usr { id } }', 'Unknown type "Usr".'],
  [
    'FragmentsOnCompositeTypesRule',
    '{ __typename ... on String { a } }',
    'Fragment cannot condition on non composite type "String".',
  ],
  [
    'VariablesAreInputTypesRule',
    'query ($a: User = "canary") { user(by: { id: $a }) { id } }',
    'Variable "$a" cannot be non-input type "User".',
    2,
  ],
  [
    'ScalarLeafsRule',
    '{ directories { name { a } } }',
    'Field "name" must not have a selection since type "String!" has no subfields.',
  ],
  [
    'ScalarLeafsRule',
    '{ directories }',
    'Field "directories" of type "[Directory!]!" must have a selection of subfields.',
  ],
  ['FieldsOnCorrectTypeRule', '{ directorie { a } }', 'Cannot query field "directorie" on type "Query".'],
  [
    'UniqueFragmentNamesRule',
    '{ ...F } fragment F on Query { __typename } fragment F on Query { __typename }',
    'There can be only one fragment named "F".',
  ],
  ['KnownFragmentNamesRule', '{ ...F }', 'Unknown fragment "F".'],
  [
    'NoUnusedFragmentsRule',
    '{ __typename } fragment F on Query { __typename }',
    'Fragment "F" is never used.',
  ],
  [
    'PossibleFragmentSpreadsRule',
    '{ __typename ... on User { id } }',
    'Fragment cannot be spread here as objects of type "Query" can never be of type "User".',
  ],
  [
    'NoFragmentCyclesRule',
    '{ ...F } fragment F on Query { ...F }',
    'Cannot spread fragment "F" within itself.',
  ],
  [
    'UniqueVariableNamesRule',
    'query ($a: String!, $a: String!) { directory(name: $a) { name } }',
    'There can be only one variable named "$a".',
  ],
  ['NoUndefinedVariablesRule', '{ directory(name: $a) { name } }', 'Variable "$a" is not defined.'],
  ['NoUnusedVariablesRule', 'query ($a: String = "canary") { __typename }', 'Variable "$a" is never used.'],
  [
    'UniqueDirectivesPerLocationRule',
    '{ __typename @skip(if: true) @skip(if: true) }',
    'The directive "@skip" can only be used once at this location.',
  ],
  [
    'KnownArgumentNamesRule',
    '{ directories(nam: "canary") { name } }',
    'Unknown argument "nam" on field "Query.directories".',
  ],
  [
    'UniqueArgumentNamesRule',
    '{ directory(name: "canary", name: "canary") { name } }',
    'There can be only one argument named "name".',
  ],
  ['ValuesOfCorrectTypeRule', '{ directory(name: CANARY) { name } }', value],
  ['ValuesOfCorrectTypeRule', '{ user(by: { id: "canary", canary: "canary" }) { id } }', value, 2],
  ['ValuesOfCorrectTypeRule', '{ users(ids: ["a", canary, ["canary"]]) { id } }', value, 2],
  ['ValuesOfCorrectTypeRule', 'query ($a: [ID!]! = {a: "canary"}) { users(ids: $a) { id } }', value],
  [
    'ProvidedRequiredArgumentsRule',
    '{ directory { name } }',
    'Field "directory" argument "name" of type "String!" is required, but it was not provided.',
  ],
  [
    'VariablesInAllowedPositionRule',
    'query ($a: String) { directory(name: $a) { name } }',
    'Variable "$a" of type "String" used in position expecting type "String!".',
  ],
  [
    'OverlappingFieldsCanBeMergedRule',
    '{ a: directory(name: "canary") { name } a: directory(name: "canary2") { name } }',
    'Fields "a" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional.',
  ],
  [
    'UniqueInputFieldNamesRule',
    '{ user(by: { id: "canary", id: "canary" }) { id } }',
    'There can be only one input field named "id".',
  ],
  [
    'KnownOperationTypesRule',
    'subscription ($a: Int = 1) { __typename @skip(if: $a) }',
    'The schema has no type for a subscription.',
    2,
  ],
  ['NoSchemaIntrospectionCustomRule', '{ __schema { description } }', noIntrospection('__schema')],
  ['NoSchemaIntrospectionCustomRule', '{ __type(name: "Canary") { name } }', noIntrospection('__type')],
  ['NoServiceSdlRule', '{ directories { name } s: _service @include(if: false) { text: sdl } }', noSdl],
  [
    'NoServiceSdlRule',
    '{ ...A } fragment A on Query { ...B } fragment B on Query { ... on Query { _service { __typename } } }',
    noSdl,
  ],
  ['NoServiceSdlRule', 'query a { __typename } query b { _service { sdl } }', noSdl],
];

describe('a document that is not valid', () => {
  it.each(rules.map(([rule, query, message, count = 1]) => ({ rule, query, message, count })))(
    'by $rule gets the message without a value and without a suggestion: $query',
    async ({ rule, query, message, count }) => {
      const more = query.startsWith('query a {') ? { operationName: 'a' } : {};
      const { errors } = JSON.parse((await ask(door, query, more)).body) as {
        errors: readonly ExpectedFault[];
      };
      expect(errors).toHaveLength(count);
      expect(errors).toContainEqual(invalid(message));
      // A cycle is as much a limit as a rule: 400 for every media type.
      const status = rule === 'NoFragmentCyclesRule' ? 400 : 200;
      await refuses(door, () => ask(door, query, more), status, ...errors);
      const accept = 'application/graphql-response+json';
      await refuses(door, () => ask(door, query, more, { accept }), 400, ...errors);
      expect((await ask(open, query, more)).body).not.toMatch(/canary/i);
    },
  );

  it('is tested for each rule of graphql-js', () => {
    const tested = new Set(rules.map(([rule]) => rule));
    // Tested with the limits, refused before the rules, and without a type for it.
    const others = ['KnownDirectivesRule', 'MaxIntrospectionDepthRule'];
    others.push('LoneAnonymousOperationRule', 'SingleFieldSubscriptionsRule');
    const untested = specifiedRules.map(({ name }) => name).filter((name) => !tested.has(name));
    expect(untested.toSorted()).toEqual(others.toSorted());
  });

  it.each([
    ['{ directorie { name } }', ' Did you mean "directories" or "directory"?'],
    ['{ directory(nam: "canary", name: "a") { name } }', ' Did you mean "name"?'],
    ['{ __typename ... on Usr { id } }', ' Did you mean "User"?'],
    ['{ directories }', ' Did you mean "directories { ... }"?'],
  ])('%s gets a suggestion only where the configuration has them on', async (query, suggestion) => {
    const [suggesting, silent] = [await ask(open, query), await ask(door, query)];
    const { errors } = JSON.parse(suggesting.body);
    const { message } = errors[0];
    expect(message).toMatch(/ Did you mean /);
    expect(message.endsWith(suggestion)).toBe(true);
    errors[0].message = message.slice(0, -suggestion.length);
    expect(JSON.parse(silent.body).errors).toEqual(errors);
  });

  it('has a short message, however long its names are', async () => {
    const { errors } = JSON.parse((await ask(door, `{ ${'a'.repeat(5_000)} }`)).body);
    expect(errors).toEqual([invalid(`Cannot query field "${'a'.repeat(180)}…`)]);
  });
});

describe('a document that is not GraphQL', () => {
  it.each<readonly [query: string, line: number, column: number]>([
    ['', 1, 1],
    ['canary', 1, 1],
    ['{\n  a(b: "canary\n") }', 2, 15],
    ['{ a } "canary"', 1, 15],
    ['{ a(b: "\\uD800canary") }', 1, 9],
    ['{ a(b: 01canary) }', 1, 9],
    ['{ \u0000canary }', 1, 3],
    ['\ud800', 1, 1],
  ])('%j gets the place, and nothing of what stands there', async (query, line, column) => {
    const error = {
      message: `Syntax error at line ${line}, column ${column}.`,
      locations: [{ line, column }],
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    };
    for (const where of [door, open]) {
      await refuses(where, () => ask(where, query), 200, error);
      const accept = 'application/graphql-response+json';
      await refuses(where, () => ask(where, query, {}, { accept }), 400, error);
    }
  });
});

it.each([
  ['query canary { __typename } query canary2 { __typename }', null],
  ['query a { __typename }', 'canary'],
  ['query a { __typename }', '__proto__'],
  ['query a { __typename }', ''],
  ['fragment canary on Query { __typename }', null],
])('%s has no operation %j', (query, operationName) =>
  refuses(door, () => ask(door, query, { operationName }), 400, {
    message: 'Could not determine what operation to execute.',
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
  }),
);

it('a request without a document is refused', async () => {
  const message = 'Must provide query string.';
  for (const more of [{}, { query: null, operationName: 'canary', variables: { canary: 1 } }]) {
    const send = () => ask(door, '', { query: undefined, ...more });
    await refuses(door, send, 200, { message, extensions: { code: 'BAD_REQUEST' } });
  }
});

describe('the SDL for gateways', () => {
  it('is given where introspection is on, as often as it is asked for', async () => {
    const { data } = await open.graphql('{ _service { sdl again: sdl } other: _service { sdl } }');
    const { _service, other } = data as Record<string, { sdl: string; again: string }>;
    expect(_service?.sdl).toContain('type User @key(fields: "id")');
    expect([_service?.again, other?.sdl]).toEqual([_service?.sdl, _service?.sdl]);
  });

  it('is not needed for entities', async () => {
    const id = someUser(door, 'customers');
    const query = `{ _entities(representations: [{ __typename: "User", id: "${id}" }]) { ... on User { displayName } } }`;
    expect(await door.graphql(query)).toEqual({ data: { _entities: [{ displayName: 'Ada Okafor' }] } });
  });
});

describe('a bug of ours', () => {
  /** The response of a server whose services are broken. */
  async function askBroken(services: Partial<Services>, query: string): Promise<string> {
    const log = pino({ level: 'silent' });
    const handle = createGraphQLHandler(
      { limits: door.sandbox.config.limits, log, ...services } as Services,
      {
        ...{ introspection: true, suggestions: true },
        authenticator: createAuthenticator({ anonymous: true }, new Map()),
        rateLimit: createRateLimit(1),
      },
    );
    const server = await listen({ host: '127.0.0.1', port: 0, log, handle });
    try {
      return (await ask(server, query)).body;
    } finally {
      await server.close();
    }
  }

  it.each(['development', 'production'])('is masked and has a code where NODE_ENV is %s', async (mode) => {
    vi.stubEnv('NODE_ENV', mode);
    try {
      const masked = { message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
      const noContext = await askBroken({}, '{ directories { name } }');
      expect(JSON.parse(noContext)).toEqual({ errors: [masked] });
      const journal = {
        find() {
          throw new TypeError('canary');
        },
      };
      const thrown = await askBroken(
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
