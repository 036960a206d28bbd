import { ReadFailure } from '../domain/errors.ts';
import type { User } from '../domain/user.ts';
import { unreadableAnswer } from './response.ts';

/**
 * Reads users in batches of at most `size` ids, in parallel, and returns them in the order of the ids. Where
 * `readBatch` throws a ReadFailure, every id of that batch gets it, and the other batches keep their users. It returns
 * undefined for an entry that cannot be read: then the ids without a user get a ReadFailure, for it may be one of them.
 */
export async function readInBatches(
  userIds: readonly string[],
  size: number,
  readBatch: (batch: readonly string[]) => Promise<readonly (User | undefined)[]>,
): Promise<readonly (User | undefined | ReadFailure)[]> {
  const batches = inBatches(userIds, size);
  const found = new Map<string, User | ReadFailure>();
  await Promise.all(
    batches.map(async (batch) => {
      try {
        const users = await readBatch(batch);
        for (const user of users) {
          if (user && !batch.includes(user.userId)) throw new ReadFailure(unreadableAnswer());
          if (user) found.set(user.userId, user);
        }
        if (!users.includes(undefined)) return;
        const failure = new ReadFailure(unreadableAnswer());
        for (const id of batch) if (!found.has(id)) found.set(id, failure);
      } catch (failure) {
        if (!(failure instanceof ReadFailure)) throw failure;
        for (const id of batch) found.set(id, failure);
      }
    }),
  );
  return userIds.map((id) => found.get(id));
}

/** Splits a list into batches of at most `size`. */
export function inBatches<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
