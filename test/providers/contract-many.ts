import { expect, it } from 'vitest';
import { someUser } from '../harness/expected.ts';
import { patchMany } from '../harness/many.ts';
import type { Case, ProviderFixture } from './contract.ts';
import { applied, type CapturedRequest, open, writesSent } from './contract-door.ts';

/**
 * Patches of many users: each as if it were alone, whether or not the provider has a request for many. What such a
 * request is answered: test/patch/patch-users-batch.test.ts.
 */
export function describeMany(fixture: ProviderFixture): void {
  const { user, directory, sendsMany } = fixture;
  const rename = fixture.cases.find(({ patch }) => 'displayName' in patch && patch.displayName !== null);

  it.for([...fixture.cases, fixture.everything])(
    'beside another user: $does',
    async ({ patch, sends, shows, changes }: Case, test) => {
      const door = await open(test, changes);
      const other = someUser(door, directory, 1);
      if (!rename) throw new Error('No case sets displayName.');
      const theirs = JSON.parse(
        JSON.stringify(rename.sends).replaceAll(user.userId, other.slice(directory.length + 1)),
      ) as readonly CapturedRequest[];
      const inputs = [
        { user: { id: user.id }, patch },
        { user: { id: other }, patch: rename.patch },
      ];
      expect(await patchMany(door, inputs)).toEqual([
        { operationId: expect.any(String), ...applied({ ...user, ...shows }, fixture.confirmedBy) },
        expect.objectContaining({
          ...{ outcome: 'APPLIED', errors: [] },
          user: expect.objectContaining({ id: other, ...rename.patch }),
        }),
      ]);
      const sent = writesSent(door, fixture);
      if (sendsMany && !('customFields' in patch)) expect(sent).toEqual([sendsMany([...sends, ...theirs])]);
      else if (sendsMany) {
        // Who asks for the definitions comes after; who reads first is not waited for.
        const later = [...theirs, ...sends];
        expect([[sendsMany(later)], later]).toContainEqual(sent);
      } else {
        // Each in its order, and side by side in whatever order.
        const ofUser = (one: CapturedRequest) => JSON.stringify(one).includes(user.userId);
        expect(sent.filter(ofUser)).toEqual(sends);
        expect(sent.filter((one) => !ofUser(one))).toEqual(theirs);
      }
    },
  );
}
