import { expect, it, onTestFinished } from 'vitest';
import {
  type EiamDeveloperEmulatorSettings,
  startEiamDeveloperEmulator,
} from '../../../src/sandbox/eiam/developer-emulator.ts';
import recordings from '../../providers/recorded/eiam-developer.json' with { type: 'json' };
import {
  $OpenApiUtil,
  ada,
  adaRecord,
  comparable,
  OpenApiClient,
  organizationalUnit,
} from './openapi-core.ts';

const credentials = { client_id: 'app_x', client_secret: 'CSecret+/=', grant_type: 'client_credentials' };
const base = '/v2/idaas_x/app_x';
const project: EiamDeveloperEmulatorSettings = {
  instanceId: 'idaas_x',
  applicationId: 'app_x',
  clientSecret: credentials.client_secret,
  organizationalUnit,
  customFields: [
    { name: 'age', type: 'number' },
    { name: 'nick', type: 'string' },
    { name: 'vip', type: 'boolean' },
    { name: 'grade', type: 'string', choices: [{ value: 'p7', label: 'P7' }] },
    { name: 'badge', type: 'string', unique: true, required: true },
    { name: '__proto__', type: 'string' },
  ],
  users: [
    { ...ada, customFields: { age: '9', nick: 'old', vip: 'true', badge: 'b-1' } },
    {
      userId: 'user_z',
      username: 'name002',
      email: { address: 'Bob@example.com', verified: false },
      phone: { region: '86', number: '15600000001', verified: true },
      customFields: { badge: 'b-2' },
      createdAt: ada.createdAt,
    },
    { userId: 'user/é x', username: 'name003', createdAt: ada.createdAt },
  ],
};
const customFields = Object.entries(project.users[0]?.customFields ?? {}).map(([fieldName, fieldValue]) => ({
  ...{ fieldName, fieldValue },
}));

interface OfficialCall {
  readonly action: string;
  readonly method?: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly authorization?: string;
}

/** An emulator until the test ends, and the official client's calls to it. */
async function start(settings: Partial<EiamDeveloperEmulatorSettings> = {}) {
  const emulator = await startEiamDeveloperEmulator({ ...project, ...settings });
  onTestFinished(() => emulator.close());
  const config = { endpoint: new URL(emulator.url).host, protocol: 'HTTP', signatureAlgorithm: 'v2' };
  const client = new OpenApiClient(new $OpenApiUtil.Config(config));
  let token = '';
  /** What it returns; `400 Code` where it throws. */
  async function call({ action, method = 'POST', path, query = {}, body, ...more }: OfficialCall) {
    const { authorization = `Bearer ${token}` } = more;
    const params = new $OpenApiUtil.Params({
      ...{ action, version: '2022-02-25', protocol: 'HTTP', method, authType: 'Anonymous', style: 'ROA' },
      ...{ pathname: base + path, reqBodyType: 'json' },
      bodyType: /Patch|able/.test(action) ? 'none' : 'json',
    });
    const headers = action === 'GenerateToken' ? {} : { Authorization: authorization };
    const request = new $OpenApiUtil.OpenApiRequest({ headers, query, ...(body ? { body } : {}) });
    return client.callApi(params, request, {} as never).then(
      (answer) => answer.body as unknown,
      ({ statusCode, code }: Record<string, unknown>) => `${statusCode} ${code}`,
    );
  }
  const getToken = async (query: Record<string, string> = credentials) => {
    const answer = await call({ action: 'GenerateToken', path: '/oauth2/token', query });
    token = Object(answer).access_token;
    return answer;
  };
  await getToken();
  const patch = (body: object, userId = 'user_y') =>
    call({ action: 'PatchUser', method: 'PATCH', path: `/users/${userId}`, body });
  return { emulator, call, patch, getToken };
}

it('the official client’s recorded requests', async () => {
  const { emulator, call } = await start({ now: () => Date.UTC(2026, 10, 22) });
  const outcomes: Record<string, unknown> = {};
  for (const { name, method, url, headers, body } of recordings.requests) {
    const [path = '', search = ''] = url.slice(base.length).split('?');
    outcomes[name.slice(4)] = await call({
      ...{ action: headers['x-acs-action'], method, path },
      query: Object.fromEntries(new URLSearchParams(search)),
      ...(body ? { body: JSON.parse(body) } : {}),
    });
    const arrived = emulator.requests.at(-1);
    expect(arrived && comparable(arrived)).toEqual(comparable({ method, url, headers, body }));
  }
  const noUser = '400 ResourceNotFound.UserId';
  expect(outcomes).toEqual({
    GenerateToken: {
      ...{ token_type: 'Bearer', access_token: expect.stringMatching(/^AT[\w-]{32}$/), expires_in: 1200 },
      expires_at: Date.UTC(2026, 10, 22) / 1000 + 1200,
    },
    'PatchUser full': '400 InvalidParameter.Username',
    'PatchUser empty/null; server replies 200 empty body': undefined,
    'PatchUser {} ; server replies 204': undefined,
    GetUser: { ...adaRecord, displayName: undefined, updateTime: Date.UTC(2026, 10, 22), customFields },
    ...{ GetUserIdByEmail: noUser, GetUserIdByUsername: noUser, GetUserIdByPhoneNumber: noUser },
    DisableUser: undefined,
    EnableUser: undefined,
    'PatchUser id with reserved chars': undefined,
  });
  expect(emulator.writes).toEqual([
    { userId: 'user_y', change: { displayName: null } },
    { userId: 'user_y', change: {} },
    { userId: 'user_y', change: { status: 'disabled' } },
    { userId: 'user_y', change: { status: 'enabled' } },
    { userId: 'user/é x', change: { username: 'a' } },
  ]);
});

