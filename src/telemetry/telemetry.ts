import type { PatchErrorCode } from '../domain/errors.ts';
import type { PatchOutcome } from '../domain/outcome.ts';
import type { SendResult } from '../upstream/client.ts';

/**
 * What the operator sees of a process. Each half is there only where the configuration asks for it, and only then
 * its library is loaded. Whatever is watched goes through the `watch…` functions beside this file, which give back
 * the very thing where nobody looks. Labels and attributes are words of ours and names of the configuration: never
 * an id of a user or a caller, a path that a caller wrote, or a provider's text.
 */
export interface Telemetry {
  readonly metrics: Metrics | undefined;
  readonly tracing: Tracing | undefined;
  /** Exports what is left, for two seconds at most. */
  close(): Promise<void>;
}

/** Where a request went: the paths that there are, and all others. */
export type Route = 'graphql' | 'health' | 'ready' | 'other';

type NotSent = Extract<SendResult, { kind: 'not-sent' }>['reason'];

/** What became of a request to a provider. 401, 403 and 429 are told from other refusals: they are the operator's. */
export type UpstreamResult =
  | '2xx'
  | '3xx'
  | '401'
  | '403'
  | '429'
  | '4xx'
  | '5xx'
  | 'no_answer'
  | 'no_answer_in_time'
  | `not_sent_${NotSent}`;

export type JournalOperation =
  | 'begin'
  | 'recall'
  | 'finish'
  | 'find'
  | 'lease'
  | 'release'
  | 'prune'
  | 'check';

export type CallerRefusal = 'no_token' | 'token_refused' | 'keys_unavailable';

/** What one patchUser call came to. `directory`: empty where the call names none that there is. */
export interface OperationTold {
  readonly operationId: string;
  readonly directory: string;
  readonly outcome: PatchOutcome;
  readonly errors: readonly { readonly code: PatchErrorCode }[];
  readonly seconds: number;
}

/** What is asked of a directory's connections at each scrape. */
export interface GuardState {
  /** Whether nothing is sent for now, after too many faults in a row. */
  isOpen(): boolean;
  /** Requests that wait for a connection. */
  waiting(): number;
}

/** Counts and measures. Each method takes well under a microsecond: they are on the way of every request. */
export interface Metrics {
  request(route: Route, status: number, seconds: number): void;
  operation(told: OperationTold): void;
  /** What counts the requests to one directory's provider. */
  upstream(directory: string): (isRead: boolean, result: UpstreamResult, seconds: number) => void;
  guard(directory: string, state: GuardState): void;
  /** What hears of each request that had to wait for its directory's quota, and for how many milliseconds. */
  pacer(directory: string, state: { readonly waiting: number }): (ms: number) => void;
  journal(operation: JournalOperation, result: 'ok' | 'unavailable' | 'failed', seconds: number): void;
  callerRefused(reason: CallerRefusal): void;
  rateLimited(): void;
  /** Tells how the process is, at each scrape. */
  process(state: { operationsUnderWay(): number; isDraining(): boolean }): void;
  /** Everything, in the text format of Prometheus. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** A request that came in, as far as a trace may tell of it. */
interface TracedRequest {
  readonly method: string;
  /** W3C Trace Context: https://www.w3.org/TR/trace-context/#traceparent-header */
  readonly traceparent: string | undefined;
}

/** A request that goes out, as far as a trace may tell of it. */
interface TracedCall {
  readonly directory: string;
  readonly method: string;
  readonly origin: string;
  /** The path with names in place of ids. */
  readonly template: string;
  /** What an RPC call does, where a header says it and not the path. */
  readonly action: string | undefined;
}

/** Spans. Outside of a traced request nothing is made, and nothing costs more than a look. */
export interface Tracing {
  /** Runs what answers a request of `/graphql`, as a trace where this one is to be traced. */
  request<T extends { readonly status: number }>(request: TracedRequest, run: () => Promise<T>): Promise<T>;
  /** Runs a part of a traced request as a span of its own; what it rejects with is not told, only that it does. */
  span<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Notes on the running span what a patchUser call came to. Gives the trace's id, where there is a trace. */
  operation(told: OperationTold): string | undefined;
  /** Runs a request to a provider, which is given the `traceparent` to send on. */
  upstream(
    call: TracedCall,
    run: (traceparent: string | undefined) => Promise<SendResult>,
  ): Promise<SendResult>;
  close(): Promise<void>;
}

/** What became of a request to a provider, in a word. */
export function resultOf(exchange: SendResult): UpstreamResult {
  switch (exchange.kind) {
    case 'not-sent':
      return `not_sent_${exchange.reason}`;
    case 'no-answer':
      return exchange.waited ? 'no_answer_in_time' : 'no_answer';
    case 'answered':
      return resultOfStatus(exchange.status);
  }
}

function resultOfStatus(status: number): UpstreamResult {
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  if (status === 401 || status === 403 || status === 429) return `${status}`;
  return status < 500 ? '4xx' : '5xx';
}
