import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { type DirectoryName, someUser, written } from '../harness/expected.ts';
import { respond } from '../harness/fault-answers.ts';
import type { FaultProxy, WireRequest } from '../harness/fault-proxy.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import { outcomesOf, patchMany } from '../harness/many.ts';

type Json = Record<string, unknown>;

/** Changes the provider's answers to some requests; undefined: as it is. */
function bendAnswers(proxy: FaultProxy, bend: (request: WireRequest, body: Json) => unknown): void {
  proxy.fault = (request) => ({
    delivered: true,
    answer: (socket, given) => {
      const text = String(given?.body ?? '');
      const bent = text === '' ? undefined : bend(request, JSON.parse(text));
      const body = bent === undefined ? text : typeof bent === 'string' ? bent : JSON.stringify(bent);
      return respond(socket, { status: given?.status ?? 0, body }, undefined);
    },
  });
}

/** Answers the first requests of a kind in place of the provider. */
const refuse = (proxy: FaultProxy, kind: 'read' | 'write', status: number, body: object, times = 1) =>
  proxy.fail(kind, { delivered: false, answer: { status, body: JSON.stringify(body) } }, times);

async function readUser(door: FrontDoor, by: object, selection: string): Promise<Json | null> {
  const query = `query ($by: UserBy!) { user(by: $by) { ${selection} } }`;
  const { data, errors } = await door.graphql(query, { by });
  expect(errors).toBeUndefined();
  return (data as { user: Json | null }).user;
}

const fields = 'displayName email { address verified } phone { number verified } createdAt';
const custom = (name: string) =>
  `customFields(names: ["${name}"]) { field value { text number boolean texts date } }`;
const shownValue = (user: Json | null) => {
  const [field] = (user?.customFields ?? []) as { value: Json }[];
  return Object.fromEntries(Object.entries(field?.value ?? {}).filter(([, value]) => value !== null));
};

describe('members of an odd type', () => {
  it('of an EIAM account are cast, as the vendor’s own client does', async () => {
    const { door, proxy, id } = await openBehindProxy('employees');
    const selection = `${fields} ${custom('age')}`;
    await door.patch({ id }, { customFields: [{ replace: { field: 'age', value: { number: 10 } } }] });
    const usual = await readUser(door, { id }, selection);
    bendAnswers(proxy, ({ kind, method }, body) =>
      kind === 'read' && method === 'GET' && 'createTime' in body
        ? {
            ...body,
            createTime: String(body.createTime),
            emailVerified: String(body.emailVerified),
            phoneRegion: Number(body.phoneRegion),
            customFields: [{ fieldName: 'age', fieldValue: 10 }],
          }
        : undefined,
    );
    expect(await readUser(door, { id }, selection)).toEqual(usual);
    expect(shownValue(usual)).toEqual({ number: 10 });
    expect(await door.patch({ id }, { displayName: 'Ada' })).toMatchObject({ outcome: 'APPLIED' });
  });

  it('confirm nothing where they cannot be read: cleared is not unreadable', async () => {
    const { door, proxy, id } = await openBehindProxy('customers', { readBackDelaysMs: [] });
    const clear = { displayName: null, roleNames: null, customFields: [{ remove: { field: 'nick' } }] };
    bendAnswers(proxy, (_request, body) =>
      'user' in body
        ? { user: { ...(body.user as Json), name: { first: 'Ada' }, roleNames: [{}], customAttributes: {} } }
        : undefined,
    );
    const { outcome, errors } = await door.patch({ id }, clear);
    expect(outcome).toBe('PARTIAL');
    expect(errors).toMatchObject([
      { code: 'NOT_CONFIRMED', path: ['patch', 'displayName'] },
      { code: 'NOT_CONFIRMED', path: ['patch', 'roleNames'] },
    ]);
    const unreadable = door.log.filter((line) => line.includes('"event":"unreadable"'));
    expect(unreadable.map((line) => JSON.parse(line))).toMatchObject([
      { directory: 'customers', member: 'name' },
      { directory: 'customers', member: 'roleNames' },
    ]);
  });

  it('of a definition leave out that one', async () => {
    const { door, proxy, id } = await openBehindProxy('customers');
    bendAnswers(proxy, (_request, body) => {
      if (!Array.isArray(body.data)) return undefined;
      const odd = [
        { name: 'odd', type: '1' },
        { name: 'chosen', type: 4, options: [{ value: 2, label: 'Two' }] },
      ];
      return { ...body, data: [...odd, ...body.data] };
    });
    const patch = { customFields: [{ replace: { field: 'nick', value: { text: 'A' } } }] };
    expect(await door.patch({ id }, patch)).toMatchObject({ outcome: 'APPLIED' });
    expect(await door.patch({ id }, { customFields: [{ remove: { field: 'odd' } }] })).toMatchObject({
      ...{ outcome: 'NOT_APPLIED', errors: [{ code: 'INVALID_INPUT' }] },
    });
  });

  it('of one user hide no other user of the same answer', async () => {
    const { door, proxy } = await openBehindProxy('customers');
    const ids = [0, 1, 2].map((index) => someUser(door, 'customers', index));
    bendAnswers(proxy, (_request, body) => {
      if (!Array.isArray(body.users)) return undefined;
      const [first, , third] = body.users as Json[];
      return { users: [{ ...first, name: [1], roleNames: 'x' }, { userId: 7 }, third] };
    });
    const query = 'query ($ids: [ID!]!) { users(ids: $ids) { id displayName } }';
    const { data, errors } = await door.graphql(query, { ids });
    expect(data).toEqual({
      users: [{ id: ids[0], displayName: null }, null, { id: ids[2], displayName: expect.any(String) }],
    });
    expect(errors).toMatchObject([{ path: ['users', 1], extensions: { code: 'PROVIDER_UNAVAILABLE' } }]);
  });

  it('of a token are a lifetime, also as a text', async () => {
    const { door, proxy, id } = await openBehindProxy('employees');
    bendAnswers(proxy, ({ kind }, body) =>
      kind === 'token' ? { ...body, expires_in: String(body.expires_in) } : undefined,
    );
    expect(await door.patch({ id }, { displayName: 'Ada' })).toMatchObject({ outcome: 'APPLIED' });
    expect(proxy.count('token')).toBe(1);
  });
});

