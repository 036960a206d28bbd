import { describe, expect, it } from 'vitest';
import { conflict, planPatchUser, written } from '../harness/expected.ts';
import { type FrontDoor, openDoor } from '../harness/front-door.ts';
import { patchMany } from '../harness/many.ts';

const taken = (field: string) => conflict('Another user has this value already.', 'patch', field);

/** An email and a phone number by which another of the customers signs in. */
const contacts = { email: 'taken@example.com', phone: '+14155550123' };

/** At this provider, a patch with somebody else's address merges both users into one. */
const openMerging = (contactConflict: 'refused' | 'merges' = 'merges') =>
  openDoor({
    customers: {
      contactConflict: 'merges',
      users: [
        { userId: 'U1', username: 'one', displayName: 'One', createdAt: 0 },
        { userId: 'U2', username: contacts.email, displayName: 'Two', createdAt: 0 },
        { userId: 'U3', username: contacts.phone, displayName: 'Three', createdAt: 0 },
      ],
    },
    directories: { customers: { contactConflict } },
  });

const patches = {
  email: { email: { address: contacts.email, verified: false } },
  phone: { phone: { number: contacts.phone, verified: false } },
};

const requestsOf = (door: FrontDoor) =>
  door.emulators.customers.requests.map(({ method, url }) => `${method} ${url.split('=')[0]}`);

describe.each(['email', 'phone'] as const)('the %s of somebody else', (field) => {
  it('is refused before anything is sent, where the provider may merge both users', async () => {
    const door = await openMerging();
    const id = 'customers:U1';
    const expected = { outcome: 'NOT_APPLIED', confirmedBy: null, user: null, errors: [taken(field)] };
    door.forgetRequests();
    expect(await door.patch({ id }, patches[field])).toEqual(expected);
    expect(requestsOf(door)).toEqual(['GET /v1/mgmt/user?loginId']);
    const plan = await planPatchUser(door, { user: { id }, patch: patches[field] });
    expect(plan).toEqual({ errors: [taken(field)], requests: [], changes: [] });
    const many = await patchMany(door, [
      { user: { id }, patch: patches[field] },
      { user: { id: 'customers:U3' }, patch: { displayName: 'Third' } },
    ]);
    expect(many).toMatchObject([expected, { outcome: 'APPLIED' }]);
    expect(written(door)).toEqual([{ userId: 'U3', change: { name: 'Third' } }]);
    expect([...door.emulators.customers.users().keys()]).toEqual(['U1', 'U2', 'U3']);
  });

  it('is not looked for where the provider is said to refuse it', async () => {
    const door = await openMerging('refused');
    door.forgetRequests();
    await door.patch({ id: 'customers:U1' }, patches[field]);
    expect(requestsOf(door)[0]).toMatch(/^PATCH/);
    // So it would have been: the other user is gone.
    expect(door.emulators.customers.users().size).toBe(2);
  });
});

it('one’s own address is nobody else’s', async () => {
  const door = await openMerging();
  expect(await door.patch({ id: 'customers:U2' }, patches.email)).toMatchObject({ outcome: 'APPLIED' });
});

it('somebody else’s address is found in another spelling, too', async () => {
  const door = await openMerging();
  const email = { address: 'Taken@Example.COM', verified: false };
  expect(await door.patch({ id: 'customers:U1' }, { email })).toMatchObject({
    ...{ outcome: 'NOT_APPLIED', errors: [taken('email')] },
  });
  expect(door.emulators.customers.users().size).toBe(3);
});
