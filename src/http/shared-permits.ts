import { type Lease, leaseMs, type PaceLedger, settleMs } from './pace-ledger.ts';
import { createLocalPermits, type Permits, type Wanted } from './permits.ts';

/** The share of a quota that one process leases at most beyond what waits for it. Our own choice. */
const mostAhead = 0.01;

/** Milliseconds for which a process counts alone after the ledger could not be had, before it asks again. */
const aloneMs = 1_000;

/** A lease as it is used up. */
interface OpenLease {
  readonly second: number;
  /** By the clock of this process. */
  readonly endsAt: number;
  left: number;
  forReads: number;
}

/**
 * Gives out the permits of a quota that processes share by a ledger. They are leased a few at a time: those that are
 * waited for and, where there is much to do, up to a hundredth of the quota ahead. What of a lease is not used within
 * a second is given back with the next, or lost where there is none.
 *
 * While the ledger cannot be had, this process goes on alone with its share of the quota: an equal one of as many
 * processes as there were when it was last asked; all of it where it never was.
 */
export function createSharedPermits(
  ledger: PaceLedger,
  perMinute: number,
  replica: string,
  clock: () => number,
  onChange: (heldMs: number) => void,
): Permits {
  let replicas = 1;
  // It counts what is leased, too, so that whoever is alone all of a sudden knows what they have used.
  const local = createLocalPermits(() => Math.max(2, Math.floor(perMinute / replicas)));
  let lease: OpenLease | undefined;
  let unused = new Map<number, number>();
  let late = 0;
  let holdUntil = Number.NEGATIVE_INFINITY;
  let takenSince = 0;
  let asking = false;
  let aloneUntil = Number.NEGATIVE_INFINITY;
  const dryUntil = { writes: Number.NEGATIVE_INFINITY, reads: Number.NEGATIVE_INFINITY };

  const putAside = (second: number, count: number) => {
    if (count > 0) unused.set(second, (unused.get(second) ?? 0) + count);
  };

  async function ask({ writes, reads }: Wanted, now: number): Promise<void> {
    if (asking) return;
    asking = true;
    if (lease) putAside(lease.second, lease.left);
    lease = undefined;
    const waitedFor = writes + reads > 0;
    const ahead = waitedFor ? Math.min(takenSince, Math.floor(perMinute * mostAhead)) : 0;
    const request = {
      perMinute,
      replica,
      wanted: { writes, reads: reads + ahead },
      unused,
      late,
      holdMs: Math.max(0, Math.ceil(holdUntil - now)),
    };
    unused = new Map();
    late = 0;
    holdUntil = Number.NEGATIVE_INFINITY;
    takenSince = 0;
    let heldMs = 0;
    try {
      const given = await ledger.lease(request);
      open(given, now, reads);
      heldMs = given.heldMs;
    } catch {
      aloneUntil = clock() + aloneMs;
    }
    asking = false;
    onChange(heldMs);
    report();
  }

  /** The ledger's clock was read after `askedAt`, so what is used by its end is used in the time of the lease. */
  function open(given: Lease, askedAt: number, reads: number): void {
    const now = clock();
    replicas = given.replicas;
    lease = {
      second: given.second,
      endsAt: askedAt + leaseMs,
      left: given.permits,
      forReads: given.forReads,
    };
    if (given.waitMs > 0) dryUntil.writes = now + given.waitMs;
    // That there was nothing to lease ahead keeps nobody waiting.
    if (given.readsWaitMs > 0 && given.forReads < reads) dryUntil.reads = now + given.readsWaitMs;
  }

  /** What the others must know is not left for the next lease, which may never be. */
  function report(): void {
    const now = clock();
    if (late > 0 || holdUntil > now) void ask({ writes: 0, reads: 0 }, now);
  }

  const isAlone = (now: number) => now < aloneUntil;
  const free: Permits['free'] = (now, isRead) => {
    if (isAlone(now)) return local.free(now, isRead);
    if (!lease || now >= lease.endsAt) return 0;
    return isRead ? lease.forReads : lease.left;
  };
  return {
    free,
    take(now, isRead) {
      local.take(now, isRead);
      if (isAlone(now) || !lease) return undefined;
      takenSince += 1;
      lease.left -= 1;
      lease.forReads = isRead ? lease.forReads - 1 : Math.min(lease.forReads, lease.left);
      return lease;
    },
    spent(permit, now) {
      local.spent(undefined, now);
      if (!permit || now <= (permit as OpenLease).endsAt + settleMs) return;
      late += 1;
      report();
    },
    unspent(permit, now) {
      local.unspent(undefined, now);
      if (!permit) return;
      if (permit === lease && now < lease.endsAt) lease.left += 1;
      else putAside((permit as OpenLease).second, 1);
    },
    msUntilFree(now, count, isRead) {
      if (isAlone(now)) return local.msUntilFree(now, count, isRead);
      if (count <= free(now, isRead)) return 0;
      return Math.max(0, (isRead ? dryUntil.reads : dryUntil.writes) - now);
    },
    bring(wanted, now) {
      if (isAlone(now)) return;
      const due =
        (wanted.writes > 0 && now >= dryUntil.writes) || (wanted.reads > 0 && now >= dryUntil.reads);
      if (due) void ask(wanted, now);
    },
    holdOthers(ms, now) {
      holdUntil = now + ms;
      report();
    },
  };
}
