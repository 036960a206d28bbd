import type { Deadline } from './deadline.ts';

/** One request below a client's origin. `path` starts with `/` and is already percent-encoded. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What it is for, to whoever counts and traces: names alone, no id and no value. */
  readonly purpose?: RequestPurpose;
}

/** What a request is for. */
interface RequestPurpose {
  /** True where it changes nothing, whatever its method. */
  readonly isRead: boolean;
  /** Its path without the query, with a name such as `{userId}` in place of every id. */
  readonly template: string;
  /** What an RPC call does, where a header says it and not the path. */
  readonly action?: string;
}

/** A whole answer. Header names are in lower case; a header that came more than once has its first value. */
export interface HttpResponse {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Why a request did not leave: no connection could be had, the other side could not be trusted (TLS), the time
 * was over, too many were waiting already, or the breaker is open after too many faults.
 */
type NotSentReason = 'unreachable' | 'untrusted' | 'deadline' | 'crowded' | 'broken';

/** A request that did not leave because the provider's quota had no room for it in its time: see quota/throttle.ts. */
export interface Throttled {
  readonly kind: 'not-sent';
  readonly reason: 'throttled';
  /** Milliseconds after which there may be room. */
  readonly retryAfterMs: number;
}

/**
 * What became of one request. Whether it left decides what may be said of a write, not the name of an error:
 * `not-sent`: no byte of it left, so nothing can have come of it;
 * `no-answer`: it left and no whole answer came back, so anything can have come of it; `waited` where it was
 * our own deadline that ended it.
 */
export type SendResult =
  | { readonly kind: 'not-sent'; readonly reason: NotSentReason }
  | Throttled
  | { readonly kind: 'no-answer'; readonly waited: boolean }
  | HttpResponse;

/** Sends each request once, to one origin. Never follows a redirect, never inflates, never sends again. */
export interface HttpClient {
  /** Answers in every case and throws in none. */
  send(request: HttpRequest, time: CallOptions): Promise<SendResult>;
  close(): Promise<void>;
}

/** The time that a request has, and what it gives way to. It says nothing of the caller's presence. */
export interface CallOptions {
  /** Nothing is waited for after it. */
  readonly deadline: Deadline;
  /**
   * The time by which the request must have left, where that is earlier: one that leaves at the last moment has
   * no time for its answer, and leaves nothing but doubt.
   */
  readonly sendBy?: Deadline;
  /** Who goes first where the provider's quota is short: see quota/throttle.ts. Absent: `read`. */
  readonly priority?: Priority;
  readonly reservation?: Reservation;
}

/** `urgent`: what others wait for, such as a token, and read-backs. `write`: whatever a patch needs to be written. */
export type Priority = 'urgent' | 'write' | 'read';

/** Quota for the read-back of a write, shared by all requests of the write. */
export interface Reservation {
  /** The moment by performance.now() at which the write must have ended. */
  readonly endsAt: number;
  /** Gives the quota back; set for as long as a throttle holds any. */
  release: (() => void) | undefined;
}

/** When a request must have left: nobody is bound to have `sendBy` before the deadline. */
export function sendDeadline({ deadline, sendBy = deadline }: CallOptions): Deadline {
  return sendBy.endsAt < deadline.endsAt ? sendBy : deadline;
}

/** What comes of a request that may not leave any more. */
export const tooLate = { kind: 'not-sent', reason: 'deadline' } as const satisfies SendResult;
