import { hash } from 'node:crypto';
import type { Consumer } from '../client.ts';
import { SlidingWindow, windowMs } from './sliding-window.ts';

/** What there is of a quota for requests of one priority. */
export interface Supply {
  /** How many permits may be in use. */
  readonly usable: number;
  readonly used: number;
  /** How many of them are free again at the end of a second. */
  endingIn(second: number): number;
}

/** What a process tells the others of its consumers: the heaviest, by a digest of their id. */
export interface SharesReport {
  readonly consumers: readonly (readonly [key: string, used: number, weight: number])[];
  /** The weight of those that wait for a permit beyond their share. */
  readonly waiting: number;
}

/** The part of a quota that is given out as it is asked for. Our own choice. */
export const defaultBurst = 0.5;

/** The part of what is usable that is given out: the rest is found at once by those below their share. Our own choice. */
const targetPart = 0.97;

/** Milliseconds in which what is used beyond the target, or was not given out, is made up for. Our own choice. */
const evenOutMs = 4_000;

/** Milliseconds of the flow that can be saved up. Our own choice. */
const savedMs = 1_000;

/** The part of an even flow that is left to all where consumers take their shares at once. Our own choice. */
const keptFlow = 0.25;

/** Milliseconds for which a report tells who waits. */
const reportedMs = 5_000;

/** How many consumers a report names. */
const maxReported = 20;

/** The weighted fair shares of those that use a quota. */
export type Shares = ReturnType<typeof createShares>;

/**
 * Shares of a quota. Up to the part `burst` of it permits are given out as they are asked for, to anybody. Beyond that
 * a consumer gets them at once within its share of that part, which is divided among those that have permits in use, and
 * from a flow otherwise: a token bucket that is filled as evenly as the permits in use become free again, so that some
 * are free for a new consumer. The consumer with the least use per weight comes first.
 */
