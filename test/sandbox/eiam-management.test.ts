import { describe, expect, it } from 'vitest';
import { contractors } from '../../src/sandbox/eiam/contractors.ts';
import { type Answer, key, recorded, recordedAt, start } from './eiam-management-calls.ts';

describe('the gateway', () => {
  it('knows one path, one method, one version, its actions and their parameters', async () => {
    const { emulator, code } = await start();
    expect(await code('GetUser', key, { method: 'GET' })).toBe('405 UnsupportedHTTPMethod');
    expect(await code('GetUser', key, { path: '/v2' })).toBe('404 InvalidAction.NotFound');
    expect(await code('PatchUser', key)).toBe('404 InvalidAction.NotFound');
    expect(await code('GetUser', key, { headers: { 'x-acs-version': '2022-02-25' } })).toBe(
      '404 InvalidVersion',
    );
    expect(await code('GetUser', { ...key, Nickname: 'x' })).toBe('400 InvalidParameter.Nickname');
    expect(await code('UpdateUser', { ...key, 'UserIds.1': 'x' })).toBe('400 InvalidParameter.UserIds.1');
    expect(await code('GetUser', key, { twice: 'UserId' })).toBe('400 InvalidParameter.UserId');
    expect(await code('UpdateUser', key, { body: 'DisplayName=x' })).toBe('400 InvalidParameter.Body');
    expect(await code('GetUser', { UserId: 'user_y' })).toBe('400 MissingParameter.InstanceId');
    expect(await code('GetUser', { InstanceId: 'idaas_x' })).toBe('400 MissingParameter.UserId');
    expect(await code('GetUser', { ...key, InstanceId: 'idaas_y' })).toBe('404 ResourceNotFound.Instance');
    for (const action of ['GetUser', 'UpdateUser', 'EnableUser', 'DisableUser', 'DeleteUser']) {
      expect(await code(action, { ...key, UserId: 'nobody' }), action).toBe('404 ResourceNotFound.User');
    }
    expect(emulator.writes).toEqual([]);
    const loose = await start({ unknownMember: 'ignored' });
    expect(await loose.code('GetUser', { ...key, Nickname: 'x' })).toBe('200');
  });

  it('keeps to the RAM policy', async () => {
    const { emulator, code } = await start({ allowedActions: ['eiam:GetUser'] });
    expect(await code('GetUser', key)).toBe('200');
    expect(await code('UpdateUser', key)).toBe('403 Forbidden.RAM');
    const other = await start({ allowedActions: [], deniedCode: 'NoPermission' });
    expect(await other.code('GetUser', key)).toBe('403 NoPermission');
    expect(emulator.writes).toEqual([]);
  });

  it('slows down who is too fast, and says for how many milliseconds', async () => {
    let clock = recordedAt;
    const { call, update, emulator } = await start({ now: () => clock, requestsPerMinute: 2 });
    expect(await update({ DisplayName: 'a' })).toBe('200');
    clock += 10_000;
    expect(await update({ DisplayName: 'b' })).toBe('200');
    clock += 20_000;
    const { status, body, headers } = await call('UpdateUser', { ...key, DisplayName: 'c' });
    expect([status, body.Code, headers.get('x-acs-retry-after')]).toEqual([400, 'Throttling.User', '30000']);
    clock += 30_000;
    expect(await update({ DisplayName: 'd' })).toBe('200');
    expect(emulator.writes.map(({ change }) => change.displayName)).toEqual(['a', 'b', 'd']);
    const other = await start({ requestsPerMinute: 0, throttleStatus: 429 });
    expect(await other.code('GetUser', key)).toBe('429 Throttling.User');
  });

  it('intercept answers before the emulator looks; distort is stored and logged', async () => {
    const busy = await start({ intercept: () => ({ status: 503, body: { Code: 'ServiceUnavailable' } }) });
    expect(await busy.update({ DisplayName: 'x' })).toBe('503 ServiceUnavailable');
    expect(busy.emulator.writes).toEqual([]);
    const lying = await start({ distort: () => ({}) });
    expect(await lying.update({ DisplayName: 'x' })).toBe('200');
    expect(lying.emulator.users().get('user_y')?.displayName).toBe('Ada');
    expect(lying.emulator.writes).toEqual([{ userId: 'user_y', change: {} }]);
  });
});

