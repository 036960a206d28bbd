import { describe, expect, it } from 'vitest';
import type { EmulatorRequest } from '../../src/sandbox/emulator.ts';
import { Secret } from '../../src/settings/secret.ts';
import { describeProvider, type Refusal } from './contract.ts';
import {
  applied,
  type CapturedRequest,
  customField,
  error,
  type Json,
  logged,
  open,
  writesSent,
} from './contract-door.ts';
import { type EiamApi, eiamFixture, eiamUser } from './contract-eiam.ts';
import { accountRefusals } from './contract-eiam-refusals.ts';
import { describeGuesses, describeStatus } from './contract-eiam-ways.ts';

const userId = 'user_sr5l2dp4kvkiwgm6o45afbpoym';
const instanceId = 'idaas_lydn2n3utyhvskfukbqtyrs5zh';
const target = { InstanceId: instanceId, UserId: userId };

const api: EiamApi = {
  directory: 'contractors',
  read,
  writes: /^(UpdateUser|EnableUser|DisableUser)$/,
  user: eiamUser('contractors', userId, 'liu.yang', '刘洋', '+8613700137011', [
    customField('nick_name', { text: '洋洋' }),
    customField('age', { number: 36 }),
    customField('vip', { boolean: false }),
    customField('grade', { text: 'senior' }),
  ]),
  update: (members) => ({ call: 'UpdateUser', body: { ...target, ...parametersOf(members) } }),
  setStatus: (status) => ({ call: status === 'enable' ? 'EnableUser' : 'DisableUser', body: target }),
  calls: (writes) => [...writes, 'GetUser'],
  errorBody: (Code) => ({
    RequestId: 'B7F0C0DE-1111-5222-8333-44445555AAAA',
    HostId: 'eiam.example.com',
    Code,
    Message: 'Vendor text: POST /?Email=liu.yang%40example.com',
    Recommend: 'https://vendor.example.com/Vendor',
  }),
  safeDetails: (providerCode) => ({
    providerCode,
    providerRequestId: 'B7F0C0DE-1111-5222-8333-44445555AAAA',
  }),
  getUser: {
    call: /^GetUser$/,
    body: (members) => ({
      RequestId: 'B7F0C0DE-1111-5222-8333-44445555AAAA',
      User: Object.fromEntries(Object.entries(members).map(([name, value]) => [pascal(name), value])),
    }),
  },
  grade: 'lead',
};

