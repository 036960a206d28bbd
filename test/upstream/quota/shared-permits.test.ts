import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallOptions, HttpClient, Reservation, SendResult } from '../../../src/upstream/client.ts';
import { createDeadline } from '../../../src/upstream/deadline.ts';
import type { Ledger } from '../../../src/upstream/quota/postgres-ledger.ts';
import { createSharedPermits } from '../../../src/upstream/quota/shared-permits.ts';
import { createThrottle } from '../../../src/upstream/quota/throttle.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

const answered: SendResult = { kind: 'answered', status: 200, headers: {}, body: '' };
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Processes that share a ledger in memory, whose clock is not theirs and whose answers take this long. */
function openProcesses(count: number, perMinute: number, answerMs: number) {
  const sent: { from: number; to: number }[] = [];
  const ledger = { text: null as string | null, asked: 0, fails: false };
  const clock = () => performance.now();
  let takes = 0;
  const client: HttpClient = {
    async send() {
      const one = { from: clock(), to: Number.POSITIVE_INFINITY };
      sent.push(one);
      if (takes > 0) await sleep(takes);
      one.to = clock();
      return answered;
    },
    close: async () => {},
  };
  const processes = Array.from({ length: count }, (_, index) => {
    const shared: Ledger = {
      async update(change) {
        ledger.asked += 1;
        await sleep(answerMs);
        if (ledger.fails) throw new Error('It is gone.');
        ledger.text = change(ledger.text, 1_763_799_000_500 + clock());
        await sleep(answerMs);
      },
    };
    const pacer = createThrottle((onChange) => createSharedPermits(shared, perMinute, `${index}`, onChange));
    return { pacer, client: pacer.limit(client) };
  });
  return {
    sent,
    ledger,
    processes,
    send(process: number, time: CallOptions, takesMs = 0) {
      takes = takesMs;
      const client = processes[process % count]?.client as HttpClient;
      return client.send({ method: 'GET', path: '/', headers: {} }, time);
    },
  };
}

function within(ms: number, more: Partial<CallOptions> = {}): CallOptions {
  return { deadline: createDeadline(ms), ...more };
}

function mostInAMinute(sent: readonly { readonly from: number; readonly to: number }[]): number {
  // The provider sees each at some moment between its leaving and its answer: so at worst any of these.
  const counts = sent.map(
    ({ from }) => sent.filter((other) => other.from <= from && other.to > from - 60_000).length,
  );
  return Math.max(0, ...counts);
}