describe('numbers', () => {
  const set = (value: unknown) => (body: string) =>
    body.replace('"customAttributes":{', `"customAttributes":{"score":${value},`);
  const openWith = async (values: { score: string }, changes: Readonly<Record<string, unknown>> = {}) => {
    const opened = await openBehindProxy('customers', {}, { directories: { customers: changes } });
    bendAnswers(opened.proxy, (request, body) =>
      'user' in body && request.method === 'GET' ? set(values.score)(JSON.stringify(body)) : undefined,
    );
    return opened;
  };

  it('beyond a double are texts, and another one is another version', async () => {
    const values = { score: '12345678901234567890' };
    const { door, id } = await openWith(values);
    const before = await readUser(door, { id }, `version ${custom('score')}`);
    expect(shownValue(before)).toEqual({ text: values.score });
    values.score = '12345678901234567999';
    const input = { user: { id }, patch: { displayName: 'Ada' }, ifVersion: before?.version };
    const mutation =
      'mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome errors { code } } }';
    const { data } = await door.graphql(mutation, { input });
    expect(data).toEqual({ patchUser: { outcome: 'NOT_APPLIED', errors: [{ code: 'STALE_VERSION' }] } });
    expect(written(door)).toEqual([]);
  });

  it('and all else that a write carries back go back as they came', async () => {
    const { door, proxy, id } = await openWith(
      { score: '12345678901234567999,"odd":{"a":[1,2.50]}' },
      { attributesMerge: false },
    );
    await door.patch({ id }, { customFields: [{ replace: { field: 'nick', value: { text: 'Ada' } } }] });
    const [sent] = proxy.requests.filter(({ isWrite }) => isWrite);
    expect(sent?.body).toContain('"score":12345678901234567999');
    expect(sent?.body).toContain('"odd":{"a":[1,2.5]}');
    expect(sent?.body).toContain('"nick":"Ada"');
  });

  it.each(['12345678901234567890', '0.1234567890123456789', '0x1F', '0b101', '007', '1,5'])(
    'as EIAM has them are texts where they are not exactly one: %s',
    async (fieldValue) => {
      const { door, proxy, id } = await openBehindProxy('employees');
      bendAnswers(proxy, (_request, body) =>
        'createTime' in body ? { ...body, customFields: [{ fieldName: 'age', fieldValue }] } : undefined,
      );
      expect(shownValue(await readUser(door, { id }, custom('age')))).toEqual({ text: fieldValue });
    },
  );

  it('are written to EIAM without an exponent', async () => {
    const { door, id } = await openBehindProxy('employees');
    const patch = { customFields: [{ replace: { field: 'age', value: { number: 1e-7 } } }] };
    expect(await door.patch({ id }, patch)).toMatchObject({ outcome: 'APPLIED' });
    expect(written(door)).toMatchObject([{ change: { customFields: { age: '0.0000001' } } }]);
  });
});

