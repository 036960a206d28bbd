import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Caller } from '../auth/caller.ts';
import { seesDirectory } from '../auth/policy.ts';
import type { Config } from '../config/config.ts';
import type { Directories } from '../directories.ts';
import type { UserWithCustomFields } from '../domain/user.ts';
import type { Journal } from '../journal/journal.ts';
import type { OperationInstrumentation } from '../telemetry/instrument-operations.ts';
import type { CallOptions } from '../upstream/client.ts';
import { createDeadline } from '../upstream/deadline.ts';
import type { Digests } from './digests.ts';
import type { InFlight } from './in-flight.ts';
import { type OperationTime, withReservation } from './operation-time.ts';
import type { Reconciler } from './reconciler.ts';
import type { UserLock } from './user-lock.ts';

/** Lives as long as the process. */
export interface Services {
  /** All configured directories. */
  readonly directories: Directories;
  readonly limits: Config['limits'];
  readonly journal: Journal;
  /** @throws JournalUnavailable where their key cannot be read. */
  readonly digests: () => Digests;
  readonly reconciler: Reconciler;
  readonly userLock: UserLock;
  readonly inFlight: InFlight;
  readonly instrumentation: OperationInstrumentation;
  readonly log: Logger;
}

/** What a patch needs: the services, and the state of its request. */
export interface PatchContext extends Services {
  readonly caller: Caller;
  /** The directories in which the caller has rights. The caller does not learn of others. */
  readonly directories: Directories;
  /** Whether there are others. */
  readonly hidesDirectories: boolean;
  /** Starts the time of one operation, at a write's priority unless it `onlyReads`. */
  startOperation(onlyReads?: 'onlyReads'): OperationTime;
  /** Starts the time of one read. */
  startCall(): CallOptions;
  /** Called when a patch may have changed the user of this global id; `user`: as it is now, where known. */
  userChanged(id: string, user: UserWithCustomFields | undefined): void;
}

/**
 * Creates the context of one request. `deadlineMs`: the caller's own deadline, capped by the configured one; `elapsedMs`
 * of it have passed since the request's first byte arrived.
 */
export function createPatchContext(
  services: Services,
  caller: Caller,
  deadlineMs: number = services.limits.deadlineMs,
  elapsedMs = 0,
): PatchContext {
  const all = services.directories;
  const directories = visibleTo(caller, all);
  // All operations of a request share one deadline, because the request has to be answered.
  const endsAt = performance.now() + Math.min(deadlineMs, services.limits.deadlineMs) - elapsedMs;
  const msLeft = () => Math.max(0, endsAt - performance.now());
  return {
    ...services,
    caller,
    directories,
    hidesDirectories: directories.size < all.size,
    startCall: () => callFor(msLeft(), caller),
    startOperation: (onlyReads) => {
      const totalMs = msLeft();
      // A shorter deadline leaves less time for reading back, too.
      const readBackMs = Math.min(services.limits.readBackMs, totalMs * maxReadBackShare);
      const sendBy = createDeadline((totalMs - readBackMs) * sendByShare);
      const writing = { ...callFor(totalMs - readBackMs, caller), sendBy };
      const { readBackDelaysMs } = services.limits;
      const time = {
        writing,
        readingBack: callFor(totalMs, caller),
        readBackDelaysMs,
        pause: delay,
        end() {},
      };
      return onlyReads ? time : withReservation(time);
    },
    userChanged() {},
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

/** Maximum share of an operation's time that is kept for reading back. */
const maxReadBackShare = 0.4;

/** Share of the time for writing within which a write must be sent: the rest is for its answer. */
const sendByShare = 0.6;

function callFor(ms: number, caller: Caller): CallOptions {
  return { deadline: createDeadline(ms), caller };
}
