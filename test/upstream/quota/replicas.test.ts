import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPermits, usableBy } from '../../../src/upstream/quota/permits.ts';
import type { Ledger } from '../../../src/upstream/quota/postgres-ledger.ts';
import { answered, eventually, fakeClock, open, throttled, urgent, within, write } from './throttles.ts';

beforeEach(fakeClock);
afterEach(() => vi.useRealTimers());

describe('replicas', () => {
  /** Urgent requests of each process that are sent, of so many at once. */
  async function burst({ send, sent }: ReturnType<typeof open>, counts: readonly number[]) {
    const before = sent.length;
    for (const [process, count] of counts.entries())
      for (let nth = 0; nth < count; nth += 1) void send(urgent(1_000), 0, process);
    await vi.advanceTimersByTimeAsync(1_000);
    return sent.length - before;
  }

  it.each([60_000, 20])('ask the ledger seldom, at a quota of %i', async (perMinute) => {
    const { send, sent, ledger } = open(perMinute, { replicas: 2 });
    for (let nth = 0; nth < 500; nth += 1) {
      void send(within(70_000), 0, nth);
      await vi.advanceTimersByTimeAsync(20);
    }
    expect(sent).toHaveLength(Math.min(500, usableBy('read', perMinute)));
    expect(ledger.asked).toBeLessThan(150);
  });

  it('use nothing of a lease that has expired', async () => {
    const { send, sent } = open(10_000, { replicas: 1, ledgerMs: 50 });
    for (let nth = 0; nth < 60; nth += 1) {
      void send(within(5_000));
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(10_000);
    void send(within(5_000));
    await vi.advanceTimersByTimeAsync(20);
    expect(sent).toHaveLength(60);
    await vi.advanceTimersByTimeAsync(200);
    expect(sent).toHaveLength(61);
  });

  it('pause together, for a minute at most also where the ledger’s clock is set back', async () => {
    const { send, sent, provider, ledger } = open(1_000, { replicas: 2 });
    await eventually(send(within(500), 0, 1));
    provider.answer = () => ({ kind: 'answered', status: 429, headers: { 'retry-after': '30' }, body: '' });
    await eventually(send(within(500)));
    await vi.advanceTimersByTimeAsync(3_000);
    ledger.clock -= 600_000;
    const rejection = await eventually(send(within(10_000), 0, 1));
    expect(rejection).toEqual(throttled);
    expect((rejection as { readonly retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(60_000);
    expect(sent).toHaveLength(2);
  });

  /** Seconds that pass, what becomes of the ledger, or so many requests of each process at once and how many are sent. */
  type Step = number | 'away' | 'back' | readonly [counts: readonly number[], sent: number];

  it.each<[string, perMinute: number, replicas: number, ...steps: Step[]]>([
    [
      'take an equal share each while the ledger is away, and until all have reported what they used',
      ...([40, 3] as const),
      // The third has stopped long before.
      ...([
        [[0, 0, 1], 1],
        120,
        [[1, 1], 2],
        [[1, 1], 2],
        70,
        'away',
        [[30, 30], 40],
        130,
        [[30, 30], 40],
      ] as Step[]),
      ...(['back', 20, [[10, 0], 0], [[10, 10], 0], 70, [[40, 0], 40]] as Step[]),
    ],
    ['leave to one that has stopped what it used', 20, 2, [[15, 0], 15], 57, [[0, 20], 5], 6, [[0, 20], 15]],
    [
      'leave to a busy one what it has used where the ledger goes away',
      ...([20, 2] as const),
      ...([[[0, 1], 1], [[15, 0], 15], [[0, 1], 1], 'away', 3, [[15, 15], 3]] as Step[]),
    ],
  ])('%s', async (_, perMinute, replicas, ...steps) => {
    const opened = open(perMinute, { replicas });
    for (const step of steps) {
      if (typeof step === 'number') await vi.advanceTimersByTimeAsync(1_000 * step);
      else if (typeof step === 'string') opened.ledger.isAway = step === 'away';
      else expect(await burst(opened, step[0])).toBe(step[1]);
    }
    expect(opened.maxInAMinute()).toBeLessThanOrEqual(perMinute);
  });

  it('reject at once, as far as a slow ledger lets them know, where waiting is in vain', async () => {
    const { send, sent } = open(10, { replicas: 1, ledgerMs: 400 });
    const all = Promise.all(Array.from({ length: 12 }, () => send(urgent(20_000))));
    expect((await eventually(all)).filter((result) => result === answered)).toHaveLength(10);
    expect(performance.now()).toBeLessThan(3_000);
    expect(sent).toHaveLength(10);
  });

  it('ask anew before they reject by what they knew', async () => {
    const opened = open(20, { replicas: 2 });
    const { send } = opened;
    const writes = Array.from({ length: 9 }, () => write(20_000));
    await eventually(Promise.all(writes.map(({ writing }) => send(writing))));
    expect(await burst(opened, [0, 9])).toBe(2);
    for (const { end } of writes) end();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await burst(opened, [1, 0])).toBe(1);
    expect(await burst(opened, [0, 9])).toBe(8);
  });

  it('report also what they use while they ask, and what ends long after that', async () => {
    const { send, sent, ledger } = open(40, { replicas: 1, ledgerMs: 500 });
    ledger.isAway = true;
    void send(urgent(5_000));
    await vi.advanceTimersByTimeAsync(1_600);
    // By this one it asks again, which takes a second.
    void send(urgent(5_000));
    ledger.isAway = false;
    await vi.advanceTimersByTimeAsync(100);
    for (let nth = 0; nth < 9; nth += 1) void send(urgent(5_000));
    await vi.advanceTimersByTimeAsync(0);
    void send(urgent(5_000), 30_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent).toHaveLength(12);
    // Another process knows of all, and of the last for a minute after its end.
    const used: number[] = [];
    for (const ms of [0, 40_000, 30_000, 30_000]) {
      await vi.advanceTimersByTimeAsync(ms);
      const update: Ledger['update'] = async (change) =>
        void change(ledger.text, ledger.clock + performance.now());
      const permits = createPermits({ perMinute: 40, ledger: { update }, replica: 'another' }, () => {});
      permits.refill(() => Array(40).fill('urgent'), performance.now());
      await vi.advanceTimersByTimeAsync(1);
      used.push(40 - permits.free(performance.now(), 'urgent'));
    }
    expect(used).toEqual([12, 12, 1, 0]);
  });
});
