import { describe, expect, test } from 'vitest';
import {
  anna,
  definitions,
  license,
  managementKey,
  patch,
  project,
  projectId,
  send,
  start,
  u2,
  zoe,
} from './descope-project.ts';

describe('a patch', () => {
  test('takes name as well as displayName, and a user id by either member', async () => {
    const emulator = await start();
    expect((await patch(emulator, { userId: 'U1', name: 'By id' })).body).toEqual({
      user: { ...anna, name: 'By id' },
    });
    expect((await patch(emulator, { loginId: 'U1', displayName: 'By login' })).body.user.name).toBe(
      'By login',
    );
    expect((await patch(emulator, { userId: 'U1', loginId: 'u2', name: 'X' })).status).toBe(404);
    expect((await patch(emulator, { userId: 'a@x.io', name: 'X' })).status).toBe(404);
  });

  test('makes a phone E.164, and verified where it is not told otherwise', async () => {
    const emulator = await start();
    const { body } = await patch(emulator, { loginId: 'u2', phone: '+1 (555) 555-0177' });
    expect(body.user).toEqual({ ...u2, phone: '+15555550177', verifiedPhone: true });
    expect(emulator.writes).toEqual([
      { userId: 'U2abc', change: { phone: '+15555550177', verifiedPhone: true } },
    ]);
  });

  test('replaces the tenants whole', async () => {
    const emulator = await start();
    const userTenants = [{ tenantId: 't1', roleNames: ['tr', 'r1'] }];
    const { body } = await patch(emulator, { loginId: 'a@x.io', userTenants });
    expect(body.user.userTenants).toEqual([
      { tenantId: 't1', tenantName: 'Tenant One', roleNames: ['tr', 'r1'] },
    ]);
  });

  test.each([
    ['an attribute that is not defined', { customAttributes: { nick: 'x' } }, 'E011003'],
    ['the removal of one', { customAttributes: { nick: null } }, 'E011003'],
    ['a name that every object has', { customAttributes: { constructor: 'x' } }, 'E011003'],
    ['text for a number', { customAttributes: { age: '7' } }, 'E011003'],
    ['a number for a text', { customAttributes: { a: 7 } }, 'E011003'],
    ['text for a boolean', { customAttributes: { ok: 'true' } }, 'E011003'],
    ['a choice that is not offered', { customAttributes: { plan: 'gold' } }, 'E011003'],
    ['one of several that is not', { customAttributes: { tags: ['a', 'z'] } }, 'E011003'],
    ['text for a list', { customAttributes: { tags: 'a' } }, 'E011003'],
    ['a date as text', { customAttributes: { birthday: '2000-02-29' } }, 'E011003'],
    ['a date beyond all dates', { customAttributes: { birthday: 8.64e15 + 1 } }, 'E011003'],
    ['attributes that are no object', { customAttributes: [] }, 'E011001'],
    ['an unknown role', { roleNames: ['r1', 'r9'] }, 'E011004'],
    ['a tenant role as a role', { roleNames: ['tr'] }, 'E011004'],
    ['an unknown tenant', { userTenants: [{ tenantId: 't9' }] }, 'E011004'],
    ['the role of another tenant', { userTenants: [{ tenantId: 't2', roleNames: ['tr'] }] }, 'E011004'],
    ['a tenant twice', { userTenants: [{ tenantId: 't1' }, { tenantId: 't1' }] }, 'E011004'],
    ['no tenant id', { userTenants: [{ roleNames: [] }] }, 'E011002'],
    ['an unknown app', { ssoAppIds: ['app9'] }, 'E011004'],
    ['an unknown status', { status: 'ENABLED' }, 'E011004'],
    ['a phone with letters', { phone: '+1555CALLNOW' }, 'E011004'],
    ['a phone without its country', { phone: '5555550100' }, 'E011004'],
    ['an email that is none', { email: 'nobody' }, 'E011004'],
    ['two names', { name: 'A', displayName: 'B' }, 'E011004'],
    ['a number for a string', { givenName: 7 }, 'E011001'],
    ['text for a flag', { verifiedEmail: 'true' }, 'E011001'],
    ['text for a list of roles', { roleNames: 'r1' }, 'E011001'],
    ['a member that is not known', { givenname: 'x' }, 'E011001'],
    ["another user's login id for an email", { email: 'A@x.io' }, 'E011001'],
    ["another user's login id for its own", { additionalIdentifiers: ['a@x.io'] }, 'E011001'],
  ])('with %s is refused whole', async (_what, members, errorCode) => {
    const emulator = await start();
    const before = emulator.users();
    const answer = await patch(emulator, { loginId: 'u2', familyName: 'Never', ...members });
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 400,
      body: { errorCode, errorDescription: expect.any(String), errorMessage: expect.any(String) },
    });
    expect(emulator.users()).toEqual(before);
    expect(emulator.writes).toEqual([]);
  });

  test('keeps an attribute named __proto__ intact', async () => {
    const emulator = await start({
      attributes: [{ name: '__proto__', type: 1, displayName: 'P' }],
      users: [],
    });
    await send(emulator, 'POST', '/v1/mgmt/user/create', { loginId: 'p' });
    await patch(emulator, '{"loginId":"p","customAttributes":{"__proto__":"kept"}}');
    expect(JSON.stringify([...emulator.users().values()][0]?.customAttributes)).toBe('{"__proto__":"kept"}');
    expect(JSON.stringify(emulator.writes.at(-1)?.change)).toBe('{"customAttributes":{"__proto__":"kept"}}');
  });

  test('is stored and logged as distort has it, and not at all where that leaves nothing', async () => {
    const emulator = await start({
      distort: ({ change }) =>
        change.name === 'lost' ? {} : { ...change, name: 'Other', status: 'expired' },
    });
    const { body } = await patch(emulator, { loginId: 'a@x.io', name: 'Asked', picture: '' });
    expect(body.user).toEqual({ ...anna, name: 'Other', status: 'expired', picture: '' });
    expect((await patch(emulator, { loginId: 'u2', name: 'lost' })).body.user).toEqual(u2);
    expect(emulator.writes).toEqual([
      { userId: 'U1', change: { name: 'Other', status: 'expired', picture: null } },
    ]);
  });
});

