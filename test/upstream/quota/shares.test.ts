import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Consumer, SendResult } from '../../../src/upstream/client.ts';
import { usableBy } from '../../../src/upstream/quota/permits.ts';
import { answered, eventually, fakeClock, open, within, write } from './throttles.ts';

beforeEach(fakeClock);
afterEach(() => vi.useRealTimers());

const seconds = (count: number) => vi.advanceTimersByTimeAsync(1_000 * count);
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const consumer = (id: string, weight = 1): Consumer => ({ id, weight });
const share = { kind: 'not-sent', reason: 'throttled', retryAfterMs: expect.any(Number), isShare: true };

type Opened = ReturnType<typeof open>;

/** How long a patch may wait, as the service has it by its defaults, and how long the provider takes. */
const [patchMs, takesMs] = [4_200, 50];

async function patch({ send }: Opened, caller: Consumer, process = 0): Promise<SendResult> {
  const { writing, end } = write(patchMs);
  const result = await send({ ...writing, caller }, takesMs, process);
  end();
  return result;
}

/** Patches side by side, one after another on each of 20 lanes, and again a second after a refusal. */
function crowd(opened: Opened, caller: Consumer) {
  const results: SendResult[] = [];
  let isOver = false;
  for (let lane = 0; lane < 20; lane += 1)
    void (async () => {
      for (let nth = lane; !isOver; nth += 1) {
        const result = await patch(opened, caller, nth);
        results.push(result);
        if (result !== answered) await sleep(1_000);
      }
    })();
  return {
    results,
    end() {
      isOver = true;
    },
  };
}

const sentBy = ({ sent }: Opened, id: string, [from, to]: readonly [number, number]) =>
  sent.filter((one) => one.of.caller?.id === id && one.from >= 1_000 * from && one.from < 1_000 * to).length;

