import { describe, expect, it } from 'vitest';
import { createSqliteJournal } from '../../src/journal/sqlite.ts';
import type { PatchRequest } from '../../src/patch/check.ts';
import { inputDigest } from '../../src/patch/idempotency.ts';
import { customers } from '../../src/sandbox/descope/customers.ts';
import type { UserPatchInput } from '../generated/graphql.ts';
import { outcomeUnknown, patchUser, unconfirmed, written, wroteBy } from '../harness/expected.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import { openDoor } from '../harness/front-door.ts';

const idempotencyKey = 'key-of-a-process-that-died';

it('the digest of an input is that of all released versions, in any order of its members', () => {
  const customFields = [
    { operation: 'ADD', field: 'tags', value: { kind: 'texts', value: ['b', 'a'] } } as const,
  ];
  const email = { address: 'ada@example.com', verified: false };
  const requests: readonly PatchRequest[] = [
    { user: { id: 'customers:U1' }, patch: { displayName: null, email, customFields }, ifVersion: 'v' },
    { ifVersion: 'v', patch: { customFields, email, displayName: null }, user: { id: 'customers:U1' } },
  ];
  for (const request of requests)
    expect(inputDigest(request)).toBe('43d23bcbfbdf2eb499c651fc9221fef98cd19a3749012a79d0433a8d419afaee');
});

describe('the key of an operation whose process died before it had a result', () => {
  const add = (value: string) => [{ add: { field: 'tags', value: { texts: [value] } } }];
  const operation = (value: string) =>
    ({ operation: 'ADD', field: 'tags', value: { kind: 'texts', value: [value] } }) as const;
  it.each<readonly [what: string, input: UserPatchInput, patch: PatchRequest['patch'], path: string[]]>([
    ['is shown', { displayName: 'Ada Okafor' }, { displayName: 'Ada Okafor' }, []],
    ['is not shown', { displayName: 'Other' }, { displayName: 'Other' }, ['patch', 'displayName']],
    // Whether the value was added by the operation or before it cannot be decided.
    [
      'adds a member that is shown',
      { customFields: add('vip') },
      { customFields: [operation('vip')] },
      ['patch', 'customFields', '0', 'add'],
    ],
  ])('of a change that %s is APPLIED only where every change is confirmed', async (_, input, patch, path) => {
    const { journal } = freshJournal();
    const earlier = createSqliteJournal(journal.sqlite);
    const user = { id: `customers:${customers.users[0].userId}` };
    await earlier.begin({
      ...{ operationId: 'of-the-dead-process', caller: 'anonymous', key: idempotencyKey, user: user.id },
      ...{ inputDigest: inputDigest({ user, patch }), fields: [path.join('.')], ttlMs: 60_000 },
    });
    await earlier.close();
    const door = await openDoor({ journal });
    const payload = await patchUser(door, { user, patch: input, idempotencyKey });
    expect(payload).toMatchObject({
      ...{ operationId: 'of-the-dead-process', user },
      ...(path.length === 0
        ? { outcome: 'APPLIED', confirmedBy: 'READ_BACK', errors: [] }
        : { outcome: 'UNKNOWN', confirmedBy: null, errors: [outcomeUnknown(unconfirmed, ...path)] }),
    });
    await door.restart();
    expect(await patchUser(door, { user, patch: input, idempotencyKey })).toEqual(payload);
    expect([...written(door), ...wroteBy(door, 'customers')]).toEqual([]);
  });
});
