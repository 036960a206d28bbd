import { describe, expect, it } from 'vitest';
import recordings from '../../providers/recorded/descope.json' with { type: 'json' };
import { anna, arrived, authorization, project, start } from './descope-project.ts';

type User = Awaited<ReturnType<typeof start>>['user'];

/** A call of the official client: the ids of the users that it returns, and the changes that are logged. */
interface OfficialCall {
  readonly call: (user: User) => Promise<{ code?: number; data?: unknown }>;
  readonly returns: readonly string[];
  readonly writes?: readonly object[];
}

const attributes = { plan: 'pro', age: 42, ok: true, tags: ['a', 'b'] };
const full = {
  ...{ name: 'Full Name', givenName: 'G', middleName: 'M', familyName: 'F', picture: 'https://x/p.png' },
  ...{ email: 'b@x.io', verifiedEmail: true, phone: '+15555550100', verifiedPhone: false },
  ...{ status: 'disabled', roleNames: ['r1'], ssoAppIds: ['app1'], loginIds: ['a@x.io', 'x2'] },
  userTenants: [{ tenantId: 't1', tenantName: 'Tenant One', roleNames: ['tr'] }],
};
const emptied = { email: null, verifiedEmail: false, roleNames: [], picture: null };

const calls: Readonly<Record<string, OfficialCall>> = {
  'patch full': {
    call: (user) =>
      user.patch('a@x.io', {
        ...{ email: 'b@x.io', verifiedEmail: true, phone: '+15555550100', verifiedPhone: false },
        ...{ displayName: 'Full Name', givenName: 'G', middleName: 'M', familyName: 'F' },
        ...{ roles: ['r1'], userTenants: [{ tenantId: 't1', roleNames: ['tr'] }], ssoAppIds: ['app1'] },
        ...{ picture: 'https://x/p.png', status: 'disabled', scim: false, additionalIdentifiers: ['x2'] },
        customAttributes: { ...attributes, gone: null } as never,
      }),
    returns: ['U1'],
    writes: [{ userId: 'U1', change: { ...full, customAttributes: { ...attributes, gone: null } } }],
  },
  'patch nulls/empties': {
    call: (user) =>
      user.patch('U2abc', {
        ...{ email: '', phone: null, givenName: null, roles: [], userTenants: null, picture: '' },
        customAttributes: { a: null, b: '', d: [] },
      } as never),
    returns: ['U2abc'],
    writes: [{ userId: 'U2abc', change: { ...emptied, customAttributes: { a: null, b: '', d: [] } } }],
  },
  'patch empty options': { call: (user) => user.patch('a@x.io', {}), returns: ['U1'] },
  'patch unicode': {
    call: (user) => user.patch('zoë+1@x.io', { familyName: 'Ünï 😀' }),
    returns: ['U3'],
    writes: [{ userId: 'U3', change: { familyName: 'Ünï 😀' } }],
  },
  patchBatch: {
    call: (user) =>
      user.patchBatch([
        { loginIdOrUserId: 'a@x.io', customAttributes: { plan: 'pro' } },
        { loginIdOrUserId: 'b@x.io', status: 'enabled' },
      ]),
    returns: ['U1'],
    writes: [{ userId: 'U1', change: { customAttributes: { plan: 'pro' } } }],
  },
  load: { call: (user) => user.load('zoë+1@x.io'), returns: ['U3'] },
  loadByUserId: { call: (user) => user.loadByUserId('U2abc'), returns: ['U2abc'] },
  loadUsers: { call: (user) => user.loadUsers(['U1', 'U2'], true), returns: ['U1'] },
};

