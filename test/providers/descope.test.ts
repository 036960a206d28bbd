import { afterEach, describe, expect, it, type TestContext, vi } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { customers } from '../../src/sandbox/descope/customers.ts';
import type { DescopeAttribute } from '../../src/sandbox/descope/settings.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { Secret } from '../../src/settings/secret.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import { describeProvider } from './contract.ts';
import { ada, attributesCall, descopeFixture, wireFormat } from './contract-descope.ts';
import {
  applied,
  arrived,
  calls,
  customFieldsWith,
  error,
  type Json,
  notApplied,
  onWrite,
  open,
  openHooked,
  uncertain,
  writesSent,
} from './contract-door.ts';

const { userId } = ada;
const name = ['patch', 'displayName'];

describeProvider('descope', descopeFixture);

describe('descope, its own ways', () => {
  const id = ada.id;
  afterEach(() => {
    vi.useRealTimers();
  });

  it('a login that is one user’s login and another’s id means the first or nobody', async (test) => {
    const other = 'U2d0Kh8oOOL8dKLzdocJ2isAjIh';
    const users = [
      { userId: other, username: 'other', status: 'enabled', createdAt: 0 },
      { userId: 'U2first', username: other, status: 'enabled', createdAt: 0 },
    ] as const;
    const patch = { displayName: 'New Name' };
    const login = { login: { directory: 'customers', login: other } };
    const right = await open(test, { customers: { users, ambiguousLoginId: 'loginId' } });
    expect(await right.patch(login, patch)).toMatchObject({
      outcome: 'APPLIED',
      user: { userId: 'U2first' },
    });
    const wrong = await open(test, { customers: { users, ambiguousLoginId: 'userId' } });
    expect(await wrong.patch(login, patch)).toEqual(notApplied(error('USER_NOT_FOUND', ['user', 'login'])));
    expect(wrong.emulators.customers.writes).toEqual([]);
  });

  it.for([401, 403] as const)('a management key that is not accepted: %i', async (badKeyStatus, test) => {
    const door = await open(test, {
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

  it('attribute definitions are asked for once for many patches, and again when they are old', async (test) => {
    const door = await withDate(test);
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

  it('a failed look for definitions is not kept', async (test) => {
    let broken = true;
    const door = await openHooked(test, wireFormat, {
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

  it('a new attribute is looked for, though not more often than once a second', async (test) => {
    const attributes: DescopeAttribute[] = [...customers.attributes];
    const door = await withDate(test, { customers: { attributes } });
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

  it('disabled and expired users are read and patched', async (test) => {
    const door = await open(test);
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

  it('a number beyond all numbers is shown as a text', async (test) => {
    const user = { userId, name: 'New Name', customAttributes: { score: 'it' } };
    const body = JSON.stringify({ user }).replace('"it"', '1e999');
    const door = await openHooked(test, wireFormat, {
      intercept: onWrite(wireFormat, { status: 200, body }),
    });
    const query = `mutation ($input: PatchUserInput!) { patchUser(input: $input) {
      outcome user { customFields(names: ["score"]) { field value { number text } } } } }`;
    const input = { user: { id }, patch: { displayName: 'New Name' } };
    const customFields = [{ field: 'score', value: { number: null, text: '1e999' } }];
    expect(await door.graphql(query, { input })).toEqual({
      data: { patchUser: { outcome: 'APPLIED', user: { customFields } } },
    });
  });

  // One that cannot be read, and two additions at once: test/faults.
  it('the list of a user who is not there is not written', async (test) => {
    const patch = { customFields: [{ remove: { field: 'tags', values: ['vip'] } }] };
    const door = await open(test);
    const notFound = notApplied(error('USER_NOT_FOUND', ['user', 'id']));
    expect(await door.patch({ id: 'customers:U2nobody' }, patch)).toEqual(notFound);
    expect(writesSent(door, wireFormat)).toEqual([]);
  });

  // The guesses of descope.md, each the other way round: then the change does not show.
  it.for([
    [{ emptyString: 'unchanged' }, { givenName: null }, ['givenName']],
    [{ emptyTenants: 'unchanged' }, { tenants: [] }, ['tenants']],
    [
      { nullAttribute: 'unchanged' },
      { customFields: [{ remove: { field: 'nick' } }] },
      ['customFields', '0', 'remove'],
    ],
  ] as const)(
    'where the service does otherwise, %o, it is noticed',
    async ([customers, patch, path], test) => {
      const door = await open(test, { customers });
      const answer = await door.patch({ id }, { displayName: 'New Name', ...patch });
      const missed = error('NOT_CONFIRMED', ['patch', ...path]);
      expect(answer).toEqual(uncertain('PARTIAL', { ...ada, displayName: 'New Name' }, missed));
    },
  );

  it('an answer that shows the change is enough, though the definitions cannot be had', async (test) => {
    const door = await openHooked(test, wireFormat, {
      intercept: ({ url }) => (url.endsWith('customattributes') ? { status: 503 } : undefined),
    });
    const answer = await door.patch({ id }, { displayName: 'New Name' });
    // Without them the user cannot be shown whole, so what is known is said, and nothing else.
    expect(answer).toEqual(uncertain('UNKNOWN', null, error('OUTCOME_UNKNOWN', name)));
  });

  it('an answer in two voices is not believed', async (test) => {
    const both = { status: 200, body: { user: { userId, name: 'New Name' }, errorCode: 'E011003' } };
    const door = await openHooked(test, wireFormat, { intercept: onWrite(wireFormat, both) });
    const answer = await door.patch({ id }, { displayName: 'New Name' });
    expect(answer).not.toMatchObject({ outcome: 'APPLIED' });
  });
});

describe('descope, where it lives', () => {
  it.for([
    ['P2IXGvOoNZYW2mZp0zVZomHFwUbb', 'https://api.descope.com'],
    ['Peuc12IXGvOoNZYW2mZp0zVZomHFwUbb', 'https://api.euc1.descope.com'],
    ['Puse12IXGvOoNZYW2mZp0zVZomHFwUbb', 'https://api.use1.descope.com'],
    ['Plonger2IXGvOoNZYW2mZp0zVZomHFwUbb', 'https://api.longer.descope.com'],
    // 31 characters: one too few for a region, as the official client has it.
    ['Peuc2IXGvOoNZYW2mZp0zVZomHFwUbb', 'https://api.descope.com'],
  ])('project %s: %s', ([projectId, origin]) => {
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
async function withDate(test: TestContext, changes: SandboxChanges = {}): Promise<FrontDoor> {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  return open(test, changes);
}

function pass(milliseconds: number): void {
  vi.advanceTimersByTime(milliseconds);
}
