import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallOptions, HttpClient, Reservation, SendResult } from '../../../src/upstream/client.ts';
import { createDeadline, type Deadline } from '../../../src/upstream/deadline.ts';
import { createLocalPermits, usableBy } from '../../../src/upstream/quota/permits.ts';
import { createThrottle } from '../../../src/upstream/quota/throttle.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

const request = { method: 'GET', path: '/', headers: {} } as const;
const answered: SendResult = { kind: 'answered', status: 200, headers: {}, body: '' };

/** A provider behind a pacer, and what left for it. */
function openPaced(perMinute: number, answer: (nth: number) => SendResult = () => answered) {
  const sent: { from: number; to: number; priority: CallOptions['priority'] }[] = [];
  let latency = 0;
  let nth = 0;
  const client: HttpClient = {
    async send(_request, { priority }) {
      const one = { from: performance.now(), to: Number.POSITIVE_INFINITY, priority };
      const exchange = answer(nth++);
      if (exchange.kind !== 'not-sent') sent.push(one);
      if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
      one.to = performance.now();
      return exchange;
    },
    close: async () => {},
  };
  const waited: number[] = [];
  const pacer = createThrottle(() => createLocalPermits(() => perMinute));
  const paced = pacer.limit(client, (ms) => waited.push(ms));
  return {
    sent,
    waited,
    pacer,
    paced,
    send(time: CallOptions, takes = 0) {
      latency = takes;
      return paced.send(request, time);
    },
  };
}

function within(ms: number, more: Partial<CallOptions> = {}): CallOptions {
  return { deadline: createDeadline(ms), ...more };
}

/** A deadline that is over when the test says so. */
function openEnded(): { readonly deadline: Deadline; end(): void } {
  const waiting = new Set<() => void>();
  let isOver = false;
  return {
    deadline: {
      endsAt: Number.POSITIVE_INFINITY,
      isExpired: () => isOver,
      onExpiry(callback) {
        waiting.add(callback);
        return () => waiting.delete(callback);
      },
    },
    end() {
      isOver = true;
      for (const callback of waiting) callback();
    },
  };
}

function write(ms: number): { writing: CallOptions; look: CallOptions; end(): void; whole: Reservation } {
  const whole: Reservation = { endsAt: performance.now() + 2 * ms, release: undefined };
  return {
    writing: within(ms, { priority: 'write', reservation: whole }),
    look: within(2 * ms, { priority: 'urgent', reservation: whole }),
    end: () => whole.release?.(),
    whole,
  };
}

