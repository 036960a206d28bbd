import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { subgraphSdl } from '../../../src/graphql/schema/federation.ts';
import { schema } from '../../../src/graphql/schema/index.ts';
import { breakingChanges } from './breaking-changes.ts';

const released = readFileSync(resolve(import.meta.dirname, 'schema.graphql'), 'utf8');

const whatToDo =
  'The schema breaks clients of the last release: see the list. Make it an addition, with the old beside the new and ' +
  '@deprecated, if you can. If the break is meant: release a new version, say in its notes what clients must change, ' +
  'and copy schema.graphql to test/graphql/released/schema.graphql in the same commit.';

it('nothing that clients of the last release rely on has changed', async () => {
  expect(await breakingChanges(released, subgraphSdl(schema)), whatToDo).toEqual([]);
});

/** The released schema with a change; throws where there is nothing to change, so that no row goes stale unseen. */
function changed(from: string | RegExp, to: string): string {
  const result = released.replace(from, to);
  if (result === released) throw new Error(`The schema has no ${from}.`);
  return result;
}

// What @graphql-inspector finds is its own affair: of that a row for an output, an input, an argument and an enum.
describe('a break', () => {
  it.each([
    ['a field is renamed', /^ {2}displayName: String$/m, '  fullName: String'],
    ['an input has one member no more', 'input UserBy @oneOf', 'input UserBy'],
    ['an operation does', 'input CustomFieldOperationInput @oneOf', 'input CustomFieldOperationInput'],
    ['a value does', 'input CustomFieldValueInput @oneOf', 'input CustomFieldValueInput'],
    ['an input takes one member only', 'input EmailInput', 'input EmailInput @oneOf'],
    ['the key is dropped', 'type User @key(fields: "id")', 'type User'],
    ['the key is another', 'type User @key(fields: "id")', 'type User @key(fields: "userId")'],
    ['the key asks for more', 'type User @key(fields: "id")', 'type User @key(fields: "id userId")'],
    [
      'nobody can ask by the key',
      'type User @key(fields: "id")',
      'type User @key(fields: "id", resolvable: false)',
    ],
    ['an enum value is removed', /^ {2}INVITED$/m, '  GONE'],
    ['an argument is required', 'names: [String!]', 'names: [String!]!'],
    ['a member of an input is required', 'ifVersion: String', 'ifVersion: String!'],
  ])('is that %s', async (_, from, to) => {
    expect(await breakingChanges(released, changed(from, to))).not.toEqual([]);
  });

  it('is named', async () => {
    const withoutKey = changed('type User @key(fields: "id")', 'type User');
    expect(await breakingChanges(released, withoutKey)).toEqual([
      'User @key(fields: "id") was dropped or changed',
    ]);
    const renamed = changed(/^ {2}displayName: String$/m, '  fullName: String');
    expect((await breakingChanges(released, renamed)).join()).toContain('User');
  });
});

describe('no break', () => {
  it.each([
    ['a new optional member of an input', 'input EmailInput {', 'input EmailInput {\n  label: String'],
    ['a new enum value', 'enum UserStatus {', 'enum UserStatus {\n  LOCKED'],
    ['a second key', 'type User @key(fields: "id")', 'type User @key(fields: "id") @key(fields: "username")'],
    ['another description', '"""A phone number."""', '"""A number to call."""'],
    [
      'a new input that takes one member',
      'input EmailInput {',
      'input By @oneOf { id: ID }\ninput EmailInput {',
    ],
  ])('is %s', async (_, from, to) => {
    expect(await breakingChanges(released, changed(from, to))).toEqual([]);
  });
});
