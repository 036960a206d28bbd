import { expect, it, onTestFinished } from 'vitest';
import { createAcs3Verifier } from '../../../src/sandbox/eiam/acs3-verifier.ts';
import {
  type EiamManagementEmulatorSettings,
  startEiamManagementEmulator,
} from '../../../src/sandbox/eiam/management-emulator.ts';
import recordings from '../../providers/recorded/eiam-management.json' with { type: 'json' };
import {
  $OpenApiUtil,
  ada,
  adaRecord,
  comparable,
  OpenApiClient,
  organizationalUnit,
  requestId,
} from './openapi-core.ts';

const key = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };
const instance: EiamManagementEmulatorSettings = {
  ...key,
  instanceId: 'idaas_x',
  organizationalUnit,
  customFields: [
    { name: 'age', type: 'number' },
    { name: 'nick_name', type: 'string' },
  ],
  users: [
    { ...ada, customFields: { age: '9', nick_name: 'old' } },
    { userId: 'user_1', username: 'first', status: 'disabled', createdAt: ada.createdAt },
    { userId: 'user_2', username: 'second', createdAt: ada.createdAt },
  ],
};
const target = { InstanceId: 'idaas_x', UserId: 'user_y' };
const done = { RequestId: requestId };

type Query = Record<string, string>;

/** An emulator until the test ends, and the official client's calls to it, configured so. */
async function start(settings: Partial<EiamManagementEmulatorSettings> = {}, config: object = {}) {
  const emulator = await startEiamManagementEmulator({ ...instance, ...settings });
  onTestFinished(() => emulator.close());
  const endpoint = new URL(emulator.url).host;
  const client = new OpenApiClient(
    new $OpenApiUtil.Config({ ...key, protocol: 'HTTP', endpoint, ...config }),
  );
  /** What it returns; `400 Code` where it throws. */
  const call = async (action: string, query: Query, more: object = {}): Promise<unknown> => {
    const params = new $OpenApiUtil.Params({
      ...{ action, version: '2021-12-01', protocol: 'HTTPS', pathname: '/', method: 'POST', authType: 'AK' },
      ...{ style: 'RPC', reqBodyType: 'formData', bodyType: 'json', ...more },
    });
    const request = new $OpenApiUtil.OpenApiRequest({ query });
    return client.callApi(params, request, {} as never).then(
      ({ body }) => body,
      ({ statusCode, code, retryAfter = '' }) => `${statusCode} ${code} ${retryAfter}`.trim(),
    );
  };
  return { emulator, call, update: (query: Query) => call('UpdateUser', { ...target, ...query }) };
}

function pascal(record: object): object {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name.charAt(0).toUpperCase() + name.slice(1),
      Array.isArray(value) ? value.map(pascal) : value,
    ]),
  );
}

const calls = ['UpdateUser', 'GetUser', 'ListUsers', 'EnableUser', 'DisableUser'];
const recorded = recordings.requests.filter(
  ({ name, headers }) => calls.includes(headers['x-acs-action'] ?? '') && !/STS|v2/.test(name),
);

it('the official client’s recorded requests', async () => {
  const { emulator, call } = await start();
  const outcomes: Record<string, unknown> = {};
  for (const { name, method, url, headers, body } of recorded) {
    const query = Object.fromEntries(new URLSearchParams(url.slice(2)));
    outcomes[name.slice(5)] = await call(headers['x-acs-action'] ?? '', query);
    const arrived = emulator.requests.at(-1);
    expect(arrived && comparable(arrived)).toEqual(comparable({ method, url, headers, body }));
  }
  const CustomFields = [
    { FieldName: 'age', FieldValue: '9' },
    { FieldName: 'nick_name', FieldValue: 'old' },
  ];
  const { DisplayName, Email, ...user } = pascal(adaRecord) as Record<string, unknown>;
  const updated = { ...user, EmailVerified: false, UpdateTime: expect.any(Number), CustomFields };
  expect([DisplayName, Email]).toEqual(['Ada', 'ada@example.com']);
  expect(outcomes).toEqual({
    'UpdateUser full': '400 InvalidParameter.Username',
    'UpdateUser empty strings': done,
    'UpdateUser null + []': done,
    GetUser: { RequestId: requestId, User: updated },
    'ListUsers userIds': {
      ...{ RequestId: requestId, TotalCount: 2 },
      Users: ['user_1', 'user_2'].map((UserId) => expect.objectContaining({ UserId })),
    },
    DisableUser: done,
    EnableUser: done,
  });
  expect(emulator.writes.map(({ change }) => change)).toEqual([
    { displayName: null, email: null, emailVerified: false },
    {},
    { status: 'disabled' },
    { status: 'enabled' },
  ]);
});

