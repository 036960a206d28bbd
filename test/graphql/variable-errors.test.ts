import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, badInput, type ExpectedFault, refuses } from '../harness/answers.ts';
import { arrived, someUser, written } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({ server: { suggestions: false } });
});
afterAll(() => door.close());

const mutation = `mutation canary($canary: PatchUserInput!) {
  canary: patchUser(input: $canary) { outcome errors { code } }
}`;
const user = () => ({ id: someUser(door, 'customers') });
const canary = 'canary@example.com';
const required = (type: string) => `Expected a value of the type ${type}, not null and not left out.`;
const unknown = (type: string) => `There is a field here that the type ${type} does not have.`;
const oneOf = (...names: readonly string[]) => `Expected exactly one of ${names.join(', ')}, and not null.`;
const operations = ['add', 'remove', 'replace'];
const kinds = ['boolean', 'date', 'number', 'text', 'texts'];
const number = 'Expected a number, finite and of no more digits than are kept on its way.';
const operation = (value: unknown) => ({ customFields: [{ remove: { field: 'canary' } }, value] });
const path = (...more: readonly string[]) => ['input', 'patch', ...more] as const;

const patches: readonly (readonly [what: string, patch: unknown, ...errors: ExpectedFault[]])[] = [
  [
    'a flag left out',
    { email: { address: canary } },
    badInput(required('Boolean'), ...path('email', 'verified')),
  ],
  [
    'a flag that is null',
    { email: { address: canary, verified: null } },
    badInput(required('Boolean'), ...path('email', 'verified')),
  ],
  [
    'a text for a flag',
    { email: { address: canary, verified: 'canary' } },
    badInput('Expected true or false.', ...path('email', 'verified')),
  ],
  ['a number for a text', { displayName: 77_777 }, badInput('Expected a text.', ...path('displayName'))],
  ['an object for a text', { displayName: { canary } }, badInput('Expected a text.', ...path('displayName'))],
  [
    'a text for an object',
    { email: canary },
    badInput('Expected an object of the type EmailInput.', ...path('email')),
  ],
  [
    'a list for an object',
    { email: [canary] },
    badInput('Expected an object of the type EmailInput.', ...path('email')),
  ],
  [
    'an empty list for an object',
    { email: [] },
    badInput('Expected an object of the type EmailInput.', ...path('email')),
  ],
  [
    'a status that is none',
    { status: 'CANARY' },
    badInput('Expected one of DISABLED, ENABLED, EXPIRED, INVITED.', ...path('status')),
  ],
  [
    'a status as a number',
    { status: 77_777 },
    badInput('Expected one of DISABLED, ENABLED, EXPIRED, INVITED.', ...path('status')),
  ],
  [
    'null in a list',
    { roleNames: ['canary', null] },
    badInput(required('String'), ...path('roleNames', '1')),
  ],
  [
    'numbers in a list',
    { roleNames: ['canary', 77_777, 77_777] },
    badInput('Expected a text.', ...path('roleNames', '1')),
    badInput('Expected a text.', ...path('roleNames', '2')),
  ],
  ['a field that is not there', { canary }, badInput(unknown('UserPatchInput'), 'input', 'patch')],
  [
    'several fields that are not there',
    { canary, canary2: canary },
    badInput(unknown('UserPatchInput'), 'input', 'patch'),
  ],
  ['a field toString', { toString: canary }, badInput(unknown('UserPatchInput'), 'input', 'patch')],
  ['no patch', undefined, badInput(required('UserPatchInput'), 'input', 'patch')],
  ['a patch that is null', null, badInput(required('UserPatchInput'), 'input', 'patch')],
  ['no operation', operation({}), badInput(oneOf(...operations), ...path('customFields', '1'))],
  [
    'a null operation',
    operation({ add: null }),
    badInput(oneOf(...operations), ...path('customFields', '1')),
  ],
  [
    'two operations',
    operation({ remove: { field: canary }, add: null }),
    badInput(oneOf(...operations), ...path('customFields', '1')),
  ],
  [
    'no name of a field',
    operation({ remove: {} }),
    badInput(required('String'), ...path('customFields', '1', 'remove', 'field')),
  ],
  [
    'two values',
    operation({ add: { field: canary, value: { text: canary, number: 1 } } }),
    badInput(oneOf(...kinds), ...path('customFields', '1', 'add', 'value')),
  ],
  [
    'a number as a text',
    operation({ add: { field: canary, value: { number: '77777' } } }),
    badInput(number, ...path('customFields', '1', 'add', 'value', 'number')),
  ],
  [
    'a date that is none',
    operation({ add: { field: canary, value: { date: canary } } }),
    badInput('Expected a value of the type DateTime.', ...path('customFields', '1', 'add', 'value', 'date')),
  ],
];

