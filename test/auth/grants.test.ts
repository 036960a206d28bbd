import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrived, someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { type Granted, granted, grantedIn, nothing } from './granted.ts';
import { trusting } from './tokens.ts';

const all = ['employees', 'contractors', 'customers'];

/** Configurations of one issuer, by their audience. */
const configured = {
  'all-rights': { rights: ['users:read', 'users:write', 'users:write:privileged'], directories: all },
  readers: { rights: ['users:read'], directories: all },
  writers: { rights: ['users:write'], directories: ['customers'] },
  'no-rights': { rights: { claim: 'none' }, directories: all },
  // A claim's rights are known only by its token, so that such a configuration starts.
  'no-directories': {
    rights: { claim: 'aud', grants: { 'no-directories': ['users:read', 'users:write'] } },
    directories: [],
  },
  'directories-left-out': {
    rights: { claim: 'aud', grants: { 'directories-left-out': ['users:read', 'users:write'] } },
    directories: undefined,
  },
  'by-scope': { rights: { claim: 'scope' }, directories: ['employees', 'customers'] },
  'by-path': { rights: { claim: ['realm_access', 'roles'] }, directories: ['customers'] },
  'by-address': { rights: { claim: 'https://idpatch.example.com/rights' }, directories: ['customers'] },
  'by-odd-name': { rights: { claim: 'constructor' }, directories: { claim: '__proto__' } },
  'by-inherited-name': {
    rights: { claim: ['constructor', 'name'], grants: { Object: ['users:read'] } },
    directories: ['customers'],
  },
  'by-grants': {
    rights: { claim: 'roles', grants: { agent: ['users:read'], lead: ['users:write'], nobody: [] } },
    directories: ['customers'],
  },
  'by-desk': { rights: ['users:read'], directories: { claim: 'desks' } },
  'by-desk-path': { rights: { claim: 'scope' }, directories: { claim: ['org', 'desks'] } },
};

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({
    customers: { requestsPerMinute: 100_000 },
    callers: (issuer) => ({
      jwt: Object.entries(configured).map(([audience, settings]) =>
        trusting(issuer, { audience, ...settings }),
      ),
    }),
  });
});
afterAll(() => door.close());

type Case = readonly [claims: string, granted: Granted];

/** Asserts what a token with these claims, as JSON says them, may do. */
async function grants(audience: keyof typeof configured, claims: string, expected: Granted): Promise<void> {
  const token = await door.sandbox.issuer.token({ ...JSON.parse(claims), aud: audience, sub: 'somebody' });
  expect(await granted(door, token)).toEqual(expected);
}

const both = (letters: string) => grantedIn(letters, 'employees', 'customers');
const customers = (letters: string) => grantedIn(letters, 'customers');

describe('rights that the configuration names', () => {
  it.each<[keyof typeof configured, Granted]>([
    ['all-rights', grantedIn('srwp', 'employees', 'contractors', 'customers')],
    ['readers', grantedIn('sr', 'employees', 'contractors', 'customers')],
    ['writers', customers('sw')],
    ['no-rights', nothing],
    ['no-directories', nothing],
    ['directories-left-out', nothing],
  ])('%s have those, whatever their token says', async (audience, expected) => {
    await grants(audience, '{}', expected);
    const more =
      '{ "scope": "users:write:privileged", "rights": ["users:read"], "directories": ["employees"] }';
    await grants(audience, more, expected);
  });
});

