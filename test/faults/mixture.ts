import { setTimeout as delay } from 'node:timers/promises';
import { openFolder, startProcess } from '../harness/process.ts';
import { callPatchUser, callPatchUsers, callUntilFinal, type Reply, untilFinal } from './calls.ts';
import { check, type Evidence, type OperationRecord, type Violation } from './checker.ts';
import { runConnectionFaults } from './connection-faults.ts';
import { draw, drawInt, drawUuid } from './draw.ts';
import { faultsAsPlanned, type PlannedOperation, planMixture } from './planned.ts';
import { startProviders, stores } from './providers.ts';
import { openRecordingProxy, type RecordingProxy } from './recording-proxy.ts';

/** What became of a mixture. */
export interface Outcome {
  readonly violations: readonly Violation[];
  readonly operations: readonly OperationRecord[];
  readonly evidence: Evidence;
}

/** Enough for a write to leave after a wait of one second. */
const limits = { deadlineMs: 3_500, readBackMs: 1_200 };
/** At each emulator: fewer than a directory's connections, so that hanging writes leave some for reading back. */
const callersAtOnce = 11;

/** Runs a mixture of `count` operations, and of `perProvider` more at each emulator whose connections fail. */
export async function runMixture(seed: string, count: number, perProvider: number): Promise<Outcome> {
  const groups = planMixture(seed, count);
  const operations = groups.flat();
  const providers = await startProviders(count + perProvider);
  const folder = openFolder();
  const proxies: RecordingProxy[] = [];
  const shakyProxies: Record<string, RecordingProxy> = {};
  const directories: Record<string, object> = {};
  for (const store of stores) {
    const target = providers.emulators[store].url;
    const proxy = await openRecordingProxy(store, target, faultsAsPlanned(operations, store));
    const shaky = await openRecordingProxy(store, target, () => undefined, { keepAlive: false });
    shakyProxies[store] = shaky;
    proxies.push(proxy, shaky);
    directories[store] = providers.directory(store, proxy.url);
    directories[`${store}-connections`] = providers.directory(store, shaky.url);
  }
  const journal = { sqlite: `${folder.path}/journal.db` };
  const idpatch = await startProcess({ journal, limits, directories }, providers.environment, folder.path);
  try {
    const before = new Map(stores.map((store) => [store, providers.emulators[store].users()]));
    const texts: string[] = [];
    const hear = (text: string) => texts.push(text);
    const replies = await callAll(idpatch.url, groups, hear);
    const connectionRecords = await runConnectionFaults(
      idpatch.url,
      seed,
      perProvider,
      count,
      shakyProxies,
      hear,
    );
    await Promise.all(proxies.map((proxy) => proxy.settled()));
    // What left late, and what a read-back has yet to come of.
    await delay(600);
    await callAgain(idpatch.url, operations, replies, hear);
    await idpatch.stop();
    const records = operations.map((operation): OperationRecord => {
      const { marker, store, userId, changes, fault } = operation;
      const { name, mayBeUnknown } = fault;
      const mayBePartial = name !== 'none' && name !== 'slow';
      return {
        ...{ marker, store, userId, changes, fault: name, mayBeUnknown, mayBePartial },
        replies: replies.get(marker) ?? [],
      };
    });
    const evidence: Evidence = {
      operations: [...records, ...connectionRecords],
      stores: Object.fromEntries(
        stores.map((store) => {
          const { writes, users } = providers.emulators[store];
          return [store, { writes, before: before.get(store) ?? new Map(), after: users() }];
        }),
      ),
      wire: proxies.flatMap((proxy) => proxy.wire),
      texts: [...texts, ...idpatch.lines],
      unspeakable: [...Object.values(providers.environment), ...proxies.flatMap((proxy) => proxy.tokens)],
    };
    return { violations: check(evidence), operations: evidence.operations, evidence };
  } finally {
    await idpatch.kill();
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await providers.close();
    folder.remove();
  }
}

