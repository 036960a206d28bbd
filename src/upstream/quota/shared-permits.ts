import { createLocalPermits, type Permits, type Purpose, type Wanted } from './permits.ts';
import { type Lease, leaseMs, type QuotaLedger, settleMs } from './postgres-ledger.ts';
import { createSlidingWindow } from './sliding-window.ts';

/** The share of a quota that one process leases at most beyond what waits for it. Our own choice. */
const mostAhead = 0.01;

/** Milliseconds between two tries to have the ledger back, which keep nobody waiting. */
const askAgainMs = 1_000;

/** A lease as it is used up. */
interface OpenLease {
  readonly second: number;
  /** By the clock of this process. */
  readonly endsAt: number;
  /** What is left for each purpose and whatever goes before it. */
  readonly left: Record<Purpose, number>;
}

/** Each with those that may use what is for it, itself the last. */
const order: readonly Purpose[] = ['first', 'write', 'read'];
const nothing: Wanted = { first: 0, write: 0, read: 0 };

/**
 * Gives out the permits of a quota that processes share by a ledger. They are leased a few at a time: those that are
 * waited for and, where there is much to do, up to a hundredth of the quota ahead. What of a lease is not used within
 * two seconds is given back with the next, or lost where there is none.
 *
 * While the ledger cannot be had, this process goes on alone with its share of the quota: an equal one of as many
 * processes as there were when it was last asked; all of it where it never was.
 */
export function createSharedPermits(
  ledger: QuotaLedger,
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
  let alone = false;
  /** What was used alone, of which the others have yet to hear. */
  let untold = createSlidingWindow();
  /** How much of that since it was last asked. */
  let untoldSince = 0;
  let askedAt = Number.NEGATIVE_INFINITY;
  const dryUntil: Record<Purpose, number> = { first: 0, write: 0, read: 0 };

  const putAside = (second: number, count: number) => {
    if (count > 0) unused.set(second, (unused.get(second) ?? 0) + count);
  };

  async function ask(wanted: Wanted, now: number): Promise<void> {
    if (asking) return;
    asking = true;
    askedAt = now;
    if (lease) putAside(lease.second, sum(lease.left));
    lease = undefined;
    const ahead = sum(wanted) > 0 ? Math.min(takenSince, Math.floor(perMinute * mostAhead)) : 0;
    const request = {
      perMinute,
      replica,
      wanted: { ...wanted, read: wanted.read + ahead },
      unused,
      late: late + untold.used(now),
      holdMs: Math.max(0, Math.ceil(holdUntil - now)),
    };
    unused = new Map();
    late = 0;
    holdUntil = Number.NEGATIVE_INFINITY;
    takenSince = 0;
    untoldSince = 0;
    let heldMs = 0;
    try {
      const got = await ledger.lease(request);
      open(got, now, wanted);
      heldMs = got.heldMs;
      alone = false;
      late += untoldSince;
      untold = createSlidingWindow();
    } catch {
      alone = true;
    }
    asking = false;
    onChange(heldMs);
    report();
  }

  /** The ledger's clock was read after `from`, so what is used by its end is used in the time of the lease. */
  function open(got: Lease, from: number, wanted: Wanted): void {
    const now = clock();
    replicas = got.replicas;
    lease = { second: got.second, endsAt: from + leaseMs, left: { ...got.given } };
    for (const purpose of order) {
      // That there was nothing to lease ahead keeps nobody waiting.
      if (got.given[purpose] < wanted[purpose]) dryUntil[purpose] = now + got.waitMs[purpose];
    }
  }

  /** What the others must know is not left for the next lease, which may never be. */
  function report(): void {
    const now = clock();
    if (!alone && (late > 0 || holdUntil > now)) void ask(nothing, now);
  }

  const free: Permits['free'] = (now, purpose) => {
    if (alone) {
      if (now >= askedAt + askAgainMs) void ask(nothing, now);
      return local.free(now, purpose);
    }
    if (!lease || now >= lease.endsAt) return 0;
    const { first, write, read } = lease.left;
    return purpose === 'read' ? read : purpose === 'write' ? write + read : first + write + read;
  };
  return {
    free,
    take(now, purpose) {
      local.take(now, purpose);
      if (alone || !lease) return undefined;
      takenSince += 1;
      const { left } = lease;
      // What is for it alone before what others could use.
      const from = order.slice(order.indexOf(purpose)).find((one) => left[one] > 0) ?? purpose;
      left[from] -= 1;
      return lease;
    },
    spent(permit, now) {
      local.spent(undefined, now);
      if (alone && !permit) {
        untold.add(now);
        untoldSince += 1;
        return;
      }
      if (permit && now <= (permit as OpenLease).endsAt + settleMs) return;
      late += 1;
      report();
    },
    unspent(permit, now) {
      local.unspent(undefined, now);
      if (!permit) return;
      if (permit === lease && now < lease.endsAt) lease.left.write += 1;
      else putAside((permit as OpenLease).second, 1);
    },
    msUntilFree(now, count, purpose) {
      if (alone) return local.msUntilFree(now, count, purpose);
      if (count <= free(now, purpose)) return 0;
      return Math.max(0, dryUntil[purpose] - now);
    },
    bring(wanted, now) {
      if (alone) return;
      if (order.some((purpose) => wanted[purpose] > 0 && now >= dryUntil[purpose])) void ask(wanted, now);
    },
    holdOthers(ms, now) {
      holdUntil = now + ms;
      report();
    },
  };
}

function sum({ first, write, read }: Wanted): number {
  return first + write + read;
}
