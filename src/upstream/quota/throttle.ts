import {
  type CallOptions,
  type HttpClient,
  type SendResult,
  sendDeadline,
  type Throttled,
} from '../client.ts';
import { retryAfterMs } from '../retry-after.ts';
import { createKeptLooks } from './kept-looks.ts';
import type { Permit, Permits } from './permits.ts';
import { permitsFor, purposes, type Rank, rankOf, ranks } from './ranks.ts';

/**
 * Keeps the requests of one quota within it: who has to wait waits in line, writes before reads, no longer than
 * their own time; who would wait in vain is told so at once.
 *
 * A write is begun only where there is room for the look at what it wrote, too: without the look it would stay in
 * doubt. That room is kept until the write is over, and is there also while the provider has asked to be left alone.
 */
export interface Throttle {
  /**
   * Makes a client whose every request, repeated ones too, waits its turn here. `onWaited` hears of each request
   * that had to wait, when that is over, for how many milliseconds.
   */
  limit(client: HttpClient, onWaited?: (ms: number) => void): HttpClient;
  /** Requests that wait now. */
  readonly waiting: number;
}

/**
 * Milliseconds for which a provider's 429 holds everybody back at most. It is a whole window of its quota; a longer
 * wish may be about the one request alone, and nobody would try whether it is over. Our own choice.
 */
const longestHoldMs = 60_000;

/** Milliseconds after which those who wait are looked at again at the latest. */
const lookAgainMs = 1_000;

interface Waiter {
  readonly time: CallOptions;
  readonly rank: Rank;
  readonly settle: (result: Taken | Throttled) => void;
}

/** A permit that was had. */
interface Taken {
  readonly kind: 'taken';
  readonly permit: Permit;
}

