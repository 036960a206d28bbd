import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmulatorRequest, EmulatorResponse } from '../../src/sandbox/emulator.ts';
import { type DirectoryName, directoryNames, patchUser, someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

/** What of a provider's answer is passed on: its code and its request id in their documented forms, and nothing else. */
let door: FrontDoor;
let answer: (request: EmulatorRequest) => EmulatorResponse | undefined = () => undefined;
beforeAll(async () => {
  const hooks = { intercept: (request: EmulatorRequest) => answer(request) };
  door = await openFrontDoor({ employees: hooks, contractors: hooks, customers: hooks });
});
// Fails where anything else that was sent or answered came out.
afterAll(() => door.close());

const uuid = 'B7F0C0DE-1111-5222-8333-44445555AAAA';
const ray = '8f0c4d1e2a3b5c6d-FRA';

/** Patches a user whose provider answers so, and gives the first error and the request ids of the log. */
async function refused(directory: DirectoryName, given: typeof answer) {
  const id = someUser(door, directory);
  answer = () => undefined;
  // The employees' token comes from the provider itself.
  await door.graphql('query ($id: ID!) { user(by: { id: $id }) { id } }', { id });
  answer = given;
  const patch = {
    displayName: 'Somebody Unusual',
    email: { address: 'unusual@example.org', verified: true },
  };
  const { errors, operationId } = await patchUser(door, { user: { id }, patch });
  const line = door.log.find((one) => one.includes(operationId)) ?? '';
  const { providerRequestIds } = JSON.parse(line) as { providerRequestIds?: unknown };
  return { ...errors[0], providerRequestIds };
}

function errorBody(directory: DirectoryName, code: string, text: string, RequestId?: unknown): object {
  if (directory === 'customers')
    return { errorCode: code, errorDescription: text, errorMessage: text, message: text };
  return { Code: code, Message: text, HostId: text, Recommend: text, error_description: text, RequestId };
}

describe.each(directoryNames)('%s', (directory) => {
  const isDescope = directory === 'customers';
  const [id, otherId] = isDescope ? [ray, uuid] : [uuid, ray];
  const eiamCodes = ['OperationDenied.Policy', 'invalid_scope', 'Forbidden.RAM', 'Busy'];
  const [codes, otherCodes] = isDescope ? [['E999999'], eiamCodes] : [eiamCodes, ['E999999']];
  const withIds = (code: string, requestId: unknown) =>
    refused(directory, () => ({
      status: 400,
      headers: isDescope ? { 'cf-ray': String(requestId) } : {},
      body: errorBody(directory, code, 'in the words of the provider', requestId),
    }));

  it.each(codes)('the code %s and the request id are passed on', async (code) => {
    const details = { providerCode: code, providerRequestId: id, providerRequestIds: [id] };
    expect(await withIds(code, id)).toMatchObject(details);
  });

  it.each([
    ...['13912345678', 'ada@example.com', 'LTAI5tExampleKey', 'Ada Lovelace', 'a.b@c', 'E99', 'secret1'],
    ...['aBcDeFgHiJkL', 'x'.repeat(65), 'Aa'.repeat(33), '-', 'Code\r\nInjected', 'K2abc:def', ...otherCodes],
  ])('the code %j is not passed on', async (code) => {
    expect(await withIds(code, id)).toMatchObject({ providerCode: null, providerRequestId: id });
  });

  it.each([
    ...['8613912345678000', 'LTAI5tExampleKey', 'ada@example.com', 'a'.repeat(32), otherId, `${uuid}0`],
    ...[uuid.replaceAll('-', ''), `${uuid.slice(0, -1)}G`, `${ray}A`, `${ray}, x`, '-', '0'.repeat(200)],
    ...(isDescope ? [] : [`${uuid} `, 7, null, [uuid], { a: 7 }]),
  ])('the request id %j is not passed on', async (requestId) => {
    const none = { providerRequestId: null, providerRequestIds: undefined };
    expect(await withIds(codes[0] ?? '', requestId)).toMatchObject(none);
  });

  const html = { 'content-type': 'text/html' };
  it.each<[string, (all: string) => EmulatorResponse]>([
    ['an error', (all) => ({ status: 400, body: errorBody(directory, codes[0] ?? '', all, all) })],
    [
      'an error of the server',
      (all) => ({ status: 500, body: errorBody(directory, codes[0] ?? '', all, all) }),
    ],
    ['a code', (all) => ({ status: 400, body: errorBody(directory, all, all) })],
    [
      'the field of a code',
      (all) => ({ status: 409, body: errorBody(directory, `ResourceDuplicated.${all}`, all) }),
    ],
    [
      'headers',
      (all) => ({ status: 429, headers: { 'retry-after': all, 'x-acs-request-id': all, 'cf-ray': all } }),
    ],
    ['a redirect', (all) => ({ status: 307, headers: { location: `https://example.com/?q=${all}` } })],
    ['a page', (all) => ({ status: 200, headers: html, body: `<title>${all}</title>` })],
    [
      'half of an object',
      (all) => ({ status: 200, body: `{"user": {"name": ${JSON.stringify(all).slice(0, -1)}` }),
    ],
    [
      'members of other kinds',
      (all) => ({ status: 200, body: { userId: [all], user: { userId: { a: all } } } }),
    ],
  ])('nothing is passed on of %s that repeats the request', async (_, of) => {
    const refusal = refused(directory, (request) => of(encodeURIComponent(JSON.stringify(request))));
    expect(await refusal).toHaveProperty('code');
  });
});
