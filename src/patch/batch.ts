import { setTimeout as delay } from 'node:timers/promises';
import DataLoader from 'dataloader';
import pLimit from 'p-limit';
import type { Directory } from '../directories.ts';
import { ReadFailure } from '../domain/errors.ts';
import type { User, UserWithCustomFields } from '../domain/user.ts';
import type { Provider, UserWrite, WriteResult } from '../providers/provider.ts';
import type { CallOptions, Reservation } from '../upstream/client.ts';
import { createDeadline } from '../upstream/deadline.ts';
import type { OperationTime } from './operation-time.ts';
import type { UserLock } from './user-lock.ts';

/**
 * Lets the operations of one patchUsers call in one directory share requests, where the provider can write many users
 * in one. An operation writes while it holds its user's lock, and all whose writes share a request hold theirs until it
 * is answered.
 *
 * Deadlock-free, in this process and across replicas: an operation holds no other lock while it waits for its user's,
 * and a batch is sent without operations whose user is locked; they join a later batch.
 */
export interface Batcher {
  /** The directory for the operations. */
  readonly directory: Directory;
  /** The locks for the operations. */
  readonly userLock: UserLock;
  /** Runs one of the operations. Requests wait until every running operation has one, waits for a lock or has ended. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** Waits within an operation; requests of the others do not wait for it meanwhile. */
  pause(ms: number): Promise<void>;
  /** Releases the reservations of read-backs: all operations are over. */
  end(): void;
}

/** Concurrent requests to a directory for one patchUsers call: as many as the client has connections. */
const concurrency = 16;

/** Maximum share of the time left that a request waits for others, which may hang in a request of their own. */
const maxWaitShare = 0.1;

/** Share of the time left for looking up a login: the order of the operations depends on the result. */
const lookupShare = 0.3;

/** For operations that begin at the same time and share `time`. */
export function createBatcher(
  { name, provider }: Directory,
  userLock: UserLock,
  time: OperationTime,
): Batcher {
  const limit = pLimit(concurrency);
  // A read-back has its quota and must not wait behind writes, which may wait for theirs.
  const limitReadBacks = pLimit(concurrency);
  const limitRead = ({ priority }: CallOptions) => (priority === 'urgent' ? limitReadBacks : limit);
  const lookups = new Map<string, Promise<UserWithCustomFields | undefined>>();

  /** Operations that may soon have a request: neither waiting for a lock nor for an answer. */
  let active = 0;
  let timer: NodeJS.Timeout | undefined;
  const dispatches: (() => void)[] = [];
  const send = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const dispatch of dispatches.splice(0)) dispatch();
  };
  const enter = () => {
    active += 1;
  };
  const leave = () => {
    active -= 1;
    // The next operation of the same user begins in this turn of the event loop.
    if (active === 0) setImmediate(() => active === 0 && send());
  };

  /** Makes a function that waits for its part of a request, which it shares with other items of the same options. */
  function batched<Item, Result>(
    request: (items: readonly Item[], call: CallOptions) => Promise<readonly (Result | Error)[]>,
  ): (item: Item, call: CallOptions) => Promise<Result> {
    const loaders = new Map<CallOptions, DataLoader<Item, Result>>();
    const loaderFor = (call: CallOptions) =>
      new DataLoader<Item, Result>((items) => request(items, call), {
        cache: false,
        batchScheduleFn: (dispatch) => dispatches.push(dispatch),
      });
    return (item, call) => {
      const loader = loaders.get(call) ?? loaderFor(call);
      loaders.set(call, loader);
      timer ??= setTimeout(send, msLeft(call) * maxWaitShare);
      const result = loader.load(item);
      leave();
      return result.finally(enter);
    };
  }

  // Each request that writes has a reservation of its own until its users were read back.
  const shared = time.writing.reservation ?? { endsAt: time.readingBack.deadline.endsAt, release: undefined };
  const reservations = new Set<Reservation>([shared]);
  const idle = [shared];
  const write = batched<UserWrite, WriteResult>((writes, call) =>
    limit(async () => {
      const reservation = idle.pop() ?? { endsAt: shared.endsAt, release: undefined };
      reservations.add(reservation);
      const results = await writeAll(provider, writes, { ...call, reservation });
      if (results.every(needsNoReadBack)) {
        reservation.release?.();
        idle.push(reservation);
      }
      return results;
    }),
  );
  const read = batched<string, User | undefined>((userIds, call) =>
    limitRead(call)(() => {
      const reservation = [...reservations].find(({ release }) => release) ?? shared;
      return provider.readUsers(userIds, { customFields: true }, { ...call, reservation });
    }),
  );

  const batches: Pick<Provider, 'readUsers' | 'write'> = {
    readUsers: (userIds, _want, call) =>
      Promise.all(userIds.map((userId) => read(userId, call).catch(readFailure))),
    write: (userId, step, call) => write({ userId, step }, call),
  };
  const singles: typeof batches = {
    readUsers: (userIds, want, call) => limitRead(call)(() => provider.readUsers(userIds, want, call)),
    write: (userId, step, call) => limit(() => provider.write(userId, step, call)),
  };
  return {
    directory: {
      name,
      provider: {
        ...provider,
        ...(provider.writeMany ? batches : singles),
        // Once and before all writes, so that they do not change whom the login means.
        findUser(login, call) {
          const lookup = lookups.get(login) ?? limit(() => provider.findUser(login, forLookup(call)));
          lookups.set(login, lookup);
          return lookup;
        },
      },
    },
    userLock: {
      withLock(user, holder, call, begin, task) {
        let isWaiting = false;
        const wait = () => {
          if (!isWaiting) leave();
          isWaiting = true;
        };
        const resume = () => {
          if (isWaiting) enter();
          isWaiting = false;
        };
        const resumed = () => {
          resume();
          return task();
        };
        return userLock.withLock(user, holder, call, begin, resumed, wait).finally(resume);
      },
    },
    run(operation) {
      enter();
      return operation().finally(leave);
    },
    async pause(ms) {
      leave();
      await delay(ms);
      enter();
    },
    end() {
      for (const { release } of reservations) release?.();
    },
  };
}

async function writeAll(
  provider: Provider,
  writes: readonly UserWrite[],
  call: CallOptions,
): Promise<readonly WriteResult[]> {
  const [first, ...more] = writes;
  if (provider.writeMany && more.length > 0) return provider.writeMany(writes, call);
  return first ? [await provider.write(first.userId, first.step, call)] : [];
}

function needsNoReadBack(result: WriteResult): boolean {
  return result.kind === 'refused' || (result.kind === 'accepted' && result.user !== undefined);
}

/** DataLoader rejects where a result is an error; readUsers returns a ReadFailure. */
function readFailure(failure: unknown): ReadFailure {
  if (failure instanceof ReadFailure) return failure;
  throw failure;
}

function forLookup(call: CallOptions): CallOptions {
  return { ...call, deadline: createDeadline(msLeft(call) * lookupShare) };
}

function msLeft({ deadline }: CallOptions): number {
  return Math.max(0, deadline.endsAt - performance.now());
}
