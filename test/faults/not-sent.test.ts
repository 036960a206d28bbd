import { describe, expect, it, onTestFinished } from 'vitest';
import {
  arrived,
  directoryNames,
  notApplied,
  someUser,
  tooLate,
  unavailable,
  unreached,
  written,
} from '../harness/expected.ts';
import { openBadLine } from '../harness/faulty-proxy.ts';
import { openFrontDoor, payload } from '../harness/front-door.ts';

/** Where nobody listens. A free port would be given to the next who asks for one, who may be an emulator. */
const nobody = 'http://127.0.0.1:1';

/** What was not sent is sent again until the time for it is over: with little of it, that is soon. */
const hurried = { deadlineMs: 700, readBackMs: 200 };

const refusedConnection = (...path: readonly string[]) => notApplied(unavailable(unreached.refused, ...path));

describe.each(directoryNames)('where %s', (directory) => {
  async function openWithNobody() {
    const door = await openFrontDoor({ directories: { [directory]: { baseUrl: nobody } }, limits: hurried });
    onTestFinished(() => door.close());
    return door;
  }

  it('refuses the connection, nothing was written and it may be tried again', async () => {
    const door = await openWithNobody();
    const answer = await door.patch({ id: someUser(door, directory) }, { displayName: 'Ada' });
    expect(answer).toEqual(refusedConnection('patch'));
    expect(arrived(door)).toEqual([]);
    const other = directory === 'customers' ? 'employees' : 'customers';
    expect(await door.patch({ id: someUser(door, other) }, { displayName: 'Ada' })).toMatchObject({
      outcome: 'APPLIED',
    });
  });

  it('has gone since the last call, nothing was written and it may be tried again', async () => {
    const { door, proxy } = await openBadLine(directory, hurried);
    const user = { id: someUser(door, directory) };
    expect(await door.patch(user, { displayName: 'Ada' })).toMatchObject({ outcome: 'APPLIED' });
    await proxy.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await door.patch(user, { displayName: 'Grace' })).toEqual(refusedConnection('patch'));
    expect(written(door)).toHaveLength(1);
  });

  it('refuses the connection, a login cannot be looked up and nothing was written', async () => {
    const door = await openWithNobody();
    const answer = await door.patch({ login: { directory, login: 'li.na' } }, { displayName: 'Ada' });
    expect(answer).toEqual(refusedConnection());
    expect(arrived(door)).toEqual([]);
  });

  it('fails again and again, it is left alone for a while, and says so', async () => {
    const { door, proxy } = await openBadLine(directory, hurried);
    const patch = (displayName: string) => door.patch({ id: someUser(door, directory) }, { displayName });
    expect(await patch('Ada')).toMatchObject({ outcome: 'APPLIED' });
    await proxy.close();
    const brokenOff = notApplied(unavailable(unreached.broken, 'patch'));
    for (let left = 20; left > 0; left -= 1) {
      const answer = await patch('Grace');
      if (JSON.stringify(answer.errors) === JSON.stringify(brokenOff.errors)) {
        expect(answer).toEqual(brokenOff);
        break;
      }
      expect(answer).toEqual(refusedConnection('patch'));
      expect(left).toBeGreaterThan(1);
    }
    expect(written(door)).toHaveLength(1);
    const other = directory === 'customers' ? 'employees' : 'customers';
    expect(await door.patch({ id: someUser(door, other) }, { displayName: 'Ada' })).toMatchObject({
      outcome: 'APPLIED',
    });
  });

  const limits = { deadlineMs: 1000, readBackMs: 500 };

  it('takes one patch of a user at a time, and of other users side by side', async () => {
    const { door, proxy } = await openBadLine(directory);
    const [user, other] = [{ id: someUser(door, directory) }, { id: someUser(door, directory, 1) }];
    await door.patch(other, { displayName: 'Warm' });
    const gate = Promise.withResolvers<void>();
    proxy.fault = ({ isWrite }) =>
      isWrite && proxy.writes.length === 2
        ? { delivered: true, answer: 'its answer', after: gate.promise }
        : undefined;
    const first = door.patch(user, { displayName: 'First' });
    await until(() => proxy.writes.length === 2);
    const second = door.patch(user, { displayName: 'Second' });
    expect(await door.patch(other, { displayName: 'Other' })).toMatchObject({ outcome: 'APPLIED' });
    expect(proxy.writes).toHaveLength(3);
    gate.resolve();
    expect(await first).toMatchObject({ outcome: 'APPLIED', user: { displayName: 'First' } });
    expect(await second).toMatchObject({ outcome: 'APPLIED', user: { displayName: 'Second' } });
    expect(written(door).map(({ change }) => change.displayName ?? change.name)).toEqual([
      'Warm',
      'Other',
      'First',
      'Second',
    ]);
  });

  it('lets a patch wait for too long behind another, nothing of it was sent', async () => {
    const { door, proxy } = await openBadLine(directory, limits);
    const user = { id: someUser(door, directory) };
    // Neither the first write nor the look after it is ever answered: it takes all the time that it has.
    proxy.fault = ({ isWrite }) =>
      isWrite || proxy.writes.length > 0 ? { delivered: false, answer: 'nothing' } : undefined;
    const first = door.patch(user, { displayName: 'First' });
    await until(() => proxy.writes.length === 1);
    const second = await door.patch(user, { displayName: 'Second' });
    expect(second).toEqual(
      notApplied(tooLate('The time of this call was over before the patch could start: nothing was sent.')),
    );
    expect(await first).toMatchObject({ outcome: 'UNKNOWN' });
    expect(proxy.writes).toHaveLength(1);
  });

  it('is asked twice in one document, one follows the other', async () => {
    const { door } = await openBadLine(directory);
    const mutation = (name: string) =>
      `patchUser(input: { user: { id: "${someUser(door, directory)}" }, patch: { displayName: "${name}" } }) { ${payload} }`;
    const answer = await door.graphql(
      `mutation { first: ${mutation('First')} second: ${mutation('Second')} }`,
    );
    expect(answer).toMatchObject({
      data: {
        first: { outcome: 'APPLIED', user: { displayName: 'First' } },
        second: { outcome: 'APPLIED', user: { displayName: 'Second' } },
      },
    });
  });
});

it('a list that is changed is read first, and where that fails nothing was written', async () => {
  const { door, proxy } = await openBadLine('customers', hurried);
  await door.graphql('{ directory(name: "customers") { customFields { field } } }');
  proxy.fault = ({ isWrite }) => (isWrite ? undefined : { delivered: false, answer: 'reset' });
  const add = { add: { field: 'tags', value: { texts: ['press'] } } };
  const answer = await door.patch({ id: someUser(door, 'customers') }, { customFields: [add] });
  expect(answer).toEqual(notApplied(unavailable(unreached.silent)));
  expect(proxy.writes).toEqual([]);
});

describe('the log', () => {
  it('has one line for each patch, with no value of it and no secret', async () => {
    const { door, proxy } = await openBadLine('customers');
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
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
