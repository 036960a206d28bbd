import { expect, it } from 'vitest';
import type { EiamDeveloperEmulatorSettings } from '../../../src/sandbox/eiam/developer-emulator.ts';
import recordings from '../../providers/recorded/eiam-developer.json' with { type: 'json' };
import { base, credentials, start } from './eiam-developer-instance.ts';
import { adaRecord, comparable } from './openapi-core.ts';

it('the official client’s recorded requests', async () => {
  const { emulator, call } = await start({ now: () => Date.UTC(2026, 10, 22) });
  const outcomes: Record<string, unknown> = {};
  for (const { name, method, url, headers, body } of recordings.requests) {
    const [path = '', search = ''] = url.slice(base.length).split('?');
    outcomes[name.slice(4)] = await call({
      ...{ action: headers['x-acs-action'], method, path },
      query: Object.fromEntries(new URLSearchParams(search)),
      ...(body ? { body: JSON.parse(body) } : {}),
    });
    const arrived = emulator.requests.at(-1);
    expect(arrived && comparable(arrived)).toEqual(comparable({ method, url, headers, body }));
  }
  const noUser = '400 ResourceNotFound.UserId';
  expect(outcomes).toEqual({
    GenerateToken: {
      ...{ token_type: 'Bearer', access_token: expect.stringMatching(/^AT[\w-]{32}$/), expires_in: 1200 },
      expires_at: Date.UTC(2026, 10, 22) / 1000 + 1200,
    },
    'PatchUser full': '400 InvalidParameter.Username',
    'PatchUser empty/null; server replies 200 empty body': undefined,
    'PatchUser {} ; server replies 204': undefined,
    GetUser: {
      ...{ ...adaRecord, displayName: undefined, updateTime: Date.UTC(2026, 10, 22) },
      customFields: Object.entries({ age: '9', nick: 'old', vip: 'true', badge: 'b-1' }).map(
        ([fieldName, fieldValue]) => ({ fieldName, fieldValue }),
      ),
    },
    ...{ GetUserIdByEmail: noUser, GetUserIdByUsername: noUser, GetUserIdByPhoneNumber: noUser },
    DisableUser: undefined,
    EnableUser: undefined,
    'PatchUser id with reserved chars': undefined,
  });
  expect(emulator.writes).toEqual([
    { userId: 'user_y', change: { displayName: null } },
    { userId: 'user_y', change: {} },
    { userId: 'user_y', change: { status: 'disabled' } },
    { userId: 'user_y', change: { status: 'enabled' } },
    { userId: 'user/é x', change: { username: 'a' } },
  ]);
});

it('finds by email in any case, by username and by phone number', async () => {
  const { call } = await start();
  const find = (by: string, body: object) =>
    call({ action: `GetUserIdBy${by}`, path: `/users/_/actions/getUserIdBy${by}`, body });
  expect(await find('Email', { email: 'BOB@example.com' })).toEqual({ userId: 'user_z' });
  expect(await find('Username', { username: 'name002' })).toEqual({ userId: 'user_z' });
  expect(await find('PhoneNumber', { phoneNumber: '15600000001' })).toEqual({ userId: 'user_z' });
  expect(await find('Username', { username: '' })).toBe('400 MissingParameter.Username');
  expect(await find('Email', { email: 1 })).toBe('400 InvalidParameter.Email');
  expect(await find('ExternalId', { userExternalId: 'user_z' })).toBe('404 InvalidAction.NotFound');
});

it('tokens: for the right credentials, in time, unless revoked', async () => {
  let clock = 1_000_000;
  const { emulator, call, patch, getToken } = await start({ now: () => clock, tokenLifetimeSeconds: 60 });
  const read = (authorization?: string) =>
    call({
      action: 'GetUser',
      method: 'GET',
      path: '/users/user_y',
      ...(authorization && { authorization }),
    });
  for (const wrong of [{ client_secret: 'x' }, { client_id: 'app_y' }, { grant_type: 'password' }])
    expect(await getToken({ ...credentials, ...wrong })).toBe('400 invalid_grant');
  expect(await getToken({})).toBe('400 invalid_grant');
  await getToken();
  clock += 59_999;
  expect(await read()).toMatchObject({ userId: 'user_y' });
  expect(await read('Bearer ATnone')).toBe('400 invalid_token');
  clock += 1;
  expect(await read()).toBe('400 invalid_token');
  await getToken();
  emulator.revokeTokens();
  expect(await patch({ displayName: 'x' })).toBe('400 invalid_token');
  expect(emulator.writes).toEqual([]);
});

it.each<[Partial<EiamDeveloperEmulatorSettings>, unknown, unknown]>([
  [{ applicationEnabled: false }, '403 application_disabled', '403 application_disabled'],
  [{ scopes: ['read'] }, expect.anything(), '403 permission_denied'],
  [{ scopes: ['manage'] }, '403 permission_denied', undefined],
  [{ patchAnswer: 204 }, expect.anything(), undefined],
  [{ missingMember: 'null' }, expect.objectContaining({ lockExpireTime: null }), undefined],
])('with %j, a read and a patch', async (settings, readOutcome, patchOutcome) => {
  const { emulator, call, patch } = await start(settings);
  expect(await call({ action: 'GetUser', method: 'GET', path: '/users/user_z' })).toEqual(readOutcome);
  expect(await patch({ username: 'new' }, 'user_z')).toBe(patchOutcome);
  const isWritten = patchOutcome === undefined;
  expect(emulator.writes).toEqual(isWritten ? [{ userId: 'user_z', change: { username: 'new' } }] : []);
});

it.each<[string, string, string, string?, string?]>([
  ['GET', '/v2/idaas_y/app_x/users/user_y', '404 instance_not_found'],
  ['GET', '/v2/idaas_x/app_y/users/user_y', '404 application_not_found'],
  ['GET', `${base}/users/nobody`, '404 ResourceNotFound.User'],
  ['POST', `${base}/users/nobody/actions/enable`, '404 ResourceNotFound.User'],
  ['PATCH', `${base}/users/user_y`, '400 InvalidParameter.ContentType', '{}', 'text/plain'],
  ['PATCH', `${base}/users/user_y`, '400 InvalidParameter.Body', '{'],
  ['PATCH', `${base}/users/user_y`, '400 InvalidParameter.Nickname', '{"nickname":"x"}'],
  ['PATCH', `${base}/users/user_y`, '400 InvalidParameter.Username', '{"username":7}'],
  ['PATCH', `${base}/users/user_y`, '400 MissingParameter.EmailVerified', '{"email":"new@example.com"}'],
  ['PATCH', `${base}/users/user_y`, '403 ResourceDuplicated.Username', '{"username":"name002"}'],
  // A call that idpatch does not make.
  ['DELETE', `${base}/users/user_y`, '404 InvalidAction.NotFound'],
])('%s %s: %s', async (method, path, outcome, body, type) => {
  const { emulator, send } = await start();
  const answer = await send(method, path, body, type);
  expect(`${answer.status} ${answer.body.Code}`).toBe(outcome);
  expect(emulator.writes).toEqual([]);
});

it.each([
  [{}, 'Code,Message,RequestId,HostId,Recommend'],
  [{ errorGrammar: 'oauth' }, 'error,error_description,request_id'],
] as const)('with %j, an error has the members %s', async (settings, members) => {
  const { body } = await (await start(settings)).send('GET', `${base}/users/nobody`);
  expect(Object.keys(body).join()).toBe(members);
});
