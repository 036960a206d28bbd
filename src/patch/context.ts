import type { Logger } from 'pino';
import type { Caller } from '../auth/caller.ts';
import { seesDirectory } from '../auth/policy.ts';
import type { Config } from '../config/config.ts';
import type { Directories } from '../directories.ts';
import type { UserWithCustomFields } from '../domain/user.ts';
import type { Journal } from '../journal/journal.ts';
import type { OperationInstrumentation } from '../telemetry/instrument-operations.ts';
import type { CallOptions, Reservation } from '../upstream/client.ts';
import { createDeadline } from '../upstream/deadline.ts';
import type { InFlight } from './in-flight.ts';
import type { UserLock } from './user-lock.ts';

/** Lives as long as the process. */
export interface Services {
  /** All configured directories. */
  readonly directories: Directories;
  readonly limits: Config['limits'];
  readonly journal: Journal;
  readonly userLock: UserLock;
  readonly inFlight: InFlight;
  readonly instrumentation: OperationInstrumentation;
  readonly log: Logger;
}

/** The time that one operation has. The last part of it is kept for looking at what was written. */
export interface OperationTime {
  /** For looking up and writing. */
  readonly writing: CallOptions;
  /** For reading back: ends when the operation must. */
  readonly readingBack: CallOptions;
  /** Releases the reservation: the operation is over. */
  end(): void;
}

/** What a patch needs: the services, and the state of its request. */
export interface PatchContext extends Services {
  readonly caller: Caller;
  /** The directories in which the caller has rights. The caller does not learn of others. */
  readonly directories: Directories;
  /** Whether there are others. */
  readonly hidesDirectories: boolean;
  /** Starts the time of one operation: of a write, before which reads stand back, unless it `onlyReads`. */
  startOperation(onlyReads?: 'onlyReads'): OperationTime;
  /** Starts the time of one read. */
  startCall(): CallOptions;
  /** Called when a patch may have changed the user of this global id; `user`: as it is now, where known. */
  userChanged(id: string, user: UserWithCustomFields | undefined): void;
}

/** Creates the context of one request. `deadlineMs`: the caller's own deadline, capped by the configured one. */
export function createPatchContext(
  services: Services,
  caller: Caller,
  deadlineMs: number = services.limits.deadlineMs,
): PatchContext {
  const all = services.directories;
  const directories = visibleTo(caller, all);
  // All operations of a request share one deadline, because the request has to be answered.
  const endsAt = performance.now() + Math.min(deadlineMs, services.limits.deadlineMs);
  const msLeft = () => Math.max(0, endsAt - performance.now());
  return {
    ...services,
    caller,
    directories,
    hidesDirectories: directories.size < all.size,
    startCall: () => callFor(msLeft()),
    startOperation: (onlyReads) => {
      const whole = msLeft();
      // A caller in a hurry leaves less time for reading back, too.
      const forReadingBack = Math.min(services.limits.readBackMs, whole * 0.4);
      const sendBy = createDeadline((whole - forReadingBack) * sendByShare);
      const writing = { ...callFor(whole - forReadingBack), sendBy };
      const time = { writing, readingBack: callFor(whole), end() {} };
      return onlyReads ? time : withReservation(time);
    },
    userChanged() {},
  };
}

/** The same time at a write's priority, with a reservation of its own for the read-back. */
export function withReservation({ writing, readingBack }: OperationTime): OperationTime {
  const reservation: Reservation = { endsAt: readingBack.deadline.endsAt, release: undefined };
  return {
    writing: { ...writing, priority: 'write', reservation },
    readingBack: { ...readingBack, priority: 'urgent', reservation },
    end: () => reservation.release?.(),
  };
}

/** Visible directories by caller: a caller's requests have the same object. */
const visible = new WeakMap<Caller, { readonly all: Directories; readonly directories: Directories }>();

function visibleTo(caller: Caller, all: Directories): Directories {
  const known = visible.get(caller);
  if (known?.all === all) return known.directories;
  const directories = new Map([...all].filter(([name]) => seesDirectory(caller, name)));
  visible.set(caller, { all, directories });
  return directories;
}

/** The share of the time for writing in which a write must have left: the rest is for its answer. */
const sendByShare = 0.6;

/** A call that starts now. */
function callFor(ms: number): CallOptions {
  return { deadline: createDeadline(ms) };
}
