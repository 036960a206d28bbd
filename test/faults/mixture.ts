import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openFolder, startProcess } from '../harness/process.ts';
import { callPatchUser, callPatchUsers, outcomeOf, type Reply, untilFinal } from './calls.ts';
import { check, type Evidence, type OperationRecord, type Violation } from './checker.ts';
import { runConnectionFaults } from './connection-faults.ts';
import { draw, drawInt, drawUuid } from './draw.ts';
import { faultsAsPlanned, type PlannedOperation, planMixture, recordOf } from './planned.ts';
import { stores } from './providers.ts';
import { openRecordedProviders } from './recording-proxy.ts';

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
  let isOver = false;
  const providers = await openRecordedProviders(
    count + perProvider,
    (store) => faultsAsPlanned(operations, store, () => isOver),
    { faultyConnections: true, areOdd: true },
  );
  const { directories, environment } = providers;
  const folder = openFolder();
  const journal = { sqlite: `${folder.path}/journal.db` };
  mkdirSync(`${folder.path}/data`);
  lead(journal.sqlite, 'data');
  const idpatch = await startProcess({ journal, limits, directories }, environment, folder.path);
  try {
    const texts: string[] = [];
    const hear = (text: string) => texts.push(text);
    const outages = takeAway(journal.sqlite, count);
    const replies = await callAll(idpatch.url, groups, hear);
    await outages;
    const plan = { seed, count: perProvider, from: count };
    const ofConnections = await runConnectionFaults(idpatch.url, plan, providers.proxies, hear);
    await providers.settled();
    isOver = true;
    // What left late, and what is looked for again only after two seconds.
    await delay(2_100);
    await callAgain(idpatch.url, operations, replies, hear);
    const records: OperationRecord[] = [];
    for (const operation of operations) {
      const own = replies.get(operation.marker) ?? [];
      const last = own.findLast((reply) => typeof reply === 'object');
      const outcomeById = last?.operationId ? await outcomeOf(idpatch.url, last.operationId) : null;
      records.push({ ...recordOf(operation, own), outcomeById });
    }
    await idpatch.stop();
    const evidence = providers.evidence([...records, ...ofConnections], [...texts, ...idpatch.lines]);
    return { violations: check(evidence), operations: evidence.operations, evidence };
  } finally {
    await idpatch.kill();
    await providers.close();
    folder.remove();
  }
}

/** Lets the journal's path lead to a file, or nowhere, in one step: so that no other file is ever made there. */
function lead(path: string, target: 'data' | 'nowhere'): void {
  symlinkSync(`${target}/journal.db`, `${path}.new`);
  renameSync(`${path}.new`, path);
}

/** Takes the journal away and brings it back, once for every few hundred operations. */
async function takeAway(path: string, count: number): Promise<void> {
  for (let times = 0; times < 1 + count / 400; times += 1) {
    await delay(1_000);
    lead(path, 'nowhere');
    await delay(300);
    lead(path, 'data');
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
    const together = group[0]?.isOfMany ? [group] : group.map((operation) => [operation]);
    await Promise.all(
      together.map(async (some) => {
        const all = await callGroup(url, some, hear);
        for (const [index, { marker }] of some.entries()) replies.set(marker, [...(all[index] ?? [])]);
      }),
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

/** Calls as the first operation's behaviour has it; gives the replies of each call to each of the operations. */
async function callAs(
  { behaviour, marker }: PlannedOperation,
  once: (leaveAfterMs?: number) => Promise<readonly Reply[]>,
  maxTimes: number,
): Promise<readonly (readonly Reply[])[]> {
  switch (behaviour) {
    case 'calls':
    case 'calls with a key':
      return [await once()];
    case 'calls again':
      return [await once(), ...(await untilFinal(once))];
    case 'leaves':
      return [await once(drawInt(1, 300, marker, 'leave')), ...(await untilFinal(once))];
    case 'calls at once': {
      const times = drawInt(2, maxTimes, marker, 'times');
      return (await Promise.all(Array.from({ length: times }, () => untilFinal(once)))).flat();
    }
  }
}

/** Calls one operation, or all of a patchUsers call; gives the replies to each. */
async function callGroup(
  url: string,
  group: readonly PlannedOperation[],
  hear: (text: string) => void,
): Promise<readonly (readonly Reply[])[]> {
  const [first] = group;
  if (!first) return [];
  const { input, ...more } = calling(first, hear);
  const inputs = group.map((operation) => calling(operation, hear).input);
  const calls = await callAs(
    first,
    first.isOfMany
      ? (leaveAfterMs) => callPatchUsers(url, inputs, { ...more, leaveAfterMs })
      : async (leaveAfterMs) => [await callPatchUser(url, { input, ...more, leaveAfterMs })],
    first.isOfMany ? 3 : 5,
  );
  return group.map((_, index) => calls.map((replies) => replies[index] ?? 'lost'));
}

/** A tenth of those with a key, and all that are UNKNOWN, are called once more when all is over. */
async function callAgain(
  url: string,
  operations: readonly PlannedOperation[],
  replies: Map<string, Reply[]>,
  hear: (text: string) => void,
): Promise<void> {
  const isUnknown = (reply: Reply | undefined) => typeof reply === 'object' && reply.outcome === 'UNKNOWN';
  const some = operations.filter(
    ({ behaviour, marker }) =>
      behaviour !== 'calls' && (draw(marker, 'again') < 0.1 || isUnknown(replies.get(marker)?.at(-1))),
  );
  for (const operation of some) {
    replies.get(operation.marker)?.push(await callPatchUser(url, calling(operation, hear)));
  }
}
