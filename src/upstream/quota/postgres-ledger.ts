import type pg from 'pg';
import { leftFor, type Purpose, type Wanted } from './permits.ts';
import { windowMs } from './sliding-window.ts';

/** What one process asks of the ledger. */
export interface LeaseRequest {
  /** The quota. */
  readonly perMinute: number;
  /** Who asks: random, one a process. */
  readonly replica: string;
  readonly wanted: Wanted;
  /** Permits of earlier leases that were never used, by the second of the lease. */
  readonly unused: ReadonlyMap<number, number>;
  /** Permits that were used so late after their lease that they must be counted once more. */
  readonly late: number;
  /** Milliseconds for which everybody is to hold back, as the provider asked; 0 where it did not. */
  readonly holdMs: number;
}

/** Permits to be used within `leaseMs`. */
export interface Lease {
  /** The second of the lease by the ledger's clock. */
  readonly second: number;
  /** Permits, by what they are for; whatever goes before it may use them, too. */
  readonly given: Wanted;
  /** Milliseconds until there may be more for each purpose; 0 where all that was wanted was given. */
  readonly waitMs: Wanted;
  /** Milliseconds for which everybody is to hold back. */
  readonly heldMs: number;
  /** Processes that share the quota. */
  readonly replicas: number;
}

/** The requests of one quota, shared by processes. */
export interface QuotaLedger {
  /** Takes what there is. Rejects where the ledger cannot be had; then it is as if all of it was taken. */
  lease(request: LeaseRequest): Promise<Lease>;
}

/** Milliseconds for which a lease may be used. */
export const leaseMs = 2_000;

/** Milliseconds after the end of a lease in which its requests should have ended; those that have not count again. */
export const settleMs = 2_000;

/** Milliseconds after which one permit is free again, counted from the end of the second in which it was leased. */
const countedMs = leaseMs + settleMs + windowMs;

/** Milliseconds for which a process that asks no more is counted among those who share. */
const replicaMs = 2 * windowMs;

/** The shortest time after which a process asks again that got less than it wanted. */
const shortestWaitMs = 50;

/** What the ledger remembers of a quota: small, for it has an entry a second and one a process. */
interface State {
  /** Permits that were leased, by the second of the database's clock. */
  readonly taken: Record<string, number>;
  /** When each process asked last, in milliseconds by the database's clock. */
  readonly replicas: Record<string, number>;
  /** In the same way; 0 where nobody is to hold back. */
  readonly heldUntil: number;
}

/**
 * What a request for a lease at `now`, by the ledger's clock, gets, and what is to be remembered then. `text` is
 * what was remembered so far. Pure: it decides everything, and the database only that one comes after the other.
 */
export function settle(
  text: string | null,
  now: number,
  request: LeaseRequest,
): { readonly text: string; readonly lease: Lease } {
  const { perMinute, replica, wanted, unused, late, holdMs } = request;
  const before: State = text === null ? { taken: {}, replicas: {}, heldUntil: 0 } : JSON.parse(text);
  const second = Math.floor(now / 1000);
  const taken = new Map<number, number>();
  const add = (at: number, count: number) => {
    // A clock that was set back must not keep what was taken before it for longer than a minute.
    const when = Math.min(at, second);
    if (freeAt(when) > now) taken.set(when, Math.max(0, (taken.get(when) ?? 0) + count));
  };
  for (const [at, count] of Object.entries(before.taken))
    add(Number(at), count - (unused.get(Number(at)) ?? 0));
  add(second, late);
  let used = 0;
  for (const count of taken.values()) used += count;
  const give = (purpose: Purpose) => {
    const room = Math.max(0, perMinute - leftFor(perMinute, purpose) - used);
    const count = Math.min(room, wanted[purpose]);
    used += count;
    return count;
  };
  const given = { first: give('first'), write: give('write'), read: give('read') };
  add(second, given.first + given.write + given.read);
  const seen = Object.entries(before.replicas).filter(([, at]) => at > now - replicaMs);
  const replicas = { ...Object.fromEntries(seen), [replica]: now };
  const asked = Math.max(before.heldUntil, now + holdMs);
  // What is over is not kept: by a clock that is set back it would be to come.
  const heldUntil = asked > now ? Math.min(asked, now + windowMs) : 0;
  const wait = (purpose: Purpose) => {
    if (given[purpose] === wanted[purpose]) return 0;
    return Math.max(shortestWaitMs, msUntilUsed(taken, perMinute - leftFor(perMinute, purpose) - 1, now));
  };
  return {
    text: JSON.stringify({ taken: Object.fromEntries(taken), replicas, heldUntil } satisfies State),
    lease: {
      second,
      given,
      waitMs: { first: wait('first'), write: wait('write'), read: wait('read') },
      heldMs: Math.max(0, heldUntil - now),
      replicas: Object.keys(replicas).length,
    },
  };
}

/** When what was leased in this second is free again, in milliseconds. */
function freeAt(second: number): number {
  return (second + 1) * 1000 + countedMs;
}

/** Milliseconds until no more than `most` are in use. */
function msUntilUsed(taken: ReadonlyMap<number, number>, most: number, now: number): number {
  let used = 0;
  for (const count of taken.values()) used += count;
  for (const [second, count] of [...taken].sort(([one], [other]) => one - other)) {
    if (used <= most) break;
    used -= count;
    if (used <= most) return freeAt(second) - now;
  }
  return 0;
}

/** What of PostgreSQL is used. */
type Queries = Pick<pg.Pool, 'query'>;

/** How often a lease is asked for that another process came before. */
const mostTries = 30;

/** A transaction that lost against another: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const lost: ReadonlySet<unknown> = new Set(['40001', '40003', '40P01']);

/**
 * The ledger of one quota in a row of its own, by the database's clock. Who leases reads the row and replaces what
 * it read: where another came in between nothing is replaced, and it begins anew. So it needs no lock, holds at
 * every isolation level, and an answer that is lost costs permits and gives none.
 */
export function createPostgresLedger(database: Queries, key: string): QuotaLedger {
  async function attempt(request: LeaseRequest): Promise<Lease | undefined> {
    const found = await database.query<{ now: string; version: string | null; state: string | null }>(
      `SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now, version, state
        FROM (SELECT CAST($1 AS TEXT) AS wanted) AS one LEFT JOIN idpatch_pace ON key = wanted`,
      [key],
    );
    const [row] = found.rows;
    if (!row) throw new Error('The database gave no row where there is always one.');
    const { text, lease } = settle(row.state, Number(row.now), request);
    const { rowCount } = await (row.version === null
      ? database.query(
          'INSERT INTO idpatch_pace (key, version, state) VALUES ($1, 1, $2) ON CONFLICT DO NOTHING',
          [key, text],
        )
      : database.query(
          'UPDATE idpatch_pace SET version = version + 1, state = $3 WHERE key = $1 AND version = $2',
          [key, row.version, text],
        ));
    return rowCount === 1 ? lease : undefined;
  }

  return {
    async lease(request) {
      for (let tries = 1; tries <= mostTries; tries += 1) {
        const lease = await attempt(request).catch((error: unknown) => {
          if (!lost.has((error as { code?: unknown }).code)) throw error;
          return undefined;
        });
        if (lease) return lease;
        // Random, so that those that met do not meet again.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      }
      throw new Error('Others always came first.');
    },
  };
}
