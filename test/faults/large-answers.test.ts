import { expect } from 'vitest';
import { patchMarked } from './marked-patch.ts';
import { expectOutcome, openAt, runRows } from './run-rows.ts';

/** What the work adds to the process's memory at most. */
async function maxGrowth<T>(
  work: () => Promise<T>,
): Promise<{ readonly growth: number; readonly result: T }> {
  const used = () => process.memoryUsage.rss();
  const before = used();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, used());
  }, 2);
  try {
    const result = await work();
    return { growth: Math.max(most, used()) - before, result };
  } finally {
    clearInterval(timer);
  }
}

// In turn, for they share the memory of the process.
runRows(
  'Large answers',
  {},
  {
    inTurn: true,
    async run(test, directory, row, way) {
      const door = await openAt(test, directory, row, way);
      const { growth, result } = await maxGrowth(() => patchMarked(door, directory));
      expectOutcome(result, row.expected);
      expect(growth).toBeLessThan(64 * 1024 * 1024);
    },
  },
);
