import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import { type Granted, granted, grantedIn, nothing } from './granted.ts';
import { trusting } from './tokens.ts';

const fields = ['displayName'];
const own = { rights: ['profile:write:self'], directories: [] };

/** Configurations of one issuer, by their audience. */
const configured = {
  'by-sub': { ...own, self: { directory: 'customers', fields } },
  'by-claim': { ...own, self: { directory: 'customers', claim: 'user_id', fields } },
  'by-path': { ...own, self: { directory: 'employees', claim: ['act', 'user'], fields } },
  'no-fields': { ...own, self: { directory: 'customers', fields: [] } },
  // A claim's rights are known only by its token, so that such a configuration starts.
  'no-self': { rights: { claim: 'aud', grants: { 'no-self': ['profile:write:self'] } } },
  'no-right': { ...own, rights: { claim: 'none' }, self: { directory: 'customers', fields } },
  'other-right': {
    ...{ rights: { claim: 'scope' }, directories: ['contractors'] },
    self: { directory: 'customers', fields },
  },
  'by-grants': {
    ...own,
    rights: { claim: 'roles', grants: { member: ['profile:write:self'] } },
    self: { directory: 'customers', fields },
  },
};
type Audience = keyof typeof configured;

let door: FrontDoor;
/** The provider's ids of the first and the second customer and of the first employee. */
let first: string;
let second: string;
let employee: string;
beforeAll(async () => {
  door = await openFrontDoor({
    callers: (issuer) => ({
      jwt: Object.entries(configured).map(([audience, settings]) =>
        trusting(issuer, { audience, ...settings }),
      ),
    }),
  });
  const idOf = (id: string) => id.slice(id.indexOf(':') + 1);
  [first, second] = [idOf(someUser(door, 'customers', 0)), idOf(someUser(door, 'customers', 1))];
  employee = idOf(someUser(door, 'employees'));
});
afterAll(() => door.close());

async function grants(audience: Audience, claims: object, expected: Granted): Promise<void> {
  const token = await door.sandbox.issuer.token({ sub: 'somebody', ...claims, aud: audience });
  expect(await granted(door, token)).toEqual(expected);
}

const customers = (letters: string) => grantedIn(letters, 'customers');

describe('the record of a caller’s own', () => {
  it('is the one that sub names, and no other', async () => {
    await grants('by-sub', { sub: first }, customers('srw'));
    await grants('by-sub', { sub: second }, customers('s'));
    await grants('by-sub', { sub: second, user_id: first, scope: 'users:read users:write' }, customers('s'));
  });

  it('is the one that another claim names, and not that of sub', async () => {
    await grants('by-claim', { user_id: first }, customers('srw'));
    await grants('by-claim', { user_id: second, sub: first }, customers('s'));
    await grants('by-claim', { sub: first }, nothing);
  });

  it('is the one that a claim within a claim names', async () => {
    await grants('by-path', { act: { user: employee } }, grantedIn('srw', 'employees'));
    await grants('by-path', { act: employee, user: employee, sub: employee }, nothing);
  });

  it('is in the one directory that is configured', async () => {
    await grants('by-sub', { sub: employee }, customers('s'));
    await grants('by-path', { act: { user: first } }, grantedIn('s', 'employees'));
  });

  it('may be read where no field is configured', async () => {
    await grants('no-fields', { sub: first }, customers('sr'));
  });

  it.each<[string, (id: string) => unknown]>([
    ['a number', () => 7],
    ['null', () => null],
    ['a list', (id) => [id]],
    ['an object', (id) => ({ id })],
    ['an empty text', () => ''],
    ['a global id', (id) => `customers:${id}`],
    ['a global id of another directory', (id) => `:${id}`],
    ['two ids', (id) => `${id} ${id}`],
    ['an id with a space', (id) => ` ${id}`],
    ['an id with a line break', (id) => `${id}\n`],
    ['an id with a slash', (id) => `x/../${id}`],
    ['an encoded id', (id) => `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`],
    ['an id with an invisible character', (id) => `${id}\u200b`],
    ['a text that is too long', (id) => id.padEnd(129, 'x')],
    ['a wildcard', () => '*'],
  ])('is none where the claim has %s', async (_, value) => {
    await grants('by-claim', { user_id: value(first) }, nothing);
  });

  it('is none where nothing says which it is, or without the right to it', async () => {
    await grants('no-self', { sub: first }, nothing);
    await grants('no-right', { sub: first }, nothing);
    await grants('other-right', { sub: first, scope: 'users:read' }, grantedIn('sr', 'contractors'));
    await grants('by-grants', { sub: first, roles: ['profile:write:self'] }, nothing);
  });

  it('comes with a right that a claim has, beside others', async () => {
    await grants('by-grants', { sub: first, roles: ['member'] }, customers('srw'));
    const scope = 'users:read users:write profile:write:self';
    await grants('other-right', { sub: first, scope }, { ...customers('srw'), contractors: 'srw' });
    await grants('other-right', { sub: first, scope: 'profile:write:self' }, customers('srw'));
  });
});
