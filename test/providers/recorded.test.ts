import { describe, expect, it } from 'vitest';
import { createDescopeClient } from '../../src/providers/descope/client.ts';
import * as descope from '../../src/providers/descope/encode.ts';
import { createEiamDeveloperClient } from '../../src/providers/eiam-developer/client.ts';
import * as developer from '../../src/providers/eiam-developer/encode.ts';
import { createTokenCache } from '../../src/providers/eiam-developer/token.ts';
import { createEiamManagementClient } from '../../src/providers/eiam-management/client.ts';
import * as management from '../../src/providers/eiam-management/encode.ts';
import type { Change, Step } from '../../src/providers/provider.ts';
import { Secret } from '../../src/settings/secret.ts';
import type { HttpClient, HttpRequest } from '../../src/upstream/client.ts';
import { createDeadline } from '../../src/upstream/deadline.ts';
import descopeRecordings from './recorded/descope.json' with { type: 'json' };
import developerRecordings from './recorded/eiam-developer.json' with { type: 'json' };
import managementRecordings from './recorded/eiam-management.json' with { type: 'json' };

type Json = Record<string, unknown>;
interface Recording {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const call = { deadline: createDeadline(Number.POSITIVE_INFINITY) };

/** Keeps what is sent, and sends nothing. */
function keep(): { readonly http: HttpClient; readonly sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  const http: HttpClient = {
    async send(request) {
      sent.push(request);
      return { kind: 'not-sent', reason: 'deadline' };
    },
    async close() {},
  };
  return { http, sent };
}

function recordingOf(recordings: { readonly requests: readonly object[] }, name: string): Recording {
  const found = (recordings.requests as readonly Recording[]).find((one) => one.name === name);
  if (!found) throw new Error(`Nothing is recorded by the name ${name}.`);
  return { ...found, headers: found.headers ?? {}, body: parsed(found.body) };
}

function parsed(body: unknown): unknown {
  return typeof body === 'string' ? JSON.parse(body) : (body ?? undefined);
}

/** A change without the place in the input that asks for it, which does not matter here. */
type Bare<One> = One extends Change ? Omit<One, 'path'> : never;

function step(...changes: readonly Bare<Change>[]): Step {
  return { changes: changes.map((change): Change => ({ path: [], ...change })) };
}

const text = (value: string) => ({ kind: 'text', value }) as const;

describe('descope, as the official client sends it', () => {
  async function send(request: descope.WireRequest): Promise<Recording & Pick<HttpRequest, 'path'>> {
    const { http, sent } = keep();
    const managementKey = new Secret('key');
    await createDescopeClient({ projectId: 'P2x', managementKey }, http).send(request, call);
    expect(sent).toHaveLength(1);
    const { method, path, headers, body } = sent[0] as HttpRequest;
    return { name: '', method, url: path, path, headers, body: parsed(body) };
  }
  const same = (ours: Recording, theirs: Recording) =>
    expect([ours.method, ours.url]).toEqual([theirs.method, theirs.url]);
  const recording = (name: string) => recordingOf(descopeRecordings, name);
  const bearer = { accept: 'application/json', authorization: 'Bearer P2x:key' };
  const json = { ...bearer, 'content-type': 'application/json' };

  it('patch full', async () => {
    const theirs = recording('patch full');
    const ours = await send(
      descope.encodePatch(
        'U2abc',
        step(
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
          { field: 'customFields', name: 'plan', operation: 'REPLACE', value: text('pro') },
          { field: 'customFields', name: 'age', operation: 'ADD', value: { kind: 'number', value: 42 } },
          {
            field: 'customFields',
            name: 'ok',
            operation: 'REPLACE',
            value: { kind: 'boolean', value: true },
          },
          {
            field: 'customFields',
            name: 'tags',
            operation: 'ADD',
            value: { kind: 'texts', value: ['a', 'b'] },
          },
          { field: 'customFields', name: 'gone', operation: 'REMOVE' },
        ),
      ),
    );
    same(ours, theirs);
    expect(ours.headers).toEqual(json);
    // By id, not by login id: a login id may be another user's id. `name` is the member of the REST page.
    // Never sent: what no field of a patch asks for.
    const { loginId, displayName, scim, additionalIdentifiers, ...members } = theirs.body as Json;
    expect([loginId, scim, additionalIdentifiers]).toEqual(['a@x.io', false, ['x2']]);
    expect(ours.body).toEqual({ ...members, userId: 'U2abc', name: displayName });
  });

  it('patchBatch', async () => {
    const theirs = recording('patchBatch');
    const ours = await send(
      descope.encodePatchMany([
        {
          userId: 'U2abc',
          step: step({ field: 'customFields', name: 'plan', operation: 'REPLACE', value: text('pro') }),
        },
        { userId: 'U2def', step: step({ field: 'status', value: 'ENABLED' }) },
      ]),
    );
    same(ours, theirs);
    expect(ours.headers).toEqual(json);
    const { users } = theirs.body as { users: readonly Json[] };
    expect(users.map(({ loginId }) => loginId)).toEqual(['a@x.io', 'b@x.io']);
    expect(ours.body).toEqual({
      users: users.map(({ loginId, ...members }) => ({
        ...members,
        userId: loginId === 'a@x.io' ? 'U2abc' : 'U2def',
      })),
    });
  });

  it('patch nulls/empties: what clears is an empty string or list, never null', async () => {
    const theirs = recording('patch nulls/empties');
    const ours = await send(
      descope.encodePatch(
        'U2abc',
        step(
          { field: 'email', value: null },
          { field: 'phone', value: null },
          { field: 'givenName', value: null },
          { field: 'roleNames', value: [] },
          { field: 'tenants', value: [] },
          { field: 'picture', value: null },
          { field: 'customFields', name: 'a', operation: 'REMOVE' },
          { field: 'customFields', name: 'd', operation: 'REPLACE', value: { kind: 'texts', value: [] } },
        ),
      ),
    );
    same(ours, theirs);
    const { loginId, customAttributes, ...members } = theirs.body as Json & { customAttributes: Json };
    expect([members.phone, members.givenName, members.userTenants]).toEqual([null, null, null]);
    const { b: empty, ...attributes } = customAttributes;
    expect(empty).toBe('');
    expect(ours.body).toEqual({
      ...members,
      userId: loginId,
      phone: '',
      givenName: '',
      userTenants: [],
      customAttributes: attributes,
    });
  });

  it('patch unicode', async () => {
    const theirs = recording('patch unicode');
    const ours = await send(descope.encodePatch('U2abc', step({ field: 'familyName', value: 'Ünï 😀' })));
    same(ours, theirs);
    expect(theirs.body).toEqual({ loginId: 'zoë+1@x.io', familyName: 'Ünï 😀' });
    expect(ours.body).toEqual({ userId: 'U2abc', familyName: 'Ünï 😀' });
  });

  it.each([
    ['load', descope.encodeLoadByLogin('zoë+1@x.io'), bearer],
    ['loadByUserId', descope.encodeLoad('U2abc'), bearer],
    ['loadUsers', descope.encodeLoadMany(['U1', 'U2']), json],
    ['getCustomAttributes', descope.encodeAttributes(), bearer],
  ])('%s', async (name, request, headers) => {
    const theirs = recording(name);
    const ours = await send(request);
    same(ours, theirs);
    expect(ours.body).toEqual(theirs.body);
    expect(ours.headers).toEqual(headers);
  });
});

describe('eiam-developer, as the official client sends it', () => {
  const base = '/v2/idaas_x/app_x';
  async function send(request: developer.WireRequest): Promise<Recording> {
    const { http, sent } = keep();
    const tokens = { get: async () => ({ kind: 'token', token: 'ATxxx' }) as const, invalidate() {} };
    await createEiamDeveloperClient(base, tokens, http).send(request, call);
    expect(sent).toHaveLength(1);
    const { method, path, headers, body } = sent[0] as HttpRequest;
    return { name: '', method, url: path, headers, body: parsed(body) };
  }
  const recording = (name: string) => recordingOf(developerRecordings, name);
  const same = (ours: Recording, theirs: Recording) => {
    expect([ours.method, ours.url]).toEqual([theirs.method, theirs.url]);
    const { accept, authorization, 'content-type': type } = theirs.headers;
    // The action and the version, which the official client also sends, are in the path.
    expect(ours.headers).toEqual({ accept, authorization, ...(type && { 'content-type': type }) });
  };

  it('PatchUser full', async () => {
    const theirs = recording('dev PatchUser full');
    const ours = await send(
      developer.encodeStep(
        'user_y',
        step(
          { field: 'username', value: 'name 001' },
          { field: 'displayName', value: '张三' },
          { field: 'email', value: { address: 'a+b@example.com', verified: false } },
          { field: 'phone', value: { number: '+8615600000000', verified: true } },
          { field: 'customFields', name: 'age', operation: 'REPLACE', value: { kind: 'number', value: 10 } },
          { field: 'customFields', name: 'nick', operation: 'REMOVE' },
        ),
      ),
    );
    same(ours, theirs);
    // The recorded number is none; all else is the same.
    expect(ours.body).toEqual({ ...(theirs.body as Json), phoneNumber: '15600000000' });
  });

  it.each([
    [
      'PatchUser empty/null; server replies 200 empty body',
      developer.encodeStep('user_y', step({ field: 'displayName', value: null })),
    ],
    [
      'PatchUser id with reserved chars',
      developer.encodeStep('user/é x', step({ field: 'username', value: 'a' })),
    ],
    ['GetUser', developer.encodeGetUser('user_y')],
    ['GetUserIdByEmail', developer.encodeFindUser('a@b.c')[0]],
    ['GetUserIdByUsername', developer.encodeFindUser('n')[0]],
    ['DisableUser', developer.encodeStep('user_y', step({ field: 'status', value: 'DISABLED' }))],
    ['EnableUser', developer.encodeStep('user_y', step({ field: 'status', value: 'ENABLED' }))],
  ] as const)('%s', async (name, request) => {
    const theirs = recording(`dev ${name}`);
    const ours = await send(request as developer.WireRequest);
    same(ours, theirs);
    expect(ours.body).toEqual(theirs.body);
  });

  it('GetUserIdByPhoneNumber, without its region; then by username', async () => {
    const theirs = recording('dev GetUserIdByPhoneNumber');
    const [byNumber, ...more] = developer.encodeFindUser('+8615600000000');
    const ours = await send(byNumber as developer.WireRequest);
    same(ours, theirs);
    expect(Object.keys(theirs.body as Json)).toEqual(['phoneNumber']);
    expect(ours.body).toEqual({ phoneNumber: '15600000000' });
    expect(more).toEqual(
      [developer.encodeFindUser('x')[0]].map((one) => ({
        ...one,
        body: JSON.stringify({ username: '+8615600000000' }),
      })),
    );
  });

  it('GenerateToken, with the same members, in a form body and never in the URL', async () => {
    const theirs = recording('dev GenerateToken');
    const { http, sent } = keep();
    const settings = { base, applicationId: 'app_x', clientSecret: new Secret('CSecret+/=') };
    expect((await createTokenCache(settings, http).get()).kind).toBe('none');
    const [path, query] = theirs.url.split('?');
    expect(sent).toEqual([
      {
        method: theirs.method,
        path,
        headers: { accept: theirs.headers.accept, 'content-type': 'application/x-www-form-urlencoded' },
        body: expect.any(String),
        purpose: { isRead: true, template: '/v2/{instanceId}/{applicationId}/oauth2/token' },
      },
    ]);
    expect(Object.fromEntries(new URLSearchParams(sent[0]?.body))).toEqual(
      Object.fromEntries(new URLSearchParams(query)),
    );
  });
});

describe('eiam-management, as the official client sends it', () => {
  async function send(request: management.WireRequest, securityToken?: string): Promise<Recording> {
    const { http, sent } = keep();
    const client = createEiamManagementClient(
      'http://127.0.0.1:39235',
      {
        accessKeyId: 'testid',
        accessKeySecret: new Secret('testsecret'),
        ...(securityToken && { securityToken: new Secret(securityToken) }),
      },
      http,
    );
    await client.send(request, call);
    expect(sent).toHaveLength(1);
    const { method, path, headers, body } = sent[0] as HttpRequest;
    return { name: '', method, url: path, headers, body: parsed(body) };
  }
  const same = (ours: Recording, theirs: Recording) => {
    expect([ours.method, ours.body]).toEqual([theirs.method, theirs.body]);
    expect(ours.url.slice(0, 2)).toBe('/?');
    const parameters = ({ url }: Recording) => [...new URLSearchParams(url.slice(2))].sort();
    expect(parameters(ours)).toEqual(parameters(theirs));
    const {
      'x-acs-credentials-provider': _provider,
      'x-acs-accesskey-id': _key,
      'user-agent': _agent,
      connection: _connection,
      'content-length': _length,
      ...headers
    } = theirs.headers;
    expect(ours.headers).toEqual({
      ...headers,
      'x-acs-date': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      'x-acs-signature-nonce': expect.stringMatching(/^[0-9a-f-]{36}$/),
      // The same scheme and key over fewer headers: those that the service asks for.
      authorization: expect.stringMatching(/^ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host;x-acs-/),
    });
  };
  const update = (...changes: readonly Bare<Change>[]) =>
    management.encodeStep('idaas_x', 'user_y', step(...changes));

  it.each([
    [
      'UpdateUser full',
      update(
        { field: 'username', value: 'name 001' },
        { field: 'displayName', value: "张三 *~'()!+&=" },
        { field: 'email', value: { address: 'a+b@example.com', verified: false } },
        { field: 'phone', value: { number: '+8615600000000', verified: true } },
        { field: 'customFields', name: 'nick_name', operation: 'REPLACE', value: text('n/1') },
        { field: 'customFields', name: 'age', operation: 'REMOVE' },
      ),
    ],
    [
      'UpdateUser empty strings',
      update({ field: 'displayName', value: null }, { field: 'email', value: null }),
    ],
    ['GetUser', management.encodeGetUser('idaas_x', 'user_y')],
    ['ListUsers userIds', management.encodeListUsers('idaas_x', ['user_1', 'user_2'])],
    ['DisableUser', update({ field: 'status', value: 'DISABLED' })],
    ['EnableUser', update({ field: 'status', value: 'ENABLED' })],
  ])('%s', async (name, request) => {
    same(await send(request), recordingOf(managementRecordings, `mgmt ${name}`));
  });

  it('GetUser STS', async () => {
    const theirs = recordingOf(managementRecordings, 'mgmt GetUser STS');
    const token = theirs.headers['x-acs-security-token'];
    same(await send(management.encodeGetUser('idaas_x', 'user_y'), token), theirs);
  });

  it('a login is looked for by every filter that may know it', () => {
    const list = { InstanceId: 'idaas_x', PageNumber: '1', PageSize: '100' };
    const filters = (login: string) =>
      management.encodeFindUser('idaas_x', login).map(({ action, parameters }) => {
        expect([action, { ...list, ...parameters }]).toEqual(['ListUsers', parameters]);
        return Object.fromEntries(Object.entries(parameters).filter(([name]) => !Object.hasOwn(list, name)));
      });
    expect(filters('name')).toEqual([{ UsernameStartsWith: 'name' }]);
    expect(filters('a@b.c')).toEqual([{ Email: 'a@b.c' }, { UsernameStartsWith: 'a@b.c' }]);
    expect(filters('+8615600000000')).toEqual([
      { PhoneRegion: '86', PhoneNumber: '15600000000' },
      { UsernameStartsWith: '+8615600000000' },
    ]);
  });
});
