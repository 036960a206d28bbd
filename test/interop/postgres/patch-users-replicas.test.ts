import { print } from 'graphql';
import { expect, it } from 'vitest';
import type { Service } from '../../../src/service.ts';
import { ask } from '../../graphql/served.ts';
import { counted, someUser } from '../../harness/expected.ts';
import type { FrontDoor } from '../../harness/front-door.ts';
import { named, outcomesOf, patchMany } from '../../harness/many.ts';
import { openReplicas, serverForTests } from './server-for-tests.ts';

const { server, describeWithServer } = await serverForTests();

const callable = ({ url }: Service): Pick<FrontDoor, 'call'> => ({
  call: (document, variables) => ask(`${url}/graphql`, print(document), variables) as never,
});

describeWithServer('patchUsers at two replicas', () => {
  it('of the same users in another order at the same time: all are applied, each user’s one by one', async () => {
    const { door, other } = await openReplicas(server, 'same_users');
    const replica = callable(other);
    const rounds = [0, 1, 2, 3];
    for (const round of rounds) {
      const inputs = [0, 1, 2].map((which) =>
        named(someUser(door, 'customers', which), `Round ${round} of ${which}`),
      );
      const both = await Promise.all([patchMany(door, inputs), patchMany(replica, inputs.toReversed())]);
      expect(both.map(outcomesOf)).toEqual([0, 1].map(() => Array(3).fill('APPLIED RESPONSE')));
      expect(both[1].map(({ user }) => user?.displayName)).toEqual(
        both[0].map(({ user }) => user?.displayName).toReversed(),
      );
    }
    const writes = door.emulators.customers.writes.map(({ change }) => String(change.name));
    expect(counted(writes)).toEqual(
      Object.fromEntries(
        rounds.flatMap((round) => [0, 1, 2].map((which) => [`Round ${round} of ${which}`, 2])),
      ),
    );
  });

  it('by the same keys at the same time: each is one operation', async () => {
    const { door, other: second } = await openReplicas(server, 'same_keys');
    const replica = callable(second);
    const inputs = [0, 1, 2].map((which) => ({
      ...named(someUser(door, 'customers', which), `N${which}`),
      idempotencyKey: `key-of-replicas-${which}`,
    }));
    const [one, other] = await Promise.all([patchMany(door, inputs), patchMany(replica, inputs)]);
    const told = [...one, ...other].filter(({ outcome }) => outcome === 'APPLIED');
    expect(new Set(told.map(({ operationId }) => operationId)).size).toBe(3);
    for (const [index, { outcome, errors, operationId }] of other.entries())
      if (outcome !== 'APPLIED') {
        expect(errors.map(({ code }) => code)).toEqual(['IDEMPOTENCY_IN_PROGRESS']);
        expect(operationId).toBe(one[index]?.operationId);
      }
    expect(door.emulators.customers.writes).toHaveLength(3);
    expect(outcomesOf(await patchMany(replica, inputs))).toEqual(Array(3).fill('APPLIED RESPONSE'));
  });
});
