import type { Priority } from '../client.ts';
import type { Ledger } from './postgres-ledger.ts';
import type { Shares, SharesReport, Supply } from './shares.ts';
import { SlidingWindow, windowMs } from './sliding-window.ts';

/** The first before the others. */
export const priorities = ['urgent', 'write', 'read'] as const satisfies readonly Priority[];

/** How much of a quota requests of this priority may use up: 1 % is left for urgent ones, and by reads 10 % for writes. */
export function usableBy(priority: Priority, perMinute: number): number {
  const byWrites = Math.max(2, perMinute - Math.ceil(perMinute * 0.01));
  const byReads = Math.max(1, byWrites - Math.ceil(perMinute * 0.1));
  return Math.min(perMinute, { urgent: perMinute, write: byWrites, read: byReads }[priority]);
}

/** With a ledger, processes share the quota, each by a name of its own. */
export interface Quota {
  readonly perMinute: number;
  readonly ledger?: Ledger | undefined;
  readonly replica?: string;
}

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

/** What the ledger keeps: small, for there is an entry a second and process. Moments are milliseconds by its clock. */
interface State {
  /** What each process has in use, by the milliseconds after `at` when it is free again. */
  readonly replicas: Readonly<Record<string, Row>>;
  readonly pausedUntil: number;
}

/** Processes of an older version report no shares. */
interface Row extends Partial<SharesReport> {
  readonly at: number;
  readonly uses: [number, number][];
}

/**
 * Permits to send the requests of a quota. A permit is in use from when it is taken until a minute after its request
 * ended: the provider counts the request at some moment in between, and so never more of them than the quota.
 *
 * Permits that processes share by a ledger are leased a few at a time: those that requests wait for and, where there is
 * much to do, some ahead. Each request for a lease reports all that its process has in use, and one that asks for none
 * follows the last. While the ledger is away, the process goes on standalone with a share of the quota. `onChange` is called when
 * there may be more or fewer.
 */
