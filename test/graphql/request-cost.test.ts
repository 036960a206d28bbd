import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ask } from '../harness/answers.ts';
import { arrived, someUser } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

/** Refuses whatever costs more than a point, and says what it costs. */
const strict = await openFrontDoor({ server: { introspection: true }, limits: { costPerRequest: 1 } });
const door = await openFrontDoor({ server: { introspection: true } });
afterAll(async () => {
  expect(arrived(strict)).toEqual([]);
  await strict.close();
  await door.close();
});
beforeEach(() => door.forgetRequests());

/** The points that a document costs, as its refusal has them. */
async function costOf(query: string, variables: object = {}): Promise<number> {
  const { status, body } = await ask(strict, query, { variables });
  if (status === 200) {
    expect(JSON.parse(body)).toEqual({ data: expect.anything() });
    return 1;
  }
  const [, points] = /^\{"errors":\[\{"message":"The request costs (\d+) points/.exec(body) ?? [];
  expect([status, JSON.parse(body)]).toEqual([
    400,
    {
      errors: [
        {
          message: `The request costs ${points} points, and limits.costPerRequest is 1: name fewer users in one request, or select fewer fields.`,
          extensions: { code: 'BAD_REQUEST' },
        },
      ],
    },
  ]);
  return Number(points);
}

const ids = (count: number) => Array.from({ length: count }, (_, at) => `customers:a${at}`);
const whom = (count: number) => ids(count).map((id) => ({ __typename: 'User', id }));
const input = (id: string) => ({ user: { id }, patch: { displayName: 'Ada' } });
const usersOf = (selection: string, more = '') =>
  `query ($ids: [ID!]!) { users(ids: $ids) { ${selection} } } ${more}`;
const one = '{ id: "customers:a" }';

const rows: readonly (readonly [points: number, query: string, variables?: object])[] = [
  [1, '{ __typename }'],
  [3, '{ __typename a: __typename ... { __typename } }'],
  [11, '{ directories { name } }'],
  // One field, and for each user 50 points and the selection.
  [52, '{ users(ids: ["customers:a"]) { id } }'],
  [52, '{ users(ids: "customers:a") { id } }'],
  [103, '{ users(ids: ["customers:a", "customers:b"]) { id } }'],
  [1, '{ users(ids: []) { id } }'],
  [1 + 1_000 * 53, usersOf('id displayName status'), { ids: ids(1_000) }],
  [1, usersOf('id displayName status'), { ids: [] }],
  [54, usersOf('id displayName status'), { ids: 'customers:a' }],
  // The same user twice is shown twice.
  [107, usersOf('id displayName status'), { ids: ['customers:a', 'customers:a'] }],
  [103, 'query ($ids: [ID!]! = ["customers:a", "customers:b"]) { users(ids: $ids) { id } }'],
  [105, 'query ($id: ID!) { users(ids: [$id, $id]) { id status } }', { id: 'customers:a' }],
  [1 + 3 * 53, usersOf('id a: id b: id'), { ids: ids(3) }],
  [1 + 3 * 53, usersOf('id ...A ... { id } ', 'fragment A on User { status }'), { ids: ids(3) }],
  [
    1 + 3 * 54,
    usersOf('...A ...A', 'fragment A on User { ...B } fragment B on User { id status }'),
    { ids: ids(3) },
  ],
  [
    2 + 3 * 104,
    'query ($ids: [ID!]!) { ...A } fragment A on Query { users(ids: $ids) { id status } b: users(ids: $ids) { id id } }',
    { ids: ids(3) },
  ],
  // What is skipped by a variable might not be.
  [1 + 3 * 52, usersOf('id status @skip(if: true)'), { ids: ids(3) }],
  [1 + 3 * 53, usersOf('email { address verified }'), { ids: ids(3) }],
  [1 + 3 * (50 + 11), usersOf('version'), { ids: ids(3) }],
  [1 + 3 * (50 + 1 + 10 * 4), usersOf('customFields { field value { text number } }'), { ids: ids(3) }],
  [
    1 + 3 * 53,
    'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on User { id status } } }',
    { r: whom(3) },
  ],
  [103, `{ user(by: ${one}) { id status } }`],
  [
    304,
    `mutation { patchUser(input: { user: ${one}, patch: { displayName: "Ada" } }) { outcome user { id } } }`,
  ],
  [
    1 + 2 * 101,
    'mutation ($i: [PatchUserInput!]!) { patchUsers(inputs: $i) { outcome } }',
    { i: ids(2).map(input) },
  ],
  [
    202 + 10,
    `{ planPatchUser(input: { user: ${one}, patch: { displayName: "Ada" } }) { changes { path } } }`,
  ],
  [102, '{ operation(id: "a") { outcome } }'],
  // Of the operation that is asked for.
  [3, 'query a { __typename b: __typename c: __typename } query b { directories { name } }'],
];

describe('a request costs', () => {
  it.each(rows.map(([points, query, variables = {}]) => [points, query, variables] as const))(
    '%d points: %s',
    async (points, query, variables) => {
      const more = query.startsWith('query a') ? { operationName: 'a' } : {};
      const known = await ask(strict, query, { variables, ...more });
      expect(known.status).toBe(points === 1 ? 200 : 400);
      if (points > 1) expect(known.body).toContain(`"The request costs ${points} points, `);
      // And the same where the document is known already.
      expect(await ask(strict, query, { variables, ...more })).toEqual(known);
    },
  );

  /** Members of all objects of an answer: the fields that were executed. */
  const membersOf = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? Object.values(value).reduce<number>((sum, member) => sum + membersOf(member), 0) +
        (Array.isArray(value) ? 0 : Object.keys(value).length)
      : 0;

  const leaves = ['id', 'version', 'displayName', 'loginIds', 'status', '__typename', 'createdAt'];
  const nested = [
    'email { address verified }',
    'tenants { tenantId roleNames }',
    'customFields { field value { text number boolean texts date } }',
    'directory { name capabilities { field settable clearable maxLength } }',
    'directory { customFields { field type choices { value label } } }',
  ];
  const field = constantFrom(...leaves, ...nested);
  const aliased = (fields: readonly string[]) => fields.map((one, at) => `a${at}: ${one}`).join(' ');
  const fields = array(field, { minLength: 1, maxLength: 4 });
  const document = record({ fields, inline: fields, inFragment: fields }).map(
    ({ fields, inline, inFragment }) => `query ($ids: [ID!]!, $r: [_Any!]!) {
      users(ids: $ids) { ${aliased(fields)} }
      e: _entities(representations: $r) { ... on User { i: id ${inline.map((one, at) => `b${at}: ${one}`).join(' ')} } ...F }
    } fragment F on User { ${inFragment.map((one, at) => `c${at}: ${one}`).join(' ')} }`,
  );
  const whole = [0, 1, 2].map((which) => someUser(door, 'customers', which));

  it('never less than a point for each field that is executed', async () => {
    let executed = 0;
    await assert(
      asyncProperty(document, integer({ min: 0, max: 3 }), async (query, count) => {
        const named = whole.slice(0, count);
        const variables = { ids: named, r: named.map((id) => ({ __typename: 'User', id })) };
        const { data, errors } = await door.graphql(query, variables);
        expect(errors).toBeUndefined();
        const members = membersOf(data);
        executed += members;
        expect(await costOf(query, variables)).toBeGreaterThanOrEqual(members);
      }),
      { numRuns: 60 },
    );
    expect(executed).toBeGreaterThan(1_000);
  });
});