describe('a variable of a patch with', () => {
  for (const [what, patch, ...errors] of patches) {
    it(`${what} is refused at its path, with nothing of it`, async () => {
      const variables = { canary: { user: user(), patch } };
      await refuses(door, () => ask(door, mutation, { variables }), 200, ...errors);
      const accept = 'application/graphql-response+json';
      await refuses(door, () => ask(door, mutation, { variables }, { accept }), 400, ...errors);
      expect(written(door)).toEqual([]);
    });
  }

  it('five things of many that are wrong has a short answer', async () => {
    const patch = { roleNames: Array.from({ length: 50_000 }, () => 77_777), displayName: 1 };
    const errors = ['0', '1', '2', '3'].map((index) =>
      badInput('Expected a text.', ...path('roleNames', index)),
    );
    const first = badInput('Expected a text.', ...path('displayName'));
    await refuses(
      door,
      () => ask(door, mutation, { variables: { canary: { user: user(), patch } } }),
      200,
      first,
      ...errors,
    );
  });
});

const others: readonly (readonly [query: string, variables: object, ...errors: ExpectedFault[]])[] = [
  [
    'query ($a: String! = "canary", $b: Boolean!) { directory(name: $a) { name @skip(if: $b) } }',
    { b: canary },
    badInput('Expected true or false.', 'if'),
  ],
  [mutation, {}, badInput(required('PatchUserInput'), 'input')],
  [mutation, { canary: null }, badInput(required('PatchUserInput'), 'input')],
  [mutation, { canary: 'canary' }, badInput('Expected an object of the type PatchUserInput.', 'input')],
  [
    'query ($canary: ID!) { user(by: { id: $canary }) { id } }',
    { canary: { canary } },
    badInput('Expected an id: a text.', 'by', 'id'),
  ],
  [
    'query ($canary: ID!) { user(by: { id: $canary }) { id } }',
    { canary: 1.5 },
    badInput('Expected an id: a text.', 'by', 'id'),
  ],
  [
    'query ($canary: ID!) { users(ids: ["a", $canary]) { id } }',
    { canary: true },
    badInput('Expected an id: a text.', 'ids', '1'),
  ],
  [
    'query ($canary: [ID!]!) { users(ids: $canary) { id } }',
    { canary: [['canary']] },
    badInput('Expected an id: a text.', 'ids', '0'),
  ],
  [
    'query ($canary: [ID!]!) { users(ids: $canary) { id } }',
    {},
    badInput('Expected a list of the type ID, not null and not left out.', 'ids'),
  ],
  [
    'query ($canary: Boolean!) { __typename @skip(if: $canary) }',
    { canary },
    badInput('Expected true or false.', 'if'),
  ],
  [
    'query ($canary: Boolean!) { ...F } fragment F on Query { canary: __typename @include(if: $canary) }',
    { canary },
    badInput('Expected true or false.', 'if'),
  ],
  [
    'query ($a: String!, $b: Boolean!) { canary: directory(name: $a) { name @skip(if: $b) } }',
    { a: 1, b: canary },
    badInput('Expected a text.', 'name'),
    badInput('Expected true or false.', 'if'),
  ],
];

describe('a variable', () => {
  for (const [query, variables, ...errors] of others) {
    it(`of ${query} given ${JSON.stringify(variables)} is refused`, () =>
      refuses(door, () => ask(door, query, { variables }), 200, ...errors));
  }

  it('that is not asked for is let be, and a default stands for one that is not given', async () => {
    const query = 'query ($name: String! = "customers") { directory(name: $name) { name } }';
    expect(await ask(door, query, { variables: { canary: 1e300, __proto__: null } })).toEqual({
      status: 200,
      body: '{"data":{"directory":{"name":"customers"}}}',
    });
  });

  it('in place of a list may be one of its members', async () => {
    const query = 'query ($canary: [ID!]!) { users(ids: $canary) { id } }';
    const { id } = user();
    expect((await ask(door, query, { variables: { canary: id } })).body).toBe(
      `{"data":{"users":[{"id":"${id}"}]}}`,
    );
  });

  it.each([
    [
      'mutation ($canary: ID = "canary") { patchUser(input: { user: { id: $canary }, patch: { displayName: "canary" } }) { outcome } }',
    ],
    ['query ($canary: String = "canary") { directory(name: $canary) { name } }'],
    ['query ($canary: ID = "canary") { users(ids: ["canary", $canary]) { id } }'],
    ['query ($canary: Boolean = true) { directory(name: "canary") @skip(if: $canary) { name } }'],
    ['query ($canary: Boolean = true) { directories { name @include(if: $canary) } }'],
  ])('with a default that is null where nothing may be is refused when it is used: %s', async (query) => {
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
