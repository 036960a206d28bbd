import { expect, it } from 'vitest';
import { JournalUnavailable } from '../../src/journal/journal.ts';
import { noJournal } from '../../src/journal/no-journal.ts';
import { createUserLock } from '../../src/patch/user-lock.ts';
import { createDeadline } from '../../src/upstream/deadline.ts';

const call = { deadline: createDeadline(60_000) };
const lost = new JournalUnavailable(new Error('lost'));
const never = () => expect.unreachable();

it('what the journal knows of a key is the answer, also where it cannot grant the lease', async () => {
  const lock = createUserLock({ ...noJournal, lease: async () => Promise.reject(lost) }, 1_000);
  expect(await lock.withLock('user', 'one', call, async () => 'known', never)).toBe('known');
});

it('a lease that is granted after its intent was lost is released, and not before', async () => {
  const { promise: leased, resolve: grant } = Promise.withResolvers<boolean>();
  const holders = new Set<string>();
  const journal = {
    ...noJournal,
    async lease(_user: string, holder: string) {
      const isGranted = await leased;
      holders.add(holder);
      return isGranted;
    },
    async release(_user: string, holder: string) {
      holders.delete(holder);
    },
  };
  const lock = createUserLock(journal, 1_000);
  await expect(lock.withLock('user', 'one', call, async () => Promise.reject(lost), never)).rejects.toBe(
    lost,
  );
  grant(true);
  await new Promise(setImmediate);
  expect([...holders]).toEqual([]);
});
