import { describe, expect, it } from 'vitest';
import { createSqliteJournal } from '../../src/journal/sqlite.ts';
import { createDigests } from '../../src/patch/digests.ts';
import type { PatchRequest } from '../../src/patch/request.ts';
import { customers } from '../../src/sandbox/descope/customers.ts';
import type { UserPatchInput } from '../generated/graphql.ts';
import { outcomeUnknown, patchUser, written, wroteBy } from '../harness/expected.ts';
import { freshJournal } from '../harness/fresh-journal.ts';
import { openDoor } from '../harness/front-door.ts';

const idempotencyKey = 'key-of-a-process-that-died';

const mayHaveBeenSent =
  'The process ended before it had an answer: the change may have been sent, and may have been written.';

describe('the digest of an input', () => {
  const customFields = [
    { operation: 'ADD', field: 'tags', value: { kind: 'texts', value: ['b', 'a'] } } as const,
  ];
  const email = { address: 'ada@example.com', verified: false };
  const request: PatchRequest = {
    ...{ user: { id: 'customers:U1' }, patch: { displayName: null, email, customFields }, ifVersion: 'v' },
  };
  const sorted: PatchRequest = {
    ifVersion: 'v',
    patch: {
      customFields: [{ operation: 'ADD', field: 'tags', value: { kind: 'texts', value: ['a', 'b'] } }],
      ...{ email, displayName: null },
    },
    user: { id: 'customers:U1' },
  };
  const released = '43d23bcbfbdf2eb499c651fc9221fef98cd19a3749012a79d0433a8d419afaee';

  it('is the same for the same meaning, and says which key it has', () => {
    const [keyed, other, bare] = ['a', 'b', undefined].map((key) =>
      createDigests(key === undefined ? undefined : Buffer.from(key.repeat(32))),
    ) as [
      ReturnType<typeof createDigests>,
      ReturnType<typeof createDigests>,
      ReturnType<typeof createDigests>,
    ];
    for (const one of [keyed, bare]) {
      const digest = one.ofInput(request);
      expect(one.ofInput(sorted)).toBe(digest);
      expect(one.isOfInput(digest, sorted)).toBe(true);
      expect(one.isOfInput(digest, { ...request, ifVersion: undefined })).toBe(false);
    }
    expect(keyed.ofInput(request)).toMatch(/^hmac-[0-9a-f]{8}-[0-9a-f]{64}$/);
    expect(bare.ofInput(request)).toMatch(/^sha256-[0-9a-f]{64}$/);
    // A key that was configured later still reads what was written without one.
    expect(keyed.isOfInput(bare.ofInput(request), sorted)).toBe(true);
    expect(other.isOfInput(keyed.ofInput(request), request)).toBeUndefined();
    expect(bare.isOfInput(keyed.ofInput(request), request)).toBeUndefined();
  });

  it('is read in the form of all released versions', () => {
    const digests = createDigests(Buffer.from('a'.repeat(32)));
    expect(digests.isOfInput(released, request)).toBe(true);
    expect(digests.isOfInput(released, { ...request, ifVersion: undefined })).toBe(false);
  });
});

describe('the key of an operation whose process died before it had a result', () => {
  const add = (value: string) => [{ add: { field: 'tags', value: { texts: [value] } } }];
  const operation = (value: string) =>
    ({ operation: 'ADD', field: 'tags', value: { kind: 'texts', value: [value] } }) as const;
  it.each<readonly [what: string, input: UserPatchInput, patch: PatchRequest['patch'], path: string[]]>([
    ['is shown', { displayName: 'Ada Okafor' }, { displayName: 'Ada Okafor' }, ['patch', 'displayName']],
    ['is not shown', { displayName: 'Other' }, { displayName: 'Other' }, ['patch', 'displayName']],
    // Whether the value was added by the operation or before it cannot be decided.
    [
      'adds a member that is shown',
      { customFields: add('vip') },
      { customFields: [operation('vip')] },
      ['patch', 'customFields', '0', 'add'],
    ],
  ])(
    'of a change that %s is APPLIED only where every change is confirmed',
    async (what, input, patch, path) => {
      const { journal } = freshJournal();
      const earlier = createSqliteJournal(journal.sqlite);
      const digests = createDigests(earlier.digestKey());
      const user = { id: `customers:${customers.users[0].userId}` };
      await earlier.begin({
        ...{ operationId: 'of-the-dead-process', caller: 'anonymous', key: idempotencyKey, user: user.id },
        ...{
          inputDigest: digests.ofInput({ user, patch }),
          fields: [path.join('.')],
          changes: [],
          ttlMs: 60_000,
        },
      });
      await earlier.close();
      const door = await openDoor({ journal });
      const payload = await patchUser(door, { user, patch: input, idempotencyKey });
      expect(payload).toMatchObject({
        ...{ operationId: 'of-the-dead-process', user },
        ...(what === 'is shown'
          ? { outcome: 'APPLIED', confirmedBy: 'READ_BACK', errors: [] }
          : { outcome: 'UNKNOWN', confirmedBy: null, errors: [outcomeUnknown(mayHaveBeenSent, ...path)] }),
      });
      await door.restart();
      expect(await patchUser(door, { user, patch: input, idempotencyKey })).toEqual(payload);
      expect([...written(door), ...wroteBy(door, 'customers')]).toEqual([]);
    },
  );
});
