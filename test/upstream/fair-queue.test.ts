import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairQueue } from '../../src/upstream/fair-queue.ts';

const consumer = (id: string, weight = 1) => ({ id, weight });

/** A queue of tasks that end when they are told to; `begun` has the ids of their consumers in the order they began. */
function open(concurrency: number, maxWaiting?: number) {
  const queue = createFairQueue(concurrency, maxWaiting);
  const begun: string[] = [];
  const refused: string[] = [];
  const ends: (() => void)[] = [];
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    ...{ queue, begun, refused, settled },
    add(id: string, count = 1, weight = 1) {
      for (let nth = 0; nth < count; nth += 1)
        void queue
          .run(consumer(id, weight), async () => {
            begun.push(id);
            await new Promise<void>((resolve) => ends.push(resolve));
            return id;
          })
          .then((result) => result ?? refused.push(id));
    },
    async endOldest(count = 1) {
      for (let nth = 0; nth < count && ends.length > 0; nth += 1) {
        ends.shift()?.();
        await settled();
      }
    },
    running: () => ends.length,
  };
}

describe('where too many want to run at once', () => {
  it('they run in turn by consumer, and each as they came', async () => {
    const { add, begun, endOldest } = open(2);
    add('crowd', 9);
    add('one', 2);
    add('other', 1);
    await endOldest(4);
    expect(begun).toEqual(['crowd', 'crowd', 'one', 'crowd', 'other', 'one']);
  });

  it('a heavier consumer has more of them at once', async () => {
    const { add, begun, endOldest } = open(4);
    add('light', 20);
    add('heavy', 20, 3);
    await endOldest(12);
    expect(begun.slice(8).filter((id) => id === 'heavy')).toHaveLength(6);
  });

  it('the newest of whom most wait is refused, and not whoever comes next', async () => {
    const { add, refused, settled, queue } = open(1, 3);
    add('crowd', 5);
    await settled();
    expect(refused).toEqual(['crowd']);
    add('one');
    await settled();
    expect(refused).toEqual(['crowd', 'crowd']);
    add('other');
    await settled();
    expect(refused).toEqual(['crowd', 'crowd', 'crowd']);
    add('another');
    await settled();
    expect(refused.at(-1)).toBe('another');
    expect(queue.waiting).toBe(3);
  });

  it('and one fails, the others run nevertheless', async () => {
    const queue = createFairQueue(1);
    const first = queue.run(undefined, async () => {
      throw new Error('A bug.');
    });
    const second = queue.run(undefined, async () => 'second');
    await expect(first).rejects.toThrow('A bug.');
    expect(await second).toBe('second');
    expect(queue.isFull).toBe(false);
  });

  it('nothing idles while something waits, nobody waits longer than for a turn of each other, nothing is lost', async () => {
    const step = fc.oneof(
      fc.record({ add: fc.constantFrom('a', 'b', 'c', 'd'), count: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ end: fc.integer({ min: 1, max: 4 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 8 }),
        fc.array(step, { maxLength: 40 }),
        async (concurrency, maxWaiting, steps) => {
          const { add, endOldest, begun, refused, running, queue, settled } = open(concurrency, maxWaiting);
          let added = 0;
          for (const one of steps) {
            if ('add' in one) {
              add(one.add, one.count);
              added += one.count;
              await settled();
            } else await endOldest(one.end);
            expect(running()).toBeLessThanOrEqual(concurrency);
            expect(queue.waiting).toBeLessThanOrEqual(maxWaiting);
            if (queue.waiting > 0) expect(running()).toBe(concurrency);
            expect(begun.length + queue.waiting + refused.length).toBe(added);
          }
          const before = begun.length;
          add('newcomer');
          await settled();
          if (refused.at(-1) !== 'newcomer') {
            await endOldest(8);
            expect(begun.slice(before)).toContain('newcomer');
          }
          await endOldest(added + 1);
          expect([running(), queue.waiting]).toEqual([0, 0]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
