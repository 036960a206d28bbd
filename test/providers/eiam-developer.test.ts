import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EmulatorRequest } from '../../src/sandbox/emulator.ts';
import { Secret } from '../../src/settings/secret.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import { describeProvider, type Refusal } from './contract.ts';
import {
  applied,
  type CapturedRequest,
  calls,
  customField,
  error,
  type Json,
  notApplied,
  open,
  openHooked,
  writesSent,
} from './contract-door.ts';
import { type EiamApi, eiamFixture, eiamUser } from './contract-eiam.ts';
import { accountRefusals } from './contract-eiam-refusals.ts';
import { describeGuesses, describeStatus } from './contract-eiam-ways.ts';

const userId = 'user_qvxylwjkbfgcq3ipqj6uzzckmr';
const base = '/v2/idaas_qeyisnuw7zvvzhwbudlboebb5p/app_qhrzxt6ybcwy6zngmjkarxu6dd';
const tokenCall = 'POST /oauth2/token';
const getCall = `GET /users/${userId}`;

const pascalError = (Code: string) => ({
  Code,
  Message: 'Vendor text',
  RequestId: 'B7F0C0DE-1111-5222-8333-44445555AAAA',
  HostId: 'eiam.example.com',
  Recommend: 'https://vendor.example.com/Vendor',
});
const oauthError = (code: string) => ({
  error: code,
  error_description: 'Vendor text',
  request_id: 'B7F0C0DE-1111-5222-8333-44445555AAAA',
});

const api: EiamApi = {
  directory: 'employees',
  read,
  writes: /^(PATCH |POST \/users\/user_\w+\/actions\/(enable|disable)$)/,
  user: eiamUser('employees', userId, 'li.na', '李娜', '+8613800138001', [
    customField('nick_name', { text: '娜娜' }),
    customField('age', { number: 34 }),
    customField('vip', { boolean: true }),
    customField('grade', { text: 'p7' }),
  ]),
  update: (body) => ({ call: `PATCH /users/${userId}`, body }),
  setStatus: (status) => ({ call: `POST /users/${userId}/actions/${status}` }),
  calls: (writes) => [tokenCall, ...writes, getCall],
  errorBody: pascalError,
  safeDetails: (providerCode) => ({
    providerCode,
    providerRequestId: 'B7F0C0DE-1111-5222-8333-44445555AAAA',
  }),
  getUser: { call: /^GET /, body: (account) => account },
  grade: 'p5',
};

function read({ method, url, headers, body }: EmulatorRequest): CapturedRequest {
  expect([url.startsWith(`${base}/`), headers.accept]).toEqual([true, 'application/json']);
  const call = `${method} ${url.slice(base.length)}`;
  if (body === '') return { call };
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded';
  return {
    call,
    body: isForm ? Object.fromEntries(new URLSearchParams(body)) : (JSON.parse(body) as unknown),
  };
}

const refusals = (grammar: string, errorBody: (code: string) => Json): Record<string, Refusal> => {
  const application = (code: string, status: number): [string, Refusal] => [
    `${code} ${status}, ${grammar}`,
    {
      answer: { status, body: errorBody(code) },
      error: error('PROVIDER_REFUSED', ['patch'], api.safeDetails(code)),
    },
  ];
  // What a code means does not depend on the grammar that it came in.
  const some = grammar === 'as OAuth' ? /Username|Throttling/ : /./;
  const accounts = Object.entries(accountRefusals({ ...api, errorBody })).filter(([name]) => some.test(name));
  return Object.fromEntries([
    ...accounts.map(([name, refusal]) => [`${name}, ${grammar}`, refusal] as const),
    application('permission_denied', 403),
    application('permission_denied', 200),
    application('application_disabled', 403),
    application('application_api_disabled', 403),
    application('application_not_found', 404),
    application('instance_not_found', 404),
  ]);
};

