import { print } from 'graphql';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../../src/settings/secret.ts';
import type { PatchUserInput } from '../../generated/graphql.ts';
import { counted, someUser } from '../../harness/expected.ts';
import { type FrontDoor, openDoor } from '../../harness/front-door.ts';
import { outcomesOf, patchMany } from '../../harness/many.ts';
import { type PostgresServer, startPostgres } from '../../harness/postgres-server.ts';

let server: PostgresServer;
const missing = await startPostgres().then(
  (started) => {
    server = started;
    return undefined;
  },
  (error: unknown) => String(error),
);
afterAll(() => server?.remove());

/** A second replica: the same configuration, and nothing shared but the journal. */
async function replicaOf(door: FrontDoor): Promise<Pick<FrontDoor, 'call'>> {
  const service = await door.startAnother();
  onTestFinished(() => service.close());
  return {
    async call(document, variables) {
      const response = await fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: print(document), variables }),
      });
      return response.json() as never;
    },
  };
}

describe.skipIf(missing)(`patchUsers at two replicas${missing ? ` (no PostgreSQL: ${missing})` : ''}`, () => {
  const named = (door: FrontDoor, which: number, displayName: string): PatchUserInput => ({
    user: { id: someUser(door, 'customers', which) },
    patch: { displayName },
  });

  it('of the same users in another order at the same time: all are applied, each user’s one by one', async () => {
    const door = await openDoor({ journal: { postgres: new Secret(server.url()) } });
    const replica = await replicaOf(door);
    const rounds = [0, 1, 2, 3];
    for (const round of rounds) {
      const inputs = [0, 1, 2].map((which) => named(door, which, `Round ${round} of ${which}`));
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
    const door = await openDoor({ journal: { postgres: new Secret(server.url()) } });
    const replica = await replicaOf(door);
    const inputs = [0, 1, 2].map((which) => ({
      ...named(door, which, `N${which}`),
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