describe('processes that share a quota', () => {
  const arrival = fc.record({
    after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6_000 })),
    process: fc.nat(2),
    isWrite: fc.boolean(),
    looks: fc.boolean(),
    ms: fc.integer({ min: 50, max: 20_000 }),
    takes: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 9_000 })),
  });

  it('send no more than it together, in any minute', async () => {
    let most = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 4, max: 20 }),
        fc.integer({ min: 0, max: 40 }),
        fc.array(arrival, { minLength: 20, maxLength: 120 }),
        async (perMinute, answerMs, arrivals) => {
          const { sent, send, processes } = openProcesses(3, perMinute, answerMs);
          let open = 0;
          for (const { after, process, isWrite, looks, ms, takes } of arrivals) {
            await vi.advanceTimersByTimeAsync(after);
            open += 1;
            const run = async () => {
              if (!isWrite) return void (await send(process, within(ms), takes));
              const write: Reservation = { endsAt: performance.now() + 2 * ms, release: undefined };
              const wrote = await send(process, within(ms, { priority: 'write', reservation: write }), takes);
              if (looks && wrote.kind === 'answered')
                await send(process, within(ms, { priority: 'urgent', reservation: write }), takes);
              write.release?.();
            };
            void run().finally(() => {
              open -= 1;
            });
          }
          await vi.advanceTimersByTimeAsync(90_000);
          expect(open).toBe(0);
          expect(processes.map(({ pacer }) => pacer.waiting)).toEqual([0, 0, 0]);
          expect(mostInAMinute(sent)).toBeLessThanOrEqual(perMinute);
          most = Math.max(most, mostInAMinute(sent) / perMinute);
        },
      ),
      { numRuns: 40 },
    );
    expect(most).toBeGreaterThan(0.7);
  });

  it('ask the ledger seldom where the quota is high', async () => {
    const { sent, send, ledger } = openProcesses(2, 60_000, 1);
    for (let nth = 0; nth < 2_000; nth += 1) {
      void send(nth, within(5_000));
      await vi.advanceTimersByTimeAsync(5);
    }
    expect(sent).toHaveLength(2_000);
    expect(ledger.asked).toBeLessThan(100);
  });

  it('use nothing of a lease whose time is over', async () => {
    const { sent, send } = openProcesses(1, 10_000, 50);
    for (let nth = 0; nth < 60; nth += 1) {
      void send(0, within(5_000));
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(200);
    expect(sent).toHaveLength(60);
    for (let nth = 60; nth < 63; nth += 1) {
      await vi.advanceTimersByTimeAsync(10_000);
      void send(0, within(5_000));
      await vi.advanceTimersByTimeAsync(20);
      expect(sent).toHaveLength(nth);
      await vi.advanceTimersByTimeAsync(200);
      expect(sent).toHaveLength(nth + 1);
    }
  });

  it('give back what they leased and did not use', async () => {
    const { sent, send } = openProcesses(1, 100, 1);
    // Each takes room for its look along, and never looks.
    for (let nth = 0; nth < 90; nth += 1) {
      const write: Reservation = { endsAt: performance.now() + 9_000, release: undefined };
      const wrote = send(0, within(9_000, { priority: 'write', reservation: write }));
      await vi.advanceTimersByTimeAsync(500);
      expect((await wrote).kind).toBe('answered');
      write.release?.();
    }
    expect(sent).toHaveLength(90);
  });

  it('hold back together for as long as the provider asks', async () => {
    const { sent, send, ledger, processes } = openProcesses(2, 1_000, 1);
    const throttling: HttpClient = {
      send: async () => ({ kind: 'answered', status: 429, headers: { 'retry-after': '30' }, body: '' }),
      close: async () => {},
    };
    await Promise.all([send(1, within(500)), vi.advanceTimersByTimeAsync(100)]);
    const first = processes[0]?.pacer
      .limit(throttling)
      .send({ method: 'GET', path: '/', headers: {} }, within(500));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await first).toMatchObject({ status: 429 });
    const asked = ledger.asked;
    const other = send(1, within(10_000));
    await vi.advanceTimersByTimeAsync(10);
    expect(await other).toMatchObject({ reason: 'throttled', retryAfterMs: expect.any(Number) });
    expect(ledger.asked).toBeGreaterThan(asked);
    expect(sent).toHaveLength(1);
  });

  it('go on alone while it is gone, and tell of it when it is back', async () => {
    const { sent, send, ledger } = openProcesses(2, 40, 1);
    for (const process of [0, 1, 0]) {
      void send(process, within(1_000));
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(sent).toHaveLength(3);
    ledger.fails = true;
    await vi.advanceTimersByTimeAsync(70_000);
    for (let nth = 0; nth < 60; nth += 1) void send(nth, within(1_000, { priority: 'urgent' }));
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toHaveLength(3 + 40);
    ledger.fails = false;
    await vi.advanceTimersByTimeAsync(20_000);
    const { asked } = ledger;
    for (let nth = 0; nth < 4; nth += 1) {
      void send(nth, within(1_000, { priority: 'urgent' }));
      await vi.advanceTimersByTimeAsync(1_500);
    }
    expect(ledger.asked).toBeGreaterThanOrEqual(asked + 2);
    expect(inUse(ledger.text)).toBeGreaterThanOrEqual(40);
    expect(sent).toHaveLength(3 + 40);
    await vi.advanceTimersByTimeAsync(70_000);
    void send(0, within(1_000, { priority: 'urgent' }));
    await vi.advanceTimersByTimeAsync(1_500);
    expect(sent.length).toBeGreaterThan(3 + 40);
  });

  it('tell also of what they use while they ask whether it is back, and of what ends after that', async () => {
    const { sent, send, ledger } = openProcesses(1, 40, 500);
    const first = () => within(5_000, { priority: 'urgent' });
    ledger.fails = true;
    void send(0, first());
    await vi.advanceTimersByTimeAsync(1_600);
    expect(sent).toHaveLength(1);
    // By this one it asks again, which takes a second.
    void send(0, first());
    ledger.fails = false;
    await vi.advanceTimersByTimeAsync(100);
    for (let nth = 0; nth < 9; nth += 1) void send(0, first());
    void send(0, first(), 3_000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toHaveLength(12);
    expect(inUse(ledger.text)).toBe(12);
  });
});

/** Permits that are in use as far as the ledger knows. */
function inUse(text: string | null): number {
  const { replicas } = JSON.parse(text ?? '') as { replicas: Record<string, { uses: [number, number][] }> };
  return Object.values(replicas)
    .flatMap(({ uses }) => uses)
    .reduce((sum, [, count]) => sum + count, 0);
}
