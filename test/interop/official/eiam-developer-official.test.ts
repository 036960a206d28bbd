import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import recordings from '../../providers/recorded/eiam-developer.json' with { type: 'json' };
import {
  clientSecret,
  createdAt,
  type DeveloperEmulator,
  recorded,
  start,
} from '../../sandbox/eiam-developer-calls.ts';

// Required, not imported: how a test runner and Node see its default export differs.
const openApi = createRequire(import.meta.url)(
  '@alicloud/openapi-core',
) as typeof import('@alicloud/openapi-core');

/** What of a request the service can see, without what differs from run to run. */
function visible(request: { method: string; url: string; headers: object; body: string | null }) {
  const changing = ['date', 'host', 'user-agent', 'x-acs-signature-nonce'];
  const headers = Object.entries(request.headers)
    .filter(([name]) => !changing.includes(name))
    .map(([name, value]) => [name, name === 'authorization' ? 'Bearer …' : value]);
  return {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(headers),
    body: request.body ?? '',
  };
}

describe('the official client core', () => {
  function official(emulator: DeveloperEmulator, token?: string) {
    const config = { endpoint: new URL(emulator.url).host, protocol: 'HTTP', signatureAlgorithm: 'v2' };
    const client = new openApi.default(new openApi.$OpenApiUtil.Config(config));
    return async (
      recording: string,
      action: string,
      method: string,
      path: string,
      {
        body,
        query,
        bodyType = 'json',
      }: { body?: object; query?: Record<string, string>; bodyType?: string },
    ) => {
      const params = new openApi.$OpenApiUtil.Params({
        ...{ action, version: '2022-02-25', protocol: 'HTTP', method, authType: 'Anonymous', style: 'ROA' },
        ...{ pathname: `/v2/idaas_x/app_x${path}`, reqBodyType: 'json', bodyType },
      });
      const request = new openApi.$OpenApiUtil.OpenApiRequest({
        ...(token && { headers: { Authorization: `Bearer ${token}` } }),
        ...(body && { body }),
        ...(query && { query }),
      });
      const outcome = await client.callApi(params, request, {} as never).then(
        ({ statusCode, body: answer }) => ({ statusCode, body: answer as unknown }),
        ({ name, statusCode, code }: Record<string, unknown>) => ({ name, statusCode, code }),
      );
      const wire = recordings.requests.find(({ name }) => name === recording);
      expect(visible(emulator.requests.at(-1) as never)).toEqual(visible(wire as never));
      return outcome;
    };
  }
  const ok = (body: unknown) => ({ statusCode: 200, body });
  const wrote = { statusCode: 200, body: undefined };

  it('gets a token with everything in the query, as recorded', async () => {
    const { emulator, base } = await start();
    const query = { client_id: 'app_x', client_secret: clientSecret, grant_type: 'client_credentials' };
    const answer = await official(emulator)('dev GenerateToken', 'GenerateToken', 'POST', '/oauth2/token', {
      query,
    });
    expect(answer).toEqual(
      ok({
        token_type: 'Bearer',
        access_token: expect.stringMatching(/^AT[\w-]{32}$/),
        expires_in: 1200,
        expires_at: Date.UTC(2026, 10, 22) / 1000 + 1200,
      }),
    );
    const { access_token } = (answer as { body: { access_token: string } }).body;
    const headers = { authorization: `Bearer ${access_token}` };
    expect((await fetch(`${base}/users/user_y`, { headers })).status).toBe(200);
  });

  it('patches, sets the status, finds, makes and deletes with the recorded requests', async () => {
    const { emulator, token } = await start({
      customFields: recorded.customFields.slice(0, 5).map(({ required, ...field }) => field),
    });
    const call = official(emulator, token);
    const none = { bodyType: 'none' };
    const full = {
      customFields: [
        { fieldName: 'age', fieldValue: '10', operation: 'replace' },
        { fieldName: 'nick', operation: 'remove' },
      ],
      ...{ displayName: '张三', email: 'a+b@example.com', emailVerified: false, phoneNumber: '156' },
      ...{ phoneNumberVerified: true, phoneRegion: '86', username: 'name 001' },
    };
    expect(
      await call('dev PatchUser full', 'PatchUser', 'PATCH', '/users/user_y', { ...none, body: full }),
    ).toEqual({
      name: 'ClientError',
      statusCode: 400,
      code: 'InvalidParameter.Username',
    });
    expect(
      await call('dev PatchUser {} ; server replies 204', 'PatchUser', 'PATCH', '/users/user_y', {
        ...none,
        body: {},
      }),
    ).toEqual(wrote);
    expect(
      await call(
        'dev PatchUser empty/null; server replies 200 empty body',
        'PatchUser',
        'PATCH',
        '/users/user_y',
        {
          ...none,
          body: { displayName: '' },
        },
      ),
    ).toEqual(wrote);
    expect(
      await call('dev PatchUser id with reserved chars', 'PatchUser', 'PATCH', '/users/user%2F%C3%A9%20x', {
        ...none,
        body: { username: 'a' },
      }),
    ).toEqual(wrote);
    expect(
      await call('dev DisableUser', 'DisableUser', 'POST', '/users/user_y/actions/disable', none),
    ).toEqual(wrote);
    expect(await call('dev EnableUser', 'EnableUser', 'POST', '/users/user_y/actions/enable', none)).toEqual(
      wrote,
    );
    const made = await call('dev CreateUser', 'CreateUser', 'POST', '/users', {
      body: {
        customFields: [{ fieldName: 'age', fieldValue: '1' }],
        primaryOrganizationalUnitId: 'ou_1',
        username: 'u1',
      },
    });
    expect(made).toEqual(ok({ userId: expect.stringMatching(/^user_[a-z0-9]{26}$/) }));
    const { userId } = (made as { body: { userId: string } }).body;
    expect(await call('dev DeleteUser', 'DeleteUser', 'DELETE', '/users/user_y', none)).toEqual(wrote);
    expect(emulator.writes).toEqual([
      { userId: 'user_y', change: {} },
      { userId: 'user_y', change: { displayName: null } },
      { userId: 'user/é x', change: { username: 'a' } },
      { userId: 'user_y', change: { status: 'disabled' } },
      { userId: 'user_y', change: { status: 'enabled' } },
      { userId, change: { username: 'u1', customFields: { age: '1' } } },
      { userId: 'user_y', change: { userId: null } },
    ]);
    expect([...emulator.users().keys()]).toEqual(['user_z', 'user/é x', userId]);
  });

  it('finds by each of the four, as recorded', async () => {
    const { emulator, token } = await start();
    const call = official(emulator, token);
    const unknown = { name: 'ClientError', statusCode: 400, code: 'ResourceNotFound.UserId' };
    for (const [action, path, body] of [
      ['GetUserIdByEmail', 'getUserIdByEmail', { email: 'a@b.c' }],
      ['GetUserIdByUsername', 'getUserIdByUsername', { username: 'n' }],
      ['GetUserIdByPhoneNumber', 'getUserIdByPhoneNumber', { phoneNumber: '156' }],
      [
        'GetUserIdByUserExternalId',
        'getUserIdByExternalId',
        { userExternalId: 'e', userSourceId: 'idaas_x', userSourceType: 'build_in' },
      ],
    ] as const) {
      expect(await call(`dev ${action}`, action, 'POST', `/users/_/actions/${path}`, { body })).toEqual(
        unknown,
      );
    }
    expect(emulator.writes).toEqual([]);
  });

  it('reads one user whole and lists without custom fields, as recorded', async () => {
    const { emulator, token } = await start();
    const call = official(emulator, token);
    const whole = {
      ...{ userId: 'user_y', username: 'name001', displayName: 'Ada', status: 'enabled' },
      ...{ phoneRegion: '86', phoneNumber: '15600000000', phoneNumberVerified: true },
      ...{ email: 'ada@example.com', emailVerified: true, passwordSet: false, groups: [] },
      ...{
        userExternalId: 'user_y',
        userSourceType: 'build_in',
        userSourceId: 'idaas_x',
        instanceId: 'idaas_x',
      },
      ...{ createTime: createdAt, updateTime: createdAt, registerTime: createdAt },
      organizationalUnits: [{ organizationalUnitId: 'ou_1', organizationalUnitName: 'Unit', primary: true }],
      primaryOrganizationalUnitId: 'ou_1',
    };
    const customFields = Object.entries({ age: '9', nick: 'old', vip: 'true', badge: 'b-1' }).map(
      ([fieldName, fieldValue]) => ({ fieldName, fieldValue }),
    );
    expect(await call('dev GetUser', 'GetUser', 'GET', '/users/user_y', {})).toEqual(
      ok({ ...whole, customFields }),
    );
    const query = { organizationalUnitId: 'ou_1', pageNumber: '1', pageSize: '20' };
    const listed = await call('dev ListUsers', 'ListUsers', 'GET', '/users', { query });
    const ids = [
      whole,
      expect.objectContaining({ userId: 'user_z' }),
      expect.objectContaining({ userId: 'user/é x' }),
    ];
    expect(listed).toEqual(ok({ totalCount: 3, data: ids }));
  });
});
