import { afterAll, describe, expect, it } from 'vitest';
import { ask, badInput, post, refuses } from '../harness/answers.ts';
import { arrived, someUser, written } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

const door = await openFrontDoor();
afterAll(() => door.close());

const message = 'The number would be rounded: write at most 15 significant digits.';
const mutation =
  'mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome errors { message } } }';
const variables = (number: string, displayName = 'Ada') => `{ "input": {
  "user": { "id": "${someUser(door, 'customers')}" },
  "patch": { "displayName": "${displayName}", "customFields": [
    { "replace": { "field": "age", "value": { "number":${number} } } }
  ] } } }`;
const inVariable = (number: string, displayName?: string) =>
  post(door, `{ "query": ${JSON.stringify(mutation)}, "variables": ${variables(number, displayName)} }`);
const inDocument = (number: string) =>
  ask(
    door,
    `mutation { patchUser(input: { user: { id: "${someUser(door, 'customers')}" }, patch: {
      customFields: [{ replace: { field: "age", value: { number: ${number} } } }] } }) { outcome errors { message } } }`,
  );

/** The number that Descope has. */
function storedNumber(): unknown {
  const [, id = ''] = someUser(door, 'customers').split(':');
  const { customAttributes } = door.emulators.customers.users().get(id) ?? {};
  return (customAttributes as Readonly<Record<string, unknown>>).age;
}

describe('a number that would be rounded', () => {
  const path = ['input', 'patch', 'customFields', '0', 'replace', 'value', 'number'];

  it.each([
    ...['1.00000000000000000001', '0.1000000000000000055', '1e-400', '-1e-400', '1.0000000000000000000e-400'],
    ...['4503599627370496.7', '2.5000000000000000001E0', '0.00000000000000001234567890123456789'],
    ...['1e-99999999999999999999', `0.${'0'.repeat(400)}1`],
  ])('%s is refused where it stands', async (number) => {
    await refuses(door, () => inVariable(number), 200, badInput(message, ...path));
    await refuses(door, () => inDocument(number), 200, {
      message,
      locations: [{ line: 2, column: 66 }],
      extensions: { code: 'INVALID_INPUT' },
    });
    expect(written(door)).toEqual([]);
  });

  it('is refused in a GET, too', async () => {
    const query = 'query ($input: PatchUserInput!) { planPatchUser(input: $input) { errors { message } } }';
    door.forgetRequests();
    const claims = { aud: 'idpatch-gateway', sub: 'one', scope: 'users:read' };
    const authorization = `Bearer ${await door.sandbox.issuer.token(claims)}`;
    const search = new URLSearchParams({ query, variables: variables('1e-400') });
    const answer = await fetch(`${door.url}/graphql?${search}`, { headers: { authorization } });
    expect(await answer.json()).toEqual({ errors: [badInput(message, ...path)] });
    expect(arrived(door)).toEqual([]);
  });

  const whole = 'Must be within ±9007199254740991: a larger integer would be rounded.';
  it.each([
    ...['12345678901234567890', '-9007199254740993', '9007199254740992', '9007199254740993.5', '1e300'].map(
      (number) => [number, whole] as const,
    ),
    ...['-0', '-0.0'].map((number) => [number, 'Must not be negative zero: use 0.'] as const),
    ...['1e400', '-1e400'].map((number) => [number, 'Must be a finite number.'] as const),
  ])('or is none, such as %s, is refused in the payload', async (number, message) => {
    const payload = { outcome: 'NOT_APPLIED', errors: [{ message }] };
    const data = { patchUser: payload };
    expect(JSON.parse((await inDocument(number)).body)).toEqual({ data });
    const { data: told } = JSON.parse((await inVariable(number)).body);
    // Infinity is no Float for GraphQL.
    expect(told).toEqual(number.endsWith('e400') ? undefined : data);
  });
});

describe('a number that is lossless', () => {
  const applied = { status: 200, body: '{"data":{"patchUser":{"outcome":"APPLIED","errors":[]}}}' };

  it.each([
    ...['1.0', '1e2', '0.30000000000000004', '1.50', '-2.5', '1.7976931348623157E-300', '5e-324', '0.0e-999'],
    ...['100000000000000000000e-20', '1.2500000000000000000000000', '0.0000000000000000000125'],
    '9007199254740991.0',
  ])('%s is sent as it is', async (number) => {
    for (const set of [inVariable, inDocument]) {
      await inVariable('77');
      expect(await set(number)).toEqual(applied);
      expect(storedNumber()).toBe(Number(number));
    }
  });

  it('is sent as it is beside a string that looks lossy', async () => {
    expect(await inVariable('7.25', '1.00000000000000000001, 1e-400')).toEqual(applied);
    expect(storedNumber()).toBe(7.25);
  });
});
