import { expect, it } from 'vitest';
import type { EiamDeveloperEmulatorSettings } from '../../../src/sandbox/eiam/developer-emulator.ts';
import { start } from './eiam-developer-instance.ts';

const phone = { phoneNumber: '15600000009', phoneRegion: '86', phoneNumberVerified: true };
const field = (fieldName?: string, operation?: string, fieldValue?: unknown) => ({
  customFields: [{ fieldName, operation, fieldValue }],
});

const twice = {
  customFields: ['a', 'b'].map((fieldValue) => ({ fieldName: 'nick', fieldValue, operation: 'replace' })),
};

it.each<[object, string, Partial<EiamDeveloperEmulatorSettings>?]>([
  [{ username: 'a b' }, 'InvalidParameter.Username'],
  [{ username: '' }, 'InvalidParameter.Username'],
  [{ username: 7 }, 'InvalidParameter.Username'],
  [{ username: 'x'.repeat(257) }, 'InvalidParameter.Username'],
  [{ displayName: 'x'.repeat(257) }, 'InvalidParameter.DisplayName'],
  [{ displayName: 'x'.repeat(65) }, 'InvalidParameter.DisplayName', { limits: { displayName: 64 } }],
  [{ phoneNumber: '15600000009' }, 'MissingParameter.PhoneRegion'],
  [{ ...phone, phoneNumberVerified: undefined }, 'MissingParameter.PhoneNumberVerified'],
  [{ ...phone, phoneNumberVerified: 'true' }, 'InvalidParameter.PhoneNumberVerified'],
  [{ ...phone, phoneNumber: '12345' }, 'InvalidParameter.PhoneNumber'],
  [{ ...phone, phoneNumber: '1'.repeat(16) }, 'InvalidParameter.PhoneNumber'],
  [{ ...phone, phoneRegion: '+86' }, 'InvalidParameter.PhoneRegion'],
  [{ email: 'new@example.com' }, 'MissingParameter.EmailVerified'],
  [{ email: 'a+b@example.com', emailVerified: true }, 'InvalidParameter.Email'],
  [{ nickname: 'x' }, 'InvalidParameter.Nickname'],
  [{ customFields: {} }, 'InvalidParameter.CustomFields'],
  [field('unknown', 'add', 'x'), 'InvalidParameter.CustomField.unknown'],
  [field('age', 'replace', 'abc'), 'InvalidParameter.CustomField.age'],
  [field('age', 'replace', 10), 'InvalidParameter.CustomField.age'],
  [field('vip', 'replace', 'yes'), 'InvalidParameter.CustomField.vip'],
  [field('grade', 'replace', 'P7'), 'InvalidParameter.CustomField.grade'],
  [field('age', 'set', '1'), 'InvalidParameter.Operation'],
  [field('age', 'replace'), 'MissingParameter.CustomField.age'],
  [field('badge', 'remove'), 'MissingParameter.CustomField.badge'],
  [field(undefined, 'add', '1'), 'MissingParameter.FieldName'],
  [{ customFields: [{ fieldName: 'age', fieldValue: '1', value: '1' }] }, 'InvalidParameter.Value'],
  [{ email: '' }, 'InvalidParameter.Email', { emptyString: 'refused' }],
  [field('nick', 'replace', ''), 'InvalidParameter.CustomField.nick', { emptyString: 'refused' }],
  [{ username: null }, 'InvalidParameter.Username', { nullMember: 'clears' }],
  [{ customFields: null }, 'InvalidParameter.CustomFields', { nullMember: 'refused' }],
  [{ emailVerified: false }, 'MissingParameter.Email', { flagAlone: 'refused' }],
  [field('nick', 'add', 'new'), 'InvalidParameter.CustomField.nick', { addWhereValueExists: 'refused' }],
  [field('nick', 'remove', 'old'), 'InvalidParameter.CustomField.nick', { removeWithValue: 'refused' }],
  [field('grade', 'remove'), 'InvalidParameter.CustomField.grade', { removeWhereNoValue: 'refused' }],
  [field('nick', undefined, 'a'), 'InvalidParameter.Operation', { operationLeftOut: 'refused' }],
  [twice, 'InvalidParameter.CustomField.nick', { twoEntriesForOneField: 'refused' }],
])('%j is refused with %s', async (body, code, settings = {}) => {
  const { emulator, patch } = await start(settings);
  const before = emulator.users();
  expect(await patch({ username: 'new', ...body })).toBe(`400 ${code}`);
  expect(emulator.users()).toEqual(before);
  expect(emulator.writes).toEqual([]);
});

