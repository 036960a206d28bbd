import { setTimeout as delay } from 'node:timers/promises';
import type { Journal } from '../journal/journal.ts';
import type { CallOptions } from '../upstream/client.ts';
import { withDeadline } from '../upstream/deadline.ts';

/** Whose turn it is: patches of one user are applied one after the other, those of different users side by side. */
export interface UserLock {
  /**
   * Runs the task when every earlier one of the user has ended, here and on every replica that shares the journal.
   * Gives `timeout`, and does not run it, where the call's deadline comes first.
   * Rejects with JournalUnavailable where the journal cannot say whose turn it is. `onBusy` is called where it is
   * not this one's turn at once, so that nobody waits for it in vain; it may be called more than once.
   */
  withLock<T>(
    user: string,
    holder: string,
    call: CallOptions,
    task: () => Promise<T>,
    onBusy?: () => void,
  ): Promise<T | 'timeout'>;
}

/** Milliseconds between two looks whether another replica has given the user back; drawn out at random. */
const lookAgainMs = 25;

/**
 * Milliseconds for which a lease outlasts the call that took it. It is given back when the task ends; the time
 * counts only where its process died, and then nothing of that process can still be on its way.
 */
const leaseMarginMs = 5_000;

/** Makes an empty set of queues; a queue lasts as long as something waits in it. */
export function createUserLock(journal: Journal, deadlineMs: number): UserLock {
  const tails = new Map<string, Promise<void>>();

  async function leased<T>(
    user: string,
    holder: string,
    call: CallOptions,
    task: () => Promise<T>,
    onBusy: () => void,
  ) {
    while (!(await journal.lease(user, holder, deadlineMs + leaseMarginMs))) {
      onBusy();
      const pause = lookAgainMs * (1 + Math.random());
      if (performance.now() + pause >= call.deadline.endsAt) return 'timeout';
      await delay(pause);
    }
    try {
      return await task();
    } finally {
      // A lease that cannot be given back runs out.
      await journal.release(user, holder).catch(() => {});
    }
  }

  return {
    async withLock(user, holder, call, task, onBusy = () => {}) {
      const before = tails.get(user);
      if (before) onBusy();
      const { promise: done, resolve: leave } = Promise.withResolvers<void>();
      // Whoever comes next waits for all that came before, also where this one gives up its turn early.
      const tail = before ? before.then(() => done) : done;
      tails.set(user, tail);
      const leaveLine = () => {
        if (tails.get(user) === tail) tails.delete(user);
      };
      if (before) void tail.then(leaveLine);
      try {
        if (before && (await withDeadline(before, call.deadline)) === 'deadline') return 'timeout';
        if (call.deadline.isExpired()) return 'timeout';
        return await leased(user, holder, call, task, onBusy);
      } finally {
        leave();
        if (!before) leaveLine();
      }
    },
  };
}