export function createPermits(
  { perMinute, ledger, replica = '' }: Quota,
  onChange: () => void,
  shares?: Shares,
) {
  const never = Number.NEGATIVE_INFINITY;
  const ended = new SlidingWindow();
  let others = new SlidingWindow();
  /** Permits of requests that have not ended, and of reservations. */
  let inFlight = 0;
  let pausedUntil = never;
  /** The end of the pause that this process asks the others for. */
  let ownPauseUntil = never;

  let standalone = false;
  let isAsking = false;
  let replicas = 1;
  /** Permits of the lease that were not taken, and whether it had fewer than were wanted. */
  let [left, isShort] = [0, false];
  let takenSince = 0;
  let reporting: NodeJS.Timeout | undefined;
  /** Whether the last request for a lease did not report all. */
  let unreported = false;
  let [askedAt, answeredAt, reportedAt, failedAt] = [Number.POSITIVE_INFINITY, never, never, never];

  /** While the ledger is away and after that, for the others may not have reported yet what they used meanwhile. */
  const isCapped = (now: number) => standalone || now < failedAt + reportedMs;

  /** What there is as far as this process knows: its real usage, so that it can go on standalone. */
  function supply(now: number, priority: Priority): Supply {
    const byOthers = others.count(now);
    const share = Math.max(2, Math.floor(perMinute / replicas));
    const limit = isCapped(now) ? Math.min(perMinute, share + byOthers) : perMinute;
    return {
      usable: usableBy(priority, limit),
      used: inFlight + ended.count(now) + byOthers,
      endingIn: (second) => ended.endingIn(second) + others.endingIn(second),
    };
  }

  function known(now: number, priority: Priority): number {
    const { usable, used } = supply(now, priority);
    return usable - used;
  }

  const isLeased = () => ledger !== undefined && !standalone;
  /** Whether what is known of the others may be out of date. */
  const isStale = (now: number) => isLeased() && now >= answeredAt + retryMs;
  const leased = (now: number) => (isAsking || now >= reportedAt + leaseMs ? 0 : left);

  async function ask(wanted: readonly Priority[], now: number): Promise<void> {
    if (!ledger || isAsking) return;
    isAsking = true;
    unreported = false;
    askedAt = now;
    const ahead = wanted.length > 0 ? Math.min(takenSince, Math.floor(perMinute * maxAhead)) : 0;
    takenSince = 0;
    const uses: [number, number][] = [[reportedMs, inFlight], ...ended.after(now)];
    try {
      await ledger.update((text, ledgerNow) => {
        const here = performance.now();
        const before: Partial<State> = JSON.parse(text ?? '{}');
        const rows = Object.entries(before.replicas ?? {})
          // Where the ledger's clock was set back, what others use counts from now.
          .map(([name, row]) => [name, { ...row, at: Math.min(row.at, ledgerNow) }] as const)
          .filter(([name, { at }]) => name !== replica && at > ledgerNow - replicaMs);
        replicas = Math.max(rows.length + 1, isCapped(now) ? replicas : 0);
        others = new SlidingWindow();
        for (const [ms, count] of rows
          .flatMap(([, row]) => row.uses.map(([ms, count]) => [row.at + ms - ledgerNow, count] as const))
          .sort(([one], [other]) => one - other))
          others.add(here + ms, count);
        shares?.hear(
          rows.map(([, row]) => ({ ...row, ms: ledgerNow - row.at })),
          here,
        );
        left = 0;
        for (const priority of wanted) if (known(here, priority) > left) left += 1;
        isShort = left < wanted.length;
        left += Math.max(0, Math.min(ahead, known(here, 'read') - left));
        const pauseMs = Math.max(
          0,
          ownPauseUntil - here,
          Math.min(windowMs, (before.pausedUntil ?? 0) - ledgerNow),
        );
        pausedUntil = Math.max(pausedUntil, here + pauseMs);
        const row: Row = { at: ledgerNow, uses: [...uses, [reportedMs, left]], ...shares?.report(here) };
        return JSON.stringify({
          replicas: { ...Object.fromEntries(rows), [replica]: row },
          // A pause that is over is not kept: a clock that is set back would begin it anew.
          pausedUntil: pauseMs > 0 ? ledgerNow + pauseMs : 0,
        } satisfies State);
      });
      standalone = false;
      reportedAt = now;
      clearTimeout(reporting);
      // What was not taken is the others' again, and they learn who took the rest.
      if (left > 0) reporting = setTimeout(() => void ask([], performance.now()), leaseMs).unref();
    } catch {
      standalone = true;
      failedAt = now;
    }
    isAsking = false;
    answeredAt = performance.now();
    if (unreported && !standalone) void ask(wanted, answeredAt);
    onChange();
  }

  return {
    supply,
    isStale,
    /** How many a request of this priority may take now; none where it is negative. */
    free(now: number, priority: Priority): number {
      if (now < pausedUntil) return 0;
      if (standalone && now >= answeredAt + retryMs) void ask([], now);
      const free = known(now, priority);
      return isLeased() ? Math.min(leased(now), free) : free;
    },
    take(): void {
      inFlight += 1;
      left -= 1;
      takenSince += 1;
      unreported ||= standalone;
    },
    /** The request of a permit has ended. */
    commit(now: number): void {
      inFlight -= 1;
      ended.add(now + windowMs);
      if (now > askedAt + overdueMs) void ask([], now);
    },
    /** The request of a permit was not sent and will not be. */
    rollback(): void {
      inFlight -= 1;
      left += 1;
    },
    /** Milliseconds until so many may be free, as far as it is known; 0 where it is not. */
    msUntilFree(now: number, count: number, priority: Priority): number {
      const pauseMs = Math.max(0, pausedUntil - now);
      let missing = count - known(now, priority);
      // What is known of the others may be out of date: the next answer tells.
      const isUnknown = (isLeased() && count <= leased(now)) || isStale(now);
      if (missing <= 0 || isUnknown) return pauseMs;
      for (let second = Math.ceil(now / 1_000); second * 1_000 <= now + reportedMs + 1_000; second += 1) {
        missing -= ended.endingIn(second) + others.endingIn(second);
        if (missing <= 0) return Math.max(pauseMs, second * 1_000 - now);
      }
      return Math.max(pauseMs, windowMs);
    },
    /** Asks the ledger, where there is one, for permits of these priorities in order. */
    refill(wanted: () => readonly Priority[], now: number): void {
      const mayAskAt = Math.max(pausedUntil, answeredAt + (isShort ? retryMs : 0));
      if (!isLeased() || now < mayAskAt) return;
      const priorities = wanted();
      if (priorities.length > leased(now) || isStale(now)) void ask(priorities, now);
    },
    /** Gives out none for so long, here and in other processes. */
    pause(ms: number, now: number): void {
      ownPauseUntil = now + ms;
      pausedUntil = Math.max(pausedUntil, ownPauseUntil);
      unreported = true;
      void ask([], now);
    },
  };
}
