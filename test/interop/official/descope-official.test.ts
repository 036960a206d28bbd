import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Emulator } from '../../../src/sandbox/emulator.ts';
import { anna, license, managementKey, projectId, start, zoe } from '../../sandbox/descope-project.ts';
import { officialClient, type Witness, witnesses } from './descope-witnesses.ts';

interface Recorded {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}
const recorded: readonly Recorded[] = JSON.parse(
  readFileSync(new URL('../../providers/recorded/descope.json', import.meta.url), 'utf8'),
).requests;

function arrived(emulator: Emulator) {
  return emulator.requests
    .filter((request) => request.url !== license)
    .map(({ method, url, body }) => ({ method, url, body: body === '' ? null : JSON.parse(body) }));
}

describe('the official client', () => {
  test('has a witness for every recorded request', () => {
    expect(Object.keys(witnesses).sort()).toEqual(recorded.map((request) => request.name).sort());
  });

  test.each(recorded)('$name', async ({ name, method, url, body }) => {
    const { call, settings = {}, code = 200, data, writes = [] } = witnesses[name] as Witness;
    const emulator = await start(settings);
    const answer = await call(officialClient(emulator));
    expect({ code: answer.code, data: answer.data }).toEqual({ code, data });
    expect(arrived(emulator)).toEqual([{ method, url, body }]);
    expect(emulator.writes).toEqual(writes);
    for (const request of emulator.requests)
      expect(request.headers.authorization).toBe(`Bearer ${projectId}:${managementKey}`);
  });

  test('learns the plan tier when it is constructed and names it from then on', async () => {
    const emulator = await start({ rateLimitTier: 'tier3' });
    const management = officialClient(emulator);
    await expect.poll(() => emulator.requests.map((request) => request.url)).toEqual([license]);
    await expect
      .poll(async () => {
        await management.user.load('a@x.io');
        return emulator.requests.at(-1)?.headers['x-descope-license'];
      })
      .toBe('tier3');
  });

  test('is refused with a wrong key, at every call', async () => {
    const emulator = await start();
    const { user } = officialClient(emulator, 'wrong');
    const refused = {
      ok: false,
      code: 401,
      error: {
        errorCode: 'E011003',
        errorDescription: 'Request is invalid',
        errorMessage: 'the management key is not valid for the project',
      },
    };
    expect(await user.patch('a@x.io', { displayName: 'X' })).toMatchObject(refused);
    expect(await user.load('a@x.io')).toMatchObject(refused);
    expect(await user.getCustomAttributes()).toMatchObject(refused);
    expect(emulator.writes).toEqual([]);
  });

  test('hears of a user who is not there, and of one who is', async () => {
    const { user } = officialClient(await start());
    expect(await user.patch('nobody', { displayName: 'X' })).toMatchObject({
      code: 404,
      error: { errorCode: 'E112102' },
    });
    expect(await user.create('a@x.io', {})).toMatchObject({ code: 400, error: { errorCode: 'E062107' } });
    expect(await user.updateEmail('a@x.io', 'u2@x.io', true, true)).toMatchObject({
      code: 400,
      error: { errorCode: 'E111127' },
    });
  });

  test('gets roles in a tenant, apps and a tenant set, added and removed', async () => {
    const emulator = await start();
    const { user } = officialClient(emulator);
    const tenants = (...roles: string[]) => [{ ...anna.userTenants[0], roleNames: roles }];
    const answers = [
      await user.addTenantRoles('a@x.io', 't2', ['r2']),
      await user.removeTenantRoles('a@x.io', 't2', ['r1']),
      await user.setTenantRoles('a@x.io', 't2', []),
      await user.removeRoles('a@x.io', ['r2']),
      await user.addSSOapps('a@x.io', ['app1']),
      await user.removeSSOapps('a@x.io', ['app2']),
      await user.setSSOapps('a@x.io', []),
      await user.removeTenant('a@x.io', 't2'),
    ];
    expect(answers.map(({ code }) => code)).toEqual(answers.map(() => 200));
    expect(emulator.writes.map(({ change }) => change)).toEqual([
      { userTenants: tenants('r1', 'r2') },
      { userTenants: tenants('r2') },
      { userTenants: tenants() },
      { roleNames: [] },
      { ssoAppIds: ['app2', 'app1'] },
      { ssoAppIds: ['app1'] },
      { ssoAppIds: [] },
      { userTenants: [] },
    ]);
    expect((await user.addTenantRoles('a@x.io', 't2', ['r1'])).code).toBe(400);
  });

  test('gets those of a batch that could be patched, and the others', async () => {
    const emulator = await start();
    const { data } = await officialClient(emulator).user.patchBatch([
      { loginIdOrUserId: 'nobody', status: 'enabled' },
      { loginIdOrUserId: 'u2', customAttributes: { age: 'old' } },
      { loginIdOrUserId: 'a@x.io', familyName: 'Z' },
    ]);
    expect(data).toEqual({
      patchedUsers: [{ ...anna, familyName: 'Z' }],
      failedUsers: [
        { failure: 'user not found', user: expect.objectContaining({ loginIds: ['nobody'] }) },
        {
          failure: 'custom attribute age has a value of the wrong type',
          user: expect.objectContaining({ loginIds: ['u2'] }),
        },
      ],
      additionalErrors: {},
    });
    expect(emulator.writes).toEqual([{ userId: 'U1', change: { familyName: 'Z' } }]);
  });

  test('does not get disabled users in a load of many unless it asks for them', async () => {
    const { user } = officialClient(await start());
    expect((await user.loadUsers(['U1', 'U3'])).data).toEqual([anna]);
    expect((await user.loadUsers(['U3', 'U1'], true)).data).toEqual([zoe, anna]);
  });

  test('finds by search what is older than the lag, in pages', async () => {
    let now = 1_720_000_000_000;
    const emulator = await start({ now: () => now, searchLagMs: 500 });
    const { user } = officialClient(emulator);
    const found = async (request: Parameters<typeof user.search>[0]) =>
      (await user.search(request)).data?.users.map(({ userId, name }) => [userId, name]);
    await user.patch('U2abc', { displayName: 'Later' });
    expect(await found({ loginIds: ['u2'] })).toEqual([['U2abc', '']]);
    now += 499;
    expect(await found({ loginIds: ['u2'] })).toEqual([['U2abc', '']]);
    now += 1;
    expect(await found({ loginIds: ['u2'] })).toEqual([['U2abc', 'Later']]);
    const byName = [{ field: 'name', desc: true }];
    expect(await found({ limit: 2, sort: byName })).toEqual([
      ['U2abc', 'Later'],
      ['U1', 'Anna'],
    ]);
    expect(await found({ limit: 2, page: 1, sort: byName })).toEqual([['U3', '']]);
    expect(await found({ statuses: ['disabled'] })).toEqual([['U3', '']]);
    expect(await found({ emails: ['a@x.io'], tenantIds: ['t1'] })).toEqual([]);
  });
});
