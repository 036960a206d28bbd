import type { Deadline } from './deadline.ts';

/** One request below a client's origin. `path` starts with `/` and is already percent-encoded. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What metrics and traces say of it: names only, no id and no value. */
  readonly purpose?: {
    /** True if it changes nothing, whatever its method. */
    readonly isRead: boolean;
    /** Its path without the query, with placeholders such as `{userId}` for ids. */
    readonly template: string;
    /** The action of an RPC call, which a header names. */
    readonly action?: string;
  };
}

/** A complete response. Header names are in lower case; a repeated header has its first value. */
export interface HttpResponse {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Why a request was not sent: no connection, an untrusted certificate or failed TLS handshake, the deadline, a full
 * queue (`crowded`), or an open circuit breaker (`broken`).
 */
type NotSentReason = 'unreachable' | 'untrusted' | 'deadline' | 'crowded' | 'broken';

/**
 * The result of one request. What may be said of a write depends on whether the request left, not on an error's name:
 * `not-sent`: no byte left, so it had no effect; `throttled`: the provider's quota has no room before the deadline, and
 * may have some after `retryAfterMs`: see quota/throttle.ts;
 * `no-answer`: it left and no complete response came back, so it may have had any effect; `waited`: our own deadline
 * ended it.
 */
export type SendResult =
  | { readonly kind: 'not-sent'; readonly reason: NotSentReason }
  | {
      readonly kind: 'not-sent';
      readonly reason: 'throttled';
      readonly retryAfterMs: number;
      /** Whether it is the caller's share that has no room. */
      readonly isShare: boolean;
    }
  | {
      readonly kind: 'no-answer';
      readonly waited: boolean;
      /** Whether there was no room for it beside the other answers under way (limits.totalAnswerBytes). */
      readonly isCutOff?: boolean;
    }
  | HttpResponse;

/** Sends each request once, to one origin. Never follows redirects, never retries. A compressed response is decompressed. */
export interface HttpClient {
  /** Never rejects. */
  send(request: HttpRequest, time: CallOptions): Promise<SendResult>;
  close(): Promise<void>;
}

/** Deadline and priority of a request. Independent of whether the caller is still connected. */
export interface CallOptions {
  readonly deadline: Deadline;
  /** Latest moment to send, before the deadline: a request sent at the last moment leaves no time for its response. */
  readonly sendBy?: Deadline;
  /** The order in which requests get a scarce quota: see quota/throttle.ts. Absent: `read`. */
  readonly priority?: Priority;
  readonly reservation?: Reservation;
  /** Who it is sent for. Absent: the service itself. */
  readonly caller?: Consumer;
}

/** Who has a share of what is scarce: see quota/shares.ts. */
export interface Consumer {
  readonly id: string;
  /** How large its share is beside those of others. */
  readonly weight: number;
}

/** `urgent`: read-backs, and requests that others wait for, such as a token. `write`: requests that a patch needs. */
export type Priority = 'urgent' | 'write' | 'read';

/** Quota for the read-back of a write, shared by all requests of the write. */
export interface Reservation {
  /** The moment by performance.now() at which the write must have ended. */
  readonly endsAt: number;
  /** Gives the quota back; set for as long as a throttle holds any. */
  release: (() => void) | undefined;
}

/** Latest moment to send: `sendBy`, capped by the deadline. */
export function sendDeadline({ deadline, sendBy = deadline }: CallOptions): Deadline {
  return sendBy.endsAt < deadline.endsAt ? sendBy : deadline;
}

/** The result of a request after its send deadline. */
export const tooLate = { kind: 'not-sent', reason: 'deadline' } as const satisfies SendResult;
