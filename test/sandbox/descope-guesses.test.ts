import { describe, expect, test } from 'vitest';
import type { DescopeEmulatorSettings } from '../../src/sandbox/descope/settings.ts';
import { patch, project, send, start, u2 } from './descope-project.ts';

describe('the other answer to what is not known', () => {
  test.each<[Partial<DescopeEmulatorSettings>, object, object | undefined]>([
    [{}, { email: null, roleNames: null, userTenants: null, customAttributes: null }, undefined],
    [{ nullForString: 'clears' }, { email: null }, { email: null, verifiedEmail: false }],
    [{ nullForString: 'clears' }, { name: null }, { name: null }],
    [{ nullForList: 'clears' }, { roleNames: null, userTenants: null }, { roleNames: [], userTenants: [] }],
    [{}, { email: '', picture: '' }, { email: null, verifiedEmail: false, picture: null }],
    [{ emptyString: 'unchanged' }, { email: '', picture: '' }, undefined],
    [{}, { userTenants: [] }, { userTenants: [] }],
    [{ emptyTenants: 'unchanged' }, { userTenants: [] }, undefined],
    [{}, { email: 'n@x.io' }, { email: 'n@x.io', verifiedEmail: true }],
    [{ emailWithoutFlag: 'unverified' }, { email: 'n@x.io' }, { email: 'n@x.io', verifiedEmail: false }],
    [{}, { verifiedPhone: true }, { verifiedPhone: true }],
    [{}, { customAttributes: { a: 'x' } }, { customAttributes: { a: 'x' } }],
    [
      { customAttributes: 'replaceAll' },
      { customAttributes: { a: 'x' } },
      { customAttributes: { a: 'x', b: null, d: null } },
    ],
    [{}, { customAttributes: { a: null } }, { customAttributes: { a: null } }],
    [{ nullAttribute: 'unchanged' }, { customAttributes: { a: null } }, undefined],
    [{}, { customAttributes: { b: '', d: [] } }, { customAttributes: { b: '', d: [] } }],
    [
      { emptyAttribute: 'removes' },
      { customAttributes: { b: '', d: [] } },
      { customAttributes: { b: null, d: null } },
    ],
    [{ unknownMember: 'ignored' }, { nickname: 'x', name: 'y' }, { name: 'y' }],
    [{}, { email: 'q@x.io' }, { email: 'q@x.io', verifiedEmail: true }],
    [{}, { phone: '+15555550111' }, { phone: '+15555550111', verifiedPhone: true }],
  ])('with %j, %j writes %j', async (settings, members, change) => {
    const more = { userId: 'U5', username: 'q', status: 'enabled', createdAt: 0 } as const;
    const emulator = await start({
      users: [...project.users, { ...more, email: { address: 'q@x.io', verified: true } }],
      ...settings,
    });
    expect((await patch(emulator, { loginId: 'u2', ...members })).status).toBe(200);
    expect(emulator.writes).toEqual(change === undefined ? [] : [{ userId: 'U2abc', change }]);
    const { customAttributes, ...rest } = (change ?? {}) as { customAttributes?: Record<string, unknown> };
    const stored = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value ?? '']));
    const kept = Object.entries({ ...u2.customAttributes, ...customAttributes });
    expect(emulator.users().get('U2abc')).toEqual({
      ...u2,
      ...stored,
      customAttributes: Object.fromEntries(kept.filter(([, value]) => value !== null)),
    });
  });

  test.each<[Partial<DescopeEmulatorSettings>, object, number, string]>([
    [{ nullAttribute: 'refused' }, { customAttributes: { a: null } }, 400, 'E011003'],
    [{ attributeErrorCode: 'E1' }, { customAttributes: { nick: 'x' } }, 400, 'E1'],
    [{ unknownReferenceErrorCode: 'E2' }, { roleNames: ['r9'] }, 400, 'E2'],
    [{ uniqueEmail: true }, { email: 'q@x.io' }, 400, 'E011001'],
    [{ uniquePhone: true }, { phone: '+1 555 555 0111' }, 400, 'E011001'],
    [{ conflictErrorCode: 'E3', conflictStatus: 409 }, { email: 'a@x.io' }, 409, 'E3'],
  ])('with %j, %j is refused with %d %s', async (settings, members, status, errorCode) => {
    const more = { userId: 'U5', username: 'q', status: 'enabled', createdAt: 0 } as const;
    const emulator = await start({
      users: [...project.users, { ...more, email: { address: 'q@x.io', verified: true } }],
      ...settings,
    });
    const answer = await patch(emulator, { loginId: 'u2', ...members });
    expect([answer.status, answer.body.errorCode]).toEqual([status, errorCode]);
    expect(emulator.writes).toEqual([]);
  });

  test("a login id that is another user's id means either", async () => {
    const users = [
      { userId: 'U7', username: 'seven', status: 'enabled', createdAt: 0 },
      { userId: 'U8', username: 'U7', status: 'enabled', createdAt: 0 },
    ] as const;
    const meant = async (settings: Partial<DescopeEmulatorSettings>) =>
      (await send(await start({ users, ...settings }), 'GET', '/v1/mgmt/user?loginId=U7')).body.user.userId;
    expect(await meant({})).toBe('U8');
    expect(await meant({ ambiguousLoginId: 'userId' })).toBe('U7');
  });

  test('an attribute name has its greatest length', async () => {
    const create = async (settings: Partial<DescopeEmulatorSettings>) => {
      const attributes = [
        { name: 'fits', type: 1 },
        { name: 'x'.repeat(21), type: 1 },
      ];
      const emulator = await start({ attributes: [], users: [], ...settings });
      const { status } = await send(emulator, 'POST', '/v1/mgmt/user/customattribute/create', { attributes });
      return [status, (await send(emulator, 'GET', '/v1/mgmt/user/customattributes')).body.total];
    };
    expect(await create({})).toEqual([400, '0']);
    expect(await create({ attributeNameLimit: 21 })).toEqual([200, '2']);
  });
});
