import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import {
  type EiamManagementEmulatorSettings,
  startEiamManagementEmulator,
} from '../../../src/sandbox/eiam/management-emulator.ts';
import recordings from '../../providers/recorded/eiam-management.json' with { type: 'json' };
import {
  type Answer,
  createdAt,
  key,
  open,
  recorded,
  requestId,
} from '../../sandbox/eiam-management-calls.ts';

// Required, not imported: how a test runner and Node see its default export differs.
const openApi = createRequire(import.meta.url)(
  '@alicloud/openapi-core',
) as typeof import('@alicloud/openapi-core');

function visible(request: { method: string; url: string; headers: object; body: string | null }) {
  const changing = ['host', 'user-agent', 'x-acs-date', 'x-acs-signature-nonce'];
  const headers = Object.entries(request.headers as Record<string, string>)
    .filter(([name]) => !changing.includes(name))
    .map(([name, value]) => [name, name === 'authorization' ? value.split('Signature=')[0] : value]);
  return {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(headers),
    body: request.body ?? '',
  };
}

describe('the official client core', () => {
  async function official(settings: Partial<EiamManagementEmulatorSettings> = {}, config: object = {}) {
    const emulator = await startEiamManagementEmulator({ ...recorded, ...settings });
    open.push(emulator);
    const client = new openApi.default(
      new openApi.$OpenApiUtil.Config({
        ...{ accessKeyId: 'testid', accessKeySecret: 'testsecret', protocol: 'HTTP' },
        ...{ endpoint: new URL(emulator.url).host, ...config },
      }),
    );
    const call = async (action: string, query: Record<string, string>, recording?: string) => {
      const params = new openApi.$OpenApiUtil.Params({
        ...{
          action,
          version: '2021-12-01',
          protocol: 'HTTPS',
          pathname: '/',
          method: 'POST',
          authType: 'AK',
        },
        ...{ style: 'RPC', reqBodyType: 'formData', bodyType: 'json' },
      });
      const request = new openApi.$OpenApiUtil.OpenApiRequest({ query });
      const outcome = await client.callApi(params, request, {} as never).then(
        ({ statusCode, body }) => ({ statusCode, body: body as Answer }),
        ({ name, statusCode, code, retryAfter }: Answer) => ({
          ...{ name, statusCode, code },
          ...(retryAfter !== undefined && { retryAfter }),
        }),
      );
      if (recording !== undefined) {
        const wire = recordings.requests.find(({ name }) => name === recording);
        expect(visible(emulator.requests.at(-1) as never)).toEqual(visible(wire as never));
      }
      return outcome;
    };
    return { emulator, call };
  }
  const done = { statusCode: 200, body: { RequestId: requestId } };
  const refused = (statusCode: number, code: string) => ({ name: 'ClientError', statusCode, code });

  it('updates, sets the status, makes and deletes with the recorded requests', async () => {
    const { emulator, call } = await official();
    const full = {
      ...{ 'CustomFields.1.FieldName': 'nick_name', 'CustomFields.1.FieldValue': 'n/1' },
      ...{ 'CustomFields.1.Operation': 'replace', 'CustomFields.2.FieldName': 'age' },
      ...{ 'CustomFields.2.Operation': 'remove', DisplayName: "张三 *~'()!+&=", Email: 'a+b@example.com' },
      ...{
        EmailVerified: 'false',
        PhoneNumber: '15600000000',
        PhoneNumberVerified: 'true',
        PhoneRegion: '86',
      },
    };
    const inOrder = (more: Record<string, string>) =>
      Object.fromEntries(Object.entries({ ...full, ...key, ...more }).sort(([a], [b]) => (a < b ? -1 : 1)));
    expect(await call('UpdateUser', inOrder({ Username: 'name 001' }), 'mgmt UpdateUser full')).toEqual(
      refused(400, 'InvalidParameter.Username'),
    );
    expect(await call('UpdateUser', inOrder({ Username: 'name-2', Email: 'a.b@example.com' }))).toEqual(done);
    const empty = { DisplayName: '', Email: '', ...key };
    expect(await call('UpdateUser', empty, 'mgmt UpdateUser empty strings')).toEqual(done);
    expect(await call('UpdateUser', key, 'mgmt UpdateUser null + []')).toEqual(done);
    expect(await call('DisableUser', key, 'mgmt DisableUser')).toEqual(done);
    expect(await call('EnableUser', key, 'mgmt EnableUser')).toEqual(done);
    const made = await call(
      'CreateUser',
      {
        ...{ 'CustomFields.1.FieldName': 'age', 'CustomFields.1.FieldValue': '10', InstanceId: 'idaas_x' },
        'OrganizationalUnitIds.1': 'ou_2',
        'PasswordInitializationConfig.PasswordInitializationType': 'random',
        'PasswordInitializationConfig.UserNotificationChannels.1': 'sms',
        ...{ PrimaryOrganizationalUnitId: 'ou_1', Username: 'u1' },
      },
      'mgmt CreateUser',
    );
    const userId = expect.stringMatching(/^user_[a-z0-9]{26}$/);
    expect(made).toEqual({ statusCode: 200, body: { RequestId: requestId, UserId: userId } });
    expect(await call('DeleteUser', key, 'mgmt DeleteUser')).toEqual(done);
    expect(emulator.writes).toEqual([
      {
        userId: 'user_y',
        change: {
          ...{
            username: 'name-2',
            displayName: "张三 *~'()!+&=",
            email: 'a.b@example.com',
            emailVerified: false,
          },
          ...{ phoneRegion: '86', phoneNumber: '15600000000', phoneNumberVerified: true },
          customFields: { nick_name: 'n/1', age: null },
        },
      },
      { userId: 'user_y', change: { displayName: null, email: null, emailVerified: false } },
      { userId: 'user_y', change: {} },
      { userId: 'user_y', change: { status: 'disabled' } },
      { userId: 'user_y', change: { status: 'enabled' } },
      { userId, change: { username: 'u1', customFields: { age: '10' } } },
      { userId: 'user_y', change: { userId: null } },
    ]);
  });

  const listed = {
    ...{ UserId: 'user_y', Username: 'name001', DisplayName: 'Ada', Status: 'enabled' },
    ...{ PhoneRegion: '86', PhoneNumber: '15600000001', PhoneNumberVerified: true },
    ...{ Email: 'ada@example.com', EmailVerified: true, PasswordSet: false, Groups: [] },
    ...{
      UserExternalId: 'user_y',
      UserSourceType: 'build_in',
      UserSourceId: 'idaas_x',
      InstanceId: 'idaas_x',
    },
    ...{ CreateTime: createdAt, UpdateTime: createdAt, RegisterTime: createdAt },
    OrganizationalUnits: [{ OrganizationalUnitId: 'ou_1', OrganizationalUnitName: 'One', Primary: true }],
    PrimaryOrganizationalUnitId: 'ou_1',
  };
  const CustomFields = [
    { FieldName: 'age', FieldValue: '9' },
    { FieldName: 'nick_name', FieldValue: 'old' },
  ];
  const whole = { statusCode: 200, body: { RequestId: requestId, User: { ...listed, CustomFields } } };

  it('reads one user whole, and several by their ids without custom fields', async () => {
    const { call } = await official();
    expect(await call('GetUser', key, 'mgmt GetUser')).toEqual(whole);
    const two = {
      InstanceId: 'idaas_x',
      PageNumber: '1',
      PageSize: '100',
      'UserIds.1': 'user_1',
      'UserIds.2': 'user_2',
    };
    const { body } = (await call('ListUsers', two, 'mgmt ListUsers userIds')) as { body: Answer };
    expect(body).toEqual({
      RequestId: requestId,
      TotalCount: 2,
      Users: [expect.objectContaining({ UserId: 'user_1' }), expect.objectContaining({ UserId: 'user_2' })],
    });
    const one = { InstanceId: 'idaas_x', 'UserIds.1': 'user_y' };
    const answer = { statusCode: 200, body: { RequestId: requestId, TotalCount: 1, Users: [listed] } };
    expect(await call('ListUsers', one)).toEqual(answer);
  });

  it('uses a temporary key', async () => {
    const securityToken = 'CAISsts/token+==';
    const { call } = await official({ securityToken }, { securityToken });
    expect(await call('GetUser', key, 'mgmt GetUser STS')).toEqual(whole);
    const mismatch = refused(400, 'InvalidSecurityToken.MismatchWithAccessKey');
    expect(await (await official({ securityToken })).call('GetUser', key)).toEqual(mismatch);
    expect(await (await official({}, { securityToken })).call('GetUser', key)).toEqual(mismatch);
  });

  it('is refused with another secret, key, signature version or action, and told when to come back', async () => {
    const refusal = async (config: object, action = 'GetUser') =>
      (await official({}, config)).call(action, key);
    expect(await refusal({ accessKeySecret: 'x' })).toEqual(refused(400, 'SignatureDoesNotMatch'));
    expect(await refusal({ accessKeyId: 'x' })).toEqual(refused(404, 'InvalidAccessKeyId.NotFound'));
    expect(await refusal({ signatureAlgorithm: 'v2' })).toEqual(refused(400, 'IncompleteSignature'));
    expect(await refusal({}, 'CreateCustomField')).toEqual(refused(404, 'InvalidAction.NotFound'));
    const now = Math.floor(Date.now() / 1000) * 1000;
    const { call } = await official({ requestsPerMinute: 1, now: () => now });
    expect(await call('GetUser', key)).toEqual(whole);
    const throttled = { ...refused(400, 'Throttling.User'), name: 'ThrottlingError', retryAfter: 60_000 };
    expect(await call('GetUser', key)).toEqual(throttled);
  });
});
