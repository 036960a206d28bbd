import { expect, it } from 'vitest';
import type { EiamDeveloperEmulatorSettings } from '../../../src/sandbox/eiam/developer-emulator.ts';
import { start } from './eiam-developer-instance.ts';

const phone = { phoneNumber: '15600000009', phoneRegion: '86', phoneNumberVerified: true };
const field = (fieldName?: string, operation?: string, fieldValue?: unknown) => ({
  customFields: [{ fieldName, operation, fieldValue }],
});

// What the service refuses, and what its documentation leaves open: the default, and the other answer.
it.each<[Partial<EiamDeveloperEmulatorSettings>, object, string | object]>([
  [{}, { username: 'a b' }, '400 InvalidParameter.Username'],
  [{}, { username: 7 }, '400 InvalidParameter.Username'],
  [{}, { displayName: 'x'.repeat(257) }, '400 InvalidParameter.DisplayName'],
  [{ limits: { displayName: 64 } }, { displayName: 'x'.repeat(65) }, '400 InvalidParameter.DisplayName'],
  [{}, { phoneNumber: '15600000009' }, '400 MissingParameter.PhoneRegion'],
  [{}, { ...phone, phoneNumberVerified: undefined }, '400 MissingParameter.PhoneNumberVerified'],
  [{}, { ...phone, phoneNumber: '12345' }, '400 InvalidParameter.PhoneNumber'],
  [{}, { ...phone, phoneRegion: '+86' }, '400 InvalidParameter.PhoneRegion'],
  [{}, { email: 'new@example.com' }, '400 MissingParameter.EmailVerified'],
  [{}, { email: 'a+b@example.com', emailVerified: true }, '400 InvalidParameter.Email'],
  [{}, { nickname: 'x' }, '400 InvalidParameter.Nickname'],
  [{}, field('unknown', 'add', 'x'), '400 InvalidParameter.CustomField.unknown'],
  [{}, field('age', 'replace', 'abc'), '400 InvalidParameter.CustomField.age'],
  [{}, field('vip', 'replace', 'yes'), '400 InvalidParameter.CustomField.vip'],
  [{}, field('grade', 'replace', 'P7'), '400 InvalidParameter.CustomField.grade'],
  [{}, field('age', 'set', '1'), '400 InvalidParameter.Operation'],
  [{}, field('age', 'replace'), '400 MissingParameter.CustomField.age'],
  [{}, field('badge', 'remove'), '400 MissingParameter.CustomField.badge'],
  [{ emptyString: 'refused' }, { email: '' }, '400 InvalidParameter.Email'],
  [{ addWhereValueExists: 'refused' }, field('nick', 'add', 'x'), '400 InvalidParameter.CustomField.nick'],
  // No two accounts have the same.
  [{}, { username: 'name002' }, '403 ResourceDuplicated.Username'],
  [{}, { email: 'bOB@example.com', emailVerified: true }, '403 ResourceDuplicated.Email'],
  [{}, { ...phone, phoneNumber: '15600000001' }, '403 ResourceDuplicated.PhoneNumber'],
  [{}, field('badge', 'replace', 'b-2'), '403 ResourceDuplicated.CustomField.badge'],
  [{}, { email: '', emailVerified: true }, { email: null, emailVerified: false }],
  [{}, { phoneNumber: '' }, { phoneNumber: null, phoneRegion: null, phoneNumberVerified: false }],
  [{ emptyString: 'unchanged' }, { email: '', ...field('nick', 'replace', '') }, {}],
  [{}, field('nick', 'replace', ''), { customFields: { nick: null } }],
  [{}, { email: null, customFields: null }, {}],
  [{}, { emailVerified: false }, { emailVerified: false }],
  [{}, field('nick', 'add', 'new'), { customFields: { nick: 'new' } }],
  [{ addWhereValueExists: 'keeps' }, field('nick', 'add', 'new'), {}],
  [{}, field('nick', 'remove', 'other'), { customFields: { nick: null } }],
  [{}, field('grade', 'remove'), { customFields: { grade: null } }],
  [{ distort: () => ({ displayName: 'Lie' }) }, { username: 'new' }, { displayName: 'Lie' }],
])('with %j, a patch of %j: %j', async (settings, body, outcome) => {
  const { emulator, patch } = await start(settings);
  const before = emulator.users();
  const isRefused = typeof outcome === 'string';
  expect(await patch(body)).toBe(isRefused ? outcome : undefined);
  expect(emulator.writes).toEqual(isRefused ? [] : [{ userId: 'user_y', change: outcome }]);
  if (isRefused) expect(emulator.users()).toEqual(before);
});

it('stores nothing of a patch of which a part is refused, and the owner may keep what is theirs', async () => {
  const { emulator, patch } = await start();
  const before = emulator.users();
  const body = { displayName: 'x', ...field('age', 'add', 'abc') };
  expect(await patch(body)).toBe('400 InvalidParameter.CustomField.age');
  expect([emulator.users(), emulator.writes]).toEqual([before, []]);
  expect(await patch({ username: 'name002' }, 'user_z')).toBeUndefined();
});