export function createShares(burst: number) {
  const consumers = new Map<string, Used>();
  let others = new Map<string, { used: number; readonly weight: number }>();
  let othersWait: { readonly weight: number; readonly until: number } = { weight: 0, until: 0 };
  /** The moment up to which the flow has been taken. */
  let takenUntil = Number.NEGATIVE_INFINITY;
  let [weights, weighedAt] = [0, Number.NEGATIVE_INFINITY];
  /** The weight of those that wait here. */
  let waiting = 0;

  function usedBy({ id, weight }: Consumer): Used {
    let found = consumers.get(id);
    if (!found) {
      found = { key: digest(id), weight, inFlight: 0, ended: new SlidingWindow() };
      consumers.set(id, found);
      weighedAt = Number.NEGATIVE_INFINITY;
    }
    return found;
  }

  const count = ({ inFlight, ended }: Used, now: number) => inFlight + ended.count(now);

  /** The weight of all that have permits in use. */
  function weightInUse(now: number): number {
    // A permit is free again at the end of a second.
    if (now < weighedAt + 1_000) return weights;
    weighedAt = Math.floor(now / 1_000) * 1_000;
    weights = 0;
    const here = new Set<string>();
    for (const [id, used] of consumers) {
      if (count(used, now) === 0) consumers.delete(id);
      else {
        weights += used.weight;
        here.add(used.key);
      }
    }
    for (const [key, { weight }] of others) if (!here.has(key)) weights += weight;
    return weights;
  }

  /** The part of the flow that this process may give out. */
  function ownPart(now: number): number {
    if (now >= othersWait.until) return 1;
    const own = Math.max(1, waiting);
    return own / (own + othersWait.weight);
  }

  function saved(flow: number, now: number): number {
    if (flow <= 0) return 0;
    return Math.min((now - takenUntil) * flow, Math.max(1, savedMs * flow));
  }

  function spend(flow: number, now: number): void {
    if (flow > 0) takenUntil = now - (saved(flow, now) - 1) / flow;
  }

  /** How much a consumer has used for its weight, once so many of its requests that wait have their permits. */
  function rank(consumer: Consumer | undefined, ahead: number, now: number): number {
    if (!consumer) return 0;
    const used = consumers.get(consumer.id);
    const here = used ? count(used, now) : 0;
    const elsewhere = others.size > 0 ? (others.get(used?.key ?? digest(consumer.id))?.used ?? 0) : 0;
    return (here + elsewhere + ahead) / consumer.weight;
  }

  const isAtOnce = ({ used, usable }: Supply) => used < usable * burst;

  /** Whether a consumer at this rank is below its share. */
  function isBelow(rank: number, weight: number, { usable }: Supply, now: number): boolean {
    return rank < (usable * burst) / Math.max(weight, weightInUse(now));
  }

  /** Whether a request may take a permit without one of the flow. */
  function isAdmitted(consumer: Consumer | undefined, rank: number, supply: Supply, now: number): boolean {
    if (!consumer || isAtOnce(supply)) return true;
    const least = (keptFlow * targetPart * supply.usable) / windowMs;
    return isBelow(rank, consumer.weight, supply, now) && evenFlow(supply, now).after(evenOutMs) >= least;
  }

  return {
    rank,
    isAdmitted,
    take(consumer: Consumer | undefined): void {
      if (consumer) usedBy(consumer).inFlight += 1;
    },
    commit(consumer: Consumer | undefined, now: number): void {
      if (!consumer) return;
      const used = usedBy(consumer);
      used.inFlight -= 1;
      used.ended.add(now + windowMs);
    },
    rollback(consumer: Consumer | undefined): void {
      if (consumer) usedBy(consumer).inFlight -= 1;
    },
    /** Whether a request may take a permit now that would be free; what is taken of the flow is counted. */
    admit(consumer: Consumer | undefined, rank: number, supply: Supply, now: number): boolean {
      if (isAdmitted(consumer, rank, supply, now)) return true;
      const own = evenFlow(supply, now).after(savedMs) * ownPart(now);
      if (saved(own, now) < 1) return false;
      spend(own, now);
      return true;
    },
    /** Counts a permit that a request takes from the flow without waiting for it. */
    charge(consumer: Consumer | undefined, supply: Supply, now: number): void {
      if (!consumer || isAtOnce(supply) || isBelow(rank(consumer, 0, now), consumer.weight, supply, now))
        return;
      spend(evenFlow(supply, now).after(savedMs) * ownPart(now), now);
    },
    /** Milliseconds until a request beyond its share may have its turn behind so many others. */
    msUntilFlow(ahead: number, supply: Supply, now: number): number {
      const flow = evenFlow(supply, now);
      const part = ownPart(now);
      const missing = ahead + 1 - saved(flow.after(savedMs) * part, now);
      return missing <= 0 ? 0 : flow.msUntil(missing / part);
    },
    isBeyond(consumer: Consumer | undefined, rank: number, supply: Supply, now: number): boolean {
      return consumer !== undefined && !isAtOnce(supply) && !isBelow(rank, consumer.weight, supply, now);
    },
    /** Tells of the weight of those that wait beyond their share. */
    wait(weight: number): void {
      waiting = weight;
    },
    report(now: number): SharesReport {
      const all = [...consumers.values()].map((used) => [used.key, count(used, now), used.weight] as const);
      const heaviest = all.filter(([, used]) => used > 0).sort(([, one], [, other]) => other - one);
      return { consumers: heaviest.slice(0, maxReported), waiting };
    },
    /** Takes in what the other processes have reported, with the milliseconds since. */
    hear(reports: readonly (Partial<SharesReport> & { readonly ms: number })[], now: number): void {
      others = new Map();
      let weight = 0;
      let until = 0;
      for (const { consumers = [], waiting = 0, ms } of reports) {
        if (ms < reportedMs && waiting > 0) {
          weight += waiting;
          until = Math.max(until, now + reportedMs - ms);
        }
        // They become free again evenly, as far as is known.
        const left = Math.max(0, 1 - ms / windowMs);
        for (const [key, used, weight] of left > 0 ? consumers : []) {
          const sum = others.get(key) ?? { used: 0, weight };
          sum.used += used * left;
          others.set(key, sum);
        }
      }
      othersWait = { weight, until };
      weighedAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** What the ledger knows a consumer by. */
function digest(id: string): string {
  return hash('sha256', id, 'base64url').slice(0, 16);
}

interface Used {
  readonly key: string;
  readonly weight: number;
  /** Permits of requests that have not ended, and of reservations. */
  inFlight: number;
  readonly ended: SlidingWindow;
}

/** Permits a millisecond that can be given out evenly without more in use than the target at any moment. */
function evenFlow({ usable, used, endingIn }: Supply, now: number) {
  const seconds = windowMs / 1_000;
  const first = Math.ceil(now / 1_000);
  /** For each second to come: the most that can be given out evenly until then and after. */
  const flows: number[] = [];
  let free = targetPart * usable - used;
  for (let nth = 0; nth <= seconds; nth += 1) {
    free += endingIn(first + nth);
    flows.push(free / Math.max(1, msUntil(nth)));
  }
  for (let nth = seconds - 1; nth >= 0; nth -= 1)
    flows[nth] = Math.min(flows[nth] as number, flows[nth + 1] as number);

  function msUntil(nth: number): number {
    return (first + nth) * 1_000 - now;
  }
  return {
    after: (ms: number) => flows[Math.ceil((now + ms) / 1_000) - first] as number,
    /** Milliseconds until so many are given out, a window at most. */
    msUntil(count: number): number {
      for (const [nth, flow] of flows.entries()) {
        if (flow * msUntil(nth) >= count) return count / flow;
      }
      return windowMs;
    },
  };
}
