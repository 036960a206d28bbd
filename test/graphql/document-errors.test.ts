import { specifiedRules } from 'graphql';
import { pino } from 'pino';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import { createRateLimit } from '../../src/auth/rate-limit.ts';
import { createGraphQLHandler } from '../../src/graphql/yoga.ts';
import type { Services } from '../../src/patch/context.ts';
import { listen } from '../../src/server/http-server.ts';
import { createBudget } from '../../src/upstream/budget.ts';
import { ask, type ExpectedFault, invalid, refuses } from '../harness/answers.ts';
import { someUser } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

/** Shows nothing of its schema; and another that shows all of it. */
const door = await openFrontDoor({ server: { suggestions: false, introspection: false } });
const open = await openFrontDoor({ server: { suggestions: true, introspection: true } });
afterAll(async () => {
  await door.close();
  await open.close();
});

/** A document against each rule of graphql-js and of ours. Its values are canaries, its names are not. */
const rules = `
  ExecutableDefinitions        | { __typename } type A { b: Int }
  UniqueOperationNames         | query a { __typename } query a { __typename }
  KnownTypeNames               | { __typename ... on Usr { id } }
  FragmentsOnCompositeTypes    | { __typename ... on String { a } }
  VariablesAreInputTypes       | query ($a: User = "canary") { user(by: { id: $a }) { id } }
  ScalarLeafs                  | { directories { name { a } } }
  ScalarLeafs                  | { directories }
  FieldsOnCorrectType          | { directorie { a } }
  UniqueFragmentNames          | { ...F } fragment F on Query { __typename } fragment F on Query { __typename }
  KnownFragmentNames           | { ...F }
  NoUnusedFragments            | { __typename } fragment F on Query { __typename }
  PossibleFragmentSpreads      | { __typename ... on User { id } }
  NoFragmentCycles             | { ...F } fragment F on Query { ...F }
  UniqueVariableNames          | query ($a: String!, $a: String!) { directory(name: $a) { name } }
  NoUndefinedVariables         | { directory(name: $a) { name } }
  NoUnusedVariables            | query ($a: String = "canary") { __typename }
  UniqueDirectivesPerLocation  | { __typename @skip(if: true) @skip(if: true) }
  KnownArgumentNames           | { directories(nam: "canary") { name } }
  UniqueArgumentNames          | { directory(name: "canary", name: "canary") { name } }
  ValuesOfCorrectType          | { directory(name: CANARY) { name } }
  ValuesOfCorrectType          | { user(by: { id: "canary", canary: "canary" }) { id } }
  ValuesOfCorrectType          | query ($a: [ID!]! = {a: "canary"}) { users(ids: $a) { id } }
  ProvidedRequiredArguments    | { directory { name } }
  VariablesInAllowedPosition   | query ($a: String) { directory(name: $a) { name } }
  OverlappingFieldsCanBeMerged | { a: directory(name: "canary") { name } a: directory(name: "canary2") { name } }
  UniqueInputFieldNames        | { user(by: { id: "canary", id: "canary" }) { id } }
  KnownOperationTypes          | subscription ($a: Int = 1) { __typename @skip(if: $a) }
  NoSchemaIntrospectionCustom  | { __schema { description } }
  NoSchemaIntrospectionCustom  | { __type(name: "Canary") { name } }
  NoServiceSdl                 | { directories { name } s: _service @include(if: false) { text: sdl } }
  NoServiceSdl                 | { ...A } fragment A on Query { ...B } fragment B on Query { ... on Query { _service { __typename } } }
  NoServiceSdl                 | query a { __typename } query b { _service { sdl } }
`
  .trim()
  .split('\n')
  .map((row) => {
    const [rule = '', query = ''] = row.trim().split(/ +\| /);
    return { rule: `${rule}Rule`, query };
  });

describe('a document that is not valid', () => {
  it.each(rules)(
    'by $rule gets messages without a value and without a suggestion: $query',
    async ({ rule, query }) => {
      const more = query.startsWith('query a {') ? { operationName: 'a' } : {};
      const { errors } = JSON.parse((await ask(door, query, more)).body) as {
        errors: readonly ExpectedFault[];
      };
      for (const error of errors) expect(error).toEqual(invalid(expect.not.stringMatching(/did you mean/i)));
      // A cycle is as much a limit as a rule: 400 for every media type.
      const status = rule === 'NoFragmentCyclesRule' ? 400 : 200;
      await refuses(door, () => ask(door, query, more), status, ...errors);
      const accept = 'application/graphql-response+json';
      await refuses(door, () => ask(door, query, more, { accept }), 400, ...errors);
      expect((await ask(open, query, more)).body).not.toMatch(/canary/i);
    },
  );

  it('is tested for each rule of graphql-js', () => {
    const tested = new Set(rules.map(({ rule }) => rule));
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

  it.each([
    [
      '{ __schema { description } }',
      'GraphQL introspection has been disabled, but the requested query contained',
    ],
    ['{ _service { sdl } }', 'GraphQL introspection has been disabled, and with it the field "_service".'],
    ['{ directory(name: CANARY) { name } }', 'A value does not have the type that is expected here.'],
    [`{ ${'a'.repeat(5_000)} }`, `Cannot query field "${'a'.repeat(180)}…`],
  ])('%.50s gets a message that says what is wrong, and a short one', async (query, message) => {
    const { errors } = JSON.parse((await ask(door, query)).body);
    expect(errors).toEqual([invalid(expect.stringContaining(message))]);
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
        ...{ rateLimit: createRateLimit(1), costLimit: createRateLimit(1) },
        bodyBudget: createBudget(2 * door.sandbox.config.limits.bodyBytes),
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
