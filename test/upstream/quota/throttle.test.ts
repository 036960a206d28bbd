import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallOptions, HttpClient, Reservation, SendResult } from '../../../src/upstream/client.ts';
import { createDeadline } from '../../../src/upstream/deadline.ts';
import { createPermits, usableBy } from '../../../src/upstream/quota/permits.ts';
import type { Ledger } from '../../../src/upstream/quota/postgres-ledger.ts';
import { createThrottle } from '../../../src/upstream/quota/throttle.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

const answered: SendResult = { kind: 'answered', status: 200, headers: {}, body: '' };
const unreachable: SendResult = { kind: 'not-sent', reason: 'unreachable' };
const throttled = { kind: 'not-sent', reason: 'throttled', retryAfterMs: expect.any(Number) };
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits for a result, however long that takes by the faked clock. */
async function eventually<T>(result: Promise<T>): Promise<T> {
  let isThere = false;
  void result.finally(() => {
    isThere = true;
  });
  while (!isThere) await vi.advanceTimersByTimeAsync(10);
  return result;
}

/** Processes before one provider: one alone, or some that share a ledger in memory whose clock is not theirs. */
function open(perMinute: number, { replicas = 0, ledgerMs = 1 } = {}) {
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
    createThrottle({ perMinute, ledger: replicas === 0 ? undefined : shared, replica: `${index}` }),
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

const within = (ms: number, more: Partial<CallOptions> = {}): CallOptions => ({
  deadline: createDeadline(ms),
  ...more,
});
const urgent = (ms: number) => within(ms, { priority: 'urgent' });

function write(ms: number) {
  const reservation: Reservation = { endsAt: performance.now() + 2 * ms, release: undefined };
  return {
    reservation,
    writing: within(ms, { priority: 'write', reservation }),
    readBack: within(2 * ms, { priority: 'urgent', reservation }),
    end: () => reservation.release?.(),
  };
}

describe('whatever is sent, and whenever', () => {
  const arrival = fc.record({
    after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 8_000 })),
    process: fc.nat(2),
    what: fc.constantFrom('read', 'write', 'write and read-back', 'token'),
    ms: fc.integer({ min: 50, max: 30_000 }),
    takes: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 9_000 })),
    isSent: fc.boolean(),
    clockBack: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, { arbitrary: fc.nat(200_000), weight: 1 }),
  });

  it.each([0, 1, 3])(
    'no minute has more than the quota, no read-back is starved, and nothing leaks: %i replicas',
    async (replicas) => {
      let fullest = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 2, max: 20 }),
          fc.integer({ min: 0, max: 40 }),
          fc.array(arrival, { minLength: 1, maxLength: 100 }),
          async (perMinute, ledgerMs, arrivals) => {
            const { send, provider, ledger, sent, maxInAMinute, waiting } = open(perMinute, {
              ...{ replicas, ledgerMs },
            });
            const problems: string[] = [];
            let running = 0;
            const one = async (
              time: CallOptions,
              { ms, takes, process }: typeof arrivals extends (infer T)[] ? T : never,
            ) => {
              const from = performance.now();
              const result = await send(time, takes, process);
              if (result.kind !== 'not-sent' || result.reason !== 'throttled') return result;
              if (performance.now() - from > ms) problems.push('It was rejected late.');
              if (result.retryAfterMs > 66_000) problems.push(`It is to wait ${result.retryAfterMs} ms.`);
              return result;
            };
            const run = async (it: (typeof arrivals)[number]) => {
              if (it.what === 'read') return one(within(it.ms), it);
              if (it.what === 'token') return one(urgent(it.ms), it);
              const { writing, readBack, end } = write(it.ms);
              const wrote = await one(writing, it);
              if (it.what === 'write and read-back' && wrote.kind === 'answered' && it.takes < it.ms) {
                const read = await one(readBack, it);
                if (read.kind === 'not-sent' && read.reason === 'throttled') problems.push('No read-back.');
              }
              return end();
            };
            for (const each of arrivals) {
              await vi.advanceTimersByTimeAsync(each.after);
              ledger.clock -= each.clockBack;
              provider.answer = () => (each.isSent ? answered : unreachable);
              running += 1;
              void run(each).finally(() => {
                running -= 1;
              });
            }
            await vi.advanceTimersByTimeAsync(90_000);
            expect(problems).toEqual([]);
            expect([running, waiting()]).toEqual([0, 0]);
            expect(maxInAMinute()).toBeLessThanOrEqual(perMinute);
            fullest = Math.max(fullest, maxInAMinute() / perMinute);
            // Nothing was lost: a quiet time later all of it is there again, for one process.
            await vi.advanceTimersByTimeAsync(66_000);
            const before = sent.length;
            provider.answer = () => answered;
            for (let nth = 0; nth < perMinute; nth += 1) void send(within(5_000));
            await vi.advanceTimersByTimeAsync(5_000);
            expect(sent.length - before).toBe(usableBy('read', perMinute));
          },
        ),
        { numRuns: 40 },
      );
      expect(fullest).toBeGreaterThan(0.7);
    },
  );
});

