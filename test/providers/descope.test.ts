import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { customers } from '../../src/sandbox/descope/customers.ts';
import type { DescopeAttribute } from '../../src/sandbox/descope/settings.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { Secret } from '../../src/settings/secret.ts';
import { type FrontDoor, openDoor } from '../harness/front-door.ts';
import { describeProvider } from './contract.ts';
import { ada, attributesCall, descopeFixture, userId, wireFormat } from './contract-descope.ts';
import {
  applied,
  arrived,
  calls,
  customFieldsWith,
  error,
  type Json,
  notApplied,
  onWrite,
  openHooked,
  uncertain,
  writesSent,
} from './contract-door.ts';

const name = ['patch', 'displayName'];

describeProvider('descope', descopeFixture);

describe('descope, its own ways', () => {
  const id = ada.id;
  afterEach(() => {
    vi.useRealTimers();
  });

  it('a login that is one user’s login and another’s id means the first or nobody', async () => {
    const other = 'U2d0Kh8oOOL8dKLzdocJ2isAjIh';
    const users = [
      { userId: other, username: 'other', status: 'enabled', createdAt: 0 },
      { userId: 'U2first', username: other, status: 'enabled', createdAt: 0 },
    ] as const;
    const patch = { displayName: 'New Name' };
    const login = { login: { directory: 'customers', login: other } };
    const right = await openDoor({ customers: { users, ambiguousLoginId: 'loginId' } });
    expect(await right.patch(login, patch)).toMatchObject({
      outcome: 'APPLIED',
      user: { userId: 'U2first' },
    });
    const wrong = await openDoor({ customers: { users, ambiguousLoginId: 'userId' } });
    expect(await wrong.patch(login, patch)).toEqual(notApplied(error('USER_NOT_FOUND', ['user', 'login'])));
    expect(wrong.emulators.customers.writes).toEqual([]);
  });

  it.each([401, 403] as const)('a management key that is not accepted: %i', async (badKeyStatus) => {
    const door = await openDoor({
      customers: { badKeyStatus },
      directories: { customers: { managementKey: new Secret('other') } },
    });
    const refused = (path: readonly string[]) =>
      notApplied(error('PROVIDER_AUTH', path, { providerCode: 'E011003' }));
    expect(await door.patch({ id }, { displayName: 'New Name' })).toEqual(refused(name));
    const login = { directory: 'customers', login: 'yuki' };
    expect(await door.patch({ login }, { displayName: 'New Name' })).toEqual(refused([]));
    const removal = { customFields: [{ remove: { field: 'nick' } }] };
    expect(await door.patch({ id }, removal)).toEqual(refused([]));
    expect(door.emulators.customers.writes).toEqual([]);
  });

  it('attribute definitions are asked for once for many patches, and again when they are old', async () => {
    const door = await withDate();
    const nick = (text: string) => ({ customFields: [{ replace: { field: 'nick', value: { text } } }] });
    const answers = await Promise.all([0, 1, 2, 3, 4].map((index) => door.patch({ id }, nick(`n${index}`))));
    expect(answers.map(({ outcome }) => outcome)).toEqual(Array(5).fill('APPLIED'));
    expect(definitionCalls(door)).toBe(1);
    pass(59_000);
    await door.patch({ id }, nick('later'));
    expect(definitionCalls(door)).toBe(1);
    pass(1_500);
    await door.patch({ id }, nick('much later'));
    expect(definitionCalls(door)).toBe(2);
  });

  it('a failed look for definitions is not kept', async () => {
    let broken = true;
    const door = await openHooked(wireFormat, {
      intercept: ({ url }) =>
        broken && url.endsWith('customattributes') ? { status: 500, body: 'Vendor' } : undefined,
    });
    const patch = { customFields: [{ replace: { field: 'nick', value: { text: 'n' } } }] };
    expect(await door.patch({ id }, patch)).toEqual(
      notApplied(error('PROVIDER_UNAVAILABLE', [], { retryable: true })),
    );
    expect(calls(door, wireFormat)).toEqual([attributesCall]);
    broken = false;
    expect(await door.patch({ id }, patch)).toMatchObject({ outcome: 'APPLIED', errors: [] });
  });

  it('a new attribute is looked for, though not more often than once a second', async () => {
    const attributes: DescopeAttribute[] = [...customers.attributes];
    const door = await withDate({ customers: { attributes } });
    const patch = { customFields: [{ add: { field: 'team', value: { text: 'red' } } }] };
    const unknown = notApplied(error('INVALID_INPUT', ['patch', 'customFields', '0', 'add', 'field']));
    expect(await door.patch({ id }, patch)).toEqual(unknown);
    expect(await door.patch({ id }, patch)).toEqual(unknown);
    expect(definitionCalls(door)).toBe(1);
    attributes.push({ name: 'team', type: 1, displayName: 'Team' });
    // A clock that is set back keeps nothing longer.
    vi.setSystemTime(Date.now() - 3_600_000);
    pass(1_500);
    const shown = { ...ada, customFields: customFieldsWith(ada, 'team', { text: 'red' }) };
    expect(await door.patch({ id }, patch)).toEqual(applied(shown, 'RESPONSE'));
    expect(definitionCalls(door)).toBe(2);
  });

  it('disabled and expired users are read and patched', async () => {
    const door = await openDoor();
    const ids = ['U2FLZDe1f8rESQedUStPKR0CsTy', 'U2hvMdgaKjIg8xNbe3nNyjOq9wM', 'U24Qwb8DwkNhFdnXsiVpzz63Ffk'];
    const answer = await door.graphql('query ($ids: [ID!]!) { users(ids: $ids) { userId status } }', {
      ids: ids.map((one) => `customers:${one}`),
    });
    const statuses = ['DISABLED', 'EXPIRED', 'INVITED'];
    expect(answer).toEqual({
      data: { users: ids.map((one, at) => ({ userId: one, status: statuses[at] })) },
    });
    expect(arrived(door, wireFormat)).toEqual([
      { call: 'POST /v1/mgmt/users/load', body: { userIds: ids, includeInvalidUsers: true } },
    ]);
    for (const one of ids) {
      const payload = await door.patch({ id: `customers:${one}` }, { status: 'ENABLED' });
      expect(payload).toMatchObject({ outcome: 'APPLIED', user: { userId: one, status: 'ENABLED' } });
    }
  });

  it('a number beyond all numbers is shown as a text', async () => {
    const user = { userId, name: 'New Name', customAttributes: { score: 'it' } };
    const body = JSON.stringify({ user }).replace('"it"', '1e999');
    const door = await openHooked(wireFormat, { intercept: onWrite(wireFormat, { status: 200, body }) });
    const query = `mutation ($input: PatchUserInput!) { patchUser(input: $input) {
      outcome user { customFields(names: ["score"]) { field value { number text } } } } }`;
    const input = { user: { id }, patch: { displayName: 'New Name' } };
    const customFields = [{ field: 'score', value: { number: null, text: 'Infinity' } }];
    expect(await door.graphql(query, { input })).toEqual({
      data: { patchUser: { outcome: 'APPLIED', user: { customFields } } },
    });
  });

  it('values are added to a list one patch at a time, so that none is lost', async () => {
    const door = await openDoor();
    const add = (tag: string) => ({ customFields: [{ add: { field: 'tags', value: { texts: [tag] } } }] });
    const answers = await Promise.all(['partner', 'press'].map((tag) => door.patch({ id }, add(tag))));
    expect(answers.map(({ outcome }) => outcome)).toEqual(['APPLIED', 'APPLIED']);
    const stored = door.emulators.customers.users().get(userId)?.customAttributes as Json;
    expect((stored.tags as string[]).toSorted()).toEqual(['beta', 'partner', 'press', 'vip']);
  });

  it('a list that cannot be read first is not written', async () => {
    const patch = { customFields: [{ remove: { field: 'tags', values: ['vip'] } }] };
    const broken = await openHooked(wireFormat, {
      intercept: ({ url }) => (url.includes('?userId=') ? { status: 500, body: 'Vendor' } : undefined),
    });
    const unavailable = error('PROVIDER_UNAVAILABLE', [], { retryable: true });
    expect(await broken.patch({ id }, patch)).toEqual(notApplied(unavailable));
    const gone = await openDoor();
    const notFound = error('USER_NOT_FOUND', ['user', 'id']);
    expect(await gone.patch({ id: 'customers:U2nobody' }, patch)).toEqual(notApplied(notFound));
    for (const door of [broken, gone]) expect(writesSent(door, wireFormat)).toEqual([]);
  });

  // The guesses of descope.md, each the other way round: then the change does not show.
  it.each([
    [
      { emptyString: 'unchanged' },
      { displayName: 'New Name', givenName: null },
      'PARTIAL',
      ['patch', 'givenName'],
    ],
    [
      { emptyTenants: 'unchanged' },
      { displayName: 'New Name', tenants: [] },
      'PARTIAL',
      ['patch', 'tenants'],
    ],
    [
      { nullAttribute: 'unchanged' },
      { displayName: 'New Name', customFields: [{ remove: { field: 'nick' } }] },
      'PARTIAL',
      ['patch', 'customFields', '0', 'remove'],
    ],
  ] as const)(
    'where the service does otherwise, %o, it is noticed',
    async (customers, patch, outcome, path) => {
      const door = await openDoor({ customers });
      const answer = await door.patch({ id }, patch);
      const shown = { ...ada, displayName: 'New Name' };
      expect(answer).toEqual(uncertain(outcome, shown, error('NOT_CONFIRMED', path)));
    },
  );

  it('an answer that shows the change is enough, though the definitions cannot be had', async () => {
    const door = await openHooked(wireFormat, {
      intercept: ({ url }) => (url.endsWith('customattributes') ? { status: 503 } : undefined),
    });
    const answer = await door.patch({ id }, { displayName: 'New Name' });
    // Without them the user cannot be shown whole, so what is known is said, and nothing else.
    expect(answer).toEqual(uncertain('UNKNOWN', null, error('OUTCOME_UNKNOWN', name)));
  });

  it('another user in the answer to a look is not the one who was written', async () => {
    const other = { status: 200, body: { user: { userId: 'U2other', name: 'New Name' } } };
    const door = await openHooked(wireFormat, {
      intercept: ({ method }) => (method === 'PATCH' ? { status: 502 } : other),
    });
    const unknown = uncertain('UNKNOWN', null, error('OUTCOME_UNKNOWN', name));
    expect(await door.patch({ id }, { displayName: 'New Name' })).toEqual(unknown);
  });

  it('an answer in two voices is not believed', async () => {
    const both = { status: 200, body: { user: { userId, name: 'New Name' }, errorCode: 'E011003' } };
    const door = await openHooked(wireFormat, { intercept: onWrite(wireFormat, both) });
    const answer = await door.patch({ id }, { displayName: 'New Name' });
    expect(answer).not.toMatchObject({ outcome: 'APPLIED' });
  });
});

