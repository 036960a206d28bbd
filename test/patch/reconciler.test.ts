import { expect, it, onTestFinished, vi } from 'vitest';
import type { Directories } from '../../src/directories.ts';
import { noJournal } from '../../src/journal/no-journal.ts';
import { createDigests } from '../../src/patch/digests.ts';
import { createReconciler } from '../../src/patch/reconciler.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createDeadline } from '../../src/upstream/deadline.ts';

/** A provider of which only reads are asked. */
const reading = (readUsers: () => Promise<unknown>) =>
  new Map([['customers', { provider: { readUsers } }]]) as unknown as Directories;

const operation = {
  ...{ operationId: '1', caller: 'a', key: null, inputDigest: '', user: 'customers:U1', fields: [] },
  ...{ startedAt: new Date(), finishedAt: null, result: null, open: [], mayBeRunning: false },
};
const digests = createDigests(undefined);
const open = (readUsers: () => Promise<unknown>) =>
  createReconciler(noJournal, reading(readUsers), () => digests, createLog({ write() {} }));

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

it('custom fields in another order than the first call’s do not confirm each other', async () => {
  const field = (name: string, index: number) => ({
    ...({
      field: 'customFields',
      name,
      operation: 'REPLACE',
      value: { kind: 'text', value: 'new' },
    } as const),
    path: ['patch', 'customFields', String(index)],
  });
  // The first call had nick before city.
  const changes = [field('city', 0), field('nick', 1)];
  const notShown = { code: 'NOT_CONFIRMED', message: '', path: ['patch', 'customFields', '0'] } as const;
  const result = { outcome: 'PARTIAL', confirmedBy: null, adjusted: [], errors: [notShown] } as const;
  const shown = [{ field: 'city', value: { kind: 'text', value: 'new' } }];
  const reconciler = open(async () => [{ customFields: shown }]);
  onTestFinished(() => reconciler.close());
  const call = { deadline: createDeadline(1_000) };
  expect((await reconciler.reconcile({ ...operation, result }, call, changes)).result).toEqual(result);
  shown.push({ field: 'nick', value: { kind: 'text', value: 'new' } });
  const later = await reconciler.reconcile({ ...operation, operationId: '2', result }, call, changes);
  expect(later.result).toMatchObject({ outcome: 'APPLIED', errors: [] });
});