describe('UpdateUser', () => {
  const field = (at: number, FieldName: string, FieldValue?: string, Operation?: string) =>
    Object.fromEntries(
      Object.entries({ FieldName, FieldValue, Operation })
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [`CustomFields.${at}.${name}`, value as string]),
    );

  it.each<[Record<string, string>, string]>([
    [{ Username: '' }, '400 InvalidParameter.Username'],
    [{ Username: 'second' }, '403 ResourceDuplicated.Username'],
    [{ DisplayName: 'x'.repeat(257) }, '400 InvalidParameter.DisplayName'],
    [{ Email: 'new@example.com' }, '400 MissingParameter.EmailVerified'],
    [{ Email: 'new@example.com', EmailVerified: '1' }, '400 InvalidParameter.EmailVerified'],
    [{ PhoneNumber: '15600000002', PhoneNumberVerified: 'true' }, '400 MissingParameter.PhoneRegion'],
    [{ PhoneNumber: '15600000002', PhoneRegion: '86' }, '400 MissingParameter.PhoneNumberVerified'],
    [field(1, 'unknown', 'x', 'add'), '400 InvalidParameter.CustomField.unknown'],
    [field(1, 'age', 'abc', 'add'), '400 InvalidParameter.CustomField.age'],
    [field(1, 'age', '1', 'set'), '400 InvalidParameter.Operation'],
    [field(2, 'age', '1', 'add'), '400 InvalidParameter.CustomFields'],
    [{ 'CustomFields.1.FieldValue': 'x' }, '400 MissingParameter.FieldName'],
    [{ 'CustomFields.0.FieldName': 'age' }, '400 InvalidParameter.CustomFields.0.FieldName'],
    [{ 'CustomFields.1.Operator': 'add' }, '400 InvalidParameter.CustomFields.1.Operator'],
  ])('%j → %s', async (parameters, outcome) => {
    const { emulator, update } = await start();
    expect(await update({ DisplayName: 'must not be stored', ...parameters })).toBe(outcome);
    expect(emulator.writes).toEqual([]);
  });

  it('takes more than nine custom fields in the order of their numbers', async () => {
    const names = Array.from({ length: 12 }, (_, at) => `f${at + 1}`);
    const customFields = names.map((name) => ({ name, type: 'string' as const }));
    const { emulator, update } = await start({ customFields, users: recorded.users.slice(1) });
    const fields = Object.assign({}, ...names.map((name, at) => field(at + 1, name, `v${at + 1}`, 'add')));
    expect(await update({ ...fields, UserId: 'user_1' })).toBe('200');
    const change = Object.fromEntries(names.map((name, at) => [name, `v${at + 1}`]));
    expect(emulator.writes).toEqual([{ userId: 'user_1', change: { customFields: change } }]);
    expect(
      await update({
        UserId: 'user_1',
        ...field(1, 'f1', 'a', 'replace'),
        ...field(2, 'f1', undefined, 'remove'),
      }),
    ).toBe('200');
    expect(emulator.writes.at(-1)?.change).toEqual({ customFields: { f1: null } });
  });
});

describe('ListUsers and CreateUser', () => {
  it('filters and pages', async () => {
    const { call, code } = await start();
    const list = async (parameters: Record<string, string>) => {
      const { body } = await call('ListUsers', { InstanceId: 'idaas_x', ...parameters });
      return [body.TotalCount, (body.Users as Answer[]).map(({ UserId }) => UserId), body.NextToken];
    };
    expect(await list({})).toEqual([3, ['user_y', 'user_1', 'user_2'], undefined]);
    expect(await list({ Email: 'ADA@example.com' })).toEqual([1, ['user_y'], undefined]);
    expect(await list({ UsernameStartsWith: 'se' })).toEqual([1, ['user_2'], undefined]);
    expect(await list({ PhoneRegion: '86', PhoneNumber: '15600000001' })).toEqual([1, ['user_y'], undefined]);
    expect(await list({ PhoneRegion: '1', PhoneNumber: '15600000001' })).toEqual([0, [], undefined]);
    expect(await list({ UserExternalId: 'user_1' })).toEqual([1, ['user_1'], undefined]);
    expect(await list({ Status: 'disabled' })).toEqual([1, ['user_1'], undefined]);
    const [, first, next] = await list({ PageSize: '2' });
    expect(first).toEqual(['user_y', 'user_1']);
    expect(await list({ PageSize: '2', NextToken: next as string })).toEqual([3, ['user_2'], undefined]);
    expect(await list({ PageSize: '2', PageNumber: '2' })).toEqual([3, ['user_2'], undefined]);
    const refusal = (parameters: Record<string, string>) =>
      code('ListUsers', { InstanceId: 'idaas_x', ...parameters });
    expect(await refusal({ PageSize: '101' })).toBe('400 InvalidParameter.PageSize');
    expect(await refusal({ PageNumber: '0' })).toBe('400 InvalidParameter.PageNumber');
    expect(await refusal({ NextToken: 'x' })).toBe('400 InvalidParameter.NextToken');
    expect(await refusal({ Status: 'locked' })).toBe('400 InvalidParameter.Status');
    expect(await refusal({ PhoneNumber: '15600000001' })).toBe('400 MissingParameter.PhoneRegion');
    expect(await refusal({ 'UserIds.2': 'user_1' })).toBe('400 InvalidParameter.UserIds');
    const ids = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`UserIds.${at + 1}`, `user_${at + 1}`]));
    expect(await refusal(ids(100))).toBe('200');
    expect(await refusal(ids(101))).toBe('400 InvalidParameter.UserIds');
  });

  it('makes one account for one ClientToken', async () => {
    const { emulator, call, code } = await start();
    const made = {
      InstanceId: 'idaas_x',
      PrimaryOrganizationalUnitId: 'ou_1',
      Username: 'new',
      ClientToken: 'once',
    };
    const first = await call('CreateUser', made);
    expect((await call('CreateUser', made)).body.UserId).toBe(first.body.UserId);
    expect(emulator.writes).toEqual([{ userId: first.body.UserId, change: { username: 'new' } }]);
    expect(await code('CreateUser', { ...made, ClientToken: 'twice' })).toBe(
      '403 ResourceDuplicated.Username',
    );
    expect(
      await code('CreateUser', { ...made, ClientToken: 'third', PrimaryOrganizationalUnitId: 'ou_9' }),
    ).toBe('404 ResourceNotFound.OrganizationalUnit');
  });

  it('serves the contractors, all of them within the rules', async () => {
    const { call } = await start({ ...contractors });
    const { body } = await call('ListUsers', { InstanceId: contractors.instanceId });
    expect(body.TotalCount).toBe(12);
  });
});
