import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallOptions, SendResult } from '../../../src/upstream/client.ts';
import { usableBy } from '../../../src/upstream/quota/permits.ts';
import {
  answered,
  eventually,
  fakeClock,
  open,
  throttled,
  unreachable,
  urgent,
  within,
  write,
} from './throttles.ts';

beforeEach(fakeClock);
afterEach(() => vi.useRealTimers());

describe('whatever is sent, and whenever', () => {
  const arrival = fc.record({
    after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 8_000 })),
    process: fc.nat(2),
    caller: fc.option(
      fc.record({ id: fc.constantFrom('a', 'b', 'c'), weight: fc.integer({ min: 1, max: 3 }) }),
      {
        nil: undefined,
      },
    ),
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
              timeOfNobody: CallOptions,
              { caller, ms, takes, process }: typeof arrivals extends (infer T)[] ? T : never,
            ) => {
              const from = performance.now();
              const time = caller ? { ...timeOfNobody, caller } : timeOfNobody;
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
      expect(fullest).toBeGreaterThan(0.6);
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
