import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, badInput, post, refuses } from '../harness/answers.ts';
import { arrived, someUser, written } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({ customers: { requestsPerMinute: 100_000 } });
});
afterAll(() => door.close());

const variables = (number: string, displayName = 'Ada') => `{ "input": {
  "user": { "id": "${someUser(door, 'customers')}" },
  "patch": { "displayName": "${displayName}", "customFields": [
    { "replace": { "field": "age", "value": { "number":${number} } } }
  ] } } }`;
const mutation =
  'mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome errors { message } } }';
const inVariable = (number: string) =>
  post(door, `{ "query": ${JSON.stringify(mutation)}, "variables": ${variables(number)} }`);
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

const lost = [
  ...['1.00000000000000000001', '0.1000000000000000055', '1e-400', '-1e-400', '0.30000000000000000004'],
  ...[
    '1.0000000000000000000e-400',
    '4503599627370496.7',
    '123456789.1234567890123',
    '2.5000000000000000001E0',
  ],
  ...['0.00000000000000001234567890123456789', '1e-99999999999999999999', `0.${'0'.repeat(400)}1`],
];
const kept = [
  ...[
    '1.0',
    '1e2',
    '0.30000000000000004',
    '0.1',
    '1.50',
    '-2.5',
    '1.7976931348623157E-300',
    '5e-324',
    '0.0e-999',
  ],
  ...[
    '100000000000000000000e-20',
    '1.2500000000000000000000000',
    '0.0000000000000000000125',
    '9007199254740991.0',
  ],
];

describe('a number that would be rounded', () => {
  it.each(lost)('%s in a variable is refused at its path', async (number) => {
    const path = ['input', 'patch', 'customFields', '0', 'replace', 'value', 'number'];
    const message = 'Expected a number, finite and of no more digits than are kept on its way.';
    await refuses(door, () => inVariable(number), 200, badInput(message, ...path));
    expect(written(door)).toEqual([]);
  });

  it.each(lost)('%s in the document is refused at its place', async (number) => {
    await refuses(door, () => inDocument(number), 200, {
      message:
        'A number here would be rounded on its way. Write at most 15 digits, or as many as JavaScript shows.',
      locations: [{ line: 2, column: 66 }],
      extensions: { code: 'INVALID_INPUT' },
    });
    expect(written(door)).toEqual([]);
  });

  it('of a GET is refused, too', async () => {
    const query = 'query ($input: PatchUserInput!) { planPatchUser(input: $input) { errors { message } } }';
    door.forgetRequests();
    const search = new URLSearchParams({ query, variables: variables('1e-400') });
    const token = await door.sandbox.issuer.token({
      aud: 'idpatch-gateway',
      sub: 'one',
      scope: 'users:read',
    });
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${door.url}/graphql?${search}`, { headers });
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_INPUT' } }] });
    expect(arrived(door)).toEqual([]);
  });
});

describe('a whole number beyond what is kept', () => {
  const whole = [
    '12345678901234567890',
    '-12345678901234567890',
    '9007199254740993.5',
    '1234567890123456789e3',
  ];
  it.each(whole)('%s is refused in the payload', async (number) => {
    const message = 'A whole number beyond ±9007199254740991 would be rounded on its way.';
    const payload = { outcome: 'NOT_APPLIED', errors: [{ message }] };
    for (const set of [inVariable, inDocument]) {
      const answer = await set(number);
      expect(JSON.parse(answer.body)).toEqual({ data: { patchUser: payload } });
    }
  });
});

describe('a number that survives', () => {
  const applied = { status: 200, body: '{"data":{"patchUser":{"outcome":"APPLIED","errors":[]}}}' };

  it.each(kept)('%s is sent as it is', async (number) => {
    for (const set of [inVariable, inDocument]) {
      await inVariable('77');
      expect(await set(number)).toEqual(applied);
      expect(storedNumber()).toBe(Number(number));
    }
  });

  it('beside a text that looks like one in danger is sent as it is', async () => {
    const all = variables('7.25', '1.00000000000000000001, 1e-400');
    const answer = await post(door, `{ "query": ${JSON.stringify(mutation)}, "variables": ${all} }`);
    expect(answer).toEqual(applied);
    expect(storedNumber()).toBe(7.25);
  });

  it('whichever JavaScript writes is sent as it is, and one digit behind it is not', () =>
    fc.assert(
      fc.asyncProperty(
        fc
          .double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
          .filter((one) => !Number.isInteger(one)),
        async (number) => {
          expect(await inVariable(JSON.stringify(number))).toEqual(applied);
          expect(storedNumber()).toBe(number);
          const [mantissa = '', exponent] = String(number).split('e');
          const longer = `${mantissa}${mantissa.includes('.') ? '' : '.'}${'0'.repeat(20)}1${exponent ? `e${exponent}` : ''}`;
          const answer = await inVariable(longer);
          expect(JSON.parse(answer.body)).toMatchObject({
            errors: [{ extensions: { code: 'INVALID_INPUT' } }],
          });
        },
      ),
      { numRuns: 60 },
    ));
});
