import { expect, it } from 'vitest';
import type { Subject } from './contract.ts';
import { calls, error, notApplied, open, writesSent } from './contract-door.ts';

/** Who is meant: ids and logins, and nobody. */
export function describeUsers(subject: Subject): void {
  const { directory } = subject;
  const patch = { displayName: 'New Name' };

  it.each(subject.logins)('finds by login $login', async ({ login, userId, asks }) => {
    const door = await open();
    const answer = await door.patch({ login: { directory, login } }, patch);
    expect(answer).toMatchObject({
      outcome: 'APPLIED',
      confirmedBy: subject.confirmedBy,
      user: { id: `${directory}:${userId}`, displayName: 'New Name' },
      errors: [],
    });
    expect(door.emulators[directory].writes.map((write) => write.userId)).toEqual([userId]);
    const all = calls(door, subject);
    expect(
      all.slice(
        0,
        all.findIndex((call) => subject.writes.test(call)),
      ),
    ).toEqual(asks);
    expect(writesSent(door, subject)).toHaveLength(1);
  });

  it.each(subject.strangers)('nobody is meant by login %s', async (login) => {
    const door = await open();
    const notFound = error('USER_NOT_FOUND', ['user', 'login']);
    expect(await door.patch({ login: { directory, login } }, patch)).toEqual(notApplied(notFound));
    expect(writesSent(door, subject)).toEqual([]);
  });

  it('nobody has the id: one request, and nothing is written', async () => {
    const id = `${directory}:${subject.nobody}`;
    const notFound = notApplied(error('USER_NOT_FOUND', ['user', 'id']));
    const disabled = { status: 'DISABLED' } as const;
    for (const asked of [patch, disabled, { ...disabled, ...patch }]) {
      const door = await open();
      expect(await door.patch({ id }, asked)).toEqual(notFound);
      expect(writesSent(door, subject)).toHaveLength(1);
      expect(calls(door, subject).at(-1)).toMatch(subject.writes);
      expect(door.emulators[directory].writes).toEqual([]);
    }
  });
}
