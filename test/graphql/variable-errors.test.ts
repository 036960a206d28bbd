import { afterAll, describe, expect, it } from 'vitest';
import { ask, badInput, type ExpectedFault, post, refuses } from '../harness/answers.ts';
import { arrived, someUser, written } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

const door = await openFrontDoor();
afterAll(() => door.close());

const mutation = `mutation canary($canary: PatchUserInput!) {
  canary: patchUser(input: $canary) { outcome errors { code } }
}`;
const user = () => ({ id: someUser(door, 'customers') });
const canary = 'canary@example.com';
const expected = (type: string) => `Expected a value of type "${type}".`;
const object = (type: string) => `Expected type "${type}" to be an object.`;
const notNull = (type: string) => `Expected non-nullable type "${type}" not to be null.`;
const missing = (field: string, type: string) =>
  `Field "${field}" of required type "${type}" was not provided.`;
const unknown = (type: string) => `A field here is not defined by type "${type}".`;
const oneOf = (type: string) => `Exactly one key must be specified for OneOf type "${type}".`;
const statuses = 'Expected a value of type "UserStatus": DISABLED, ENABLED, EXPIRED, INVITED.';
const notLossless = 'The number would be rounded: write at most 15 significant digits.';
const operation = (value: unknown) => ({ customFields: [{ remove: { field: 'canary' } }, value] });

/** A patch, and its errors as `path below it → message`. */
const patches: readonly (readonly [patch: unknown, ...errors: readonly string[]])[] = [
  [{ email: { address: canary } }, `email.verified → ${missing('verified', 'Boolean!')}`],
  [{ email: { address: canary, verified: null } }, `email.verified → ${notNull('Boolean!')}`],
  [{ email: { address: canary, verified: 'canary' } }, `email.verified → ${expected('Boolean')}`],
  [{ displayName: 77_777 }, `displayName → ${expected('String')}`],
  [{ displayName: { canary } }, `displayName → ${expected('String')}`],
  ...[canary, [canary]].map((email) => [{ email }, `email → ${object('EmailInput')}`] as const),
  ...['CANARY', 77_777].map((status) => [{ status }, `status → ${statuses}`] as const),
  [{ roleNames: ['canary', null] }, `roleNames.1 → ${notNull('String!')}`],
  [
    { roleNames: ['canary', 77_777, 77_777] },
    ...['roleNames.1', 'roleNames.2'].map((path) => `${path} → ${expected('String')}`),
  ],
  ...[{ canary }, { 'canary" of required type "A" was not provided.': 1 }, { toString: canary }].map(
    (patch) => [patch, `→ ${unknown('UserPatchInput')}`] as const,
  ),
  [undefined, `→ ${missing('patch', 'UserPatchInput!')}`],
  [null, `→ ${notNull('UserPatchInput!')}`],
  [operation({}), `customFields.1 → ${oneOf('CustomFieldOperationInput')}`],
  [operation({ add: null }), 'customFields.1.add → Field "add" must be non-null.'],
  [operation({ remove: {} }), `customFields.1.remove.field → ${missing('field', 'String!')}`],
  [
    operation({ add: { field: canary, value: { text: canary, number: 1 } } }),
    `customFields.1.add.value → ${oneOf('CustomFieldValueInput')}`,
  ],
  ...Object.entries({ number: 'Float', date: 'DateTime' }).map(
    ([kind, type]) =>
      [
        operation({ add: { field: canary, value: { [kind]: canary } } }),
        `customFields.1.add.value.${kind} → ${expected(type)}`,
      ] as const,
  ),
  [
    { roleNames: Array.from({ length: 40_000 }, () => 77_777), displayName: 1 },
    ...['displayName', ...[0, 1, 2, 3].map((index) => `roleNames.${index}`)].map(
      (path) => `${path} → ${expected('String')}`,
    ),
  ],
];

describe('a variable with a patch that does not fit its type', () => {
  it.each(patches.map(([patch, ...errors]) => [JSON.stringify(patch)?.slice(0, 80), patch, errors] as const))(
    '%s is refused at its path, without a value',
    async (_, patch, rows) => {
      const errors = rows.map((row) => {
        const [path = '', message = ''] = row.split(/ ?→ /);
        return badInput(message, 'input', 'patch', ...path.split('.').filter(Boolean));
      });
      const variables = { canary: { user: user(), patch } };
      await refuses(door, () => ask(door, mutation, { variables }), 200, ...errors);
      const accept = 'application/graphql-response+json';
      await refuses(door, () => ask(door, mutation, { variables }, { accept }), 400, ...errors);
      expect(written(door)).toEqual([]);
    },
  );
});