/** The action, and the parameters of the decoded query: the body is empty. */
function read({ method, url, headers, body }: EmulatorRequest): CapturedRequest {
  expect([method, body, url.slice(0, 2), headers.accept]).toEqual(['POST', '', '/?', 'application/json']);
  const parameters = [...new URLSearchParams(url.slice(2))];
  const names = parameters.map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
  return { call: String(headers['x-acs-action']), body: Object.fromEntries(parameters) };
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Members in the developer API's spelling as this API's parameters. */
function parametersOf({ customFields = [], ...members }: Json): Json {
  const flat = Object.entries(members).map(([name, value]) => [pascal(name), String(value)]);
  const entries = (customFields as readonly Json[]).flatMap((entry, index) =>
    Object.entries(entry).map(([name, value]) => [`CustomFields.${index + 1}.${pascal(name)}`, value]),
  );
  return Object.fromEntries([...flat, ...entries]);
}

const gateway = (
  code: string,
  status: number,
  ours: 'PROVIDER_AUTH' | 'PROVIDER_REFUSED',
  sent = 1,
): [string, Refusal] => [
  `${code} ${status}`,
  {
    answer: { status, body: api.errorBody(code) },
    error: error(ours, ['patch'], api.safeDetails(code)),
    sent,
  },
];

describeProvider('eiam-management', {
  ...eiamFixture(api),
  refusals: {
    ...accountRefusals(api),
    ...Object.fromEntries([
      gateway('ResourceNotFound.Instance', 404, 'PROVIDER_REFUSED'),
      gateway('InvalidAccessKeyId.NotFound', 404, 'PROVIDER_AUTH'),
      gateway('SignatureDoesNotMatch', 400, 'PROVIDER_AUTH'),
      gateway('InvalidTimeStamp.Expired', 400, 'PROVIDER_AUTH', 2),
      gateway('SignatureNonceUsed', 400, 'PROVIDER_AUTH'),
      gateway('InvalidSecurityToken.Expired', 400, 'PROVIDER_AUTH'),
      gateway('Forbidden.RAM', 403, 'PROVIDER_REFUSED'),
      gateway('NoPermission', 403, 'PROVIDER_REFUSED'),
      gateway('NoPermission', 200, 'PROVIDER_REFUSED'),
    ]),
  },
  noAnswers: {
    nothing: { status: 200 },
    'no content': { status: 204 },
    'an empty object': { status: 200, body: {} },
    'a request id that is none': { status: 200, body: { RequestId: 7 } },
    'InternalError 500': { status: 500, body: api.errorBody('InternalError') },
    'ServiceUnavailable 503': { status: 503, body: api.errorBody('ServiceUnavailable') },
    'an unknown code beside a yes': { status: 200, body: api.errorBody('SomethingNew') },
    'the developer API’s words': { status: 400, body: { error: 'permission_denied' } },
  },
  yesAnswers: {
    'a request id': { status: 200, body: { RequestId: 'B7F0C0DE-1111-5222-8333-44445555AAAA' } },
  },
  logins: [
    { login: 'liu.yang', userId, asks: ['ListUsers', 'GetUser'] },
    { login: 'youssef-benali', userId: 'user_w33larsfbav63y4hndwdtds2lx', asks: ['ListUsers', 'GetUser'] },
    { login: 'liu.yang@example.com', userId, asks: ['ListUsers', 'ListUsers', 'GetUser'] },
    {
      login: '+85251234567',
      userId: 'user_jzpgjnoe4v22u4ai2bhndrzjpf',
      asks: ['ListUsers', 'ListUsers', 'GetUser'],
    },
  ],
  // The beginning of a username, other letters, a number without its region, an id.
  unknownLogins: [
    'liu',
    'Liu.yang',
    'Liu.Yang@example.com',
    '13700137011',
    '+85213700137011',
    'nobody',
    userId,
  ],
});

describeStatus(api);
describeGuesses(api);

describe('eiam-management, its own ways', () => {
  const { id } = api.user;
  const patch = { displayName: 'New Name' };
  const numbers = Array.from({ length: 12 }, (_, index) => `field_${index + 1}`);
  const twelve = {
    contractors: {
      customFields: [
        ...numbers.map((name) => ({ name, type: 'string' as const })),
        ...['nick_name', 'age', 'vip', 'grade'].map((name) => ({ name, type: 'string' as const })),
      ],
    },
    directories: { contractors: { customFields: Object.fromEntries(numbers.map((name) => [name, 'text'])) } },
  };

  it('more than nine custom fields keep their order and their signature', async (test) => {
    const door = await open(test, twelve);
    const customFields = numbers.map((field) => ({ add: { field, value: { text: `a ${field}` } } }));
    expect(await door.patch({ id }, { customFields })).toMatchObject({ outcome: 'APPLIED', errors: [] });
    expect(writesSent(door, api)).toEqual([
      api.update({
        customFields: numbers.map((name) => ({
          fieldName: name,
          fieldValue: `a ${name}`,
          operation: 'add',
        })),
      }),
    ]);
    const stored = Object.fromEntries(numbers.map((name) => [name, `a ${name}`]));
    expect(door.emulators.contractors.writes).toEqual(logged(api, { customFields: stored }));
  });

  it.for([
    ['name', [{ UsernameStartsWith: 'name' }]],
    ['a@b.c', [{ Email: 'a@b.c' }, { UsernameStartsWith: 'a@b.c' }]],
    [
      '+8615600000000',
      [{ PhoneRegion: '86', PhoneNumber: '15600000000' }, { UsernameStartsWith: '+8615600000000' }],
    ],
  ] as const)('%s is looked up by every filter that may know it', async ([login, filters], test) => {
    const door = await open(test);
    const answer = await door.patch({ login: { directory: 'contractors', login } }, patch);
    expect(answer).toMatchObject({ outcome: 'NOT_APPLIED' });
    const page = { InstanceId: instanceId, PageNumber: '1', PageSize: '100' };
    expect(door.emulators.contractors.requests.map(read)).toEqual(
      filters.map((filter) => ({ call: 'ListUsers', body: { ...page, ...filter } })),
    );
  });

  it('temporary credentials', async (test) => {
    const securityToken = 'CAIS/sts+token==';
    const right = await open(test, {
      contractors: { securityToken },
      directories: { contractors: { securityToken: new Secret(securityToken) } },
    });
    expect(await right.patch({ id }, patch)).toEqual(applied({ ...api.user, ...patch }, 'READ_BACK'));
    const wrong = await open(test, {
      contractors: { securityToken },
      directories: { contractors: { securityToken: new Secret('other') } },
    });
    expect(await wrong.patch({ id }, patch)).toMatchObject({ outcome: 'NOT_APPLIED' });
    expect(wrong.emulators.contractors.writes).toEqual([]);
  });

  it('the beginning of too many usernames is no login', async (test) => {
    const users = Array.from({ length: 101 }, (_, index) => ({
      userId: `user_${index}`,
      username: `temp${index}`,
      status: 'enabled' as const,
      createdAt: 0,
    }));
    const door = await open(test, { contractors: { users } });
    const login = { directory: 'contractors', login: 'temp' };
    expect(await door.patch({ login }, patch)).toMatchObject({
      outcome: 'NOT_APPLIED',
      errors: [{ code: 'INVALID_INPUT', path: ['user', 'login'] }],
    });
    expect(writesSent(door, api)).toEqual([]);
  });

  it('a signature is made anew for each request', async (test) => {
    const door = await open(test);
    await door.patch({ id }, patch);
    await door.patch({ id }, patch);
    const nonces = door.emulators.contractors.requests.map(({ headers }) => headers['x-acs-signature-nonce']);
    expect(new Set(nonces).size).toBe(4);
    expect(door.emulators.contractors.writes).toHaveLength(2);
  });
});
