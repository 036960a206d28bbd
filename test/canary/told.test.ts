import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmulatorResponse } from '../../src/sandbox/emulator.ts';
import { patchUser, someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { directoryNames } from './providers.ts';

/** What of a provider's codes and request ids is told: in the answer, and of the ids in the log. */
let door: FrontDoor;
let answer: EmulatorResponse | undefined;
const intercept = () => answer;
beforeAll(async () => {
  door = await openFrontDoor({
    employees: { intercept },
    contractors: { intercept },
    customers: { intercept },
  });
});
afterAll(() => door.close());

const uuid = 'B7F0C0DE-1111-5222-8333-44445555AAAA';
const ray = '8f0c4d1e2a3b5c6d-FRA';

/** The refusal of a patch that is answered so, and the line of the log about it. */
async function refused(directory: (typeof directoryNames)[number], code: string, requestId: unknown) {
  const body = directory === 'customers' ? { errorCode: code } : { Code: code, RequestId: requestId };
  const headers = directory === 'customers' ? { 'cf-ray': String(requestId) } : {};
  // The employees' token must come from the provider itself.
  answer = undefined;
  await door.graphql('query ($id: ID!) { user(by: { id: $id }) { id } }', { id: someUser(door, directory) });
  answer = { status: 400, headers, body };
  const input = { user: { id: someUser(door, directory) }, patch: { displayName: 'Somebody' } };
  const { errors, operationId } = await patchUser(door, input);
  const lines = door.log.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { error: errors[0], line: lines.find((one) => one.operationId === operationId), operationId };
}

describe.each(directoryNames)('%s', (directory) => {
  const [id, otherId] = directory === 'customers' ? [ray, uuid] : [uuid, ray];
  const eiamCodes = ['OperationDenied.Policy', 'invalid_scope', 'Forbidden.RAM', 'Busy'];
  const [codes, otherCodes] = directory === 'customers' ? [['E999999'], eiamCodes] : [eiamCodes, ['E999999']];

  it('tells the request id of a refusal in the answer and in the log, beside what was asked', async () => {
    const [code = ''] = codes;
    const { error, line, operationId } = await refused(directory, code, id);
    expect(error).toMatchObject({ providerCode: code, providerRequestId: id });
    expect(line).toEqual({
      level: 30,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      event: 'patchUser',
      operationId,
      caller: 'anonymous',
      directory,
      fields: ['displayName'],
      outcome: 'NOT_APPLIED',
      errors: ['PROVIDER_REFUSED patch.displayName'],
      providerRequestIds: [id],
      durationMs: expect.any(Number),
    });
  });

  it.each(codes)('tells the code %s', async (code) => {
    const { error } = await refused(directory, code, id);
    expect(error).toMatchObject({ providerCode: code });
  });

  it.each([
    ...[
      '13912345678',
      '+8613912345678',
      'ada@example.com',
      'LTAI5tExampleKey',
      'Ada Lovelace',
      'a.b@c',
      'E99',
    ],
    ...['secret1', 'aBcDeFgHiJkL', 'x'.repeat(65), 'Aa'.repeat(33), '-', 'Code\r\nInjected', 'K2abc:def'],
    ...otherCodes,
  ])('tells no code %j', async (code) => {
    const { error } = await refused(directory, code, id);
    expect(error).toMatchObject({ providerCode: null, providerRequestId: id });
  });

  it.each([
    ...[
      '13912345678',
      '8613912345678000',
      'LTAI5tExampleKey',
      'ada@example.com',
      'Somebody',
      'a'.repeat(32),
      otherId,
    ],
    ...[`${uuid}0`, `${uuid} `, uuid.replaceAll('-', ''), `${uuid.slice(0, -1)}G`, `${ray}A`, `${ray}, x`],
    ...['-', '0'.repeat(200)],
  ])('tells no request id %j', async (requestId) => {
    const [code = ''] = codes;
    const { error, line } = await refused(directory, code, requestId);
    expect(error).toMatchObject({ providerCode: code, providerRequestId: null });
    expect(line).not.toHaveProperty('providerRequestIds');
  });
});

it.each([7, null, ['B7F0'], { a: uuid }, true])(
  'a request id that is no text is none: %j',
  async (requestId) => {
    const { error, line } = await refused('contractors', 'OperationDenied', requestId);
    expect(error).toMatchObject({ providerRequestId: null });
    expect(line).not.toHaveProperty('providerRequestIds');
  },
);