/** Calls all operations, so many callers at once at each emulator, each as its operation's behaviour has it. */
async function callAll(
  url: string,
  groups: readonly (readonly PlannedOperation[])[],
  hear: (text: string) => void,
): Promise<Map<string, Reply[]>> {
  const replies = new Map<string, Reply[]>();
  const keep = async (group: readonly PlannedOperation[]) => {
    if (group[0]?.isOfMany) {
      for (const [index, own] of (await callMany(url, group, hear)).entries())
        replies.set(group[index]?.marker ?? '', own);
      return;
    }
    await Promise.all(
      group.map(async (operation) => replies.set(operation.marker, await callOne(url, operation, hear))),
    );
  };
  const callLine = async (line: readonly (readonly PlannedOperation[])[]) => {
    const running = new Set<Promise<void>>();
    let busy = 0;
    for (const group of line) {
      const size = group[0]?.isOfMany ? group.length : 1;
      while (busy + size > callersAtOnce) await Promise.race(running);
      busy += size;
      const one = keep(group).finally(() => {
        busy -= size;
        running.delete(one);
      });
      running.add(one);
    }
    await Promise.all(running);
  };
  await Promise.all(stores.map((store) => callLine(groups.filter(([first]) => first?.store === store))));
  return replies;
}

function calling(operation: PlannedOperation, hear: (text: string) => void) {
  const { store, userId, marker, patch, fault, behaviour } = operation;
  const idempotencyKey = behaviour === 'calls' ? undefined : `key-${drawUuid(marker, 'key')}`;
  const deadline = fault.deadlineMs;
  return {
    input: { user: { id: `${store}:${userId}` }, patch, idempotencyKey },
    headers: deadline === undefined ? {} : { 'idpatch-deadline-ms': String(deadline) },
    hear,
  };
}

async function callOne(
  url: string,
  operation: PlannedOperation,
  hear: (text: string) => void,
): Promise<Reply[]> {
  const { behaviour, marker } = operation;
  const call = calling(operation, hear);
  switch (behaviour) {
    case 'calls':
    case 'calls with a key':
      return [await callPatchUser(url, call)];
    case 'calls again':
      return [await callPatchUser(url, call), ...(await callUntilFinal(url, call))];
    case 'leaves': {
      const first = await callPatchUser(url, { ...call, leaveAfterMs: drawInt(1, 300, marker, 'leave') });
      return [first, ...(await callUntilFinal(url, call))];
    }
    case 'calls at once': {
      const times = drawInt(2, 5, marker, 'times');
      const all = await Promise.all(Array.from({ length: times }, () => callUntilFinal(url, call)));
      return all.flat();
    }
  }
}

/** Calls patchUsers as the operations' behaviour has it; gives the replies to each. */
async function callMany(
  url: string,
  group: readonly PlannedOperation[],
  hear: (text: string) => void,
): Promise<Reply[][]> {
  const [first] = group;
  if (!first) return [];
  const { behaviour, marker } = first;
  const inputs = group.map((operation) => calling(operation, hear).input);
  const { headers } = calling(first, hear);
  const once = (leaveAfterMs?: number) => callPatchUsers(url, inputs, { headers, hear, leaveAfterMs });
  const calls: (readonly Reply[])[] = [];
  switch (behaviour) {
    case 'calls':
    case 'calls with a key':
      calls.push(await once());
      break;
    case 'calls again':
      calls.push(await once(), ...(await untilFinal(once)));
      break;
    case 'leaves':
      calls.push(await once(drawInt(1, 300, marker, 'leave')), ...(await untilFinal(once)));
      break;
    case 'calls at once': {
      const times = drawInt(2, 3, marker, 'times');
      const all = await Promise.all(Array.from({ length: times }, () => untilFinal(once)));
      calls.push(...all.flat());
    }
  }
  return group.map((_, index) => calls.map((replies) => replies[index] ?? 'lost'));
}

/** A tenth of those with a key are called once more when all is over: they get the same answer. */
async function callAgain(
  url: string,
  operations: readonly PlannedOperation[],
  replies: Map<string, Reply[]>,
  hear: (text: string) => void,
): Promise<void> {
  const some = operations.filter(
    ({ behaviour, marker }) => behaviour !== 'calls' && draw(marker, 'again') < 0.1,
  );
  for (const operation of some) {
    replies.get(operation.marker)?.push(await callPatchUser(url, calling(operation, hear)));
  }
}
