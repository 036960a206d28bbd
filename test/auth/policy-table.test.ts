import { type GraphQLInputObjectType, getNamedType, isInputObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { rightOfField } from '../../src/auth/policy.ts';
import { schema } from '../../src/graphql/schema/index.ts';
import { directoryNames } from '../harness/expected.ts';
import { cellsOf, fieldsOfRight } from './policy-fields.ts';

function inputType(name: string): GraphQLInputObjectType {
  const type = schema.getType(name);
  return isInputObjectType(type) ? type : expect.fail(`There is no input ${name}.`);
}

/** The path of every input field that can be reached, such as `customFields.add.value.text`. */
function pathsBelow(type: GraphQLInputObjectType, above: readonly GraphQLInputObjectType[] = []): string[] {
  if (above.includes(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    const below = isInputObjectType(named) ? pathsBelow(named, [...above, type]) : [];
    return [field.name, ...below.map((path) => `${field.name}.${path}`)];
  });
}

/** The paths that a value has, without the indexes of lists. */
function pathsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(pathsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => [
    key,
    ...pathsIn(below).map((path) => `${key}.${path}`),
  ]);
}

describe('the table of rights', () => {
  const paths = pathsBelow(inputType('UserPatchInput'));
  const entries: Readonly<Record<string, string>> = rightOfField;

  it('covers every input field below a patch: a new one needs a decision in policy-fields.ts', () => {
    /** The right of the nearest field at or above this one that has an entry. */
    const rightOf = (path: string): string | undefined =>
      entries[path] ?? (path.includes('.') ? rightOf(path.replace(/\.[^.]*$/, '')) : undefined);
    const byRight = Object.groupBy(paths, (path) => rightOf(path) ?? 'none');
    expect(Object.keys(byRight)).toEqual(Object.keys(fieldsOfRight));
    for (const [right, fields] of Object.entries(fieldsOfRight)) {
      expect(byRight[right]?.toSorted()).toEqual(fields.toSorted());
    }
    expect(Object.keys(entries).filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('is tried whole in the matrix, in each directory', () => {
    const tried = new Set(directoryNames.flatMap(cellsOf).flatMap((cell) => pathsIn(cell.patch)));
    expect(paths.filter((path) => !tried.has(path))).toEqual([]);
    for (const directory of directoryNames) {
      const fields = cellsOf(directory).flatMap((cell) => Object.keys(cell.patch));
      expect(new Set(fields)).toEqual(new Set(Object.keys(inputType('UserPatchInput').getFields())));
    }
  });

  it('is for these inputs and arguments: a new one needs a decision', () => {
    const members = (name: string) => Object.keys(inputType(name).getFields()).join(' ');
    expect(['PatchUserInput', 'UserBy', 'DirectoryLogin'].map(members)).toEqual([
      'idempotencyKey ifVersion patch user',
      'id login',
      'directory login',
    ]);
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const fields = roots.flatMap((type) => Object.values(type?.getFields() ?? {}));
    const signatures = fields.map(
      ({ name, args }) => `${name}(${args.map((one) => `${one.name}: ${one.type}`)})`,
    );
    expect(signatures.toSorted()).toEqual([
      '_entities(representations: [_Any!]!)',
      '_service()',
      'directories()',
      'directory(name: String!)',
      'operation(id: ID!)',
      'patchUser(input: PatchUserInput!)',
      'patchUsers(inputs: [PatchUserInput!]!)',
      'planPatchUser(input: PatchUserInput!)',
      'user(by: UserBy!)',
      'users(ids: [ID!]!)',
    ]);
  });
});