it.each([
  ['Username', { username: 'name002' }],
  ['Email', { email: 'bOB@example.com', emailVerified: true }],
  ['PhoneNumber', { ...phone, phoneNumber: '15600000001' }],
  ['CustomField.badge', field('badge', 'replace', 'b-2')],
])('no two accounts have the same %s', async (what, body) => {
  const { emulator, patch } = await start();
  expect(await patch({ displayName: 'x', ...body })).toBe(`403 ResourceDuplicated.${what}`);
  expect(emulator.writes).toEqual([]);
  expect(await patch(body, 'user_z')).toBeUndefined();
  const other = await start({
    ...{ duplicateStatus: 400, duplicateCode: 'Duplicated' },
    userNotFound: { status: 400, code: 'UserNotExist' },
  });
  expect(await other.patch(body)).toBe(`400 Duplicated.${what}`);
  expect(await other.patch(body, 'nobody')).toBe('400 UserNotExist');
});

it.each<[Partial<EiamDeveloperEmulatorSettings>, object, object]>([
  [{}, { email: '', emailVerified: true }, { email: null, emailVerified: false }],
  [{}, { phoneNumber: '' }, { phoneNumber: null, phoneRegion: null, phoneNumberVerified: false }],
  [{ emptyString: 'unchanged' }, { email: '', ...field('nick', 'replace', '') }, {}],
  [{}, field('nick', 'replace', ''), { customFields: { nick: null } }],
  [{}, { email: null, customFields: null }, {}],
  [{ nullMember: 'clears' }, { email: null }, { email: null, emailVerified: false }],
  [{}, { emailVerified: false }, { emailVerified: false }],
  [{}, field('nick', 'add', 'new'), { customFields: { nick: 'new' } }],
  [{ addWhereValueExists: 'keeps' }, field('nick', 'add', 'new'), {}],
  [{}, field('nick', 'remove', 'other'), { customFields: { nick: null } }],
  [{ removeWithValue: 'removesWhereEqual' }, field('nick', 'remove', 'other'), {}],
  [{}, field('grade', 'remove'), { customFields: { grade: null } }],
  [{}, field('nick', undefined, 'a'), { customFields: { nick: 'a' } }],
  [{}, twice, { customFields: { nick: 'b' } }],
  [{ twoEntriesForOneField: 'firstWins' }, twice, { customFields: { nick: 'a' } }],
  [{ unknownMember: 'ignored' }, { nickname: 'x' }, {}],
  [{ distort: () => ({ displayName: 'Lie' }) }, { username: 'new' }, { displayName: 'Lie' }],
])('with %j, a patch of %j writes %j', async (settings, body, change) => {
  const { emulator, patch } = await start(settings);
  expect(await patch(body)).toBeUndefined();
  expect(emulator.writes).toEqual([{ userId: 'user_y', change }]);
});

it('stores a part of a patch only where atomic is false', async () => {
  const { emulator, patch } = await start({ atomic: false });
  const body = { displayName: 'x', ...field('age', 'add', 'abc') };
  expect(await patch(body)).toBe('400 InvalidParameter.CustomField.age');
  expect(emulator.writes).toEqual([{ userId: 'user_y', change: { displayName: 'x' } }]);
  expect(emulator.users().get('user_y')?.displayName).toBe('x');
});

it('does not start with a seed that breaks the rules', async () => {
  const seed = { userId: 'u', username: 'a', createdAt: 0 };
  const startWith = (change: object) => start({ users: [{ ...seed, ...change }] });
  await expect(startWith({ username: 'a b' })).rejects.toThrow('Username is not valid');
  await expect(startWith({ status: 'invited' })).rejects.toThrow('no status invited');
  await expect(startWith({ roleNames: [] })).rejects.toThrow('no roleNames');
});
