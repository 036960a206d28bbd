import { expect, it, onTestFinished, vi } from 'vitest';
import type { Directories } from '../../src/directories.ts';
import { noJournal } from '../../src/journal/no-journal.ts';
import { createDigests } from '../../src/patch/digests.ts';
import { createReconciler } from '../../src/patch/reconciler.ts';
import { createLog } from '../../src/telemetry/log.ts';

it('rounds of reads that hang do not queue, so that closing waits for one', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let reads = 0;
  const readUsers = async () => {
    reads += 1;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    return [undefined];
  };
  const directories = new Map([['customers', { provider: { readUsers } }]]) as unknown as Directories;
  const digests = createDigests(undefined);
  const log = createLog({ write() {} });
  const reconciler = createReconciler(noJournal, directories, () => digests, log);
  for (let index = 0; index < 50; index += 1) {
    reconciler.watch({
      ...{
        operationId: `${index}`,
        caller: 'a',
        key: null,
        inputDigest: '',
        user: 'customers:U1',
        fields: [],
      },
      ...{ startedAt: new Date(), finishedAt: null, result: null, open: [], mayBeRunning: false },
    });
  }
  await vi.advanceTimersByTimeAsync(10_000);
  const before = reads;
  expect(before).toBeGreaterThan(2);
  const closed = reconciler.close();
  await vi.advanceTimersByTimeAsync(60_000);
  await closed;
  expect(reads).toBe(before);
});
