import { describe, expect, it } from 'vitest';
import type { EiamDeveloperEmulatorSettings } from '../../src/sandbox/eiam/developer-emulator.ts';
import { recorded, start } from './eiam-developer-calls.ts';

describe('a patch', () => {
  it('changes what it names, leaves the rest, and is logged once', async () => {
    const { emulator, patch } = await start();
    const before = emulator.users().get('user_y');
    await patch({
      ...{ username: 'new.name', email: 'new@example.com', emailVerified: false },
      ...{ phoneRegion: '49', phoneNumber: '15112345678', phoneNumberVerified: false },
      customFields: [
        { fieldName: 'age', fieldValue: '10', operation: 'replace' },
        { fieldName: 'nick', operator: 'remove' },
        { fieldName: 'grade', fieldValue: 'p7', operation: 'add' },
      ],
    });
    const change = {
      ...{ username: 'new.name', email: 'new@example.com', emailVerified: false },
      ...{ phoneRegion: '49', phoneNumber: '15112345678', phoneNumberVerified: false },
    };
    const customFields = { age: '10', nick: null, grade: 'p7' };
    expect(emulator.writes).toEqual([{ userId: 'user_y', change: { ...change, customFields } }]);
    const fields = Object.entries({ age: '10', vip: 'true', badge: 'b-1', grade: 'p7' });
    expect(emulator.users().get('user_y')).toEqual({
      ...before,
      ...change,
      updateTime: recorded.now(),
      customFields: fields.map(([fieldName, fieldValue]) => ({ fieldName, fieldValue })),
    });
  });

  it.each([
    [{ username: 'a b' }, 'InvalidParameter.Username'],
    [{ username: '' }, 'InvalidParameter.Username'],
    [{ username: 7 }, 'InvalidParameter.Username'],
    [{ username: 'x'.repeat(257) }, 'InvalidParameter.Username'],
    [{ displayName: 'x'.repeat(257) }, 'InvalidParameter.DisplayName'],
    [{ phoneNumber: '15600000009' }, 'MissingParameter.PhoneRegion'],
    [{ phoneNumber: '15600000009', phoneRegion: '86' }, 'MissingParameter.PhoneNumberVerified'],
    [{ phoneNumber: '12345', phoneRegion: '86', phoneNumberVerified: true }, 'InvalidParameter.PhoneNumber'],
    [
      { phoneNumber: '1'.repeat(16), phoneRegion: '86', phoneNumberVerified: true },
      'InvalidParameter.PhoneNumber',
    ],
    [
      { phoneNumber: '156 000', phoneRegion: '86', phoneNumberVerified: true },
      'InvalidParameter.PhoneNumber',
    ],
    [
      { phoneNumber: '15600000009', phoneRegion: '+86', phoneNumberVerified: true },
      'InvalidParameter.PhoneRegion',
    ],
    [
      { phoneNumber: '15600000009', phoneRegion: '86', phoneNumberVerified: 'true' },
      'InvalidParameter.PhoneNumberVerified',
    ],
    [{ email: 'new@example.com' }, 'MissingParameter.EmailVerified'],
    [{ email: 'a+b@example.com', emailVerified: true }, 'InvalidParameter.Email'],
    [{ email: 'nobody', emailVerified: true }, 'InvalidParameter.Email'],
    [{ customFields: {} }, 'InvalidParameter.CustomFields'],
    ['[]', 'InvalidParameter.Body'],
    ['{', 'InvalidParameter.Body'],
  ])('%j is refused', async (body, code) => {
    const { emulator, patch, refusal } = await start();
    const named = typeof body === 'string' ? body : { displayName: 'must not be stored', ...body };
    expect(await refusal(patch(named))).toBe(`400 ${code}`);
    expect(emulator.writes).toEqual([]);
  });

  it.each([
    [{ fieldName: 'unknown', fieldValue: 'x', operation: 'add' }, 'InvalidParameter.CustomField.unknown'],
    [{ fieldName: 'age', fieldValue: 'abc', operation: 'replace' }, 'InvalidParameter.CustomField.age'],
    [{ fieldName: 'age', fieldValue: 10, operation: 'replace' }, 'InvalidParameter.CustomField.age'],
    [{ fieldName: 'vip', fieldValue: 'yes', operation: 'replace' }, 'InvalidParameter.CustomField.vip'],
    [{ fieldName: 'grade', fieldValue: 'P7', operation: 'replace' }, 'InvalidParameter.CustomField.grade'],
    [{ fieldName: 'age', fieldValue: '1', operation: 'set' }, 'InvalidParameter.Operation'],
    [{ fieldName: 'age', fieldValue: '1', value: '1' }, 'InvalidParameter.Value'],
    [{ fieldName: 'age', operation: 'replace' }, 'MissingParameter.CustomField.age'],
    [{ fieldName: 'badge', operation: 'remove' }, 'MissingParameter.CustomField.badge'],
    [{ fieldValue: '1', operation: 'add' }, 'MissingParameter.FieldName'],
  ])('custom field %j is refused, and nothing else is stored', async (entry, code) => {
    const { emulator, patch, refusal } = await start();
    expect(await refusal(patch({ displayName: 'x', customFields: [entry] }))).toBe(`400 ${code}`);
    expect(emulator.writes).toEqual([]);
    const loose = await start({ atomic: false });
    expect(await loose.refusal(loose.patch({ displayName: 'x', customFields: [entry] }))).toBe(`400 ${code}`);
    expect(loose.emulator.writes).toEqual([{ userId: 'user_y', change: { displayName: 'x' } }]);
  });

  it('keeps usernames, emails of any case, phone numbers and unique custom fields to one account', async () => {
    const phone = { phoneRegion: '86', phoneNumber: '15600000001', phoneNumberVerified: true };
    for (const [body, what] of [
      [{ username: 'name002' }, 'Username'],
      [{ email: 'bOB@example.com', emailVerified: true }, 'Email'],
      [phone, 'PhoneNumber'],
      [{ customFields: [{ fieldName: 'badge', fieldValue: 'b-2' }] }, 'CustomField.badge'],
    ] as const) {
      const { emulator, patch, refusal } = await start();
      expect(await refusal(patch(body))).toBe(`403 ResourceDuplicated.${what}`);
      expect(emulator.writes).toEqual([]);
      expect(await refusal(patch(body, 'user_z'))).toBe('200 {}');
      const other = await start({ duplicateStatus: 400, duplicateCode: 'Duplicated' });
      expect(await other.refusal(other.patch(body))).toBe(`400 Duplicated.${what}`);
    }
    const { refusal, patch } = await start();
    expect(await refusal(patch({ ...phone, phoneRegion: '1' }))).toBe('200 {}');
    expect(await refusal(patch({ phoneRegion: '86' }))).toBe('403 ResourceDuplicated.PhoneNumber');
  });

  it('stores fields whose names are those of objects', async () => {
    const { emulator, custom } = await start();
    await custom({ fieldName: '__proto__', fieldValue: 'x', operation: 'add' });
    const fields = emulator.users().get('user_y')?.customFields;
    expect(fields).toContainEqual({ fieldName: '__proto__', fieldValue: 'x' });
    expect(Object.keys(emulator.writes[0]?.change.customFields as object)).toEqual(['__proto__']);
  });
});

