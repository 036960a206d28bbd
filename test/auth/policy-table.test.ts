import { type GraphQLInputObjectType, getNamedType, isInputObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { rightOfField } from '../../src/auth/policy.ts';
import { schema } from '../../src/graphql/schema/index.ts';
import { directoryNames } from '../harness/expected.ts';
import { cellsOf, ownLists, rightAt } from './policy-fields.ts';

function inputType(name: string): GraphQLInputObjectType {
  const type = schema.getType(name);
  if (!isInputObjectType(type)) throw new Error(`There is no input ${name}.`);
  return type;
}

/** Every input field that can be reached, as a path: `customFields.add.value.text`. */
function pathsBelow(type: GraphQLInputObjectType, above: readonly GraphQLInputObjectType[] = []): string[] {
  if (above.includes(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    const below = isInputObjectType(named) ? pathsBelow(named, [...above, type]) : [];
    return [field.name, ...below.map((path) => `${field.name}.${path}`)];
  });
}

/** The right of the nearest place at or above this one that has an entry. */
function rightOf(path: string): string | undefined {
  const entries: Readonly<Record<string, string>> = rightOfField;
  const parts = path.split('.');
  const nearest = parts
    .map((_, index) => parts.slice(0, parts.length - index).join('.'))
    .find((one) => Object.hasOwn(entries, one));
  return nearest === undefined ? undefined : entries[nearest];
}

const paths = pathsBelow(inputType('UserPatchInput'));

describe('the table of rights', () => {
  it('decides on every input field below a patch: a new one needs a decision here', () => {
    expect(paths).toContain('customFields.replace.value.texts');
    expect(Object.fromEntries(paths.map((path) => [path, rightOf(path)]))).toEqual(rightAt);
  });

  it('has no entry for what is not there', () => {
    expect(Object.keys(rightOfField).filter((path) => !paths.includes(path))).toEqual([]);
  });

  it.each([
    ['PatchUserInput', ['user', 'patch', 'ifVersion', 'idempotencyKey']],
    ['UserBy', ['id', 'login']],
    ['DirectoryLogin', ['directory', 'login']],
  ])('knows what else a call says: %s', (name, members) => {
    expect(Object.keys(inputType(name).getFields()).toSorted()).toEqual(members.toSorted());
  });

  it('knows every argument there is', () => {
    const roots = [schema.getQueryType(), schema.getMutationType()];
    const fields = roots.flatMap((type) => Object.values(type?.getFields() ?? {}));
    const args = fields.map(({ name, args }) => [name, args.map((one) => `${one.name}: ${one.type}`)]);
    expect(Object.fromEntries(args)).toEqual({
      _service: [],
      _entities: ['representations: [_Any!]!'],
      directories: [],
      directory: ['name: String!'],
      operation: ['id: ID!'],
      patchUser: ['input: PatchUserInput!'],
      patchUsers: ['inputs: [PatchUserInput!]!'],
      planPatchUser: ['input: PatchUserInput!'],
      user: ['by: UserBy!'],
      users: ['ids: [ID!]!'],
    });
    expect(schema.getSubscriptionType()).toBeUndefined();
  });
});

/** The paths that a value names, without the numbers of lists. */
function named(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(named);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => [
    key,
    ...named(below).map((path) => `${key}.${path}`),
  ]);
}

describe('the cells that are tried through the front door', () => {
  const cells = directoryNames.flatMap(cellsOf);

  it('name every input field below a patch', () => {
    const tried = new Set(cells.flatMap(({ patch }) => named(patch)));
    expect(paths.filter((path) => !tried.has(path))).toEqual([]);
  });

  it.each(directoryNames)('have every field of a patch, in %s too', (directory) => {
    const tried = new Set(cellsOf(directory).flatMap(({ patch }) => Object.keys(patch)));
    expect(tried).toEqual(new Set(Object.keys(inputType('UserPatchInput').getFields())));
  });

  it('have fields of both lists that can be left to an owner', () => {
    for (const list of Object.values(ownLists)) {
      const fields: readonly string[] = list;
      expect(cells.some(({ asks }) => asks.every(({ listed }) => fields.includes(listed)))).toBe(true);
    }
    expect(ownLists.some.filter((field) => ownLists.others.includes(field))).toEqual([]);
  });
});
