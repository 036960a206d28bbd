import { expect, it, onTestFinished } from 'vitest';
import { openBlackHole } from '../harness/black-hole.ts';
import { notApplied, someUser, tooLate, unavailable, unreached, written } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';

it('calls that have no time to wait for a connection do not pile up: each fault of theirs counts', async (test) => {
  const hole = await openBlackHole();
  if (!hole) return test.skip('the queue of a listening socket cannot be filled on this system');
  onTestFinished(() => hole.close());
  // Less than a connection may take.
  const limits = { deadlineMs: 800, readBackMs: 300 };
  const baseUrl = `http://127.0.0.1:${hole.port}`;
  const door = await openFrontDoor({ directories: { customers: { baseUrl } }, limits });
  onTestFinished(() => door.close());
  const users = [0, 1, 2].map((which) => someUser(door, 'customers', which));
  const patch = (id: string) => door.patch({ id }, { displayName: 'Ada' });
  const late = notApplied(tooLate(unreached.late, 'patch'));
  const broken = notApplied(unavailable(unreached.broken, 'patch'));

  for (let count = 0; count < 4; count += 1)
    expect(await Promise.all(users.map(patch))).toEqual([late, late, late]);
  // Three seconds after each began, its connection is given up.
  for (let tries = 60; tries > 0; tries -= 1) {
    const told = await patch(someUser(door, 'customers'));
    if (JSON.stringify(told) === JSON.stringify(broken)) return;
    expect(told).toEqual(late);
  }
  throw new Error('It was never left alone.');
}, 60_000);

it('calls whose time is over before they have a place are no sign that the provider is back', async (test) => {
  const hole = await openBlackHole();
  if (!hole) return test.skip('the queue of a listening socket cannot be filled on this system');
  onTestFinished(() => hole.close());
  const seed = { status: 'enabled' as const, createdAt: 0 };
  const users = Array.from({ length: 20 }, (_, number) => ({
    ...seed,
    ...{ userId: `U2user${number}`, username: `user.${number}` },
  }));
  const limits = { deadlineMs: 800, readBackMs: 300 };
  const baseUrl = `http://127.0.0.1:${hole.port}`;
  const door = await openFrontDoor({ customers: { users }, directories: { customers: { baseUrl } }, limits });
  onTestFinished(() => door.close());
  const broken = JSON.stringify(notApplied(unavailable(unreached.broken, 'patch')));
  const patches: Promise<unknown>[] = [];
  let isBroken = false;
  // The connections are tried for one after the other; then more come than there are, and never many at once.
  for (let count = 0; count < 200 && !isBroken; count += 1) {
    const id = `customers:U2user${count % users.length}`;
    const told = door.patch({ id }, { displayName: 'Ada' });
    patches.push(told.then((one) => (isBroken ||= JSON.stringify(one) === broken)));
    await new Promise((resolve) => setTimeout(resolve, count < 16 ? 180 : 40));
  }
  await Promise.all(patches);
  expect(isBroken).toBe(true);
}, 60_000);

it('a connection that comes after the time of a call is no fault of the provider, and nothing leaves by it', async () => {
  const seed = { status: 'enabled' as const, createdAt: 0 };
  const users = Array.from({ length: 16 }, (_, number) => ({
    ...seed,
    ...{ userId: `U2user${number}`, username: `user.${number}` },
  }));
  const door = await openFrontDoor({ customers: { users } });
  onTestFinished(() => door.close());
  const query = `mutation ($input: PatchUserInput!) { patchUser(input: $input) { outcome errors { code } } }`;
  const inputOf = (userId: string) => ({
    user: { id: `customers:${userId}` },
    patch: { displayName: 'Ada' },
  });
  // A connection on loopback is watched for 15 ms before anything leaves by it, and of 30 ms a third is for writing.
  const told = await Promise.all(
    users.map(async ({ userId }) => {
      const response = await fetch(`${door.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idpatch-deadline-ms': '30' },
        body: JSON.stringify({ query, variables: { input: inputOf(userId) } }),
      });
      return ((await response.json()) as { data: { patchUser: object } }).data.patchUser;
    }),
  );
  const late = { outcome: 'NOT_APPLIED', errors: [{ code: 'DEADLINE_EXCEEDED' }] };
  // Whoever came after the first connections were there had one at once, and perhaps no time for its answer.
  const sent = told.filter((one) => JSON.stringify(one) !== JSON.stringify(late));
  expect(JSON.stringify(sent)).not.toContain('PROVIDER_UNAVAILABLE');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(written(door)).toHaveLength(sent.length);
  expect(await door.patch({ id: 'customers:U2user0' }, { displayName: 'Ada' })).toMatchObject({
    outcome: 'APPLIED',
  });
});