describe('rights in a claim', () => {
  it.each<Case>([
    ['{}', nothing],
    ['{ "scope": "" }', nothing],
    ['{ "scope": "users:read" }', both('sr')],
    ['{ "scope": "openid users:read  users:write profile" }', both('srw')],
    ['{ "scope": " users:write:privileged " }', both('sp')],
    ['{ "scope": "users:read users:read" }', both('sr')],
    ['{ "scope": ["users:read", "users:write", "users:write:privileged"] }', both('srwp')],
    ['{ "scope": ["users:read", 7, null, ["users:write"], { "users:write": true }] }', both('sr')],
    ['{ "scope": ["users:read users:write"] }', nothing],
    ['{ "scope": "users:read,users:write" }', nothing],
    ['{ "scope": "users:read\\tusers:write" }', nothing],
    ['{ "scope": "users:read\\nusers:write" }', nothing],
    ['{ "scope": "USERS:READ Users:Write" }', nothing],
    ['{ "scope": "users:* * users users: read" }', nothing],
    ['{ "scope": "users:write:privileged:all users:writer" }', nothing],
    ['{ "scope": "users:read\\u0000 users:write\\u200b" }', nothing],
    ['{ "scope": { "users:read": true } }', nothing],
    ['{ "scope": { "0": "users:read", "length": 1 } }', nothing],
    ['{ "scope": 7 }', nothing],
    ['{ "scope": true }', nothing],
    ['{ "scope": null }', nothing],
    ['{ "scope": [["users:read"]] }', nothing],
    ['{ "scope": "constructor __proto__ toString hasOwnProperty valueOf" }', nothing],
    ['{ "scope": ["constructor", "__proto__", "toString"] }', nothing],
    ['{ "Scope": "users:read", "scp": "users:read", "scopes": ["users:read"] }', nothing],
    ['{ "__proto__": { "scope": "users:read" } }', nothing],
    ['{ "scope": "profile:write:self" }', nothing],
  ])('%s', async (claims, expected) => {
    await grants('by-scope', claims, expected);
  });

  it.each<Case>([
    ['{ "realm_access": { "roles": ["users:read"] } }', customers('sr')],
    ['{ "realm_access": { "roles": "users:read users:write" } }', customers('srw')],
    ['{ "realm_access": { "roles": {} } }', nothing],
    ['{ "realm_access": { "roles": null } }', nothing],
    ['{ "realm_access": ["roles"] }', nothing],
    ['{ "realm_access": "roles" }', nothing],
    ['{ "realm_access": null }', nothing],
    ['{ "realm_access": { "__proto__": { "roles": ["users:read"] } } }', nothing],
    ['{ "roles": ["users:read"], "realm_access.roles": ["users:read"] }', nothing],
  ])('that lies deeper: %s', async (claims, expected) => {
    await grants('by-path', claims, expected);
  });

  it('whose name is an address, with all its dots', async () => {
    await grants('by-address', '{ "https://idpatch.example.com/rights": ["users:read"] }', customers('sr'));
    await grants(
      'by-address',
      '{ "https://idpatch": { "example": { "com/rights": ["users:read"] } } }',
      nothing,
    );
  });

  it('whose name every object has', async () => {
    await grants('by-odd-name', '{}', nothing);
    await grants('by-odd-name', '{ "constructor": "users:read" }', nothing);
    await grants('by-odd-name', '{ "constructor": "users:read", "desks": "customers" }', nothing);
    await grants('by-inherited-name', '{}', nothing);
    await grants('by-inherited-name', '{ "constructor": { "name": "Object" } }', customers('sr'));
  });
});

describe('rights that values of a claim stand for', () => {
  it.each<Case>([
    ['{ "roles": ["agent"] }', customers('sr')],
    ['{ "roles": "agent lead" }', customers('srw')],
    ['{ "roles": ["lead", "lead", "other"] }', customers('sw')],
    ['{ "roles": ["nobody"] }', nothing],
    ['{ "roles": ["Agent"] }', nothing],
    ['{ "roles": ["users:read", "users:write"] }', nothing],
    ['{ "roles": ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"] }', nothing],
    ['{ "roles": "constructor __proto__ toString isPrototypeOf" }', nothing],
    ['{ "roles": { "agent": ["users:read"] } }', nothing],
    ['{ "roles": [{ "name": "agent" }] }', nothing],
  ])('%s', async (claims, expected) => {
    await grants('by-grants', claims, expected);
  });
});

describe('directories in a claim', () => {
  it.each<Case>([
    ['{}', nothing],
    ['{ "desks": ["customers"] }', customers('sr')],
    ['{ "desks": "customers employees" }', both('sr')],
    ['{ "desks": ["customers", "nowhere", 7, null, ["employees"]] }', customers('sr')],
    ['{ "desks": ["nowhere"] }', nothing],
    ['{ "desks": ["*", "Customers", "customers ", "", "constructor", "__proto__"] }', nothing],
    ['{ "desks": { "customers": true } }', nothing],
    ['{ "desks": true }', nothing],
    ['{ "directories": ["customers"] }', nothing],
  ])('%s', async (claims, expected) => {
    await grants('by-desk', claims, expected);
  });

  it('and rights in another', async () => {
    const desks = '"org": { "desks": ["contractors"] }';
    await grants('by-desk-path', `{ ${desks} }`, nothing);
    await grants('by-desk-path', `{ "scope": "users:read", ${desks} }`, grantedIn('sr', 'contractors'));
    await grants('by-desk-path', '{ "scope": "users:read", "desks": ["contractors"] }', nothing);
  });
});

it('a caller without any right learns nothing and reaches nobody', async () => {
  const token = await door.sandbox.issuer.token({ aud: 'no-rights', sub: 'somebody' });
  door.forgetRequests();
  const id = someUser(door, 'customers');
  const answer = await door.graphql(
    `query ($id: ID!) {
      __typename directories { name } directory(name: "customers") { name } user(by: { id: $id }) { id }
      users(ids: [$id]) { id } operation(id: "00000000-0000-4000-8000-000000000000") { id }
    }`,
    { id },
    token,
  );
  expect(answer).toMatchObject({
    data: { __typename: 'Query', directories: [], directory: null, user: null, users: [null] },
  });
  expect(arrived(door)).toEqual([]);
});
