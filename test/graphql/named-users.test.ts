import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { arrived } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor();
});
afterAll(() => door.close());
beforeEach(() => door.forgetRequests());

const users = '($ids: [ID!]!) { a: users(ids: $ids) { __typename } b: users(ids: $ids) { __typename } }';
const entities =
  '($ids: [_Any!]!) { a: _entities(representations: $ids) { __typename } b: _entities(representations: $ids) { __typename } }';
const ids = (count: number) => Array.from({ length: count }, () => door.sandbox.someUserIds.customers[0]);
const representations = (count: number) => ids(count).map((id) => ({ __typename: 'User', id }));

const tooMany = (argument: string) => ({
  data: null,
  errors: [
    {
      message: 'The lists of one request may name at most 1000 users in total.',
      locations: [expect.anything()],
      path: ['b'],
      extensions: { code: 'INVALID_INPUT', inputPath: [argument] },
    },
  ],
});

describe('the users that one request names', () => {
  it('are 1000 in all of its lists', async () => {
    const same = Array(500).fill({ __typename: 'User' });
    expect(await door.graphql(`query ${users}`, { ids: ids(500) })).toEqual({ data: { a: same, b: same } });
    expect(await door.graphql(`query ${entities}`, { ids: representations(500) })).toEqual({
      data: { a: same, b: same },
    });
    expect(arrived(door)).toHaveLength(2);
  });

  it('are no more, though each list may have as many', async () => {
    expect(await door.graphql(`query ${users}`, { ids: ids(501) })).toEqual(tooMany('ids'));
    expect(await door.graphql(`query ${entities}`, { ids: representations(501) })).toEqual(
      tooMany('representations'),
    );
  });

  it('count together whichever field names them', async () => {
    const mixed =
      '($ids: [ID!]!, $all: [_Any!]!) { a: users(ids: $ids) { __typename } b: _entities(representations: $all) { __typename } }';
    expect(await door.graphql(`query ${mixed}`, { ids: ids(1_000), all: representations(1) })).toEqual(
      tooMany('representations'),
    );
  });
});
