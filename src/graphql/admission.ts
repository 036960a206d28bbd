import type { Caller } from '../auth/caller.ts';
import type { Config } from '../config/config.ts';
import { createDeadline } from '../upstream/deadline.ts';

/** Bounds what is under way in this process, and what of it is one caller's. */
export interface Admission {
  /** Undefined if the caller has too many requests under way. */
  enter(caller: Caller): Place | undefined;
}

/** The place of one request. */
export interface Place {
  /**
   * Waits until there is room for so many points of work beside the work under way. False if there was none within so
   * many milliseconds, or the request has left.
   */
  admit(points: number, ms: number): boolean | Promise<boolean>;
  /** The request is over, and its answer has been read. */
  leave(): void;
}

/** A caller with requests under way. */
interface Party {
  /** Points of work that it may have under way. */
  readonly share: number;
  requests: number;
  points: number;
  readonly waiting: Waiter[];
}

interface Waiter {
  readonly points: number;
  readonly admit: () => void;
}

type Limits = Pick<Config['limits'], 'requestsUnderWayPerCaller' | 'costPerRequest' | 'costUnderWay'>;

export function createAdmission(limits: Limits): Admission {
  const parties = new Map<string, Party>();
  /** Those who wait for room, in the order of their turns. */
  const waiting = new Set<Party>();
  let underWay = 0;
  // The rest is for others, however slowly this caller's answers come or are read.
  const share = Math.max(limits.costPerRequest, limits.costUnderWay / 2);

  const fits = (party: Party, points: number) =>
    underWay + points <= limits.costUnderWay && party.points + points <= party.share;

  function add(party: Party, points: number): void {
    underWay += points;
    party.points += points;
  }

  function admitWaiting(): void {
    for (const party of waiting) {
      const [first] = party.waiting;
      if (!first || !fits(party, first.points)) continue;
      party.waiting.shift();
      waiting.delete(party);
      // To the end: the loop comes to it again.
      if (party.waiting.length > 0) waiting.add(party);
      first.admit();
    }
  }

  function partyOf({ id, isAnonymous }: Caller): Party {
    const known = parties.get(id);
    if (known) return known;
    // Anonymous callers cannot be told apart.
    const own = isAnonymous ? Number.POSITIVE_INFINITY : share;
    const party: Party = { share: own, requests: 0, points: 0, waiting: [] };
    parties.set(id, party);
    return party;
  }

  return {
    enter(caller) {
      const party = partyOf(caller);
      if (!caller.isAnonymous && party.requests >= limits.requestsUnderWayPerCaller) return undefined;
      party.requests += 1;
      let held = 0;
      let hasLeft = false;
      let stopWaiting = () => {};

      const wait = (points: number, ms: number) =>
        new Promise<boolean>((resolve) => {
          const end = (isAdmitted: boolean) => {
            stopWaiting = () => {};
            cancel();
            resolve(isAdmitted);
          };
          const waiter: Waiter = {
            points,
            admit() {
              add(party, points);
              held += points;
              end(true);
            },
          };
          stopWaiting = () => {
            party.waiting.splice(party.waiting.indexOf(waiter), 1);
            if (party.waiting.length === 0) waiting.delete(party);
            end(false);
            // Another one may fit that waited behind it.
            admitWaiting();
          };
          const cancel = createDeadline(ms).onExpiry(() => stopWaiting());
          party.waiting.push(waiter);
          waiting.add(party);
        });

      return {
        admit(points, ms) {
          if (hasLeft) return false;
          if (party.waiting.length > 0 || !fits(party, points)) return wait(points, ms);
          add(party, points);
          held += points;
          return true;
        },
        leave() {
          if (hasLeft) return;
          hasLeft = true;
          stopWaiting();
          add(party, -held);
          party.requests -= 1;
          if (party.requests === 0) parties.delete(caller.id);
          admitWaiting();
        },
      };
    },
  };
}
