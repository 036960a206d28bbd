import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { expect, it } from 'vitest';
import { anonymous, type Caller } from '../../src/auth/caller.ts';
import { createAdmission, type Place } from '../../src/graphql/admission.ts';

const limits = { requestsUnderWayPerCaller: 4, costPerRequest: 40, costUnderWay: 100 };
const callerOf = (id: string): Caller => ({ ...anonymous([]), id, isAnonymous: false });
const longMs = 1_000_000;

it('work under way is bounded, of all and of each, and everybody who waits gets room', async () => {
  const step = record({
    caller: constantFrom('a', 'b', 'c', 'd'),
    points: integer({ min: 1, max: 40 }),
    leaves: integer({ min: 0, max: 3 }),
  });
  await assert(
    asyncProperty(array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const admission = createAdmission(limits);
      const inside = new Map<Place, { caller: string; points: number; isAdmitted: boolean }>();
      const check = async () => {
        for (let ticks = 0; ticks < 5; ticks += 1) await Promise.resolve();
        const all = [...inside.values()].filter((one) => one.isAdmitted);
        const sumOf = (list: typeof all) => list.reduce((sum, one) => sum + one.points, 0);
        expect(sumOf(all)).toBeLessThanOrEqual(100);
        for (const [, own] of Map.groupBy(all, (one) => one.caller)) {
          expect(sumOf(own)).toBeLessThanOrEqual(50);
        }
      };
      const leave = async () => {
        const [place] = inside.keys();
        if (!place) return;
        inside.delete(place);
        place.leave();
        place.leave();
        await check();
      };
      for (const { caller, points, leaves } of steps) {
        const own = [...inside.values()].filter((one) => one.caller === caller).length;
        const place = admission.enter(callerOf(caller));
        expect(place === undefined).toBe(own >= 4);
        if (place) {
          const one = { caller, points, isAdmitted: false };
          inside.set(place, one);
          const admitted = Promise.resolve(place.admit(points, longMs));
          void admitted.then((isAdmitted) => {
            one.isAdmitted = isAdmitted;
          });
        }
        await check();
        // Who holds nothing but asks for what is free is not kept waiting by the others.
        for (let times = 0; times < leaves; times += 1) await leave();
      }
      while (inside.size > 0) {
        // The first of those inside has been admitted: nobody before it is left.
        expect([...inside.values()].some((one) => one.isAdmitted)).toBe(true);
        await leave();
      }
      // Nothing is left of them.
      const last = [1, 2].map(() => admission.enter(callerOf('a'))?.admit(25, longMs));
      expect(last).toEqual([true, true]);
    }),
    { numRuns: 300 },
  );
});

it('callers who wait are served in turns', async () => {
  const admission = createAdmission({ ...limits, costUnderWay: 40 });
  const holder = admission.enter(callerOf('holder'));
  expect(holder?.admit(40, longMs)).toBe(true);
  const order: string[] = [];
  const places: (Place | undefined)[] = [];
  for (const id of ['a', 'a', 'a', 'b', 'c', 'b']) {
    const place = admission.enter(callerOf(id));
    void Promise.resolve(place?.admit(40, longMs)).then(() => {
      order.push(id);
      places.push(place);
    });
  }
  holder?.leave();
  for (let served = 0; served < 6; served += 1) {
    for (let ticks = 0; ticks < 5; ticks += 1) await Promise.resolve();
    expect(order).toHaveLength(served + 1);
    places[served]?.leave();
  }
  expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'a']);
});