describe('the service', () => {
  test('answers 429 with the seconds to wait, until they are over', async () => {
    let now = 1_720_000_000_000;
    const emulator = await start({ requestsPerMinute: 2, now: () => now });
    const body = { loginId: 'a@x.io', name: 'X' };
    expect((await patch(emulator, body)).status).toBe(200);
    now += 10_400;
    expect((await patch(emulator, body)).status).toBe(200);
    const refused = await patch(emulator, body);
    expect([refused.status, refused.headers.get('retry-after'), refused.body]).toEqual([
      429,
      '50',
      {
        errorCode: 'E130429',
        errorDescription: 'API rate limit exceeded',
        errorMessage: 'too many requests',
      },
    ]);
    expect(emulator.writes).toHaveLength(2);
    now += 49_600;
    expect((await patch(emulator, body)).status).toBe(200);
  });

  test('counts creations and searches by themselves, and the license not', async () => {
    const emulator = await start({ requestsPerMinute: 1, createsPerMinute: 1, searchesPerMinute: 1 });
    const statuses = async (method: string, path: string, body?: (n: number) => unknown) => [
      (await send(emulator, method, path, body?.(1))).status,
      (await send(emulator, method, path, body?.(2))).status,
    ];
    expect(await statuses('GET', license)).toEqual([200, 200]);
    expect(await statuses('POST', '/v1/mgmt/user/create', (n) => ({ loginId: `n${n}` }))).toEqual([200, 429]);
    expect(await statuses('POST', '/v2/mgmt/user/search', () => ({}))).toEqual([200, 429]);
    expect(await statuses('GET', '/v1/mgmt/user?loginId=u2')).toEqual([200, 429]);
  });

  test('asks for the project and the key before anything else', async () => {
    const emulator = await start();
    const paths = [license, '/v1/mgmt/user?loginId=u2', '/v1/mgmt/user/customattributes', '/nowhere'];
    for (const path of paths)
      for (const authorization of [
        undefined,
        `Bearer ${managementKey}`,
        `Bearer ${projectId}:wrong`,
        `Bearer P2other:${managementKey}`,
        `Basic ${projectId}:${managementKey}`,
      ]) {
        const response = await fetch(`${emulator.url}${path}`, {
          headers: authorization === undefined ? {} : { authorization },
        });
        expect(response.status).toBe(401);
        expect(await response.json()).toMatchObject({ errorCode: 'E011003' });
      }
    const other = await start({ badKeyStatus: 403, badKeyErrorCode: 'E999' });
    const refused = await send(other, 'GET', license, undefined, 'wrong');
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'E999']);
  });

  test.each([
    ['PATCH', '/v1/mgmt/user/patch', '{"loginId":"u2",', 400, 'E011001'],
    ['PATCH', '/v1/mgmt/user/patch', '', 400, 'E011001'],
    ['PATCH', '/v1/mgmt/user/patch', '[]', 400, 'E011001'],
    ['PATCH', '/v1/mgmt/user/patch', '{"name":"x"}', 400, 'E011002'],
    ['PATCH', '/v1/mgmt/user/patch', '{"loginId":"","name":"x"}', 400, 'E011002'],
    ['PATCH', '/v1/mgmt/user/patch', '{"loginId":7,"name":"x"}', 400, 'E011001'],
    ['PATCH', '/v1/mgmt/user/patch/batch', '{"users":[]}', 400, 'E011002'],
    ['POST', '/v1/mgmt/users/load', '{"userIds":[]}', 400, 'E011002'],
    ['POST', '/v1/mgmt/users/load', '{"userIds":["U1"],"loginIds":[]}', 400, 'E011001'],
    ['POST', '/v2/mgmt/user/search', '{"limit":-1}', 400, 'E011001'],
    ['POST', '/v1/mgmt/user/create', '{"loginId":"n","status":"enabled"}', 400, 'E011001'],
    ['POST', '/v1/mgmt/user/create', '{}', 400, 'E011002'],
    ['POST', '/v1/mgmt/user/delete', '{"loginId":"nobody"}', 404, 'E112102'],
    ['POST', '/v1/mgmt/user/update/status', '{"loginId":"u2"}', 400, 'E011002'],
    [
      'POST',
      '/v1/mgmt/user/customattribute/create',
      '{"attributes":[{"name":"x","type":7}]}',
      400,
      'E011004',
    ],
    [
      'POST',
      '/v1/mgmt/user/customattribute/create',
      '{"attributes":[{"name":"age","type":2}]}',
      400,
      'E011001',
    ],
    ['POST', '/v1/mgmt/user/customattribute/delete', '{"names":["age","x"]}', 400, 'E011001'],
    ['GET', '/v1/mgmt/user', undefined, 400, 'E011002'],
    ['GET', '/v1/mgmt/user?userId=a%40x.io', undefined, 404, 'E112102'],
    ['GET', '/v1/mgmt/user/patch', undefined, 405, undefined],
    ['GET', '/v1/mgmt/user/', undefined, 404, undefined],
  ])('refuses %s %s %s', async (method, path, body, status, errorCode) => {
    const emulator = await start();
    const answer = await send(emulator, method, path, body);
    expect([answer.status, answer.body.errorCode]).toEqual([status, errorCode]);
    expect(emulator.writes).toEqual([]);
  });

  test('loads no more than its maximum', async () => {
    const emulator = await start({ loadMaximum: 2 });
    const load = (...userIds: string[]) => send(emulator, 'POST', '/v1/mgmt/users/load', { userIds });
    expect((await load('U1', 'U2abc')).body).toEqual({ users: [anna, u2], total: 2 });
    expect((await load('U1', 'U2abc', 'U3')).body.errorCode).toBe('E011004');
  });

  test('gives the number of attribute definitions as text', async () => {
    const { body } = await send(await start(), 'GET', '/v1/mgmt/user/customattributes');
    expect(body).toEqual({ data: definitions(project.attributes), total: '9' });
  });

  test('lets nobody change its state through what it gives away', async () => {
    const emulator = await start();
    (emulator.users() as Map<string, unknown>).clear();
    expect([...emulator.users().values()]).toEqual([anna, u2, zoe]);
  });

  test('leaves an intercepted request without effect', async () => {
    const emulator = await start({ intercept: () => ({ status: 503, body: { oops: true } }) });
    expect((await patch(emulator, { loginId: 'u2', name: 'X' })).status).toBe(503);
    expect([emulator.writes, emulator.requests.length]).toEqual([[], 1]);
  });
});