describe('what is published nowhere', () => {
  const gone = { email: null, emailVerified: false };
  const noPhone = { phoneNumber: null, phoneRegion: null, phoneNumberVerified: false };
  const nick = (operation: string | undefined, fieldValue?: string) => ({
    fieldName: 'nick',
    operation,
    fieldValue,
  });
  const grade = (operation: string, fieldValue?: string) => ({ fieldName: 'grade', operation, fieldValue });
  const change = (value: string | null) => ({ customFields: { nick: value } });

  it.each<[string, Partial<EiamDeveloperEmulatorSettings>, object, object | string]>([
    ['""', {}, { email: '', phoneNumber: '', displayName: '' }, { ...gone, ...noPhone, displayName: null }],
    ['""', {}, { email: '', emailVerified: true }, gone],
    ['""', { emptyString: 'unchanged' }, { email: '', displayName: '' }, {}],
    ['""', { emptyString: 'refused' }, { email: '' }, 'InvalidParameter.Email'],
    ['null', {}, { email: null, customFields: null }, {}],
    ['null', { nullMember: 'clears' }, { email: null }, gone],
    ['null', { nullMember: 'clears' }, { username: null }, 'InvalidParameter.Username'],
    ['null', { nullMember: 'refused' }, { customFields: null }, 'InvalidParameter.CustomFields'],
    ['a flag', {}, { emailVerified: false }, { emailVerified: false }],
    ['a flag', { flagAlone: 'refused' }, { emailVerified: false }, 'MissingParameter.Email'],
    ['add', {}, { customFields: [nick('add', 'new')] }, change('new')],
    ['add', { addWhereValueExists: 'keeps' }, { customFields: [nick('add', 'new')] }, {}],
    [
      'add',
      { addWhereValueExists: 'refused' },
      { customFields: [nick('add', 'new')] },
      'InvalidParameter.CustomField.nick',
    ],
    ['remove', {}, { customFields: [nick('remove', 'other')] }, change(null)],
    ['remove', { removeWithValue: 'removesWhereEqual' }, { customFields: [nick('remove', 'other')] }, {}],
    [
      'remove',
      { removeWithValue: 'removesWhereEqual' },
      { customFields: [nick('remove', 'old')] },
      change(null),
    ],
    [
      'remove',
      { removeWithValue: 'refused' },
      { customFields: [nick('remove', 'old')] },
      'InvalidParameter.CustomField.nick',
    ],
    ['remove', {}, { customFields: [grade('remove')] }, { customFields: { grade: null } }],
    [
      'remove',
      { removeWhereNoValue: 'refused' },
      { customFields: [grade('remove')] },
      'InvalidParameter.CustomField.grade',
    ],
    ['twice', {}, { customFields: [nick('replace', 'a'), nick('replace', 'b')] }, change('b')],
    [
      'twice',
      { twoEntriesForOneField: 'firstWins' },
      { customFields: [nick('replace', 'a'), nick('remove')] },
      change('a'),
    ],
    [
      'twice',
      { twoEntriesForOneField: 'refused' },
      { customFields: [nick('replace', 'a'), nick('remove')] },
      'InvalidParameter.CustomField.nick',
    ],
    ['no operation', {}, { customFields: [nick(undefined, 'a')] }, change('a')],
    [
      'no operation',
      { operationLeftOut: 'refused' },
      { customFields: [nick(undefined, 'a')] },
      'InvalidParameter.Operation',
    ],
    ['empty value', {}, { customFields: [nick('replace', '')] }, change(null)],
    ['empty value', { emptyString: 'unchanged' }, { customFields: [nick('replace', '')] }, {}],
    [
      'empty value',
      { emptyString: 'refused' },
      { customFields: [nick('replace', '')] },
      'InvalidParameter.CustomField.nick',
    ],
  ])('%s under %j: %j', async (_, settings, body, outcome) => {
    const { emulator, patch, refusal } = await start(settings);
    const refused = typeof outcome === 'string';
    expect(await refusal(patch(body))).toBe(refused ? `400 ${outcome}` : '200 {}');
    expect(emulator.writes).toEqual(refused ? [] : [{ userId: 'user_y', change: outcome }]);
  });
});