describe('refusals', () => {
  const patch = { username: 'somebody' };
  it.each([
    ['ResourceDuplicated.Username', 403, { code: 'CONFLICT', path: ['patch', 'username'] }],
    ['ResourceNotFound.User', 404, { code: 'USER_NOT_FOUND', path: ['user', 'id'] }],
    ['Throttling.User', 400, { code: 'RATE_LIMITED' }],
  ] as const)('of EIAM are known in camelCase, too: %s', async (code, status, expected) => {
    const { door, proxy, id } = await openBehindProxy('employees');
    const body = { code, message: 'No.', requestId: 'A1B2C3D4-0000-0000-0000-000000000000' };
    refuse(proxy, 'write', status, body, 99);
    const answer = await door.patch({ id }, patch);
    expect(answer).toMatchObject({ outcome: 'NOT_APPLIED', errors: [expected] });
    expect(proxy.count('read')).toBe(0);
  });

  it('of a token in camelCase are followed by one new token and one request more', async () => {
    const { door, proxy, id } = await openBehindProxy('employees');
    refuse(proxy, 'write', 400, { code: 'invalid_token', message: 'No.', requestId: 'x' });
    expect(await door.patch({ id }, patch)).toMatchObject({ outcome: 'APPLIED' });
    expect([proxy.count('token'), proxy.writes.length, written(door).length]).toEqual([2, 2, 1]);
  });

  it.each([
    'InvalidSecurityToken.MismatchWithAccessKey',
    'InvalidSecurityToken.Malformed',
    'InvalidAccessKeyId.Deleted',
    'InvalidAccessKeyId',
    'IncompleteSignature',
    'IncompleteSignature.Version',
    'InvalidTimeStamp.Format',
    'MissingSecurityToken',
  ])('of a signature are about the credentials, by their prefix: %s', async (Code) => {
    const { door, proxy, id } = await openBehindProxy('contractors');
    const RequestId = 'A1B2C3D4-0000-0000-0000-000000000000';
    refuse(proxy, 'write', 403, { Code, Message: 'No.', RequestId, HostId: 'h' }, 99);
    expect(await door.patch({ id }, patch)).toMatchObject({
      ...{ outcome: 'NOT_APPLIED', errors: [{ code: 'PROVIDER_AUTH', path: ['patch'] }] },
    });
  });
});

it.each<DirectoryName>(['employees', 'contractors', 'customers'])(
  'an answer of %s that is compressed, although it was asked for as it is, is read',
  async (directory) => {
    const { door, proxy, id } = await openBehindProxy(directory);
    proxy.fault = () => ({
      delivered: true,
      answer: (socket, given) => {
        const headers = { 'content-encoding': 'gzip' };
        return respond(
          socket,
          { status: given?.status ?? 0, headers, body: gzipSync(given?.body ?? '') },
          undefined,
        );
      },
    });
    const confirmedBy = directory === 'customers' ? 'RESPONSE' : 'READ_BACK';
    expect(await door.patch({ id }, { displayName: 'Ada' })).toMatchObject({
      outcome: 'APPLIED',
      confirmedBy,
    });
    expect(proxy.writes).toHaveLength(1);
  },
);

describe('a batch of Descope', () => {
  it.each<readonly [what: string, (sent: readonly string[]) => Json]>([
    ['without a name', () => ({ failedUsers: [{ failure: 'User not found', user: null }] })],
    [
      'by the login that was sent',
      ([, second]) => ({ failedUsers: [{ failure: 'No.', user: { loginId: second } }] }),
    ],
    [
      'as an additional error',
      ([, second]) => ({ additionalErrors: { [second ?? '']: 'invalid email format' } }),
    ],
  ])('refuses the users that it names %s, and no other', async (_, failed) => {
    const { door, proxy } = await openBehindProxy('customers');
    const ids = [0, 1].map((index) => someUser(door, 'customers', index));
    const sent = ids.map((id) => id.split(':')[1] ?? '');
    proxy.fault = ({ isWrite, body }) => {
      if (!isWrite) return undefined;
      const [first] = (JSON.parse(body) as { users: Json[] }).users;
      return {
        delivered: true,
        instead: { body: JSON.stringify({ users: [first] }) },
        answer: (socket, given) => {
          const { patchedUsers } = JSON.parse(String(given?.body)) as Json;
          const answer = { patchedUsers, failedUsers: [], ...failed(sent) };
          return respond(socket, { status: 200, body: JSON.stringify(answer) }, undefined);
        },
      };
    };
    const inputs = ids.map((id) => ({ user: { id }, patch: { displayName: 'Name' } }));
    expect(outcomesOf(await patchMany(door, inputs))).toEqual([
      'APPLIED RESPONSE',
      'NOT_APPLIED PROVIDER_REFUSED',
    ]);
    expect(written(door).map(({ userId }) => userId)).toEqual([sent[0]]);
  });
});

it('a login is found in the spelling in which it is asked for, though it is listed in another', async () => {
  const { door, proxy } = await openBehindProxy('customers');
  const id = someUser(door, 'customers');
  bendAnswers(proxy, (_request, body) =>
    'user' in body ? { user: { ...(body.user as Json), loginIds: ['+15555550199'] } } : undefined,
  );
  const [, userId = ''] = id.split(':');
  const bent = proxy.fault;
  proxy.fault = (request) => ({
    ...{ delivered: true, ...bent(request) },
    ...(request.target.includes('loginId') && { instead: { target: `/v1/mgmt/user?userId=${userId}` } }),
  });
  const login = (login: string) => ({ login: { directory: 'customers', login } });
  expect(await readUser(door, login('+1-555-555-0199'), 'id')).toEqual({ id });
  // A user id is no login.
  expect(await readUser(door, login(userId), 'id')).toBeNull();
});
