import { setTimeout as delay } from 'node:timers/promises';
import type { OperationRecord } from './checker.ts';
import { drawOne, drawUuid } from './draw.ts';
import type { Front } from './front.ts';
import { callPatchUser } from './program.ts';
import { stores, userIdOf } from './stage.ts';

/**
 * Faults of connections. Which operation a connection is for is not known when it is made, so these operations
 * go one after the other, by directories of their own whose front closes each connection after its answer.
 */
const connectionFaults = {
  none: async () => {},
  'refused once': async (front: Front) => {
    await front.refuse();
    void delay(30).then(() => front.takeAgain());
  },
  'reset on accept, once': async (front: Front) => front.resetOnAccept(1),
  'refused throughout': (front: Front) => front.refuse(),
  'reset on accept, throughout': async (front: Front) => front.resetOnAccept(1_000),
} as const;

const names = Object.keys(connectionFaults) as [keyof typeof connectionFaults];

/** Calls `count` operations at each emulator, whose users begin at number `from`. */
export async function runLane(
  url: string,
  seed: string,
  count: number,
  from: number,
  fronts: Readonly<Record<string, Front>>,
  hear: (text: string) => void,
): Promise<OperationRecord[]> {
  const records: OperationRecord[] = [];
  const one = async (store: (typeof stores)[number], index: number) => {
    const front = fronts[store] as Front;
    const marker = `op-${drawUuid(seed, store, index, 'lane')}`;
    // Each at least once; the last two at the end, for after them the breaker answers for the directory.
    const fault =
      names[index - count + names.length] ??
      drawOne(['none', 'refused once', 'reset on accept, once'], marker);
    const userId = userIdOf(store, from + index);
    await connectionFaults[fault](front);
    // What fails throughout need not fail for long.
    const headers = fault.endsWith('throughout') ? { 'idpatch-deadline-ms': '500' } : {};
    const input = { user: { id: `${store}-lane:${userId}` }, patch: { displayName: marker } };
    const reply = await callPatchUser(url, { input, hear, headers });
    front.resetOnAccept(0);
    if (fault === 'refused throughout') await front.takeAgain();
    if (fault === 'refused once') await delay(60);
    records.push({
      ...{ marker, store, userId, fault, replies: [reply] },
      changes: [store === 'customers' ? { name: marker } : { displayName: marker }],
      // A busy machine accepts late: then the request had left, and nobody knows what became of it.
      mayBeUnknown: fault.startsWith('reset on accept'),
      mayBePartial: false,
    });
  };
  await Promise.all(
    stores.map(async (store) => {
      for (let index = 0; index < count; index += 1) await one(store, index);
    }),
  );
  return records;
}
