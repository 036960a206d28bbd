import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../harness/fault-proxy.ts';
import { type ListeningProcess, openFolder, startProcess } from '../harness/process.ts';
import { type Calling, callPatchUser, callUntilFinal, type Reply } from './calls.ts';
import { check, isFinal, type OperationRecord, type Violation } from './checker.ts';
import { draw, drawInt, drawOne, drawUuid } from './draw.ts';
import { patchOf } from './planned.ts';
import { type Store, stores, userIdOf } from './providers.ts';
import { openRecordedProviders, type RecordedProviders } from './recording-proxy.ts';

/** An operation with a key, whose caller keeps what it was told. */
export interface KeyedOperation {
  readonly marker: string;
  readonly store: Store;
  readonly userId: string;
  readonly changes: OperationRecord['changes'];
  readonly calling: Calling;
  readonly replies: Reply[];
}

/** The emulators behind slow proxies, and the bookkeeping of a test whose processes end at random. */
export interface Scenario {
  readonly providers: RecordedProviders;
  /** Makes operations on users of their own, or on the user of `on`. */
  plan(count: number, name: string): KeyedOperation[];
  /** What is done to the requests of the user; by default each takes up to 60 ms in both directions. */
  setFault(userId: string, fault: Fault): void;
  /** Starts idpatch before the emulators; it ends with the scenario, which keeps what it prints. */
  start(
    configuration: { readonly journal: object; readonly limits: object },
    environment?: Readonly<Record<string, string>>,
    folder?: ReturnType<typeof openFolder>,
  ): Promise<ListeningProcess>;
  /** Waits until nothing is on its way, and holds every invariant. */
  violations(operations: readonly KeyedOperation[]): Promise<Violation[]>;
  /** How many write requests of the user were seen. */
  requests(userId: string): number;
  /** Resolves when a write request of the user was seen. */
  sent(userId: string): Promise<void>;
  /** Ends what runs on it. */
  close(): Promise<void>;
}

/**
 * Opens the scenario for operations on at most `users` users at each emulator. Of some users the writes are in only
 * `late.ms` after they came, whether or not anybody still waits for them.
 */
export async function openScenario(
  seed: string,
  users: number,
  late: { readonly share: number; readonly ms: number } = { share: 0, ms: 0 },
): Promise<Scenario> {
  const faults = new Map<string, Fault>();
  const processes: ListeningProcess[] = [];
  const folders = new Set<ReturnType<typeof openFolder>>();
  const texts: string[] = [];
  let next = 0;
  const isLate = (userId: string) => draw(seed, userId, 'late') < late.share;
  const providers = await openRecordedProviders(users, () => ({ target }, { userId = '', isWrite }) => {
    if (!isWrite) return { delivered: true, after: drawInt(0, 10, seed, target) };
    const usual = {
      delivered: true,
      after: drawInt(0, 60, seed, userId, 'a'),
      answerAfter: drawInt(0, 60, seed, userId, 'b'),
    };
    return faults.get(userId) ?? (isLate(userId) ? { delivered: true, after: late.ms } : usual);
  });

  function recordOf({ calling: _, ...operation }: KeyedOperation): OperationRecord {
    const { userId, replies } = operation;
    const final = replies.findIndex((reply) => typeof reply === 'object' && isFinal(reply));
    // It was under way when its process ended.
    const cut = replies.slice(0, final).includes('left');
    const late = isLate(userId);
    return {
      ...{ ...operation, fault: cut ? 'killed' : late ? 'late' : 'none' },
      ...{ mayBeUnknown: cut || late, mayBePartial: false },
    };
  }

  const requests = (userId: string) => providers.wire().filter((write) => write.userId === userId).length;

  return {
    providers,
    plan: (count, name) =>
      Array.from({ length: count }, (_, index) => {
        const marker = `op-${drawUuid(seed, name, index)}`;
        const store = drawOne(stores, marker, 'store');
        const userId = userIdOf(store, next++);
        const { patch, changes } = patchOf(store, marker, drawOne(['displayName', 'email'], marker));
        const input = {
          ...{ user: { id: `${store}:${userId}` }, patch },
          idempotencyKey: `key-${drawUuid(marker, 'key')}`,
        };
        const calling = { input, hear: (text: string) => void texts.push(text) };
        return { marker, store, userId, changes, calling, replies: [] };
      }),
    setFault: (userId, fault) => void faults.set(userId, fault),
    async start(configuration, environment = {}, folder = openFolder()) {
      folders.add(folder);
      const { directories, environment: secrets } = providers;
      const idpatch = await startProcess(
        { ...configuration, directories },
        { ...secrets, ...environment },
        folder.path,
      );
      processes.push(idpatch);
      return idpatch;
    },
    requests,
    async sent(userId) {
      for (let waits = 0; requests(userId) === 0; waits += 1) {
        if (waits > 2_000) throw new Error('The request never came.');
        await delay(5);
      }
    },
    async violations(operations) {
      await providers.settled();
      await delay(100);
      const printed = processes.flatMap(({ lines }) => lines);
      return check(providers.evidence(operations.map(recordOf), [...texts, ...printed]));
    },
    async close() {
      await Promise.all(processes.map((one) => one.kill()));
      await providers.close();
      for (const folder of folders) folder.remove();
    },
  };
}

/** Calls each operation once, one every `everyMs`, of a process that may end meanwhile: then it was not answered. */
export async function callMortal(
  url: string,
  operations: readonly KeyedOperation[],
  everyMs: number,
): Promise<void> {
  await Promise.all(
    operations.map(async ({ calling, replies }, index) => {
      await delay(index * everyMs);
      const reply = await callPatchUser(url, calling);
      replies.push(reply === 'lost' ? 'left' : reply);
    }),
  );
}

/** Calls each operation until its answer is final. */
export async function callToTheEnd(url: string, operations: readonly KeyedOperation[]): Promise<void> {
  const waiting = operations.values();
  const caller = async () => {
    for (const { calling, replies } of waiting) replies.push(...(await callUntilFinal(url, calling)));
  };
  await Promise.all(Array.from({ length: 24 }, caller));
}

/** The operations that have had no final answer yet. */
export function unanswered(operations: readonly KeyedOperation[]): KeyedOperation[] {
  return operations.filter(
    ({ replies }) => !replies.some((reply) => typeof reply === 'object' && isFinal(reply)),
  );
}

/** How many operations were cut off, and came to each outcome. */
export function tally(operations: readonly KeyedOperation[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { replies } of operations) {
    const last = replies.at(-1);
    const outcome = typeof last === 'object' ? last.outcome : String(last);
    const name = replies[0] === 'left' ? `${outcome} after a kill` : outcome;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Another operation on the user of the first, of another field. */
export function another({
  store,
  userId,
  marker: other,
  calling,
}: KeyedOperation): Omit<KeyedOperation, 'store' | 'userId'> {
  const marker = `op-${drawUuid(other, 'another')}`;
  const isDescope = store === 'customers';
  const input = {
    ...{ user: { id: `${store}:${userId}` }, idempotencyKey: `key-${drawUuid(marker, 'key')}` },
    patch: isDescope
      ? { givenName: marker }
      : { customFields: [{ replace: { field: 'nick_name', value: { text: marker } } }] },
  };
  const changes = isDescope ? [{ givenName: marker }] : [{ customFields: { nick_name: marker } }];
  return { marker, changes, calling: { ...calling, input }, replies: [] };
}
