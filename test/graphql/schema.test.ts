import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { expect, it } from 'vitest';
import { subgraphSdl } from '../../src/graphql/schema/federation.ts';
import { schema } from '../../src/graphql/schema/index.ts';
import { arrived } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

const root = resolve(import.meta.dirname, '../..');
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

/** Everything of the schema that can have a description, by its coordinate. */
function* elements(): Generator<readonly [coordinate: string, description: string | null | undefined]> {
  for (const type of types) {
    yield [type.name, type.description];
    if (isEnumType(type)) {
      for (const { name, description } of type.getValues()) yield [`${type.name}.${name}`, description];
    }
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        yield [`${type.name}.${field.name}`, field.description];
        for (const argument of field.args) {
          yield [`${type.name}.${field.name}(${argument.name}:)`, argument.description];
        }
      }
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields()))
        yield [`${type.name}.${field.name}`, field.description];
    }
  }
}

it('schema.graphql is what the code prints', () => {
  expect(readFileSync(resolve(root, 'schema.graphql'), 'utf8')).toBe(subgraphSdl(schema));
});

it('every type, field, argument, input field and enum value says what it is', () => {
  const silent = [...elements()].filter(([, description]) => !description || description.length < 5);
  expect(silent.map(([coordinate]) => coordinate)).toEqual([]);
});

it('no description says a thing in a vendor’s words alone', () => {
  const vendors = /descope|eiam|alibaba|aliyun/i;
  const named = [...elements()].filter(([, description]) => vendors.test(description ?? ''));
  expect(named.map(([coordinate]) => coordinate).toSorted()).toEqual([
    ...['ProviderKind.DESCOPE', 'ProviderKind.EIAM_DEVELOPER', 'ProviderKind.EIAM_MANAGEMENT'],
  ]);
});

/** The names of the fields of a type. */
function fieldNames(name: string): readonly string[] {
  const type = schema.getType(name);
  if (!isObjectType(type) && !isInputObjectType(type)) throw new Error(`${name} has no fields.`);
  return Object.keys(type.getFields());
}

it('a patch and a user have the same names', () => {
  expect(fieldNames('User')).toEqual(expect.arrayContaining([...fieldNames('UserPatchInput')]));
  expect(fieldNames('CustomFieldValue').toSorted()).toEqual(fieldNames('CustomFieldValueInput').toSorted());
});

it('a bug in one mutation leaves the results of the others: every mutation is nullable', () => {
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  expect(mutations.filter(({ type }) => isNonNullType(type))).toEqual([]);
  expect(mutations.map(({ name }) => name)).toEqual(['patchUser', 'patchUsers']);
});

it('a variable that is null or left out does not count for @oneOf', async () => {
  const door = await openFrontDoor();
  const query =
    'mutation ($id: ID) { patchUser(input: { user: { id: $id }, patch: { displayName: "A" } }) { outcome } }';
  for (const variables of [{ id: null }, {}]) {
    expect((await door.graphql(query, variables)).errors).toBeDefined();
  }
  expect(arrived(door)).toEqual([]);
  await door.close();
});
