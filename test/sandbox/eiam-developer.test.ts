import { describe, expect, it } from 'vitest';
import {
  type EiamDeveloperEmulatorSettings,
  startEiamDeveloperEmulator,
} from '../../src/sandbox/eiam/developer-emulator.ts';
import { employees } from '../../src/sandbox/eiam/employees.ts';
import { clientSecret, createdAt, recorded, requestId, start } from './eiam-developer-calls.ts';

describe('tokens', () => {
  it('are given for a form, a query and HTTP Basic, and for nothing else', async () => {
    const { base, tokenCall } = await start();
    const right = { grant_type: 'client_credentials', client_id: 'app_x', client_secret: clientSecret };
    const basic = `Basic ${btoa(`app_x:${encodeURIComponent(clientSecret)}`)}`;
    const plain = { grant_type: 'client_credentials' };
    expect((await tokenCall(right)).status).toBe(200);
    expect((await tokenCall(plain, { authorization: basic })).status).toBe(200);
    const query = await fetch(`${base}/oauth2/token?${new URLSearchParams(right)}`, { method: 'POST' });
    expect(query.status).toBe(200);
    for (const wrong of [
      { ...right, client_secret: 'other' },
      { ...right, client_id: 'app_y' },
      { ...right, grant_type: 'password' },
      { client_id: 'app_x', client_secret: clientSecret },
      plain,
    ]) {
      const answer = await tokenCall(wrong);
      expect([answer.status, await answer.json()]).toEqual([
        400,
        {
          ...{ Code: 'invalid_grant', Message: 'The grant is not valid.', RequestId: requestId },
          HostId: new URL(base).host,
          Recommend: 'https://api.aliyun.com/troubleshoot?q=invalid_grant&product=Eiam-developerapi',
        },
      ]);
    }
    const json = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(right),
    };
    expect((await fetch(`${base}/oauth2/token`, json)).status).toBe(400);
    const other = await start({ tokenRefusalCode: 'invalid_client', errorGrammar: 'oauth' });
    const answer = await other.tokenCall({ ...right, client_secret: 'x' });
    expect(await answer.json()).toEqual({
      ...{ error: 'invalid_client', error_description: 'The grant is not valid.', request_id: requestId },
    });
  });

  it('live for their time and until they are revoked; missing and unknown ones are a 400', async () => {
    let clock = 1_000_000;
    const { emulator, call, refusal } = await start({ now: () => clock, tokenLifetimeSeconds: 60 });
    const read = (authorization?: string) => refusal(call('GET', '/users/user_z', undefined, authorization));
    clock += 59_999;
    expect(await read()).toContain('200');
    clock += 1;
    expect(await read()).toBe('400 invalid_token');
    expect(await read('')).toBe('400 invalid_token');
    expect(await read('Bearer ATnone')).toBe('400 invalid_token');
    const again = await start();
    again.emulator.revokeTokens();
    expect(await again.refusal(again.call('GET', '/users/user_y'))).toBe('400 invalid_token');
    expect(await again.refusal(again.patch({ displayName: 'x' }))).toBe('400 invalid_token');
    expect([emulator.writes, again.emulator.writes]).toEqual([[], []]);
  });

  it('carry the scopes of the application', async () => {
    const reader = await start({ scopes: ['read'] });
    expect(await reader.refusal(reader.patch({ displayName: 'x' }))).toBe('403 permission_denied');
    expect(await reader.refusal(reader.call('POST', '/users/user_y/actions/disable'))).toBe(
      '403 permission_denied',
    );
    expect((await reader.call('GET', '/users/user_y')).status).toBe(200);
    const writer = await start({ scopes: ['manage'] });
    expect(await writer.refusal(writer.call('GET', '/users/user_y'))).toBe('403 permission_denied');
    expect((await writer.patch({ displayName: 'x' })).status).toBe(200);
    expect(reader.emulator.writes).toEqual([]);
  });
});

