import { afterAll, expect, it } from 'vitest';
import { someUser } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';
import { granted } from './granted.ts';
import { trusting } from './tokens.ts';

const all = ['employees', 'contractors', 'customers'];
const own = { rights: ['profile:write:self'], directories: [] };
const inCustomers = { directory: 'customers', fields: ['displayName'] };
/** Rights that are known only with the token, so that the configuration is valid. */
const byAudience = (audience: string, ...rights: readonly string[]) => ({
  rights: { claim: 'aud', grants: { [audience]: rights } },
});

/** Configurations of one issuer, by their audience. */
const configured = {
  'all-rights': { rights: ['users:read', 'users:write', 'users:write:privileged'], directories: all },
  readers: { rights: ['users:read'], directories: all },
  writers: { rights: ['users:write'], directories: ['customers'] },
  'no-rights': { rights: { claim: 'none' }, directories: all },
  'no-directories': { ...byAudience('no-directories', 'users:read', 'users:write'), directories: [] },
  'directories-left-out': { ...byAudience('directories-left-out', 'users:read'), directories: undefined },
  scope: { rights: { claim: 'scope' }, directories: ['employees', 'customers'] },
  path: { rights: { claim: ['realm_access', 'roles'] }, directories: ['customers'] },
  address: { rights: { claim: 'https://idpatch.example.com/rights' }, directories: ['customers'] },
  'odd-name': { rights: { claim: 'constructor' }, directories: { claim: '__proto__' } },
  'inherited-name': {
    rights: { claim: ['constructor', 'name'], grants: { Object: ['users:read'] } },
    directories: ['customers'],
  },
  grants: {
    rights: { claim: 'roles', grants: { agent: ['users:read'], lead: ['users:write'], nobody: [] } },
    directories: ['customers'],
  },
  desks: { rights: ['users:read'], directories: { claim: 'desks' } },
  'desk-path': { rights: { claim: 'scope' }, directories: { claim: ['org', 'desks'] } },
  'own-by-sub': { ...own, self: inCustomers },
  'own-by-claim': { ...own, self: { ...inCustomers, claim: 'uid' } },
  'own-by-path': { ...own, self: { ...inCustomers, directory: 'employees', claim: ['act', 'user'] } },
  'own-without-fields': { ...own, self: { ...inCustomers, fields: [] } },
  'own-without-self': byAudience('own-without-self', 'profile:write:self'),
  'own-without-right': { ...own, rights: { claim: 'none' }, self: inCustomers },
  'own-and-scope': { rights: { claim: 'scope' }, directories: ['contractors'], self: inCustomers },
  'own-by-grants': {
    ...{ ...own, self: inCustomers },
    rights: { claim: 'roles', grants: { member: ['profile:write:self'] } },
  },
};

const door = await openFrontDoor({
  customers: { requestsPerMinute: 100_000 },
  callers: (issuer) => ({
    jwt: Object.entries(configured).map(([audience, settings]) =>
      trusting(issuer, { audience, ...settings }),
    ),
  }),
});
afterAll(() => door.close());

/**
 * `audience | claims as JSON | rights`: FIRST and SECOND are the ids of two customers, EMPLOYEE that of an employee.
 * The letters of a right: s(ee) the directory; r(ead), w(rite) and p(rivileged) for its first user.
 */