describe('the official client', () => {
  const ofUsers = recordings.requests.filter(({ name }) => name !== 'getCustomAttributes');
  it.each(ofUsers)('$name', async ({ name, method, url, body }) => {
    const { call, returns, writes = [] } = calls[name] as OfficialCall;
    const { emulator, user } = await start();
    const { code, data } = await call(user);
    const returned = Object(data).user ?? Object(data).patchedUsers ?? data;
    const stored = emulator.users();
    expect(code).toBe(200);
    expect([returned].flat()).toEqual(returns.map((userId) => stored.get(userId)));
    expect(emulator.writes).toEqual(writes);
    expect(arrived(emulator)).toEqual([{ method, url, body }]);
    for (const { headers } of emulator.requests) expect(headers.authorization).toBe(authorization);
  });

  it('gets a user with every member, before and after a patch', async () => {
    const { emulator, user } = await start();
    expect((await user.load('a@x.io')).data).toEqual(anna);
    const before = emulator.users();
    await calls['patch full']?.call(user);
    expect(before.get('U1')).toEqual(anna);
    const { birthday } = anna.customAttributes;
    const after = { ...anna, ...full, customAttributes: { birthday, ...attributes } };
    expect(emulator.users().get('U1')).toEqual(after);
  });

  it('gets the definitions of the custom attributes', async () => {
    const { data } = await (await start()).user.getCustomAttributes();
    const rest = { defaultValue: null, viewPermissions: [], editPermissions: [], editable: true };
    expect(data).toEqual(project.attributes.map((one) => ({ options: [], ...one, ...rest })));
  });

  it('gets the failed users of a batch beside the patched ones', async () => {
    const { emulator, user } = await start();
    const { data } = await user.patchBatch([
      { loginIdOrUserId: 'nobody', status: 'enabled' },
      { loginIdOrUserId: 'U2abc', customAttributes: { age: 'old' } },
      { loginIdOrUserId: 'a@x.io', familyName: 'Z' },
    ]);
    const failed = (loginId: string, failure: string) => ({
      ...{ failure, user: expect.objectContaining({ loginIds: [loginId] }) },
    });
    const wrongType = 'custom attribute age has a value of the wrong type';
    expect(data).toEqual({
      patchedUsers: [{ ...anna, familyName: 'Z' }],
      failedUsers: [failed('nobody', 'user not found'), failed('U2abc', wrongType)],
      additionalErrors: {},
    });
    expect(emulator.writes).toEqual([{ userId: 'U1', change: { familyName: 'Z' } }]);
  });

  it('does not get disabled users unless it asks for them, and no more than the maximum', async () => {
    const { user } = await start({ loadMaximum: 2 });
    expect((await user.loadUsers(['U1', 'U3'])).data?.map(({ userId }) => userId)).toEqual(['U1']);
    expect((await user.loadUsers(['U3', 'U1'], true)).data).toHaveLength(2);
    expect((await user.loadUsers(['U1', 'U2abc', 'U3'])).error?.errorCode).toBe('E011004');
  });
});

describe('refused', () => {
  it('with a wrong key, at every call', async () => {
    const { emulator, user } = await start({}, 'wrong');
    const answers = [
      await user.patch('a@x.io', { displayName: 'X' }),
      await user.patchBatch([{ loginIdOrUserId: 'a@x.io', displayName: 'X' }]),
      await user.load('a@x.io'),
      await user.loadUsers(['U1']),
      await user.getCustomAttributes(),
    ];
    for (const { code, error } of answers) expect([code, error?.errorCode]).toEqual([401, 'E011003']);
    expect(emulator.writes).toEqual([]);
  });

  it('a call that idpatch does not make', async () => {
    const { emulator, user } = await start();
    const answers = [await user.update('a@x.io', { displayName: 'N' }), await user.delete('a@x.io')];
    expect(answers.map(({ code }) => code)).toEqual([404, 404]);
    expect(emulator.writes).toEqual([]);
  });

  // What the official client cannot send, and what it can.
  it.each([
    ['PATCH', 'user/patch', '{"loginId":"u2",', 400, 'E011001'],
    ['PATCH', 'user/patch', '{"name":"x"}', 400, 'E011002'],
    ['PATCH', 'user/patch', '{"loginId":"u2","givenname":"x"}', 400, 'E011001'],
    ['PATCH', 'user/patch', '{"loginId":"u2","givenName":7}', 400, 'E011001'],
    ['PATCH', 'user/patch', '{"loginId":"u2","customAttributes":{"age":"7"}}', 400, 'E011003'],
    ['PATCH', 'user/patch', '{"loginId":"u2","customAttributes":{"nick":"x"}}', 400, 'E011003'],
    ['PATCH', 'user/patch', '{"loginId":"u2","roleNames":["r9"]}', 400, 'E011004'],
    ['PATCH', 'user/patch', '{"loginId":"u2","email":"A@x.io"}', 400, 'E011001'],
    ['PATCH', 'user/patch', '{"userId":"a@x.io","name":"x"}', 404, 'E112102'],
    ['POST', 'users/load', '{"userIds":[]}', 400, 'E011002'],
    ['GET', 'user', undefined, 400, 'E011002'],
  ])('%s %s %s', async (method, path, body, status, errorCode) => {
    const { emulator } = await start();
    const sent = { method, headers: { authorization }, ...(body ? { body } : {}) };
    const response = await fetch(`${emulator.url}/v1/mgmt/${path}`, sent);
    const answer = (await response.json()) as { errorCode?: string };
    expect([response.status, answer.errorCode]).toEqual([status, errorCode]);
    expect(emulator.writes).toEqual([]);
  });
});
