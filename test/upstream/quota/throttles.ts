import { expect, vi } from 'vitest';
import type { CallOptions, HttpClient, Reservation, SendResult } from '../../../src/upstream/client.ts';
import { createDeadline } from '../../../src/upstream/deadline.ts';
import type { Ledger } from '../../../src/upstream/quota/postgres-ledger.ts';
import { createThrottle } from '../../../src/upstream/quota/throttle.ts';

/** What fakes the clock in tests of throttles. */
export const fakeClock = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });

export const answered: SendResult = { kind: 'answered', status: 200, headers: {}, body: '' };
export const unreachable: SendResult = { kind: 'not-sent', reason: 'unreachable' };
export const throttled = {
  kind: 'not-sent',
  reason: 'throttled',
  retryAfterMs: expect.any(Number),
  isShare: false,
};
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits for a result, however long that takes by the faked clock. */
export async function eventually<T>(result: Promise<T>): Promise<T> {
  let isThere = false;
  void result.finally(() => {
    isThere = true;
  });
  while (!isThere) await vi.advanceTimersByTimeAsync(10);
  return result;
}

/** Processes before one provider: one alone, or some that share a ledger in memory whose clock is not theirs. */
export function open(perMinute: number, { replicas = 0, ledgerMs = 1, burst = 0.5 } = {}) {
  const sent: { readonly from: number; to: number; readonly of: CallOptions }[] = [];
  const provider = { answer: (): SendResult => answered, takesMs: 0 };
  const ledger = { text: null as string | null, asked: 0, isAway: false, clock: 1_763_799_000_500 };
  const client: HttpClient = {
    async send(_request, of) {
      const { takesMs } = provider;
      const result = provider.answer();
      const one = { from: performance.now(), to: Number.POSITIVE_INFINITY, of };
      if (result.kind !== 'not-sent') sent.push(one);
      if (takesMs > 0) await sleep(takesMs);
      one.to = performance.now();
      return result;
    },
    close: async () => {},
  };
  const shared: Ledger = {
    async update(change) {
      ledger.asked += 1;
      await sleep(ledgerMs);
      if (ledger.isAway) throw new Error('It is away.');
      ledger.text = change(ledger.text, ledger.clock + performance.now());
      await sleep(ledgerMs);
    },
  };
  const throttles = Array.from({ length: Math.max(1, replicas) }, (_, index) =>
    createThrottle({ perMinute, burst, ledger: replicas === 0 ? undefined : shared, replica: `${index}` }),
  );
  const waited: number[] = [];
  const clients = throttles.map((throttle) => throttle.limit(client, (ms) => waited.push(ms)));
  return {
    ...{ sent, provider, ledger, clients, waited },
    waiting: () => throttles.reduce((sum, throttle) => sum + throttle.waiting, 0),
    send(time: CallOptions, takesMs = 0, process = 0) {
      provider.takesMs = takesMs;
      const { send } = clients[process % clients.length] as HttpClient;
      return send({ method: 'GET', path: '/', headers: {} }, time);
    },
    /** At worst: the provider counts a request at some moment between its leaving and its answer. */
    maxInAMinute: () =>
      Math.max(
        ...sent.map(({ from }) => sent.filter((one) => one.from <= from && one.to > from - 60_000).length),
      ),
  };
}

export const within = (ms: number, more: Partial<CallOptions> = {}): CallOptions => ({
  deadline: createDeadline(ms),
  ...more,
});
export const urgent = (ms: number) => within(ms, { priority: 'urgent' });

export function write(ms: number) {
  const reservation: Reservation = { endsAt: performance.now() + 2 * ms, release: undefined };
  return {
    reservation,
    writing: within(ms, { priority: 'write', reservation }),
    readBack: within(2 * ms, { priority: 'urgent', reservation }),
    end: () => reservation.release?.(),
  };
}