describe('whoever comes, and whenever', () => {
  const arrival = fc.record({
    after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 8_000 })),
    what: fc.constantFrom('read', 'write', 'write and look', 'token'),
    ms: fc.integer({ min: 1, max: 30_000 }),
    takes: fc.integer({ min: 0, max: 5_000 }),
    leaves: fc.boolean(),
  });

  it('no minute at the provider has more than the quota, and everybody is answered in time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 12 }),
        fc.array(arrival, { minLength: 1, maxLength: 80 }),
        async (perMinute, arrivals) => {
          let isOver = false;
          const { sent, send, pacer } = openPaced(perMinute, (nth) =>
            !isOver && arrivals[nth]?.leaves === false
              ? { kind: 'not-sent', reason: 'unreachable' }
              : answered,
          );
          let open = 0;
          const problems: string[] = [];
          const one = async (ms: number, takes: number, time: CallOptions) => {
            const from = performance.now();
            const exchange = await send(time, takes);
            const waited = performance.now() - from;
            if (exchange.kind === 'not-sent' && exchange.reason === 'throttled') {
              if (waited > ms) problems.push(`It was told after ${waited} ms of ${ms}.`);
              if (exchange.retryAfterMs > 61_000) problems.push(`It is to wait ${exchange.retryAfterMs} ms.`);
            }
            return exchange;
          };
          for (const { after, what, ms, takes } of arrivals) {
            await vi.advanceTimersByTimeAsync(after);
            open += 1;
            const run = async () => {
              if (what === 'read') return void (await one(ms, takes, within(ms)));
              if (what === 'token') return void (await one(ms, takes, within(ms, { priority: 'urgent' })));
              const { writing, look, end } = write(ms);
              const wrote = await one(ms, takes, writing);
              if (what === 'write and look' && wrote.kind === 'answered' && takes < ms) {
                const looked = await one(ms, takes, look);
                if (looked.kind === 'not-sent' && looked.reason === 'throttled')
                  problems.push('No look was had.');
              }
              end();
            };
            void run().finally(() => {
              open -= 1;
            });
          }
          await vi.advanceTimersByTimeAsync(70_000);
          expect(problems).toEqual([]);
          expect(open).toBe(0);
          expect(pacer.waiting).toBe(0);
          // The provider sees each at some moment between its leaving and its answer: so at worst any of these.
          for (const { from } of sent) {
            const seen = sent.filter((other) => other.from <= from && other.to > from - 60_000);
            expect(seen.length).toBeLessThanOrEqual(perMinute);
          }
          // And nothing was lost on the way: a quiet minute later all of it is there again.
          await vi.advanceTimersByTimeAsync(61_100);
          const before = sent.length;
          isOver = true;
          const room = usableBy('read', perMinute);
          for (let nth = 0; nth < room; nth += 1) void send(within(1));
          await vi.advanceTimersByTimeAsync(0);
          expect(sent.length - before).toBe(room);
          expect(pacer.waiting).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a line', () => {
  it('lets writes go before reads, and each in the order they came', async () => {
    const { sent, send, pacer, waited } = openPaced(10);
    for (let nth = 0; nth < 8; nth += 1) await send(within(1));
    for (let nth = 0; nth < 2; nth += 1) await send(within(1, { priority: 'urgent' }));
    expect(sent).toHaveLength(10);
    const told: string[] = [];
    const note = (name: string) => () => told.push(name);
    void send(within(90_000)).then(note('read 1'));
    void send(within(90_000)).then(note('read 2'));
    const [first, second] = [write(90_000), write(90_000)];
    void send(first.writing).then(note('write 1'));
    void send(second.writing).then(note('write 2'));
    void send(within(90_000, { priority: 'urgent' })).then(note('token'));
    expect(pacer.waiting).toBe(5);
    await vi.advanceTimersByTimeAsync(61_100);
    expect(told).toEqual(['token', 'write 1', 'write 2', 'read 1', 'read 2']);
    expect(sent).toHaveLength(15);
    expect(pacer.waiting).toBe(0);
    expect(waited).toHaveLength(5);
    expect(Math.min(...waited)).toBeGreaterThan(50_000);
  });

  it('is left at once by who would wait in vain, and by who has no more time', async () => {
    const { send, sent, pacer } = openPaced(2);
    await send(within(1));
    const vain = await send(within(10_000));
    expect(vain).toEqual({ kind: 'not-sent', reason: 'throttled', retryAfterMs: expect.any(Number) });
    expect(performance.now()).toBe(sent[0]?.from);
    const { deadline, end } = openEnded();
    const waiting = send({ deadline });
    expect(pacer.waiting).toBe(1);
    end();
    expect(await waiting).toMatchObject({ kind: 'not-sent', reason: 'throttled' });
    expect(pacer.waiting).toBe(0);
    expect(sent).toHaveLength(1);
  });

  it('keeps the look at what is written out of it, and begins no write without one', async () => {
    const { send, sent } = openPaced(5);
    const writes = [write(20_000), write(20_000), write(20_000)];
    const wrote = writes.map(({ writing }) => send(writing, 10));
    await vi.advanceTimersByTimeAsync(10);
    const looked = writes.slice(0, 2).map(({ look }) => send(look));
    await vi.advanceTimersByTimeAsync(20_000);
    expect((await Promise.all(wrote)).map(({ kind }) => kind)).toEqual(['answered', 'answered', 'not-sent']);
    expect((await Promise.all(looked)).map(({ kind }) => kind)).toEqual(['answered', 'answered']);
    expect(sent.map(({ priority }) => priority)).toEqual(['write', 'write', 'urgent', 'urgent']);
  });

  it('goes on when what was kept for a look is given up, or its time is over', async () => {
    const { send, sent } = openPaced(2);
    const first = write(20_000);
    await send(first.writing);
    const read = send(within(50_000, { priority: 'urgent' }));
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toHaveLength(1);
    first.end();
    await read;
    expect(sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(61_100);
    await send(write(20_000).writing);
    const late = send(within(50_000, { priority: 'urgent' }));
    await vi.advanceTimersByTimeAsync(39_000);
    expect(sent).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(2_100);
    expect(await late).toEqual(answered);
  });

  it('holds everybody back for as long as the provider asks, a minute at most', async () => {
    const throttled: SendResult = {
      kind: 'answered',
      status: 429,
      headers: { 'retry-after': '3600' },
      body: '',
    };
    const { send, sent } = openPaced(1_000, (nth) => (nth === 0 ? throttled : answered));
    await send(within(1_000));
    expect(await send(within(59_000))).toEqual({
      kind: 'not-sent',
      reason: 'throttled',
      retryAfterMs: 60_000,
    });
    const patient = send(within(61_000));
    await vi.advanceTimersByTimeAsync(59_900);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(101);
    expect(await patient).toEqual(answered);
  });

  it('forgets writes of which nobody says that they ended', async () => {
    const { send, sent } = openPaced(4);
    const left = write(5_000);
    await send(left.writing);
    await vi.advanceTimersByTimeAsync(10_001);
    await Promise.all([send(within(1, { priority: 'urgent' })), send(within(1, { priority: 'urgent' }))]);
    expect(await send(within(1, { priority: 'urgent' }))).toEqual(answered);
    expect(left.whole.release).toBeUndefined();
    expect(sent).toHaveLength(4);
  });

  it('forgets them also where there is room for all', async () => {
    const { send } = openPaced(1_000);
    const left = [write(5_000), write(5_000)];
    for (const { writing } of left) await send(writing);
    expect(left.map(({ whole }) => typeof whole.release)).toEqual(['function', 'function']);
    await vi.advanceTimersByTimeAsync(10_001);
    await send(write(5_000).writing);
    expect(left.map(({ whole }) => whole.release)).toEqual([undefined, undefined]);
  });

  it('keeps one look for a write, also where several of its requests waited to begin it', async () => {
    const { send, sent } = openPaced(10, (nth) =>
      nth === 0 ? { kind: 'answered', status: 429, headers: { 'retry-after': '1' }, body: '' } : answered,
    );
    await send(within(1));
    const { writing, end } = write(20_000);
    const waiting = Array.from({ length: 4 }, () => send(writing));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => answered));
    end();
    await vi.advanceTimersByTimeAsync(61_000);
    for (let nth = 0; nth < 10; nth += 1)
      expect(await send(within(1, { priority: 'urgent' }))).toEqual(answered);
    expect(sent).toHaveLength(15);
  });

  it('does not count what did not leave', async () => {
    const notSent: SendResult = { kind: 'not-sent', reason: 'unreachable' };
    const { send } = openPaced(2, () => notSent);
    for (let nth = 0; nth < 10; nth += 1) expect(await send(within(1))).toEqual(notSent);
    for (let nth = 0; nth < 10; nth += 1) {
      const { writing, end } = write(1);
      expect(await send(writing)).toEqual(notSent);
      end();
    }
  });

  it('is empty when many thousands came and went, and when it is closed', async () => {
    const { send, sent, pacer, paced } = openPaced(2);
    await send(within(1));
    for (let nth = 0; nth < 5_000; nth += 1) {
      const { deadline, end } = openEnded();
      void send({ deadline });
      end();
    }
    expect(pacer.waiting).toBe(0);
    const last = send({ deadline: createDeadline(Number.POSITIVE_INFINITY) });
    await paced.close();
    expect(await last).toMatchObject({ kind: 'not-sent', reason: 'throttled' });
    expect(pacer.waiting).toBe(0);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(sent).toHaveLength(1);
  });
});
