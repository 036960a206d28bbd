import { type ByPriority, createLocalPermits, type Permits, priorities } from './permits.ts';
import type { Ledger } from './postgres-ledger.ts';
import { addUse, countUses, type Uses, windowMs } from './sliding-window.ts';

/** Milliseconds within which leased permits must be taken. */
const leaseMs = 2_000;

/** Milliseconds after a report at which a request that has not ended by then must be reported once more. */
const overdueMs = leaseMs + 2_000;

/** Milliseconds for which permits are in use that are in flight or leased, where their process never reports again. */
const reportedMs = overdueMs + windowMs;

/** Milliseconds after which a process that reports no more does not count as a replica. */
const replicaMs = 2 * windowMs;

/** The share of a quota that is leased ahead at most. Our own choice. */
const maxAhead = 0.01;

/** Milliseconds until the ledger is asked again that was away, or had less than was wanted. */
const retryMs = 200;

const nothing: ByPriority = { urgent: 0, write: 0, read: 0 };

/** What the ledger keeps: small, for there is an entry a second and process. Moments are milliseconds by its clock. */
interface State {
  /** What each process has in use, by the milliseconds after `at` when it is free again. */
  readonly replicas: Readonly<Record<string, { readonly at: number; readonly uses: [number, number][] }>>;
  readonly pausedUntil: number;
}

/**
 * The permits of a quota that processes share by a ledger. They are leased a few at a time: those that requests wait
 * for and, where there is much to do, some ahead. Each request for a lease reports all that its process has in use, so
 * nothing needs to be given back. While the ledger is away, the process goes on standalone with a share of the quota.
 */
export function createSharedPermits(
  ledger: Ledger,
  perMinute: number,
  replica: string,
  onChange: (pauseMs: number) => void,
): Permits {
  let standalone = false;
  let isAsking = false;
  let replicas = 1;
  /** Permits of the lease that were not taken, and whether it had fewer than were wanted. */
  let [left, isShort] = [0, false];
  let takenSince = 0;
  /** Whether the last request for a lease did not report all. */
  let unreported = false;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let [askedAt, answeredAt, reportedAt, failedAt] = [pausedUntil, pausedUntil, pausedUntil, pausedUntil];
  const others: Uses = new Map();
  // Also counts what is taken from leases, so that a standalone process starts from its real usage.
  const local = createLocalPermits((now) => {
    if (!isCapped(now)) return perMinute;
    const share = Math.max(2, Math.floor(perMinute / replicas));
    return Math.min(perMinute, share + countUses(others, now));
  }, others);
  /** While the ledger is away and after that, for the others may not have reported yet what they used meanwhile. */
  const isCapped = (now: number) => standalone || now < failedAt + reportedMs;
  const leased = (now: number) => (isAsking || now >= reportedAt + leaseMs ? 0 : left);

  async function ask(wanted: ByPriority, now: number): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    unreported = false;
    askedAt = now;
    const ahead = sum(wanted) > 0 ? Math.min(takenSince, Math.floor(perMinute * maxAhead)) : 0;
    takenSince = 0;
    const uses: [number, number][] = [[reportedMs, local.inFlight()]];
    for (const [second, count] of local.ended) uses.push([Math.ceil(second * 1_000 - now), count]);
    let pauseMs = 0;
    try {
      await ledger.update((text, ledgerNow) => {
        const before: Partial<State> = JSON.parse(text ?? '{}');
        const rows = Object.entries(before.replicas ?? {})
          // Where the ledger's clock was set back, what others use counts from now.
          .map(([name, row]) => [name, { ...row, at: Math.min(row.at, ledgerNow) }] as const)
          .filter(([name, { at }]) => name !== replica && at > ledgerNow - replicaMs);
        replicas = Math.max(rows.length + 1, isCapped(now) ? replicas : 0);
        others.clear();
        for (const [, row] of rows)
          for (const [ms, count] of row.uses)
            addUse(others, performance.now() + row.at + ms - ledgerNow, count);
        left = grant(wanted);
        isShort = left < sum(wanted);
        left += Math.max(0, Math.min(ahead, local.free(performance.now(), 'read') - left));
        pauseMs = Math.max(0, pausedUntil - now, Math.min(windowMs, (before.pausedUntil ?? 0) - ledgerNow));
        const row: State['replicas'][string] = { at: ledgerNow, uses: [...uses, [reportedMs, left]] };
        return JSON.stringify({
          replicas: { ...Object.fromEntries(rows), [replica]: row },
          // A pause that is over is not kept: a clock that is set back would begin it anew.
          pausedUntil: pauseMs > 0 ? ledgerNow + pauseMs : 0,
        } satisfies State);
      });
      standalone = false;
      reportedAt = now;
    } catch {
      standalone = true;
      failedAt = now;
      pauseMs = 0;
    }
    isAsking = false;
    answeredAt = performance.now();
    if (unreported && !standalone) void ask(wanted, answeredAt);
    onChange(pauseMs);
  }

  /** As many as there are for each priority, the first before the others. */
  function grant(wanted: ByPriority): number {
    const now = performance.now();
    return priorities.reduce(
      (sum, one) => sum + Math.max(0, Math.min(wanted[one], local.free(now, one) - sum)),
      0,
    );
  }

  return {
    free(now, priority) {
      const free = local.free(now, priority);
      if (!standalone) return Math.min(leased(now), free);
      if (now >= answeredAt + retryMs) void ask(nothing, now);
      return free;
    },
    take() {
      local.take();
      left -= 1;
      takenSince += 1;
      unreported ||= standalone;
    },
    commit(now) {
      local.commit(now);
      if (now > askedAt + overdueMs) void ask(nothing, now);
    },
    rollback() {
      local.rollback();
      left += 1;
    },
    msUntilFree(now, count, priority) {
      // What is known of the others may be out of date: the next answer tells.
      if (!standalone && (count <= leased(now) || now >= answeredAt + retryMs)) return 0;
      return local.msUntilFree(now, count, priority);
    },
    refill(wanted, now) {
      if (!standalone && now >= answeredAt + (isShort ? retryMs : 0)) void ask(wanted, now);
    },
    pauseAll(ms, now) {
      pausedUntil = now + ms;
      unreported = true;
      void ask(nothing, now);
    },
  };
}

function sum({ urgent, write, read }: ByPriority): number {
  return urgent + write + read;
}