const table = String.raw`
  all-rights           | {} | employees srwp, contractors srwp, customers srwp
  readers              | {} | employees sr, contractors sr, customers sr
  readers              | { "scope": "users:write:privileged", "rights": ["users:write"] } | employees sr, contractors sr, customers sr
  writers              | {} | customers sw
  writers              | { "directories": ["employees"] } | customers sw
  no-rights            | { "scope": "users:read", "rights": ["users:read"] } |
  no-directories       | { "directories": ["customers"] } |
  directories-left-out | { "directories": ["customers"] } |
  scope | {} |
  scope | { "scope": "users:read" } | employees sr, customers sr
  scope | { "scope": "openid users:read  users:write profile" } | employees srw, customers srw
  scope | { "scope": " users:write:privileged " } | employees sp, customers sp
  scope | { "scope": ["users:read", "users:write", "users:write:privileged"] } | employees srwp, customers srwp
  scope | { "scope": ["users:read", 7, null, ["users:write"], { "users:write": true }] } | employees sr, customers sr
  scope | { "scope": ["users:read users:write"] } |
  scope | { "scope": "users:read,users:write" } |
  scope | { "scope": "users:read\tusers:write" } |
  scope | { "scope": "users:read\nusers:write" } |
  scope | { "scope": "USERS:READ Users:Write" } |
  scope | { "scope": "users:* * users users: read" } |
  scope | { "scope": "users:read\u0000 users:write\u200b" } |
  scope | { "scope": { "users:read": true } } |
  scope | { "scope": "constructor __proto__ toString hasOwnProperty valueOf" } |
  scope | { "Scope": "users:read", "scp": "users:read", "scopes": ["users:read"] } |
  scope | { "__proto__": { "scope": "users:read" } } |
  scope | { "scope": "profile:write:self" } |
  path  | { "realm_access": { "roles": ["users:read"] } } | customers sr
  path  | { "realm_access": { "roles": "users:read users:write" } } | customers srw
  path  | { "realm_access": "roles" } |
  path  | { "realm_access": { "__proto__": { "roles": ["users:read"] } } } |
  path  | { "roles": ["users:read"], "realm_access.roles": ["users:read"] } |
  address | { "https://idpatch.example.com/rights": ["users:read"] } | customers sr
  address | { "https://idpatch": { "example": { "com/rights": ["users:read"] } } } |
  odd-name | {} |
  odd-name | { "constructor": "users:read", "desks": "customers" } |
  inherited-name | {} |
  inherited-name | { "constructor": { "name": "Object" } } | customers sr
  grants | { "roles": ["agent"] } | customers sr
  grants | { "roles": "agent lead" } | customers srw
  grants | { "roles": ["lead", "lead", "other"] } | customers sw
  grants | { "roles": ["users:read", "users:write"] } |
  grants | { "roles": ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"] } |
  desks | {} |
  desks | { "desks": ["customers"] } | customers sr
  desks | { "desks": "customers employees" } | customers sr, employees sr
  desks | { "desks": ["customers", "nowhere", 7, null, ["employees"]] } | customers sr
  desks | { "desks": ["*", "Customers", "customers ", "", "constructor", "__proto__"] } |
  desks | { "directories": ["customers"] } |
  desk-path | { "org": { "desks": ["contractors"] } } |
  desk-path | { "scope": "users:read", "org": { "desks": ["contractors"] } } | contractors sr
  desk-path | { "scope": "users:read", "desks": ["contractors"] } |
  own-by-sub   | { "sub": "FIRST" } | customers srw
  own-by-sub   | { "sub": "SECOND" } | customers s
  own-by-sub   | { "sub": "SECOND", "uid": "FIRST", "scope": "users:read users:write" } | customers s
  own-by-sub   | { "sub": "EMPLOYEE" } | customers s
  own-by-claim | { "uid": "FIRST" } | customers srw
  own-by-claim | { "uid": "SECOND", "sub": "FIRST" } | customers s
  own-by-claim | { "sub": "FIRST" } |
  own-by-path  | { "act": { "user": "EMPLOYEE" } } | employees srw
  own-by-path  | { "act": { "user": "FIRST" } } | employees s
  own-by-path  | { "act": "EMPLOYEE", "user": "EMPLOYEE", "sub": "EMPLOYEE" } |
  own-without-fields | { "sub": "FIRST" } | customers sr
  own-without-self   | { "sub": "FIRST" } |
  own-without-right  | { "sub": "FIRST" } |
  own-by-grants | { "sub": "FIRST", "roles": ["profile:write:self"] } |
  own-by-grants | { "sub": "FIRST", "roles": ["member"] } | customers srw
  own-and-scope | { "sub": "FIRST", "scope": "users:read" } | contractors sr
  own-and-scope | { "sub": "FIRST", "scope": "profile:write:self" } | customers srw
  own-and-scope | { "sub": "FIRST", "scope": "users:read users:write profile:write:self" } | contractors srw, customers srw
  grants | { "roles": null } |
  grants | { "roles": [null, {}, [], 7, true, "agent "] } |
  grants | { "roles": ["agent", "constructor", { "lead": true }] } | customers sr
  desks | { "desks": { "0": "customers", "length": 1 } } |
  own-by-claim | { "uid": { "toString": "FIRST" } } |
`;

const rows = table
  .trim()
  .split('\n')
  .map((row) => row.split('|').map((cell) => cell.trim()));
it.each(rows)('for the audience %s the claims %s grant: %s', async (audience, claims = '', rights = '') => {
  expect(await granted(door, await tokenWith(audience, claims))).toEqual({
    ...{ employees: '', contractors: '', customers: '' },
    ...Object.fromEntries(rights.split(', ').flatMap((one) => (one ? [one.split(' ')] : []))),
  });
});

const userIdOf = (directory: 'customers' | 'employees', index = 0) =>
  someUser(door, directory, index).replace(`${directory}:`, '');
const ids = {
  FIRST: userIdOf('customers'),
  SECOND: userIdOf('customers', 1),
  EMPLOYEE: userIdOf('employees'),
};

function tokenWith(aud: string | undefined, claims: string): Promise<string> {
  const text = Object.entries(ids).reduce((all, [name, id]) => all.replaceAll(name, id), claims);
  return door.sandbox.issuer.token({ sub: 'somebody', ...JSON.parse(text), aud });
}

it.each([
  ...['7', 'null', '""', '["FIRST"]', '{ "id": "FIRST" }', '"customers:FIRST"', '"FIRST FIRST"', '" FIRST"'],
  ...['"FIRST\\n"', '"x/../FIRST"', '"FIRST%20"', '"FIRST\\u200b"', '"*"', `"FIRST${'x'.repeat(128)}"`],
])('a claim that is no user id gives no own record: %s', async (uid) => {
  const nothing = { employees: '', contractors: '', customers: '' };
  expect(await granted(door, await tokenWith('own-by-claim', `{ "uid": ${uid} }`))).toEqual(nothing);
});
