import { describe, expect, it } from 'vitest';
import { descope } from '../../src/providers/descope/index.ts';
import { eiamDeveloper } from '../../src/providers/eiam-developer/index.ts';
import { eiamManagement } from '../../src/providers/eiam-management/index.ts';
import type { Change, Provider, ProviderModule, Step } from '../../src/providers/provider.ts';
import { Secret } from '../../src/settings/secret.ts';
import type { HttpClient, HttpRequest } from '../../src/upstream/client.ts';
import { createDeadline } from '../../src/upstream/deadline.ts';
import type { Json } from './contract-door.ts';
import descopeRecordings from './recorded/descope.json' with { type: 'json' };
import developerRecordings from './recorded/eiam-developer.json' with { type: 'json' };
import managementRecordings from './recorded/eiam-management.json' with { type: 'json' };

/** Each request is the official client's, as it was recorded, but for the differences that are named here. */
interface Recording {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

type Act = (provider: Provider) => unknown;
const call = { deadline: createDeadline(Number.POSITIVE_INFINITY) };
const parsed = (body: unknown) => (typeof body === 'string' ? JSON.parse(body) : (body ?? undefined));

function recordingOf(recordings: { readonly requests: readonly object[] }, name: string): Recording {
  const found = (recordings.requests as readonly Recording[]).find((one) => one.name === name);
  if (!found) throw new Error(`Nothing is recorded by the name ${name}.`);
  return { ...found, headers: found.headers ?? {}, body: parsed(found.body) };
}

/** The requests that a provider sends; each is answered with `body`, a token request with a token. */
async function sentBy(module: ProviderModule, settings: Json, act: Act, body: Json = {}) {
  const sent: HttpRequest[] = [];
  const http: HttpClient = {
    async send(request) {
      if (request.path.endsWith('/oauth2/token')) {
        const token = JSON.stringify({ access_token: 'ATxxx', expires_in: 1200 });
        return { kind: 'answered', status: 200, headers: {}, body: token };
      }
      sent.push(request);
      return { kind: 'answered', status: 200, headers: {}, body: JSON.stringify(body) };
    },
    async close() {},
  };
  const provider = module.settings.parse(settings).create('directory', http);
  await Promise.resolve(act(provider)).catch(() => undefined);
  return sent.map(({ method, path, headers, body }) => ({ method, url: path, headers, body: parsed(body) }));
}

/** A change without its path in the input, which does not matter here. */
type Bare<One> = One extends Change ? Omit<One, 'path'> : never;
const step = (...changes: readonly Bare<Change>[]): Step => ({
  changes: changes.map((change): Change => ({ path: [], ...change })),
});
const patch =
  (userId: string, ...changes: readonly Bare<Change>[]): Act =>
  (provider) =>
    provider.write(userId, step(...changes), call);
const read =
  (...userIds: readonly string[]): Act =>
  (provider) =>
    provider.readUsers(userIds, { customFields: userIds.length === 1 }, call);
const find =
  (login: string): Act =>
  (provider) =>
    provider.findUser(login, call);
const text = (value: string) => ({ kind: 'text', value }) as const;
const custom = (name: string, value: Extract<Change, { value: unknown; name: string }>['value']) =>
  ({ field: 'customFields', name, operation: 'REPLACE', value }) as const;

describe('descope', () => {
  const full: readonly Bare<Change>[] = [
    { field: 'email', value: { address: 'b@x.io', verified: true } },
    { field: 'phone', value: { number: '+15555550100', verified: false } },
    { field: 'displayName', value: 'Full Name' },
    { field: 'givenName', value: 'G' },
    { field: 'middleName', value: 'M' },
    { field: 'familyName', value: 'F' },
    { field: 'picture', value: 'https://x/p.png' },
    { field: 'status', value: 'DISABLED' },
    { field: 'roleNames', value: ['r1'] },
    { field: 'ssoAppIds', value: ['app1'] },
    { field: 'tenants', value: [{ tenantId: 't1', roleNames: ['tr'] }] },
    custom('plan', text('pro')),
    custom('age', { kind: 'number', value: 42 }),
    custom('ok', { kind: 'boolean', value: true }),
    custom('tags', { kind: 'texts', value: ['a', 'b'] }),
    { field: 'customFields', name: 'gone', operation: 'REMOVE' },
  ];
  const nothing: readonly Bare<Change>[] = [
    { field: 'email', value: null },
    { field: 'phone', value: null },
    { field: 'givenName', value: null },
    { field: 'roleNames', value: [] },
    { field: 'tenants', value: [] },
    { field: 'picture', value: null },
    { field: 'customFields', name: 'a', operation: 'REMOVE' },
    custom('d', { kind: 'texts', value: [] }),
  ];
  const batch: Act = ({ writeMany }) =>
    writeMany?.(
      [
        { userId: 'a@x.io', step: step(custom('plan', text('pro'))) },
        { userId: 'b@x.io', step: step({ field: 'status', value: 'ENABLED' }) },
      ],
      call,
    );
  const asId = ({ loginId, ...members }: Json): Json => ({ ...members, userId: loginId });

  it.each<[name: string, Act, differs?: (body: Json) => Json]>([
    [
      'patch full',
      patch('a@x.io', ...full),
      // The display name is `name` on the REST page; what no field of a patch asks for is not sent.
      ({ displayName, scim, additionalIdentifiers, ...members }) => asId({ ...members, name: displayName }),
    ],
    ['patch unicode', patch('zoë+1@x.io', { field: 'familyName', value: 'Ünï 😀' }), asId],
    ['patchBatch', batch, ({ users }) => ({ users: (users as readonly Json[]).map(asId) })],
    [
      'patch nulls/empties',
      patch('U2abc', ...nothing),
      // What clears is an empty string or list, never null.
      ({ customAttributes, ...members }) => {
        const { b: _, ...attributes } = customAttributes as Json;
        return asId({ ...members, phone: '', givenName: '', userTenants: [], customAttributes: attributes });
      },
    ],
    ['load', find('zoë+1@x.io')],
    ['loadByUserId', read('U2abc')],
    ['loadUsers', read('U1', 'U2')],
    ['getCustomAttributes', (provider) => provider.customFieldDefinitions(call)],
  ])('%s', async (name, act, differs) => {
    const theirs = recordingOf(descopeRecordings, name);
    const settings = { projectId: 'P2x', managementKey: new Secret('key') };
    const [ours, ...more] = await sentBy(descope, settings, act);
    expect(more).toEqual([]);
    // By id, not by login id: a login id may be another user's id.
    const body = differs ? differs(theirs.body as Json) : theirs.body;
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { accept: 'application/json', authorization: 'Bearer P2x:key', ...type };
    expect(ours).toEqual({ method: theirs.method, url: theirs.url, headers, body });
  });
});

describe('eiam-developer', () => {
  const baseUrl = 'https://eiam-developerapi.example.com';
  const clientSecret = new Secret('CSecret+/=');
  const settings = { baseUrl, instanceId: 'idaas_x', applicationId: 'app_x', clientSecret };

  it.each<[name: string, Act, differs?: object]>([
    [
      'PatchUser full',
      patch(
        'user_y',
        { field: 'username', value: 'name 001' },
        { field: 'displayName', value: '张三' },
        { field: 'email', value: { address: 'a+b@example.com', verified: false } },
        { field: 'phone', value: { number: '+8615600000000', verified: true } },
        custom('age', { kind: 'number', value: 10 }),
        { field: 'customFields', name: 'nick', operation: 'REMOVE' },
      ),
      // The recorded number is none.
      { phoneNumber: '15600000000' },
    ],
    [
      'PatchUser empty/null; server replies 200 empty body',
      patch('user_y', { field: 'displayName', value: null }),
    ],
    ['PatchUser id with reserved chars', patch('user/é x', { field: 'username', value: 'a' })],
    ['GetUser', read('user_y')],
    ['GetUserIdByEmail', find('a@b.c')],
    ['GetUserIdByUsername', find('n')],
    ['GetUserIdByPhoneNumber', find('+8615600000000'), { phoneNumber: '15600000000' }],
    ['DisableUser', patch('user_y', { field: 'status', value: 'DISABLED' })],
    ['EnableUser', patch('user_y', { field: 'status', value: 'ENABLED' })],
  ])('%s', async (name, act, differs) => {
    const theirs = recordingOf(developerRecordings, `dev ${name}`);
    const [ours, ...more] = await sentBy(eiamDeveloper, settings, act);
    expect(more).toEqual([]);
    const { accept, authorization, 'content-type': type } = theirs.headers;
    // The action and the version, which the official client also sends, are in the path.
    const headers = { accept, authorization, ...(type && { 'content-type': type }) };
    const body = differs ? { ...(theirs.body as Json), ...differs } : theirs.body;
    expect(ours).toEqual({ method: theirs.method, url: theirs.url, headers, body });
  });
});

describe('eiam-management', () => {
  const baseUrl = 'http://127.0.0.1:39235';
  const key = { accessKeyId: new Secret('testid'), accessKeySecret: new Secret('testsecret') };
  const settings = { baseUrl, instanceId: 'idaas_x', ...key };
  const parameters = (url = '') => [...new URLSearchParams(url.slice(2))].sort();

  it.each<[name: string, Act, securityToken?: true]>([
    [
      'UpdateUser full',
      patch(
        'user_y',
        { field: 'username', value: 'name 001' },
        { field: 'displayName', value: "张三 *~'()!+&=" },
        { field: 'email', value: { address: 'a+b@example.com', verified: false } },
        { field: 'phone', value: { number: '+8615600000000', verified: true } },
        custom('nick_name', text('n/1')),
        { field: 'customFields', name: 'age', operation: 'REMOVE' },
      ),
    ],
    [
      'UpdateUser empty strings',
      patch('user_y', { field: 'displayName', value: null }, { field: 'email', value: null }),
    ],
    ['GetUser', read('user_y')],
    ['GetUser STS', read('user_y'), true],
    ['ListUsers userIds', read('user_1', 'user_2')],
    ['DisableUser', patch('user_y', { field: 'status', value: 'DISABLED' })],
    ['EnableUser', patch('user_y', { field: 'status', value: 'ENABLED' })],
  ])('%s', async (name, act, hasToken) => {
    const theirs = recordingOf(managementRecordings, `mgmt ${name}`);
    const token = theirs.headers['x-acs-security-token'] ?? '';
    const sts = hasToken ? { securityToken: new Secret(token) } : {};
    const [ours, ...more] = await sentBy(eiamManagement, { ...settings, ...sts }, act);
    expect(more).toEqual([]);
    expect([ours?.method, ours?.body]).toEqual([theirs.method, theirs.body]);
    expect(parameters(ours?.url)).toEqual(parameters(theirs.url));
    const unsent = /^(x-acs-(credentials-provider|accesskey-id)|user-agent|connection|content-length)$/;
    const headers = Object.fromEntries(Object.entries(theirs.headers).filter(([one]) => !unsent.test(one)));
    expect(ours?.headers).toEqual({
      ...headers,
      'x-acs-date': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      'x-acs-signature-nonce': expect.stringMatching(/^[0-9a-f-]{36}$/),
      // The same scheme and key over fewer headers: those that the service asks for.
      authorization: expect.stringMatching(/^ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host;x-acs-/),
    });
  });

  it.each([
    ['name', [{ UsernameStartsWith: 'name' }]],
    ['a@b.c', [{ Email: 'a@b.c' }, { UsernameStartsWith: 'a@b.c' }]],
    [
      '+8615600000000',
      [{ PhoneRegion: '86', PhoneNumber: '15600000000' }, { UsernameStartsWith: '+8615600000000' }],
    ],
  ])('%s is looked up by every filter that may know it', async (login, filters) => {
    const sent = await sentBy(eiamManagement, settings, find(login), { Users: [] });
    const page = { InstanceId: 'idaas_x', PageNumber: '1', PageSize: '100' };
    const all = sent.map(({ url }) => Object.fromEntries(parameters(url)));
    expect(all).toEqual(filters.map((filter) => ({ ...page, ...filter })));
  });
});