const byId = 'query ($canary: ID!) { user(by: { id: $canary }) { id } }';
const byIds = 'query ($canary: [ID!]!) { users(ids: $canary) { id } }';

const others: readonly (readonly [query: string, variables: string, ...errors: ExpectedFault[]])[] = [
  [mutation, '{}', badInput(notNull('PatchUserInput!'), 'input')],
  [mutation, '{"canary":"canary"}', badInput(object('PatchUserInput'), 'input')],
  [byId, '{"canary":{"canary":"canary"}}', badInput(expected('ID'), 'by', 'id')],
  [byId, '{"canary":1.00000000000000000001}', badInput(notLossless, 'by', 'id')],
  [byIds, '{"canary":[["canary"]]}', badInput(expected('ID'), 'ids', '0')],
  [byIds, '{}', badInput(notNull('[ID!]!'), 'ids')],
  [
    'query ($canary: ID!) { users(ids: ["a", $canary]) { id } }',
    '{"canary":true}',
    badInput(expected('ID'), 'ids', '1'),
  ],
  [
    'query ($canary: Boolean!) { ...F } fragment F on Query { canary: __typename @include(if: $canary) }',
    '{"canary":"canary"}',
    badInput(expected('Boolean'), 'if'),
  ],
  [
    'query ($a: String! = "canary", $b: Boolean!) { directory(name: $a) { name @skip(if: $b) } }',
    '{"b":"canary"}',
    badInput(expected('Boolean'), 'if'),
  ],
  [
    'query ($a: String!, $b: Boolean!) { directory(name: $a) { name @skip(if: $b) } }',
    '{"a":1,"b":"canary"}',
    badInput(expected('String'), 'name'),
    badInput(expected('Boolean'), 'if'),
  ],
];

it.each(others.map(([query, variables, ...errors]) => [query, variables, errors] as const))(
  '%s is refused with the variables %s',
  (query, variables, errors) => {
    const body = `{"query":${JSON.stringify(query)},"variables":${variables}}`;
    return refuses(door, () => post(door, body), 200, ...errors);
  },
);

describe('a variable', () => {
  it.each<readonly [what: string, query: string, variables: object]>([
    [
      'that no operation has is ignored, and a default is used',
      '$a: String! = "customers"',
      { canary: 1e300 },
    ],
    ['may be given in place of its default', '$a: String! = "canary"', { a: 'customers' }],
    ['for a list may be one of its members', '$b: [ID!]!, $a: String! = "customers"', { b: 'nowhere:a' }],
  ])('%s', async (_, definition, variables) => {
    const list = definition.includes('$b') ? 'users(ids: $b) { id }' : '';
    const query = `query (${definition}) { directory(name: $a) { name } ${list} }`;
    const { status, body } = await ask(door, query, { variables });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ data: { directory: { name: 'customers' } } });
  });

  it.each([
    'mutation ($canary: ID = "canary") { patchUser(input: { user: { id: $canary }, patch: { displayName: "canary" } }) { outcome } }',
    'query ($canary: String = "canary") { directory(name: $canary) { name } }',
    'query ($canary: ID = "canary") { users(ids: ["canary", $canary]) { id } }',
    'query ($canary: Boolean = true) { directory(name: "canary") @skip(if: $canary) { name } }',
  ])('with a default that is null where it may not be is refused when it is used: %s', async (query) => {
    door.forgetRequests();
    const { status, body } = await ask(door, query, { variables: { canary: null } });
    expect(status).toBe(200);
    const { errors } = JSON.parse(body) as { errors: readonly ExpectedFault[] };
    expect(errors.length).toBeGreaterThan(0);
    for (const { message, extensions } of errors) {
      expect(message).toBe('A variable is null or left out where a value is needed.');
      expect(extensions).toEqual({ code: 'INVALID_INPUT' });
    }
    expect(body).not.toMatch(/canary/);
    expect(arrived(door)).toEqual([]);
  });
});
