import { expect, it } from 'vitest';
import { openBehindProxy } from '../harness/behind-proxy.ts';
import { directoryNames, someUser } from '../harness/expected.ts';

it('has one line for each patch, with no value of it and no secret', async () => {
  const { door, proxy } = await openBehindProxy('customers');
  const secrets = new Set<string>();
  for (const directory of directoryNames) {
    const patch = {
      displayName: 'Canary\u2063Name',
      email: { address: 'canary@example.com', verified: true },
      customFields: [
        {
          replace: {
            field: directory === 'customers' ? 'nick' : 'nick_name',
            value: { text: 'canary \r\n{"level":50}' },
          },
        },
      ],
    };
    proxy.fault = ({ isWrite }) => (isWrite ? { delivered: false, answer: 'reset' } : undefined);
    await door.patch({ id: someUser(door, directory) }, patch);
    await door.patch({ login: { directory, login: 'canary' } }, patch);
    await door.patch({ id: 'canary:canary' }, patch);
    await door.patch({ id: someUser(door, directory) }, { ...patch, displayName: '', picture: 'canary' });
    for (const { headers, body } of door.emulators[directory].requests) {
      const secret = /Credential=(\w+)|client_secret=(\w+)|Bearer (.+)/.exec(
        `${headers.authorization} ${body}`,
      );
      for (const one of secret?.slice(1) ?? []) if (one) secrets.add(one.trim());
    }
  }
  expect(secrets.size).toBeGreaterThanOrEqual(4);
  const events = door.log.map((line) => JSON.parse(line) as { event: string; outcome: string });
  expect(events.map(({ event }) => event)).toEqual(Array.from({ length: 12 }, () => 'patchUser'));
  expect(door.log.join('')).not.toMatch(/canary/i);
  for (const secret of secrets) expect(door.log.join('')).not.toContain(secret);
  for (const line of door.log) expect(line.trimEnd()).not.toContain('\n');
});