it('lists users without custom fields, by ids, email, phone number and beginning of a username', async () => {
  const { call } = await start({ maxUserIds: 2 });
  const list = async (query: Query) => {
    const answer = await call('ListUsers', { InstanceId: 'idaas_x', ...query });
    if (typeof answer === 'string') return answer;
    const { TotalCount, Users } = answer as { TotalCount: number; Users: { UserId: string }[] };
    return [TotalCount, ...Users.map(({ UserId }) => UserId)];
  };
  const one = { InstanceId: 'idaas_x', 'UserIds.1': 'user_y' };
  expect(await call('ListUsers', one)).toEqual({ ...done, TotalCount: 1, Users: [pascal(adaRecord)] });
  expect(await list({})).toEqual([3, 'user_y', 'user_1', 'user_2']);
  expect(await list({ Email: 'ADA@example.com' })).toEqual([1, 'user_y']);
  expect(await list({ UsernameStartsWith: 'se' })).toEqual([1, 'user_2']);
  expect(await list({ PhoneNumber: '15600000000', PhoneRegion: '86' })).toEqual([1, 'user_y']);
  expect(await list({ PhoneNumber: '15600000000', PhoneRegion: '1' })).toEqual([0]);
  expect(await list({ PageNumber: '2', PageSize: '2' })).toEqual([3, 'user_2']);
  expect(await list({ PageSize: '101' })).toBe('400 InvalidParameter.PageSize');
  expect(await list({ 'UserIds.2': 'user_1' })).toBe('400 InvalidParameter.UserIds');
  const three = { 'UserIds.1': 'a', 'UserIds.2': 'b', 'UserIds.3': 'c' };
  expect(await list(three)).toBe('400 InvalidParameter.UserIds');
});

it.each<[Query, string]>([
  [{ Username: 'second' }, '403 ResourceDuplicated.Username'],
  [{ Email: 'new@example.com', EmailVerified: '1' }, '400 InvalidParameter.EmailVerified'],
  [{ 'CustomFields.1.FieldName': 'age' }, '400 MissingParameter.CustomField.age'],
  [{ 'CustomFields.2.FieldName': 'age' }, '400 InvalidParameter.CustomFields'],
  [{ Nickname: 'x' }, '400 InvalidParameter.Nickname'],
  [{ UserId: 'nobody' }, '404 ResourceNotFound.User'],
  [{ InstanceId: 'idaas_y' }, '404 ResourceNotFound.Instance'],
])('UpdateUser with %j: %s', async (query, outcome) => {
  const { emulator, update } = await start();
  expect(await update({ DisplayName: 'must not be stored', ...query })).toBe(outcome);
  expect(emulator.writes).toEqual([]);
});

it.each<[Partial<EiamManagementEmulatorSettings>, object, string]>([
  [{}, { accessKeySecret: 'x' }, '400 SignatureDoesNotMatch'],
  [{}, { accessKeyId: 'x' }, '404 InvalidAccessKeyId.NotFound'],
  [{}, { signatureAlgorithm: 'v2' }, '400 IncompleteSignature'],
  [{ securityToken: 't' }, {}, '400 InvalidSecurityToken.MismatchWithAccessKey'],
  [{ now: () => Date.now() + 901_000 }, {}, '400 InvalidTimeStamp.Expired'],
  [{ allowedActions: ['eiam:UpdateUser'] }, {}, '403 Forbidden.RAM'],
  [{ requestsPerMinute: 0, throttleStatus: 429 }, {}, '429 Throttling.User 60000'],
])('GetUser with settings %j and a client with %j: %s', async (settings, config, outcome) => {
  expect(await (await start(settings, config)).call('GetUser', target)).toBe(outcome);
});

it('refuses other calls, versions, methods and paths; takes a temporary key', async () => {
  const { call } = await start();
  expect(await call('DeleteUser', target)).toBe('404 InvalidAction.NotFound');
  expect(await call('GetUser', target, { version: '2022-02-25' })).toBe('404 InvalidVersion');
  expect(await call('GetUser', target, { method: 'GET' })).toBe('405 UnsupportedHTTPMethod');
  expect(await call('GetUser', target, { pathname: '/v2' })).toBe('404 InvalidAction.NotFound');
  const temporary = await start({ securityToken: 't' }, { securityToken: 't' });
  expect(await temporary.update({})).toEqual(done);
});

const signed = recordings.requests.filter(({ headers }) => 'authorization' in headers);
it.each(signed)('the recorded signature of $name is accepted once, and only as it was sent', (recording) => {
  const { method, url, headers } = recording as { method: string; url: string; headers: Query };
  const securityToken = headers['x-acs-security-token'];
  const now = () => Date.parse('2026-11-22T00:13:04Z');
  const verify = createAcs3Verifier(() => ({ ...key, ...(securityToken && { securityToken }) }), now);
  const request = { method, url, headers, body: '' };
  for (const changed of [
    { ...request, url: url.replace('idaas_x', 'idaas_y') },
    { ...request, method: 'GET' },
    { ...request, body: 'x' },
    { ...request, headers: { ...headers, 'x-acs-credentials-provider': 'other' } },
    { ...request, headers: { ...headers, host: '127.0.0.1:1' } },
    { ...request, headers: { ...headers, 'x-acs-content-sha256': '0' } },
  ])
    expect(() => verify(changed)).toThrow('Specified signature does not match');
  const { authorization = '' } = headers;
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(authorization) ?? [];
  for (const name of names.split(';').filter((one) => !/credentials-provider|accesskey-id/.test(one))) {
    const fewer = names.split(';').filter((one) => one !== name);
    const unsigned = { ...headers, authorization: authorization.replace(names, fewer.join(';')) };
    expect(() => verify({ ...request, headers: unsigned })).toThrow(`${name} is not signed`);
  }
  expect(() => verify(request)).not.toThrow();
  expect(() => verify(request)).toThrow('nonce was used');
});
