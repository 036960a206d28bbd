import { expect, it } from 'vitest';
import { openDoor } from '../harness/front-door.ts';
import type { ProviderFixture } from './contract.ts';
import { calls, error, notApplied, writesSent } from './contract-door.ts';

/** Who is meant: ids and logins, and nobody. */
export function describeUsers(fixture: ProviderFixture): void {
  const { directory } = fixture;
  const patch = { displayName: 'New Name' };

  it.each(fixture.logins)('finds by login $login', async ({ login, userId, asks }) => {
    const door = await openDoor();
    const answer = await door.patch({ login: { directory, login } }, patch);
    expect(answer).toMatchObject({
      outcome: 'APPLIED',
      confirmedBy: fixture.confirmedBy,
      user: { id: `${directory}:${userId}`, displayName: 'New Name' },
      errors: [],
    });
    expect(door.emulators[directory].writes.map((write) => write.userId)).toEqual([userId]);
    const all = calls(door, fixture);
    expect(
      all.slice(
        0,
        all.findIndex((call) => fixture.writes.test(call)),
      ),
    ).toEqual(asks);
    expect(writesSent(door, fixture)).toHaveLength(1);
  });

  it.each(fixture.unknownLogins)('nobody is meant by login %s', async (login) => {
    const door = await openDoor();
    const notFound = error('USER_NOT_FOUND', ['user', 'login']);
    expect(await door.patch({ login: { directory, login } }, patch)).toEqual(notApplied(notFound));
    expect(writesSent(door, fixture)).toEqual([]);
  });

  it('nobody has the id: one request, and nothing is written', async () => {
    const id = `${directory}:${fixture.unknownUserId}`;
    const notFound = notApplied(error('USER_NOT_FOUND', ['user', 'id']));
    const disabled = { status: 'DISABLED' } as const;
    for (const asked of [patch, disabled, { ...disabled, ...patch }]) {
      const door = await openDoor();
      expect(await door.patch({ id }, asked)).toEqual(notFound);
      expect(writesSent(door, fixture)).toHaveLength(1);
      expect(calls(door, fixture).at(-1)).toMatch(fixture.writes);
      expect(door.emulators[directory].writes).toEqual([]);
    }
  });
}