describe('paths and switches', () => {
  it('refuses other instances, applications, paths and methods', async () => {
    const { emulator, base, call, refusal } = await start();
    const at = async (path: string) => {
      const response = await fetch(`${emulator.url}${path}`);
      return `${response.status} ${((await response.json()) as { Code: string }).Code}`;
    };
    expect(await at('/v2/idaas_y/app_x/users')).toBe('404 instance_not_found');
    expect(await at('/v2/idaas_x/app_y/users')).toBe('404 application_not_found');
    expect(await at('/v1/idaas_x/app_x/users')).toBe('404 InvalidAction.NotFound');
    expect(await at('/')).toBe('404 InvalidAction.NotFound');
    for (const [method, path] of [
      ['PUT', '/users/user_y'],
      ['PATCH', '/users'],
      ['PATCH', '/users/'],
      ['GET', '/oauth2/token'],
      ['POST', '/users/user_y/actions/lock'],
      ['POST', '/users/user_y/actions/getUserIdByEmail'],
      ['POST', '/users/_/actions/enable'],
      ['GET', '/users/%zz'],
    ] as const) {
      expect(await refusal(call(method, path)), `${method} ${path}`).toBe('404 InvalidAction.NotFound');
    }
    expect(await refusal(call('GET', '/users/nobody'))).toBe('404 ResourceNotFound.User');
    for (const method of ['PATCH', 'DELETE']) {
      expect(await refusal(call(method, '/users/nobody', {}))).toBe('404 ResourceNotFound.User');
    }
    expect(await refusal(call('POST', '/users/nobody/actions/enable'))).toBe('404 ResourceNotFound.User');
    expect(base).toContain('127.0.0.1');
    expect(emulator.writes).toEqual([]);
  });

  it.each([
    [{ applicationEnabled: false }, 'application_disabled'],
    [{ applicationApiEnabled: false }, 'application_api_disabled'],
  ])('%j', async (settings, code) => {
    const { call, refusal, tokenCall } = await start(settings);
    expect(await refusal(call('GET', '/users/user_y'))).toBe(`403 ${code}`);
    expect((await tokenCall({})).status).toBe(403);
  });

  it.each([
    [undefined, 200, {}],
    ['empty', 200, ''],
    [204, 204, ''],
  ] as const)('patchAnswer %s', async (patchAnswer, status, body) => {
    const { emulator, patch } = await start(patchAnswer && { patchAnswer });
    expect(await patch({ displayName: 'New' })).toEqual({ status, body });
    expect(emulator.users().get('user_y')?.displayName).toBe('New');
  });

  it('errorGrammar', async () => {
    const oauth = await start({ errorGrammar: 'oauth' });
    const byCode = await start({ errorGrammar: 'byCode' });
    expect((await oauth.call('GET', '/users/nobody')).body).toEqual({
      error: 'ResourceNotFound.User',
      error_description: 'The specified resource: User not exist.',
      request_id: requestId,
    });
    const keys = async (answer: ReturnType<typeof byCode.call>) => Object.keys((await answer).body).join();
    expect(await keys(byCode.call('GET', '/users/nobody'))).toBe('Code,Message,RequestId,HostId,Recommend');
    expect(await keys(byCode.call('GET', '/users/x', undefined, ''))).toBe(
      'error,error_description,request_id',
    );
  });

  it('missingMember, userNotFound, unknownMember, limits', async () => {
    const user = async (settings: Partial<EiamDeveloperEmulatorSettings>) =>
      (await (await start(settings)).call('GET', '/users/user_z')).body;
    expect(await user({})).not.toHaveProperty('displayName');
    expect(await user({ missingMember: 'null' })).toMatchObject({ displayName: null, lockExpireTime: null });
    expect(await user({ missingMember: 'emptyString' })).toMatchObject({ displayName: '' });
    const lost = await start({ userNotFound: { status: 400, code: 'UserNotExist' } });
    expect(await lost.refusal(lost.call('GET', '/users/nobody'))).toBe('400 UserNotExist');
    const strict = await start({ limits: { displayName: 64 } });
    expect(await strict.refusal(strict.patch({ displayName: 'x'.repeat(65) }))).toBe(
      '400 InvalidParameter.DisplayName',
    );
    expect(await strict.refusal(strict.patch({ nickname: 'x' }))).toBe('400 InvalidParameter.Nickname');
    const loose = await start({ unknownMember: 'ignored' });
    expect(await loose.refusal(loose.patch({ nickname: 'x' }))).toBe('200 {}');
    expect(loose.emulator.writes).toEqual([{ userId: 'user_y', change: {} }]);
  });

  it('pages through the list', async () => {
    const { call, refusal } = await start();
    const page = async (query: string) => {
      const { body } = await call('GET', `/users?${query}`);
      return [body.totalCount, (body.data as { userId: string }[]).map(({ userId }) => userId)];
    };
    expect(await page('pageSize=2')).toEqual([3, ['user_y', 'user_z']]);
    expect(await page('pageSize=2&pageNumber=2')).toEqual([3, ['user/é x']]);
    expect(await refusal(call('GET', '/users?pageSize=101'))).toBe('400 InvalidParameter.PageSize');
    expect(await refusal(call('GET', '/users?pageNumber=0'))).toBe('400 InvalidParameter.PageNumber');
    const nowhere = '404 ResourceNotFound.OrganizationalUnit';
    expect(await refusal(call('GET', '/users?organizationalUnitId=ou_2'))).toBe(nowhere);
  });

  it('intercept answers before the emulator looks; distort is stored and logged', async () => {
    const intercepted = await start({
      intercept: ({ method }) => (method === 'PATCH' ? { status: 502, body: '"bad"' } : undefined),
    });
    expect(await intercepted.patch({ displayName: 'New' })).toEqual({ status: 502, body: 'bad' });
    expect(intercepted.emulator.writes).toEqual([]);
    const lying = await start({ distort: ({ change }) => ({ ...change, displayName: 'Lie' }) });
    await lying.patch({ displayName: 'New', username: 'new' });
    expect(lying.emulator.users().get('user_y')).toMatchObject({ displayName: 'Lie', username: 'new' });
    expect(lying.emulator.writes).toEqual([
      { userId: 'user_y', change: { displayName: 'Lie', username: 'new' } },
    ]);
  });
});

describe('seeds', () => {
  it('serves the employees, all of them within the rules', async () => {
    const { call } = await start({ ...employees, clientSecret });
    const { body } = await call('GET', '/users?pageSize=100');
    expect(body.totalCount).toBe(12);
    const wrong = {
      ...recorded,
      users: [{ userId: 'u', username: 'a b', status: 'enabled', createdAt }],
    } as const;
    await expect(startEiamDeveloperEmulator(wrong)).rejects.toThrow('Username is not valid');
    const foreign = {
      ...recorded,
      users: [{ userId: 'u', username: 'a', status: 'invited', createdAt }],
    } as const;
    await expect(startEiamDeveloperEmulator(foreign)).rejects.toThrow('no status invited');
  });
});