describe('requests that wait', () => {
  it('go by priority: urgent ones, writes in progress, new writes, reads, and each as they came', async () => {
    const { send, sent, waited } = open(12);
    const began = write(100_000);
    await send(began.writing);
    for (let nth = 0; nth < 10; nth += 1) await send(urgent(1));
    const left: string[] = [];
    const add = (name: string, time: CallOptions) => void send(time).then(() => left.push(name));
    add('read 1', within(90_000));
    add('read 2', within(90_000));
    add('write 1', write(80_000).writing);
    add('write 2', write(70_000).writing);
    add('write in progress', began.writing);
    add('token', urgent(90_000));
    expect(left).toEqual([]);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(left).toEqual(['token', 'write in progress', 'write 1', 'write 2', 'read 1', 'read 2']);
    expect(sent).toHaveLength(17);
    expect(waited).toHaveLength(6);
    expect(Math.min(...waited)).toBeGreaterThan(50_000);
  });

  it('have room again a minute after a request ended, a second later at the latest, and at once where it was not sent', async () => {
    const { send, provider } = open(2);
    provider.answer = () => unreachable;
    for (let nth = 0; nth < 9; nth += 1) expect(await send(within(1))).toEqual(unreachable);
    provider.answer = () => answered;
    for (let nth = 0; nth < 2; nth += 1) void send(urgent(9_000), 700);
    await vi.advanceTimersByTimeAsync(700 + 59_900);
    expect(await send(urgent(50))).toEqual(throttled);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(await send(urgent(50))).toEqual(answered);
  });

  it('are rejected at once where they would wait in vain, and when the provider asks for a pause', async () => {
    const { send, sent, provider, waiting } = open(10);
    for (let nth = 0; nth < 8; nth += 1) await send(within(1));
    const inVain = send(within(10_000));
    expect(waiting()).toBe(0);
    expect(await inVain).toEqual(throttled);
    const patient = send(within(70_000));
    expect(waiting()).toBe(1);
    const headers = { 'retry-after': '3600' };
    provider.answer = () => ({ kind: 'answered', status: 429, headers, body: '' });
    await vi.advanceTimersByTimeAsync(15_000);
    await send(urgent(1));
    // The pause is a minute at most, but that is longer than it has.
    expect(await patient).toEqual({ ...throttled, retryAfterMs: 60_000 });
    expect([waiting(), sent.length]).toEqual([0, 9]);
  });

  it('begin no write without a permit for its read-back, which needs none during a pause', async () => {
    const { send, sent, provider } = open(5);
    const [one, two, three] = [write(20_000), write(20_000), write(20_000)];
    const wrote = [one, two, three].map(({ writing }) => send(writing, 10));
    await vi.advanceTimersByTimeAsync(10);
    provider.answer = () => ({ kind: 'answered', status: 429, headers: { 'retry-after': '30' }, body: '' });
    expect(await send(one.readBack)).toMatchObject({ status: 429 });
    expect(await send(two.readBack)).toMatchObject({ status: 429 });
    expect(await Promise.all(wrote)).toEqual([answered, answered, throttled]);
    expect(sent).toHaveLength(4);
  });

  it('share one reservation where they are of one write, which ends when it is released or overdue', async () => {
    const { send, provider, waiting } = open(10);
    provider.answer = () => ({ kind: 'answered', status: 429, headers: { 'retry-after': '1' }, body: '' });
    await send(within(1));
    provider.answer = () => answered;
    const shared = write(20_000);
    const all = Promise.all(Array.from({ length: 4 }, () => send(shared.writing)));
    expect(waiting()).toBe(4);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await all).toEqual(Array(4).fill(answered));
    const left = write(5_000);
    expect(await send(left.writing)).toEqual(answered);
    // Used by now: 6, and 2 reservations.
    const more = Promise.all(Array.from({ length: 3 }, () => send(urgent(1))));
    expect(await eventually(more)).toEqual([answered, answered, throttled]);
    shared.end();
    expect(await send(urgent(1))).toEqual(answered);
    const next = send(urgent(20_000));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(waiting()).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await next).toEqual(answered);
    expect(left.reservation.release).toBeUndefined();
  });

  it('make room where all writes in progress wait for each other: the newest for the oldest', async () => {
    const { send } = open(9);
    const writes = Array.from({ length: 4 }, (_, nth) => write(10_000 + nth));
    for (const { writing } of writes) expect(await send(writing)).toEqual(answered);
    await send(urgent(1));
    // Each ends when it is rejected, or has sent two more.
    const results = await eventually(
      Promise.all(
        writes.map(async ({ writing, readBack, end }) => {
          const more = (await send(writing)).kind === 'answered' ? await send(writing) : throttled;
          const result = more.kind === 'answered' ? await send(readBack) : more;
          end();
          return result;
        }),
      ),
    );
    expect(results).toEqual([answered, throttled, throttled, throttled]);
    expect(performance.now()).toBeLessThan(1_000);
  });

  it('are not counted as ahead where the same pause rejects them', async () => {
    const { send, provider } = open(20);
    for (let nth = 0; nth < 8; nth += 1) await send(within(1_000));
    const pause = (seconds: number): SendResult => ({
      ...{ kind: 'answered', status: 429, body: '' },
      headers: { 'retry-after': String(seconds) },
    });
    provider.answer = () => pause(1);
    const first = send(within(10_000), 100);
    await vi.advanceTimersByTimeAsync(50);
    provider.answer = () => pause(3);
    const second = send(within(10_000), 100);
    await eventually(first);
    const hasty = Array.from({ length: 6 }, () => send(within(1_500)));
    const patient = send(within(6_000));
    const { writing, end } = write(10_000);
    const written = send(writing);
    await eventually(second);
    provider.answer = () => answered;
    expect(await eventually(Promise.all(hasty))).toEqual(Array(6).fill(throttled));
    expect(await eventually(patient)).toEqual(answered);
    expect(await eventually(written)).toEqual(answered);
    end();
  });

  it('leave nothing behind, also where many gave up, and when it is closed', async () => {
    const { send, sent, clients, waiting } = open(2);
    await send(within(1));
    for (let nth = 0; nth < 1_000; nth += 1) void send(within(61_000));
    expect(waiting()).toBeGreaterThan(0);
    const last = send(within(Number.POSITIVE_INFINITY));
    await clients[0]?.close();
    expect(await last).toEqual(throttled);
    expect([waiting(), vi.getTimerCount(), sent.length]).toEqual([0, 0, 1]);
  });
});

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

  it('take an equal share each while the ledger is away, and until all have reported what they used', async () => {
    const opened = open(40, { replicas: 3 });
    const { ledger } = opened;
    // The third has stopped long before.
    expect(await burst(opened, [0, 0, 1])).toBe(1);
    await vi.advanceTimersByTimeAsync(120_000);
    for (let nth = 0; nth < 2; nth += 1) expect(await burst(opened, [1, 1])).toBe(2);
    await vi.advanceTimersByTimeAsync(70_000);
    ledger.isAway = true;
    expect(await burst(opened, [30, 30])).toBe(40);
    await vi.advanceTimersByTimeAsync(130_000);
    expect(await burst(opened, [30, 30])).toBe(40);
    ledger.isAway = false;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await burst(opened, [10, 0])).toBe(0);
    expect(await burst(opened, [10, 10])).toBe(0);
    await vi.advanceTimersByTimeAsync(70_000);
    expect(await burst(opened, [40, 0])).toBe(40);
    expect(opened.maxInAMinute()).toBe(40);
  });

  it('leave to one that has stopped what it used in the last minute', async () => {
    const opened = open(20, { replicas: 2 });
    expect(await burst(opened, [15, 0])).toBe(15);
    await vi.advanceTimersByTimeAsync(57_000);
    expect(await burst(opened, [0, 20])).toBe(5);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await burst(opened, [0, 20])).toBe(15);
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

  it('leave to a busy one what it has used where the ledger goes away', async () => {
    const opened = open(20, { replicas: 2 });
    for (const counts of [
      [0, 1],
      [15, 0],
      [0, 1],
    ])
      await burst(opened, counts);
    opened.ledger.isAway = true;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await burst(opened, [15, 15])).toBe(3);
    expect(opened.maxInAMinute()).toBe(20);
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