/** Makes the pacer of one quota. `connect` makes what gives out its permits, given whom to tell of new ones. */
export function createThrottle(
  connect: (onChange: (heldMs: number) => void) => Permits,
  clock: () => number = () => performance.now(),
): Throttle {
  const lines = [new Set<Waiter>(), new Set<Waiter>(), new Set<Waiter>(), new Set<Waiter>()] as const;
  let heldUntil = Number.NEGATIVE_INFINITY;
  /** Requests that have their permit and have not ended. */
  let underWay = 0;
  let timer: NodeJS.Timeout | undefined;
  const permits = connect((heldMs) => {
    heldUntil = Math.max(heldUntil, clock() + heldMs);
    letGo();
    refuseHopeless();
  });
  const looks = createKeptLooks(permits, clock, letGo);

  function tryTake(time: CallOptions, rank: Rank, now: number): Taken | undefined {
    const { reservation: write } = time;
    // Also while the provider asks to be left alone: without this one look what was written stays in doubt.
    const look = write && rank === ranks.look && looks.take(write);
    if (look) return { kind: 'taken', permit: look.permit };
    if (now < heldUntil) return undefined;
    const purpose = purposes[rank];
    if (permits.free(now, purpose) < permitsFor(rank)) return undefined;
    const permit = permits.take(now, purpose);
    // Of several requests of a write that waited together, the first keeps the look.
    if (write && rank === ranks.write && !write.release) {
      looks.giveUpOverdue(now);
      looks.keep(write, permits.take(now, purpose));
    }
    return { kind: 'taken', permit };
  }

  /** Lets everybody go for whom there is room, in the order of the lines. */
  function letGo(): void {
    if (waiting() === 0) return;
    const now = clock();
    looks.giveUpOverdue(now);
    for (const line of lines) {
      for (const waiter of line) {
        const taken = tryTake(waiter.time, waiter.rank, now);
        if (!taken) {
          lookLater(now);
          return;
        }
        waiter.settle(taken);
      }
    }
  }

  /** Those whose time is over before there can be room for them need not wait for that. */
  function refuseHopeless(): void {
    const now = clock();
    let ahead = 0;
    for (const line of lines) {
      for (const waiter of line) {
        const wait = msUntilTurn(waiter.rank, ahead, now);
        if (now + wait >= sendDeadline(waiter.time).endsAt) waiter.settle(paced(wait));
        else ahead += 1;
      }
    }
  }

  /**
   * Where all who keep room for a look wait for more, none of them would ever get it. Then the one who began last goes
   * without, so that another can be brought to its end.
   */
  function dissolve(now: number): void {
    const [next] = lines[ranks.first];
    if (!next || underWay > 0 || looks.size === 0) return;
    const stuck = new Map([...lines[ranks.first]].map((waiter) => [waiter.time.reservation, waiter]));
    const writes = [...looks.writes()];
    if (writes.some((write) => !stuck.has(write))) return;
    const ms = Math.max(heldUntil - now, permits.msUntilFree(now, 1, purposes[ranks.first]));
    const last = stuck.get(writes.at(-1));
    if (now + ms >= sendDeadline(next.time).endsAt) last?.settle(paced(ms));
  }

  function lookLater(now: number): void {
    dissolve(now);
    const wanted = {
      first: lines[ranks.look].size + lines[ranks.first].size,
      write: lines[ranks.write].size * permitsFor(ranks.write),
      read: lines[ranks.read].size,
    };
    if (now >= heldUntil) permits.bring?.(wanted, now);
    if (timer) return;
    const next = wanted.first > 0 ? ranks.first : wanted.write > 0 ? ranks.write : ranks.read;
    const room = permits.msUntilFree(now, permitsFor(next), purposes[next]);
    const soonest = Math.max(heldUntil - now, room);
    timer = setTimeout(
      () => {
        timer = undefined;
        letGo();
        refuseHopeless();
      },
      Math.ceil(Math.min(lookAgainMs, soonest || lookAgainMs)),
    );
    timer.unref();
  }

  /**
   * Milliseconds until there may be room for one of this rank behind so many others. It hopes for the best, that
   * all that is kept will be given up: whoever is refused in vain has lost more than whoever waited in vain.
   */
  function msUntilTurn(rank: Rank, ahead: number, now: number): number {
    const count = ahead + permitsFor(rank) - looks.size;
    return Math.max(0, heldUntil - now, permits.msUntilFree(now, count, purposes[rank]));
  }

  function waiting(): number {
    return lines[0].size + lines[1].size + lines[2].size + lines[3].size;
  }

  function wait(time: CallOptions, rank: Rank, now: number): Promise<Taken | Throttled> {
    const { promise, resolve } = Promise.withResolvers<Taken | Throttled>();
    const line = lines[rank];
    const tooLate = () => waiter.settle(paced(msUntilTurn(rank, 0, clock())));
    const waiter: Waiter = {
      time,
      rank,
      settle(result) {
        if (!line.delete(waiter)) return;
        takeBack();
        resolve(result);
      },
    };
    line.add(waiter);
    const takeBack = sendDeadline(time).onExpiry(tooLate);
    lookLater(now);
    return promise;
  }

  /** A permit, at once where there is room: then there is neither a promise nor a timer. */
  function take(time: CallOptions): Taken | Promise<Taken | Throttled> | Throttled {
    const rank = rankOf(time);
    const now = clock();
    let ahead = 0;
    for (let one = 0; one <= rank; one += 1) ahead += lines[one as Rank].size;
    let taken = ahead === 0 ? tryTake(time, rank, now) : undefined;
    if (taken) return taken;
    if (looks.giveUpOverdue(now) && ahead === 0) taken = tryTake(time, rank, now);
    if (taken) return taken;
    const ms = msUntilTurn(rank, ahead, now);
    return now + ms >= sendDeadline(time).endsAt ? paced(ms) : wait(time, rank, now);
  }

  return {
    get waiting() {
      return waiting();
    },
    limit: (client, onWaited) => ({
      async send(request, time) {
        // Whoever comes too late is told so by the client.
        if (sendDeadline(time).isExpired()) return client.send(request, time);
        let taken = take(time);
        if (taken instanceof Promise) {
          const since = clock();
          taken = await taken;
          onWaited?.(clock() - since);
        }
        if (taken.kind !== 'taken') return taken;
        let exchange: SendResult | undefined;
        underWay += 1;
        try {
          exchange = await client.send(request, time);
          return exchange;
        } finally {
          ended(taken.permit, exchange);
        }
      },
      close() {
        for (const line of lines) for (const waiter of line) waiter.settle(paced(lookAgainMs));
        clearTimeout(timer);
        return client.close();
      },
    }),
  };

  function ended(permit: Permit, exchange: SendResult | undefined): void {
    const now = clock();
    underWay -= 1;
    if (exchange?.kind === 'not-sent') permits.unspent(permit, now);
    else permits.spent(permit, now);
    // Everybody else would get the same answer.
    const asked = exchange?.kind === 'answered' && exchange.status === 429 ? retryAfterMs(exchange) : null;
    if (asked !== null) {
      const ms = Math.min(asked, longestHoldMs);
      heldUntil = Math.max(heldUntil, now + ms);
      permits.holdOthers?.(ms, now);
      refuseHopeless();
    }
    letGo();
  }
}

function paced(ms: number): Throttled {
  return { kind: 'not-sent', reason: 'throttled', retryAfterMs: ms };
}