describe('making and finding', () => {
  it('makes an account by the rules of a patch', async () => {
    const { emulator, call, refusal } = await start();
    const body = { username: 'u2', primaryOrganizationalUnitId: 'ou_1', description: 'made' };
    const create = (change: object) => refusal(call('POST', '/users', { ...body, ...change }));
    const badge = [{ fieldName: 'badge', fieldValue: 'b-3' }];
    expect(await create({})).toBe('400 MissingParameter.CustomField.badge');
    expect(await create({ username: undefined })).toBe('400 MissingParameter.Username');
    expect(await create({ username: 'name001' })).toBe('403 ResourceDuplicated.Username');
    expect(await create({ description: 1 })).toBe('400 InvalidParameter.Description');
    expect(await create({ primaryOrganizationalUnitId: undefined })).toContain('MissingParameter');
    expect(await create({ primaryOrganizationalUnitId: 'ou_9' })).toContain('404 ResourceNotFound.Organ');
    expect(emulator.writes).toEqual([]);
    const made = await call('POST', '/users', { ...body, customFields: badge });
    const found = { description: 'made', emailVerified: false, customFields: badge, status: 'enabled' };
    expect((await call('GET', `/users/${made.body.userId}`)).body).toMatchObject(found);
  });

  it('finds by email of any case, username, phone number and external id', async () => {
    const { call, refusal } = await start();
    const find = (by: string, body: object) => call('POST', `/users/_/actions/getUserIdBy${by}`, body);
    const found = { status: 200, body: { userId: 'user_z' } };
    expect(await find('Email', { email: 'BOB@example.com' })).toEqual(found);
    expect(await find('Username', { username: 'name002' })).toEqual(found);
    expect(await find('PhoneNumber', { phoneNumber: '15600000001' })).toEqual(found);
    const external = { userExternalId: 'user_z', userSourceId: 'idaas_x', userSourceType: 'build_in' };
    expect(await find('ExternalId', external)).toEqual(found);
    expect(await refusal(find('ExternalId', { userExternalId: 'user_z' }))).toBe(
      '400 MissingParameter.UserSourceId',
    );
    expect(await refusal(find('Email', { email: 1 }))).toBe('400 InvalidParameter.Email');
  });
});
