import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({ server: { introspection: false } });
});
afterAll(() => door.close());

async function post(query: string) {
  const response = await fetch(`${door.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, ...(query.includes('query A') ? { operationName: 'A' } : {}) }),
  });
  return {
    status: response.status,
    answer: (await response.json()) as { data?: unknown; errors?: object[] },
  };
}

describe('where introspection is off', () => {
  it.each([
    ['_service', '{ _service { sdl } }'],
    ['_service by another name', '{ directories { name } s: _service { text: sdl } }'],
    ['_service in an inline fragment', '{ ... on Query { _service { sdl } } }'],
    [
      '_service in a fragment',
      '{ ...A } fragment A on Query { ...B } fragment B on Query { _service { sdl } }',
    ],
    ['_service without its SDL', '{ _service { __typename } }'],
    ['_service that is not included', '{ directories { name } _service @include(if: false) { sdl } }'],
    [
      '_service of another operation of the document',
      'query A { directories { name } } query B { _service { sdl } }',
    ],
  ])('%s is refused as introspection is', async (_, query) => {
    const introspection = await post('{ __schema { types { name } } }');
    const { status, answer } = await post(query);
    expect(status).toBe(introspection.status);
    expect(answer.data).toBeUndefined();
    expect(JSON.stringify(answer.errors)).toContain('The schema is not shown here.');
    expect(JSON.stringify(answer)).not.toContain('PatchUserInput');
  });

  it('entities are answered', async () => {
    const id = someUser(door, 'customers');
    const { answer } = await post(
      `{ _entities(representations: [{ __typename: "User", id: "${id}" }]) { __typename ... on User { displayName } } }`,
    );
    expect(answer).toEqual({ data: { _entities: [{ __typename: 'User', displayName: 'Ada Okafor' }] } });
  });
});

it('where introspection is on, the SDL is given, as often as it is asked for', async () => {
  const open = await openFrontDoor();
  const { data } = await open.graphql('{ _service { sdl again: sdl } other: _service { sdl } }');
  await open.close();
  const { _service, other } = data as Record<string, { sdl: string; again: string }>;
  expect(_service?.sdl).toContain('type User @key(fields: "id")');
  expect([_service?.again, other?.sdl]).toEqual([_service?.sdl, _service?.sdl]);
});