const askId = (by: string) => `POST /users/_/actions/getUserIdBy${by}`;
const other = (name: string) => `GET /users/${name}`;
const anna = 'user_xfnzgafb4oifko53tjlzlymx5l';

describeProvider('eiam-developer', {
  ...eiamFixture(api),
  refusals: { ...refusals('in Pascal case', pascalError), ...refusals('as OAuth', oauthError) },
  noAnswers: {
    'text beside a yes': { status: 200, body: 'ok' },
    'an unknown code beside a yes': { status: 200, body: pascalError('SomethingNew') },
    created: { status: 201, body: {} },
    'Internal Server Error 500': { status: 500, body: pascalError('Internal Server Error') },
    'Internal Server Error 500 as OAuth': { status: 500, body: oauthError('Internal Server Error') },
  },
  yesAnswers: {
    '{}': { status: 200, body: {} },
    nothing: { status: 200 },
    'no content': { status: 204 },
  },
  logins: [
    { login: 'li.na', userId, asks: [tokenCall, askId('Username'), getCall] },
    { login: 'li.na@example.com', userId, asks: [tokenCall, askId('Email'), getCall, askId('Username')] },
    { login: '+8613800138001', userId, asks: [tokenCall, askId('PhoneNumber'), getCall, askId('Username')] },
    {
      login: '+4917139200012',
      userId: anna,
      asks: [tokenCall, askId('PhoneNumber'), other(anna), askId('Username')],
    },
  ],
  // Other letters, a number in another region or without one, an id.
  unknownLogins: ['li', 'Li.na', 'Li.Na@example.com', '+113800138001', '13800138001', 'nobody', userId],
});

describeStatus(api);
describeGuesses(api);

describe('eiam-developer, its token', () => {
  const { id } = api.user;
  const patch = { displayName: 'New Name' };
  const done = applied({ ...api.user, ...patch }, 'READ_BACK');
  const ids = (door: FrontDoor) =>
    [...door.emulators.employees.users().keys()].map((one) => `employees:${one}`);
  const auth = (more: Json = {}) => notApplied(error('PROVIDER_AUTH', [], more));
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is asked for once by fifty patches that wait for it, with a form body', async (test) => {
    const door = await open(test);
    const all = Array.from({ length: 50 }, (_, index) => ids(door)[index % 12] ?? '');
    const answers = await Promise.all(all.map((one) => door.patch({ id: one }, patch)));
    expect(answers.map(({ outcome }) => outcome)).toEqual(Array(50).fill('APPLIED'));
    expect(tokenCalls(door)).toBe(1);
    const [asked] = door.emulators.employees.requests;
    expect(asked && [asked.url, asked.headers['content-type'], read(asked).body]).toEqual([
      `${base}/oauth2/token`,
      'application/x-www-form-urlencoded',
      {
        grant_type: 'client_credentials',
        client_id: base.split('/').at(-1),
        client_secret: expect.stringMatching(/^[0-9a-f]{48}$/),
      },
    ]);
    expect(writesSent(door, api)).toHaveLength(50);
    expect(door.emulators.employees.writes).toHaveLength(50);
  });

  it('taken back under many patches at once: asked for once more for all of them', async (test) => {
    const door = await open(test);
    await door.patch({ id }, { displayName: 'Before' });
    door.emulators.employees.revokeTokens();
    door.forgetRequests();
    const answers = await Promise.all(ids(door).map((one) => door.patch({ id: one }, patch)));
    expect(answers.map(({ outcome }) => outcome)).toEqual(Array(12).fill('APPLIED'));
    expect(tokenCalls(door)).toBe(1);
    expect(door.emulators.employees.writes).toHaveLength(13);
  });

  it('taken back between the write and the look at it', async (test) => {
    let door: FrontDoor | undefined;
    let looked = false;
    door = await openHooked(test, api, {
      intercept: ({ method }) => {
        if (method === 'GET' && !looked) door?.emulators.employees.revokeTokens();
        looked ||= method === 'GET';
        return undefined;
      },
    });
    expect(await door.patch({ id }, patch)).toEqual(done);
    expect(calls(door, api)).toEqual([tokenCall, `PATCH /users/${userId}`, getCall, tokenCall, getCall]);
    expect(door.emulators.employees.writes).toHaveLength(1);
  });

  // Refused again and again, and answers of other kinds: test/faults/table/tokens-and-clock.ts.
  it('not issued to another secret; asked for again after a second, not before', async (test) => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const door = await open(test, { directories: { employees: { clientSecret: new Secret('other') } } });
    const providerRequestId = expect.stringMatching(/^[0-9A-F-]{36}$/);
    const refused = auth({ providerCode: 'invalid_grant', providerRequestId });
    expect(await door.patch({ id }, patch)).toEqual(refused);
    expect(await door.patch({ id }, patch)).toEqual(refused);
    expect(calls(door, api)).toEqual([tokenCall]);
    pass(1_001);
    expect(await door.patch({ id }, patch)).toEqual(refused);
    expect(calls(door, api)).toEqual([tokenCall, tokenCall]);
  });

  it('is asked for again after a second, also where the clock was set back meanwhile', async (test) => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    let isDown = true;
    const down = { status: 500, body: '' };
    const door = await openHooked(test, api, { intercept: () => (isDown ? down : undefined) });
    expect(await door.patch({ id }, patch)).toMatchObject({ outcome: 'NOT_APPLIED' });
    isDown = false;
    vi.setSystemTime(Date.now() - 3_600_000);
    pass(1_001);
    expect(await door.patch({ id }, patch)).toEqual(done);
  });

  it('is renewed before it expires, so that none is ever refused', async (test) => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const door = await open(test);
    await door.patch({ id }, { displayName: 'First' });
    pass(900_000);
    await door.patch({ id }, { displayName: 'Second' });
    expect(tokenCalls(door)).toBe(1);
    pass(299_000);
    door.forgetRequests();
    expect(await door.patch({ id }, patch)).toEqual(done);
    expect(calls(door, api)).toEqual([tokenCall, `PATCH /users/${userId}`, getCall]);
  });
});

