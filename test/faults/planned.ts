import type { Fault, WireRequest } from '../harness/fault-proxy.ts';
import type { OperationRecord } from './checker.ts';
import { draw, drawInt, drawOne, drawUuid } from './draw.ts';
import { type Store, storedAddress, stores, userIdOf } from './providers.ts';
import { faultOf, faultOfMany, listFaultOf, type PlannedFault } from './random-faults.ts';
import { type Recognised, usersOfMany } from './recording-proxy.ts';

/** One operation as the seed has it. */
export interface PlannedOperation {
  readonly marker: string;
  readonly store: Store;
  readonly userId: string;
  readonly patch: object;
  readonly changes: OperationRecord['changes'];
  readonly fault: PlannedFault;
  readonly behaviour: 'calls' | 'calls with a key' | 'calls again' | 'leaves' | 'calls at once';
  /** One of the patches of a patchUsers call. */
  readonly isOfMany?: true;
}

/** The operation as the checker takes it. */
export function recordOf(
  { marker, store, userId, changes, fault: { name, mayBeUnknown } }: PlannedOperation,
  replies: OperationRecord['replies'],
): OperationRecord {
  const mayBePartial = name !== 'none' && name !== 'slow';
  return { marker, store, userId, changes, fault: name, mayBeUnknown, mayBePartial, replies };
}

/** Users of a patchUsers call at most: with room for others beside them among those who call at once. */
const mostOfMany = 6;

/**
 * All operations of a seed, in groups that are called at the same time: one operation, two on one user, or those of
 * one patchUsers call.
 */
export function planMixture(seed: string, count: number): PlannedOperation[][] {
  const groups: PlannedOperation[][] = [];
  for (let index = 0; index < count; ) {
    const store = drawOne(stores, seed, index, 'store');
    if (draw(seed, index, 'many') < 0.08) {
      const size = Math.min(drawInt(2, mostOfMany, seed, index, 'size'), count - index);
      groups.push(planMany(seed, index, size, store));
      index += size;
      continue;
    }
    const paired = draw(seed, index, 'pair') < 0.1;
    const group = Array.from({ length: paired ? 2 : 1 }, (_, at) =>
      planOne(seed, index + at, store, index, paired ? (at === 0 ? 'displayName' : 'email') : undefined),
    );
    groups.push(group);
    index += group.length;
  }
  return groups;
}

/**
 * The operations of a patchUsers call. Where they go in one request, one fault strikes them all, or each has its own
 * place in the answer; elsewhere each has a fault of its own, but no deadline, which would be that of all.
 */
function planMany(seed: string, index: number, size: number, store: Store): PlannedOperation[] {
  const all = Array.from({ length: size }, (_, at) =>
    planOne(seed, index + at, store, index + at, undefined),
  );
  const [first] = all;
  const isWhole = draw(seed, index, 'whole') < 0.5;
  return all.map((operation) => {
    const { marker, fault } = operation;
    const own = fault.deadlineMs === undefined ? fault : honest;
    const together = first && isWhole ? first.fault : listFaultOf(marker);
    return {
      ...operation,
      fault: store === 'customers' ? together : own,
      behaviour: first?.behaviour ?? operation.behaviour,
      isOfMany: true as const,
    };
  });
}

const honest: PlannedFault = { name: 'none', mayBeUnknown: false, write: { delivered: true } };

const kinds = ['displayName', 'email', 'displayName and custom field', 'displayName and status'] as const;

function planOne(
  seed: string,
  index: number,
  store: Store,
  user: number,
  shared: (typeof kinds)[number] | undefined,
): PlannedOperation {
  const marker = `op-${drawUuid(seed, index, 'marker')}`;
  const userId = userIdOf(store, user);
  const fault = faultOf(seed, marker, store, userId);
  const behaviour = draw(marker, 'behaviour');
  return {
    marker,
    store,
    userId,
    ...patchOf(store, marker, shared ?? drawOne(kinds, marker, 'kind'), userId),
    // A fault of reads would be the other one's, too.
    fault: shared && fault.readBack ? honest : fault,
    behaviour:
      behaviour < 0.25
        ? 'calls'
        : behaviour < 0.45
          ? 'calls with a key'
          : behaviour < 0.6
            ? 'calls again'
            : behaviour < 0.8
              ? 'leaves'
              : 'calls at once',
  };
}

/** A patch, and what the emulator's log shows of it when it is in. */
export function patchOf(store: Store, marker: string, kind: (typeof kinds)[number], userId?: string) {
  const isDescope = store === 'customers';
  const named = isDescope ? { name: marker } : { displayName: marker };
  switch (kind) {
    case 'displayName':
      return { patch: { displayName: marker }, changes: [named] };
    case 'email': {
      const address = `${marker}@example.org`;
      return {
        patch: { email: { address, verified: true } },
        changes: [
          {
            email: userId === undefined ? address : storedAddress(userId, address),
            [isDescope ? 'verifiedEmail' : 'emailVerified']: true,
          },
        ],
      };
    }
    case 'displayName and custom field': {
      const [field, member] = isDescope ? ['nick', 'customAttributes'] : ['nick_name', 'customFields'];
      return {
        patch: {
          displayName: marker,
          customFields: [{ replace: { field, value: { text: `nick ${marker}` } } }],
        },
        changes: [{ ...named, [member]: { [field]: `nick ${marker}` } }],
      };
    }
    case 'displayName and status': {
      const status = { status: 'disabled' };
      return {
        patch: { displayName: marker, status: 'DISABLED' },
        changes: isDescope ? [{ ...named, ...status }] : [status, named],
      };
    }
  }
}

/**
 * Says what is done to each request of these operations: to the first or the second write request, and to reads after it
 * as long as they are not well again.
 */
export function faultsAsPlanned(
  operations: readonly PlannedOperation[],
  store: Store,
  areReadsWell = () => false,
) {
  const mine = operations.filter((operation) => operation.store === store);
  const byMarker = new Map(mine.map((operation) => [operation.marker, operation]));
  const byUser = Map.groupBy(mine, ({ userId }) => userId);
  const writes = new Map<string, number>();
  const writtenTogether = (request: WireRequest, userIds: readonly string[]) => {
    const operations = userIds.flatMap((userId) => byUser.get(userId) ?? []);
    const isAgain = operations.some(({ marker }) => writes.has(marker));
    for (const { marker } of operations) writes.set(marker, (writes.get(marker) ?? 0) + 1);
    return isAgain ? undefined : faultOfMany(request, (userId) => byUser.get(userId)?.[0]?.fault);
  };
  return (request: WireRequest, { userId, isWrite }: Recognised): Fault | undefined => {
    const { target, body } = request;
    const together = usersOfMany(request)?.map((one) => one.userId);
    if (together) return writtenTogether(request, together);
    const ofUser = (userId !== undefined && byUser.get(userId)) || [];
    const marker = /op-[0-9a-f-]{36}/.exec(`${decodeURIComponent(target)} ${body}`)?.[0];
    const operation = (marker && byMarker.get(marker)) || (ofUser.length === 1 ? ofUser[0] : undefined);
    if (!operation) return undefined;
    const before = writes.get(operation.marker) ?? 0;
    if (!isWrite) return (before > 0 && !areReadsWell() && operation.fault.readBack) || undefined;
    writes.set(operation.marker, before + 1);
    const struck = drawInt(0, operation.changes.length - 1, operation.marker, 'step');
    return before === struck ? operation.fault.write : undefined;
  };
}
