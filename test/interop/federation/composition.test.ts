import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { composeServices as composeByApollo } from '@apollo/composition';
import { composeServices as composeByGuild } from '@theguild/federation-composition';
import { buildSchema, isInputObjectType, isObjectType, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, sdlOf } from '../../graphql/served.ts';
import { type FrontDoor, openFrontDoor } from '../../harness/front-door.ts';
import type { Subgraph } from './gateways.ts';
import { subgraphs } from './graph.ts';
import { startOrders } from './orders.ts';

let door: FrontDoor;
let orders: Served;
let both: readonly Subgraph[];
beforeAll(async () => {
  door = await openFrontDoor();
  orders = await startOrders();
  both = await subgraphs({ url: `${door.url}/graphql` }, orders);
});
afterAll(() => Promise.all([door.close(), orders.close()]));

const exactlyOne = ['CustomFieldOperationInput', 'CustomFieldValueInput', 'UserBy'];

describe('the SDL that a gateway gets', () => {
  it('is schema.graphql, to the letter', async () => {
    expect(await sdlOf(`${door.url}/graphql`)).toBe(readSdl());
  });

  it('is of Federation 2, has the key of users, and keeps @oneOf on its inputs', async () => {
    const sdl = await sdlOf(`${door.url}/graphql`);
    expect(sdl).toMatch(/^extend schema @link\(url: "https:\/\/specs\.apollo\.dev\/federation\/v2\.\d+"/);
    expect(sdl.match(/^type .*@key.*$/gm)).toEqual(['type User @key(fields: "id") {']);
    expect(sdl.match(/^input (\w+) @oneOf \{$/gm)).toEqual(
      exactlyOne.map((name) => `input ${name} @oneOf {`),
    );
    expect(sdl).toContain('directive @oneOf on INPUT_OBJECT\n');
    expect(sdl).not.toMatch(/_entities|_service|_Any|_Entity|_Service/);
  });
});

describe('with the orders', () => {
  it('Apollo’s composition composes it without an error and without a hint', () => {
    const { errors, hints, schema } = composeByApollo([...both]);
    expect(errors).toBeUndefined();
    expect(hints?.map((hint) => hint.toString())).toEqual([]);
    const api = schema?.toAPISchema().toGraphQLJSSchema();
    expect(Object.keys(api?.getMutationType()?.getFields() ?? {})).toEqual(['patchUser', 'patchUsers']);
    expect(Object.keys(api?.getQueryType()?.getFields() ?? {}).toSorted()).toEqual(
      ['directories', 'directory', 'operation', 'orders', 'planPatchUser', 'user', 'users'].toSorted(),
    );
    // It drops @oneOf: the subgraph is who refuses two members behind it.
    expect(api?.getType('UserBy')).toMatchObject({ isOneOf: false });
  });

  it('Guild’s composition composes it without an error, and keeps @oneOf', () => {
    const { errors, publicSdl } = composeByGuild([...both]);
    expect(errors).toBeUndefined();
    const api = buildSchema(publicSdl ?? '');
    for (const name of exactlyOne) expect(api.getType(name)).toMatchObject({ isOneOf: true });
    expect(
      Object.values(api.getTypeMap())
        .filter((type) => isInputObjectType(type) && type.isOneOf)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(exactlyOne);
    const user = api.getType('User');
    expect(isObjectType(user) && Object.keys(user.getFields())).toContain('displayName');
  });

  it('neither composes it without the key', () => {
    const withoutKey = both.map((one) =>
      one.name === 'idpatch'
        ? { ...one, typeDefs: parse(readSdl().replace('type User @key(fields: "id")', 'type User')) }
        : one,
    );
    expect(composeByApollo([...withoutKey]).errors).not.toBeUndefined();
    expect(composeByGuild([...withoutKey]).errors).not.toBeUndefined();
  });
});

function readSdl(): string {
  return readFileSync(resolve(import.meta.dirname, '../../../schema.graphql'), 'utf8');
}
