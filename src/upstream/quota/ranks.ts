import type { CallOptions } from '../client.ts';
import type { Purpose } from './permits.ts';

/** Who goes before whom: first the looks for which there is room already. */
export const ranks = { look: 0, first: 1, write: 2, read: 3 } as const;

/** A place in that order: the lower goes first. */
export type Rank = (typeof ranks)[keyof typeof ranks];

/** What a permit is asked for by each rank. */
export const purposes: readonly [Purpose, Purpose, Purpose, Purpose] = ['first', 'first', 'write', 'read'];

/** The rank of a request: whether it looks at what was written is known by the room that is kept for it. */
export function rankOf({ priority, reservation: write }: CallOptions): Rank {
  if (priority === undefined) return ranks.read;
  if (priority === 'urgent') return write?.release ? ranks.look : ranks.first;
  // What has begun is to be brought to its end.
  return write?.release ? ranks.first : ranks.write;
}

/** How many permits one of this rank takes: a write takes that of its look along. */
export function permitsFor(rank: Rank): number {
  return rank === ranks.write ? 2 : 1;
}