describe('eiam-developer, its own ways', () => {
  const { id } = api.user;
  const patch = { displayName: 'New Name' };

  it.for(['{}', 'empty', 204] as const)('a yes as %s', async (patchAnswer, test) => {
    const door = await open(test, { employees: { patchAnswer } });
    const answer = await door.patch({ id }, { ...patch, status: 'DISABLED' });
    expect(answer).toEqual(applied({ ...api.user, ...patch, status: 'DISABLED' }, 'READ_BACK'));
  });

  it('a number is looked up without its region, so the user who is found is checked', async (test) => {
    const phone = { region: '86', number: '13800138001', verified: true };
    const users = [{ userId: 'user_cn', username: 'cn', phone, status: 'enabled', createdAt: 0 }] as const;
    const door = await open(test, { employees: { users } });
    const login = { directory: 'employees', login: '+113800138001' };
    const notFound = error('USER_NOT_FOUND', ['user', 'login']);
    expect(await door.patch({ login }, patch)).toEqual(notApplied(notFound));
    expect(door.emulators.employees.writes).toEqual([]);
  });

  it('a user id that is found and is no more', async (test) => {
    const found = { status: 200, body: { userId: 'user_gone' } };
    const door = await openHooked(test, api, {
      intercept: ({ url }) => (url.includes('getUserIdBy') ? found : undefined),
    });
    const login = { directory: 'employees', login: 'li.na' };
    const notFound = error('USER_NOT_FOUND', ['user', 'login']);
    expect(await door.patch({ login }, patch)).toEqual(notApplied(notFound));
  });
});

function tokenCalls(door: FrontDoor): number {
  return calls(door, api).filter((call) => call === tokenCall).length;
}

function pass(milliseconds: number): void {
  vi.advanceTimersByTime(milliseconds);
}
