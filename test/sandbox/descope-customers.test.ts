import { describe, expect, test } from 'vitest';
import { customers } from '../../src/sandbox/descope/customers.ts';
import { patch, start } from './descope-project.ts';

describe('the customers of the sandbox', () => {
  test('are all there, in every status and with every type of attribute', async () => {
    const emulator = await start(customers);
    const users = [...emulator.users().values()];
    expect(users).toHaveLength(12);
    expect(new Set(users.map((user) => user.status))).toEqual(
      new Set(['enabled', 'disabled', 'invited', 'expired']),
    );
    expect(new Set(customers.attributes.map(({ type }) => type))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    for (const user of users) expect(user.userId).toMatch(/^U2[A-Za-z0-9]{25}$/);
    expect(customers.projectId).toMatch(/^P2[A-Za-z0-9]{26}$/);
  });

  test('cannot take the email of another', async () => {
    const emulator = await start(customers);
    const answer = await patch(emulator, {
      loginId: 'ada.okafor@example.com',
      email: 'yuki.sato@example.com',
    });
    expect(answer.body.errorCode).toBe('E011001');
  });

  test('must be sound: a project with a mistake does not start', async () => {
    const ada = customers.users[0];
    await expect(start({ ...customers, users: [ada, { ...ada, userId: 'U2x' }] })).rejects.toThrow('loginId');
    await expect(start({ ...customers, roles: [] })).rejects.toThrow('roleNames');
  });
});
