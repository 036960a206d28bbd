import { expect, it } from 'vitest';
import type { DescopeEmulatorSettings } from '../../../src/sandbox/descope/settings.ts';
import { authorization, start } from './descope-project.ts';

// What the documentation leaves open: the default, and the other answer.
it.each<[Partial<DescopeEmulatorSettings>, object, object?]>([
  [{}, { email: null, roles: null, userTenants: null, customAttributes: null }],
  [{ nullForString: 'clears' }, { email: null }, { email: null, verifiedEmail: false }],
  [{ nullForList: 'clears' }, { roles: null, userTenants: null }, { roleNames: [], userTenants: [] }],
  [{}, { email: '', picture: '' }, { email: null, verifiedEmail: false, picture: null }],
  [{ emptyString: 'unchanged' }, { email: '', picture: '' }],
  [{}, { userTenants: [] }, { userTenants: [] }],
  [{ emptyTenants: 'unchanged' }, { userTenants: [] }],
  [{}, { email: 'n@x.io' }, { email: 'n@x.io', verifiedEmail: true }],
  [{ emailWithoutFlag: 'unverified' }, { email: 'n@x.io' }, { email: 'n@x.io', verifiedEmail: false }],
  [{}, { phone: '+1 (555) 555-0177' }, { phone: '+15555550177', verifiedPhone: true }],
  [{}, { verifiedPhone: true }, { verifiedPhone: true }],
  [{}, { customAttributes: { a: 'x' } }, { customAttributes: { a: 'x' } }],
  [
    { customAttributes: 'replaceAll' },
    { customAttributes: { a: 'x' } },
    { customAttributes: { a: 'x', b: null, d: null } },
  ],
  [{ nullAttribute: 'unchanged' }, { customAttributes: { a: null } }],
  [{ emptyAttribute: 'removes' }, { customAttributes: { b: '' } }, { customAttributes: { b: null } }],
  [{ distort: () => ({}) }, { givenName: 'lost' }],
])('with %j, a patch of %j writes %j', async (settings, options, change) => {
  const { emulator, user } = await start(settings);
  const before = emulator.users().get('U2abc');
  expect((await user.patch('u2', options)).code).toBe(200);
  expect(emulator.writes).toEqual(change === undefined ? [] : [{ userId: 'U2abc', change }]);
  if (change === undefined) expect(emulator.users().get('U2abc')).toEqual(before);
});

it('an attribute named __proto__ is stored, and an unknown member ignored where the setting says so', async () => {
  const { emulator } = await start({ unknownMember: 'ignored' });
  const body = '{"loginId":"u2","nickname":"x","customAttributes":{"__proto__":"kept"}}';
  await fetch(`${emulator.url}/v1/mgmt/user/patch`, { method: 'PATCH', headers: { authorization }, body });
  expect(JSON.stringify(emulator.writes)).toBe(
    '[{"userId":"U2abc","change":{"customAttributes":{"__proto__":"kept"}}}]',
  );
  expect(JSON.stringify(emulator.users().get('U2abc')?.customAttributes)).toContain('"__proto__":"kept"');
});
