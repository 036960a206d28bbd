import { setTimeout as delay } from 'node:timers/promises';
import type { Journal } from '../journal/journal.ts';
import type { CallOptions } from '../upstream/client.ts';
import { withDeadline } from '../upstream/deadline.ts';
import { createFairQueue } from '../upstream/fair-queue.ts';

/** Patches of one user run one at a time; those of different users run in parallel. */
export interface UserLock {
  /**
   * Runs `begin` at once and, where that gives nothing, the task while it holds the user's lock, in this process and on
   * every replica that shares the journal. Returns what `begin` gives, else what the task gives, or `timeout`, without
   * running the task, where the call's deadline comes first. The lease is asked for in the same turn as `begin` runs, so
   * that the journal writes both in one transaction.
   * Rejects with JournalUnavailable where the journal cannot grant the lease. `onBusy` is called when the lock is held
   * by another task; it may be called more than once.
   */
  withLock<T>(
    user: string,
    holder: string,
    call: CallOptions,
    begin: () => Promise<T | undefined>,
    task: () => Promise<T>,
    onBusy?: () => void,
  ): Promise<T | 'timeout'>;
}

/** Poll interval (ms, with jitter) while another replica holds the user's lease. */
const pollMs = 25;

/**
 * Milliseconds for which a lease outlasts its call. It is released when the task ends; only the lease of a process that
 * died runs out, and by then no request of that process can still be on its way.
 */
const leaseMarginMs = 5_000;

/** Keeps a queue for each user, as long as a task is in it: one caller's many do not hold up another's one. */
export function createUserLock(journal: Journal, deadlineMs: number): UserLock {
  const queues = new Map<string, ReturnType<typeof createFairQueue>>();

  async function leased<T>(
    user: string,
    holder: string,
    call: CallOptions,
    beginning: Promise<T | undefined>,
    task: () => Promise<T>,
    onBusy: () => void,
  ) {
    const lease = () => journal.lease(user, holder, deadlineMs + leaseMarginMs);
    let leasing = lease();
    let isTaken = false;
    try {
      leasing.catch(() => {});
      const begun = await beginning;
      if (begun !== undefined) return begun;
      isTaken = await leasing;
      while (!isTaken) {
        onBusy();
        const pause = pollMs * (1 + Math.random());
        if (performance.now() + pause >= call.deadline.endsAt) return 'timeout';
        await delay(pause);
        leasing = lease();
        isTaken = await leasing;
      }
      return await task();
    } finally {
      const release = () => journal.release(user, holder).catch(() => {});
      // A lease that cannot be released runs out. What is not known to be refused may have been granted.
      if (isTaken) await release();
      else leasing.then((isLate) => (isLate ? release() : undefined), release);
    }
  }

  return {
    async withLock(user, holder, call, begin, task, onBusy = () => {}) {
      const queue = queues.get(user) ?? createFairQueue(1);
      queues.set(user, queue);
      const isBusy = queue.isFull;
      if (isBusy) onBusy();
      const { promise: turn, resolve: take } = Promise.withResolvers<void>();
      const { promise: done, resolve: unlock } = Promise.withResolvers<void>();
      const hold = () => {
        take();
        // At once where this one timed out before its turn.
        return done;
      };
      const over = queue.run(call.caller, hold);
      void over.then(() => {
        if (!queue.isFull && queues.get(user) === queue) queues.delete(user);
      });
      try {
        const beginning = begin();
        if (isBusy || call.deadline.isExpired()) {
          const begun = await beginning;
          if (begun !== undefined) return begun;
          if (isBusy && (await withDeadline(turn, call.deadline)) === 'deadline') return 'timeout';
          if (call.deadline.isExpired()) return 'timeout';
        }
        return await leased(user, holder, call, beginning, task, onBusy);
      } finally {
        unlock();
      }
    },
  };
}
