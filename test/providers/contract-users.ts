import { expect, it } from 'vitest';
import type { ProviderFixture } from './contract.ts';
import { calls, error, notApplied, open, writesSent } from './contract-door.ts';

/** Who is meant: ids and logins, and nobody. */
export function describeUsers(fixture: ProviderFixture): void {
  const { directory } = fixture;
  const patch = { displayName: 'New Name' };

  it.for(fixture.logins)('finds by login $login', async ({ login, userId, asks }, test) => {
    const door = await open(test);
    expect(await door.patch({ login: { directory, login } }, patch)).toMatchObject({
      ...{ outcome: 'APPLIED', confirmedBy: fixture.confirmedBy, errors: [] },
      user: { id: `${directory}:${userId}`, ...patch },
    });
    expect(door.emulators[directory].writes.map((write) => write.userId)).toEqual([userId]);
    const all = calls(door, fixture);
    const write = all.findIndex((call) => fixture.writes.test(call));
    expect(all.slice(0, write)).toEqual(asks);
    expect(writesSent(door, fixture)).toHaveLength(1);
  });

  it('nobody is meant by another login', async (test) => {
    const door = await open(test);
    for (const login of fixture.unknownLogins)
      expect(await door.patch({ login: { directory, login } }, patch), login).toEqual(
        notApplied(error('USER_NOT_FOUND', ['user', 'login'])),
      );
    expect(writesSent(door, fixture)).toEqual([]);
  });

  it('nobody has the id: one request, and nothing is written', async (test) => {
    const id = `${directory}:${fixture.unknownUserId}`;
    const door = await open(test);
    for (const asked of [patch, { status: 'DISABLED' }, { status: 'DISABLED', ...patch }] as const) {
      door.forgetRequests();
      expect(await door.patch({ id }, asked)).toEqual(notApplied(error('USER_NOT_FOUND', ['user', 'id'])));
      expect(writesSent(door, fixture)).toHaveLength(1);
      expect(calls(door, fixture).at(-1)).toMatch(fixture.writes);
    }
    expect(door.emulators[directory].writes).toEqual([]);
  });
}