describe('descope, where it lives', () => {
  it.each([
    ['P2IXGvOoNZYW2mZp0zVZomHFwUbb', 'https://api.descope.com'],
    ['Peuc12IXGvOoNZYW2mZp0zVZomHFwUbb', 'https://api.euc1.descope.com'],
    ['Puse12IXGvOoNZYW2mZp0zVZomHFwUbb', 'https://api.use1.descope.com'],
    ['Plonger2IXGvOoNZYW2mZp0zVZomHFwUbb', 'https://api.longer.descope.com'],
    // 31 characters: one too few for a region, as the official client has it.
    ['Peuc2IXGvOoNZYW2mZp0zVZomHFwUbb', 'https://api.descope.com'],
  ])('project %s: %s', (projectId, origin) => {
    expect(originOf({ projectId })).toBe(origin);
    const baseUrl = 'https://api.example.com';
    expect(originOf({ projectId, baseUrl })).toBe(baseUrl);
  });
});

function originOf(settings: Json): string | undefined {
  const managementKey = new Secret('key');
  const config = parseConfig({
    callers: { anonymous: true },
    directories: { customers: { provider: 'descope', managementKey, ...settings } },
  });
  return config.directories.customers?.origin;
}

function definitionCalls(door: FrontDoor): number {
  return calls(door, wireFormat).filter((call) => call === attributesCall).length;
}

/** A front door in a time that only `pass` moves on. */
async function withDate(changes: SandboxChanges = {}): Promise<FrontDoor> {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  return openDoor(changes);
}

function pass(milliseconds: number): void {
  vi.advanceTimersByTime(milliseconds);
}
