import { ReadFailure } from '../domain/errors.ts';
import type { User } from '../domain/user.ts';
import { notUnderstood } from './response.ts';

/**
 * Reads users in lots of at most `size` ids, all at once: what `readLot` gives for a lot, in the order of the
 * ids; its ReadFailure for every id of the lot that failed, so that one lot's failure is not another's.
 */
export async function readInBatches(
  userIds: readonly string[],
  size: number,
  readLot: (lot: readonly string[]) => Promise<readonly User[]>,
): Promise<readonly (User | undefined | ReadFailure)[]> {
  const lots = inBatches(userIds, size);
  const found = new Map<string, User | ReadFailure>();
  await Promise.all(
    lots.map(async (lot) => {
      try {
        for (const user of await readLot(lot)) {
          if (!lot.includes(user.userId)) throw new ReadFailure(notUnderstood());
          found.set(user.userId, user);
        }
      } catch (failure) {
        if (!(failure instanceof ReadFailure)) throw failure;
        for (const id of lot) found.set(id, failure);
      }
    }),
  );
  return userIds.map((id) => found.get(id));
}

/** A list in lots of at most `size`. */
export function inBatches<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