describe('while others try to use up the quota', () => {
  it.each([
    ...[0, 10, 30, 59, 90].map((at) => ({ at, replicas: 0, crowds: 2 })),
    ...[0, 59].map((at) => ({ at, replicas: 2, crowds: 2 })),
    ...[10, 90].map((at) => ({ at, replicas: 3, crowds: 5 })),
  ])(
    'each of 30 patches a minute of another gets through: $crowds others, $replicas replicas, from second $at on',
    async ({ at, replicas, crowds }) => {
      const opened = open(500, { replicas, ledgerMs: 5 });
      const others = Array.from({ length: crowds }, (_, nth) => crowd(opened, consumer(`other ${nth}`)));
      await seconds(at);
      const results: Promise<SendResult>[] = [];
      for (let nth = 0; nth < 60; nth += 1) {
        results.push(patch(opened, consumer('one'), nth));
        await seconds(2);
      }
      for (const { end } of others) end();
      await seconds(10);
      expect(await Promise.all(results)).toEqual(Array(60).fill(answered));
      expect(opened.maxInAMinute()).toBeLessThanOrEqual(500);
      for (const { results } of others)
        expect(results.filter((one) => one !== answered)).toContainEqual(share);
      const all = opened.sent.filter(({ from }) => from >= 60_000 && from < 120_000);
      expect(all.length).toBeGreaterThan(0.91 * 500);
    },
  );

  it('one below its share is never refused, whatever the others send', { timeout: 60_000 }, async () => {
    const burst = fc.record({
      after: fc.integer({ min: 0, max: 20_000 }),
      caller: fc.nat(4),
      count: fc.integer({ min: 1, max: 300 }),
      isRead: fc.boolean(),
      ms: fc.integer({ min: 100, max: 60_000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(240, 500, 1_200),
        fc.constantFrom(0, 2),
        fc.array(burst, { minLength: 1, maxLength: 25 }),
        async (perMinute, replicas, bursts) => {
          const opened = open(perMinute, { replicas, ledgerMs: 5 });
          const results: SendResult[] = [];
          let isOver = false;
          const one = (async () => {
            // A third of the share that it has beside five others.
            const everyMs = 60_000 / (usableBy('write', perMinute) / 2 / 6 / 3);
            for (let nth = 0; !isOver; nth += 1) {
              results.push(await patch(opened, consumer('one'), nth));
              await sleep(everyMs);
            }
          })();
          for (const { after, caller: nth, count, isRead, ms } of bursts) {
            await vi.advanceTimersByTimeAsync(after);
            const caller = consumer(`other ${nth}`);
            for (let each = 0; each < count; each += 1) {
              if (isRead) void opened.send(within(ms, { caller }), takesMs, each);
              else void patch(opened, caller, each);
            }
          }
          await seconds(60);
          isOver = true;
          await eventually(one);
          await seconds(60);
          expect(opened.maxInAMinute()).toBeLessThanOrEqual(perMinute);
          expect(results).toEqual(results.map(() => answered));
          expect(opened.waiting()).toBe(0);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('the rest is divided by weight', async () => {
    const opened = open(500);
    const crowds = [consumer('light'), consumer('heavy', 3)].map((caller) => crowd(opened, caller));
    await seconds(240);
    for (const { end } of crowds) end();
    const [light, heavy] = ['light', 'heavy'].map((id) => sentBy(opened, id, [60, 240])) as [number, number];
    expect(heavy / light).toBeGreaterThan(2.7);
    expect(heavy / light).toBeLessThan(3.3);
    await seconds(10);
  });

  it('a read of another does not wait behind writes that wait for their turn', async () => {
    const opened = open(500);
    const other = crowd(opened, consumer('other'));
    await seconds(20);
    expect(opened.waiting()).toBeGreaterThan(0);
    const read = opened.send(within(50, { caller: consumer('one') }));
    expect(await eventually(read)).toBe(answered);
    other.end();
    await seconds(10);
  });
});

describe('a caller who is alone', () => {
  it('may use half of a quota as fast as it likes, and nearly all of it in every minute', async () => {
    const opened = open(500);
    const burst = Array.from({ length: 120 }, () => patch(opened, consumer('one')));
    expect(await eventually(Promise.all(burst))).toEqual(Array(120).fill(answered));
    expect(opened.waited).toEqual([]);
    expect(performance.now()).toBeLessThan(100);
    const rest = crowd(opened, consumer('one'));
    await seconds(300);
    rest.end();
    for (let minute = 0; minute < 5; minute += 1)
      expect(sentBy(opened, 'one', [60 * minute, 60 * (minute + 1)])).toBeGreaterThan(0.91 * 500);
    await seconds(10);
  });

  it('is told at once that its share is used up, and when it has a turn again', async () => {
    const opened = open(500);
    const reads = Array.from({ length: 250 }, () => opened.send(within(50, { caller: consumer('one') })));
    await eventually(Promise.all(reads));
    const crowd = Array.from({ length: 50 }, () => opened.send(within(2_000, { caller: consumer('one') })));
    const refused = await opened.send(within(2_000, { caller: consumer('one') }));
    expect(refused).toEqual(share);
    const { retryAfterMs } = refused as typeof share & { readonly retryAfterMs: number };
    expect(retryAfterMs).toBeLessThan(10_000);
    await eventually(Promise.all(crowd));
    await vi.advanceTimersByTimeAsync(retryAfterMs);
    expect(await eventually(opened.send(within(2_000, { caller: consumer('one') })))).toBe(answered);
  });

  it('has the whole of it at once where the configuration says so', async () => {
    const opened = open(500, { burst: 1 });
    const reads = Array.from({ length: 460 }, () => opened.send(within(50, { caller: consumer('one') })));
    const answers = await eventually(Promise.all(reads));
    expect(answers.filter((answer) => answer === answered)).toHaveLength(usableBy('read', 500));
  });
});

it('a process of an older version, which reports no shares, is reckoned with', async () => {
  const opened = open(100, { replicas: 1 });
  opened.ledger.text = JSON.stringify({
    replicas: { older: { at: opened.ledger.clock, uses: [[59_000, 60]] } },
    pausedUntil: 0,
  });
  const results = await eventually(
    Promise.all(Array.from({ length: 60 }, () => opened.send(within(1_000, { caller: consumer('one') })))),
  );
  const count = results.filter((result) => result === answered).length;
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThanOrEqual(usableBy('read', 100) - 60);
  const { replicas } = JSON.parse(opened.ledger.text ?? '');
  expect(replicas.older).toEqual({ at: expect.any(Number), uses: [[59_000, 60]] });
  // What an older version reads of this one.
  expect(replicas['0']).toMatchObject({ at: expect.any(Number), uses: expect.any(Array) });
  expect(opened.ledger.text).not.toContain('one');
});
