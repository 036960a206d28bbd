import { setTimeout as delay } from 'node:timers/promises';
import type { FaultProxy } from '../harness/fault-proxy.ts';
import { callPatchUser } from './calls.ts';
import type { OperationRecord } from './checker.ts';
import { drawOne, drawUuid } from './draw.ts';
import { stores, userIdOf } from './providers.ts';

/**
 * Faults of connections. Which operation a connection is for is not known when it is made, so these operations
 * go one after the other, by directories of their own whose proxy closes each connection after its answer.
 */
const connectionFaults = {
  none: async () => {},
  'refused once': async (proxy: FaultProxy) => {
    await proxy.refuse();
    void delay(30).then(() => proxy.accept());
  },
  'reset on accept, once': async (proxy: FaultProxy) => proxy.resetOnAccept(1),
  'refused throughout': (proxy: FaultProxy) => proxy.refuse(),
  'reset on accept, throughout': async (proxy: FaultProxy) => proxy.resetOnAccept(1_000),
} as const;

const names = Object.keys(connectionFaults) as [keyof typeof connectionFaults];

/** Calls `count` operations at each emulator, whose users begin at number `from`. */
export async function runConnectionFaults(
  url: string,
  { seed, count, from }: { readonly seed: string; readonly count: number; readonly from: number },
  proxies: Readonly<Record<string, FaultProxy>>,
  hear: (text: string) => void,
): Promise<OperationRecord[]> {
  const records: OperationRecord[] = [];
  const one = async (store: (typeof stores)[number], index: number) => {
    const proxy = proxies[`${store}-connections`] as FaultProxy;
    const marker = `op-${drawUuid(seed, store, index, 'connection')}`;
    // Each at least once; the last two at the end, for after them the breaker answers for the directory.
    const fault =
      names[index - count + names.length] ??
      drawOne(['none', 'refused once', 'reset on accept, once'], marker);
    const userId = userIdOf(store, from + index);
    await connectionFaults[fault](proxy);
    // What fails throughout need not fail for long.
    const headers = fault.endsWith('throughout') ? { 'idpatch-deadline-ms': '500' } : {};
    const input = { user: { id: `${store}-connections:${userId}` }, patch: { displayName: marker } };
    const reply = await callPatchUser(url, { input, hear, headers });
    proxy.resetOnAccept(0);
    if (fault === 'refused throughout') await proxy.accept();
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