it('finds by email in any case, by username and by phone number', async () => {
  const { call } = await start();
  const find = (by: string, body: object) =>
    call({ action: `GetUserIdBy${by}`, path: `/users/_/actions/getUserIdBy${by}`, body });
  expect(await find('Email', { email: 'BOB@example.com' })).toEqual({ userId: 'user_z' });
  expect(await find('Username', { username: 'name002' })).toEqual({ userId: 'user_z' });
  expect(await find('PhoneNumber', { phoneNumber: '15600000001' })).toEqual({ userId: 'user_z' });
  expect(await find('Username', { username: '' })).toBe('400 MissingParameter.Username');
  expect(await find('Email', { email: 1 })).toBe('400 InvalidParameter.Email');
  expect(await find('ExternalId', { userExternalId: 'user_z' })).toBe('404 InvalidAction.NotFound');
});

it('tokens: for the right credentials, in time, unless revoked', async () => {
  let clock = 1_000_000;
  const { emulator, call, patch, getToken } = await start({ now: () => clock, tokenLifetimeSeconds: 60 });
  const read = (authorization?: string) =>
    call({
      action: 'GetUser',
      method: 'GET',
      path: '/users/user_y',
      ...(authorization && { authorization }),
    });
  for (const wrong of [{ client_secret: 'x' }, { client_id: 'app_y' }, { grant_type: 'password' }])
    expect(await getToken({ ...credentials, ...wrong })).toBe('400 invalid_grant');
  expect(await getToken({})).toBe('400 invalid_grant');
  await getToken();
  clock += 59_999;
  expect(await read()).toMatchObject({ userId: 'user_y' });
  expect(await read('Bearer ATnone')).toBe('400 invalid_token');
  clock += 1;
  expect(await read()).toBe('400 invalid_token');
  await getToken();
  emulator.revokeTokens();
  expect(await patch({ displayName: 'x' })).toBe('400 invalid_token');
  expect(emulator.writes).toEqual([]);
  const other = await start({ tokenRefusalCode: 'invalid_client' });
  expect(await other.getToken({})).toBe('400 invalid_client');
});

it.each<[Partial<EiamDeveloperEmulatorSettings>, unknown, unknown]>([
  [{ applicationEnabled: false }, '403 application_disabled', '403 application_disabled'],
  [{ applicationApiEnabled: false }, '403 application_api_disabled', '403 application_api_disabled'],
  [{ scopes: ['read'] }, expect.anything(), '403 permission_denied'],
  [{ scopes: ['manage'] }, '403 permission_denied', undefined],
  [{ patchAnswer: 'empty' }, expect.anything(), undefined],
  [{ patchAnswer: 204 }, expect.anything(), undefined],
  [{ missingMember: 'null' }, expect.objectContaining({ lockExpireTime: null }), undefined],
  [{ missingMember: 'emptyString' }, expect.objectContaining({ displayName: '' }), undefined],
])('with %j, a read and a patch', async (settings, readOutcome, patchOutcome) => {
  const { emulator, call, patch } = await start(settings);
  expect(await call({ action: 'GetUser', method: 'GET', path: '/users/user_z' })).toEqual(readOutcome);
  expect(await patch({ username: 'new' }, 'user_z')).toBe(patchOutcome);
  const isWritten = patchOutcome === undefined;
  expect(emulator.writes).toEqual(isWritten ? [{ userId: 'user_z', change: { username: 'new' } }] : []);
});

it.each([
  ['GET', '/v2/idaas_y/app_x/users/user_y', '404 instance_not_found'],
  ['GET', '/v2/idaas_x/app_y/users/user_y', '404 application_not_found'],
  ['GET', '/v1/idaas_x/app_x/users/user_y', '404 InvalidAction.NotFound'],
  ['GET', `${base}/users`, '404 InvalidAction.NotFound'],
  ['DELETE', `${base}/users/user_y`, '404 InvalidAction.NotFound'],
  ['POST', `${base}/users`, '404 InvalidAction.NotFound'],
  ['POST', `${base}/users/_/actions/enable`, '404 InvalidAction.NotFound'],
  ['PATCH', `${base}/users/user_y`, '400 invalid_token'],
])('%s %s without a token: %s', async (method, path, outcome) => {
  const { emulator } = await start();
  const response = await fetch(emulator.url + path, { method });
  expect(`${response.status} ${((await response.json()) as { Code: string }).Code}`).toBe(outcome);
});

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
  const other = await start({ duplicateStatus: 400, duplicateCode: 'Duplicated' });
  expect(await other.patch(body)).toBe(`400 Duplicated.${what}`);
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

it('refuses a user who is not there', async () => {
  const { call, patch } = await start();
  expect(await patch({}, 'nobody')).toBe('404 ResourceNotFound.User');
  expect(await call({ action: 'EnableUser', path: '/users/nobody/actions/enable' })).toBe(
    '404 ResourceNotFound.User',
  );
  const other = await start({ userNotFound: { status: 400, code: 'UserNotExist' } });
  expect(await other.patch({}, 'nobody')).toBe('400 UserNotExist');
});

it('does not start with a seed that breaks the rules', async () => {
  const seed = { userId: 'u', username: 'a', createdAt: 0 };
  const startWith = (change: object) => start({ users: [{ ...seed, ...change }] });
  await expect(startWith({ username: 'a b' })).rejects.toThrow('Username is not valid');
  await expect(startWith({ status: 'invited' })).rejects.toThrow('no status invited');
  await expect(startWith({ roleNames: [] })).rejects.toThrow('no roleNames');
});
