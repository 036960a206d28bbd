import type { Directory } from '../directories.ts';
import type { ReadFailure } from '../domain/errors.ts';
import type { User, UserWithCustomFields } from '../domain/user.ts';
import type { Provider, UserWrite, WriteResult } from '../providers/provider.ts';
import type { CallOptions, Reservation } from '../upstream/client.ts';
import { createDeadline } from '../upstream/deadline.ts';
import type { OperationTime } from './context.ts';
import type { UserLock } from './user-lock.ts';

/**
 * The operations of one call for many users that are of the same directory: each goes its own way, and what they
 * send at the same time goes together where the provider has a request for many users.
 *
 * An operation sends when it has its user's turn, and the turns of all whose writes go together are held while they
 * do. None waits for a turn while it holds another, and what goes together never waits for somebody whose user is
 * busy: whoever gets their turn later sends later. So no order of taking turns is needed, two calls cannot wait for
 * each other here or across replicas, and one busy user takes nobody else's time.
 */
export interface Gathering {
  /** The directory as the operations are to see it. */
  readonly directory: Directory;
  /** The turns, as the operations are to take them. */
  readonly userLock: UserLock;
  /** Runs one of the operations. Those that have something to send wait until the others do, or have none. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** Releases what is reserved for read-backs: all operations are over. */
  end(): void;
}

/** Requests of one call for many users that a directory gets at the same time. Our own choice: its connections. */
const mostAtOnce = 16;

/** The share of the time left that what is to be sent waits for others at most: one may hang in a question of its own. */
const waitShare = 0.1;

/** The share of the time left in which a login must be found: the order of all others hangs on whom it means. */
const lookupShare = 0.3;

/** Makes a gathering of operations that have all begun at the same time, by the same clock. */
export function createGathering(
  { name, provider }: Directory,
  userLock: UserLock,
  time: OperationTime,
): Gathering {
  const limited = createLimit(mostAtOnce);
  // Writes may wait for the provider's quota; read-backs, for which it is reserved, must not wait behind them.
  const limitedReadBacks = createLimit(mostAtOnce);
  const reading = ({ priority }: CallOptions) => (priority === 'urgent' ? limitedReadBacks : limited);
  const lookups = new Map<string, Promise<UserWithCustomFields | undefined>>();
  /** Operations that may soon have something to send. Not those that were sent, or that wait for their turn. */
  let onTheirWay = 0;

  // Each request that writes has a reservation of its own until its users were read back.
  const reservation = time.writing.reservation ?? {
    endsAt: time.readingBack.deadline.endsAt,
    release: undefined,
  };
  const reservations = new Set<Reservation>([reservation]);
  const idle = [reservation];
  const writes = createQueue<UserWrite, WriteResult>((some, call) =>
    limited(async () => {
      const own = idle.pop() ?? { endsAt: reservation.endsAt, release: undefined };
      reservations.add(own);
      const results = await writeAll(provider, some, { ...call, reservation: own });
      if (results.every(needsNoReadBack)) {
        own.release?.();
        idle.push(own);
      }
      return results;
    }),
  );
  const reads = createQueue<string, User | undefined | ReadFailure>((userIds, call) =>
    reading(call)(() => {
      const [own = reservation] = [...reservations].filter(({ release }) => release);
      return provider.readUsers(userIds, { customFields: true }, { ...call, reservation: own });
    }),
  );

  let alarm: NodeJS.Timeout | undefined;
  const send = () => {
    clearTimeout(alarm);
    alarm = undefined;
    writes.send();
    reads.send();
  };
  const leave = () => {
    onTheirWay -= 1;
    // Who follows an operation that has just ended begins in this turn of the event loop.
    if (onTheirWay === 0) setImmediate(() => onTheirWay === 0 && send());
  };
  const comeBack = () => {
    onTheirWay += 1;
  };

  function together<Asked, Given>(
    queue: Queue<Asked, Given>,
    asked: Asked,
    call: CallOptions,
  ): Promise<Given> {
    alarm ??= setTimeout(send, msLeft(call) * waitShare);
    const given = queue.ask(asked, call);
    leave();
    return given.finally(comeBack);
  }

  const goesTogether = provider.writeMany !== undefined;
  return {
    directory: {
      name,
      provider: {
        ...provider,
        // Looked up once and early, so that whom a login means does not change by what is written meanwhile.
        findUser(login, call) {
          const found = lookups.get(login) ?? limited(() => provider.findUser(login, hurried(call)));
          lookups.set(login, found);
          return found;
        },
        readUsers: (userIds, want, call) =>
          goesTogether
            ? Promise.all(userIds.map((userId) => together(reads, userId, call)))
            : reading(call)(() => provider.readUsers(userIds, want, call)),
        write: (userId, step, call) =>
          goesTogether
            ? together(writes, { userId, step }, call)
            : limited(() => provider.write(userId, step, call)),
      },
    },
    userLock: {
      async withLock(user, holder, call, task) {
        let isHeldUp = false;
        const hold = () => {
          if (!isHeldUp) leave();
          isHeldUp = true;
        };
        const goOn = () => {
          if (isHeldUp) comeBack();
          isHeldUp = false;
        };
        const inTurn = () => {
          goOn();
          return task();
        };
        return userLock.withLock(user, holder, call, inTurn, hold).finally(goOn);
      },
    },
    async run(operation) {
      comeBack();
      return operation().finally(leave);
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

/** What waits to be sent together. */
interface Queue<Asked, Given> {
  /** Gives what the request says of this one, when it was sent. */
  ask(asked: Asked, call: CallOptions): Promise<Given>;
  /** Sends what waits: in one request what has the same time. */
  send(): void;
}

function createQueue<Asked, Given>(
  request: (all: readonly Asked[], call: CallOptions) => Promise<readonly Given[]>,
): Queue<Asked, Given> {
  let waiting: {
    readonly asked: Asked;
    readonly call: CallOptions;
    readonly given: PromiseWithResolvers<Given>;
  }[] = [];
  return {
    ask(asked, call) {
      const given = Promise.withResolvers<Given>();
      waiting.push({ asked, call, given });
      return given.promise;
    },
    send() {
      const all = Map.groupBy(waiting, ({ call }) => call);
      waiting = [];
      for (const [call, some] of all) {
        request(
          some.map(({ asked }) => asked),
          call,
        ).then(
          (answers) => {
            for (const [index, { given }] of some.entries()) given.resolve(answers[index] as Given);
          },
          (failure) => {
            for (const { given } of some) given.reject(failure);
          },
        );
      }
    },
  };
}

/** Runs tasks, so many at once, in the order in which they come. */
function createLimit(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running === most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

function hurried(call: CallOptions): CallOptions {
  return { ...call, deadline: createDeadline(msLeft(call) * lookupShare) };
}

function msLeft({ deadline }: CallOptions): number {
  return Math.max(0, deadline.endsAt - performance.now());
}
