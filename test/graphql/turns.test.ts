import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { expect, it } from 'vitest';
import { createTurns } from '../../src/graphql/turns.ts';

/** Turns on an event loop of the test's own, where work takes as long as it says. */
function open() {
  let callbacks: (() => void)[] = [];
  let time = 0;
  const turns = createTurns(
    (callback) => void callbacks.push(callback),
    () => time,
  );
  return {
    turns,
    work(ms: number) {
      time += ms;
    },
    time: () => time,
    isIdle: () => callbacks.length === 0,
    /** One turn of the loop: microtasks run after each callback, and input comes after the last. */
    async turn() {
      const now = callbacks;
      callbacks = [];
      for (const callback of now) {
        callback();
        for (let ticks = 0; ticks < 5; ticks += 1) await Promise.resolve();
      }
    },
  };
}

it('nobody waits where nobody works, and the loop is left alone', async () => {
  const loop = open();
  for (let round = 0; round < 3; round += 1) {
    for (const caller of ['a', 'b', 'a']) expect(loop.turns.take(caller)).toBeUndefined();
    await loop.turn();
    expect(loop.isIdle()).toBe(true);
  }
});

it('who comes after much work in one turn of the loop waits for the next', async () => {
  const loop = open();
  expect(loop.turns.take('a')).toBeUndefined();
  loop.work(5);
  let served = false;
  void loop.turns.take('b')?.then(() => {
    served = true;
  });
  await Promise.resolve();
  expect(served).toBe(false);
  await loop.turn();
  expect(served).toBe(true);
});

it('each caller who waits has a turn before any other has two, whatever the others ask for', async () => {
  const request = record({
    caller: constantFrom('a', 'b', 'c', 'd'),
    pieces: integer({ min: 1, max: 6 }),
    ms: constantFrom(0, 0.1, 1, 3, 20),
    atTurn: integer({ min: 0, max: 8 }),
  });
  await assert(
    asyncProperty(array(request, { minLength: 1, maxLength: 25 }), async (requests) => {
      const loop = open();
      const served: { turn: number; from: number }[] = [];
      const waiting = new Map<string, number>();
      /** By caller who waits: how often each other one was served since. */
      const before = new Map<string, Map<string, number>>();
      let [turn, ended, unfair] = [0, 0, 0];
      const serve = (caller: string) => {
        waiting.set(caller, (waiting.get(caller) ?? 0) - 1);
        before.set(caller, new Map());
        for (const [other, served] of before) {
          if (other === caller || !waiting.get(other)) continue;
          const times = (served.get(caller) ?? 0) + 1;
          served.set(caller, times);
          if (times > 1) unfair += 1;
        }
      };
      const run = async ({ caller, pieces, ms }: (typeof requests)[number]) => {
        for (let piece = 0; piece < pieces; piece += 1) {
          const wait = piece === 0 ? loop.turns.take(caller) : loop.turns.next(caller);
          if (wait) {
            const count = waiting.get(caller) ?? 0;
            if (count === 0) before.set(caller, new Map());
            waiting.set(caller, count + 1);
            await wait;
            serve(caller);
          }
          served.push({ turn, from: loop.time() });
          loop.work(ms);
        }
        ended += 1;
      };
      for (; ended < requests.length; turn += 1) {
        for (const one of requests) if (one.atTurn === turn) void run(one);
        await loop.turn();
        expect(turn).toBeLessThan(1_000);
      }
      expect(unfair).toBe(0);
      await loop.turn();
      expect(loop.isIdle()).toBe(true);
      // After two milliseconds, nothing more was begun in the same turn of the loop.
      for (const [, pieces] of Map.groupBy(served, (one) => one.turn)) {
        const began = pieces[0]?.from ?? 0;
        for (const { from } of pieces) expect(from - began).toBeLessThan(2 + 20);
      }
    }),
    { numRuns: 300 },
  );
});
