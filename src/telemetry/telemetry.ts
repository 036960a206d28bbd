import type { PatchErrorCode } from '../domain/errors.ts';
import type { PatchOutcome } from '../domain/outcome.ts';
import type { SendResult } from '../upstream/client.ts';
import type { CallerRefusal, JournalOperation, Route, UpstreamResult } from './label-values.ts';

/**
 * Metrics and traces of the process. Each exists only if configured, and only then its library is loaded. The
 * `instrument…` functions beside this file wrap what is measured, and return it unchanged without telemetry. Labels
 * and attributes are our own words and names of the configuration: never an id of a user or caller, a path from a
 * request, or a provider's text.
 */
export interface Telemetry {
  readonly metrics: Metrics | undefined;
  readonly tracing: Tracing | undefined;
  /** Flushes within two seconds. */
  close(): Promise<void>;
}

/** One finished patchUser call. `directory`: empty if the call names no configured one. */
export interface FinishedOperation {
  readonly operationId: string;
  readonly directory: string;
  readonly outcome: PatchOutcome;
  readonly errors: readonly { readonly code: PatchErrorCode }[];
  readonly seconds: number;
}

/** State of a directory's circuit breaker and connections, read at each scrape. */
export interface BreakerState {
  /** True while the circuit breaker is open or half open. */
  isOpen(): boolean;
  /** Requests that wait for a connection. */
  waiting(): number;
}

/** Records metrics. Every request calls these methods, so each takes about a microsecond at most. */
export interface Metrics {
  request(route: Route, status: number, seconds: number): void;
  operation(operation: FinishedOperation): void;
  /** Returns the recorder of requests to one directory's provider. */
  upstream(directory: string): (isRead: boolean, result: UpstreamResult, seconds: number) => void;
  breaker(directory: string, state: BreakerState): void;
  /** Returns the recorder of waits for the directory's quota (ms). */
  pacer(directory: string, state: { readonly waiting: number }): (ms: number) => void;
  journal(operation: JournalOperation, result: 'ok' | 'unavailable' | 'failed', seconds: number): void;
  callerRefused(reason: CallerRefusal): void;
  rateLimited(): void;
  /** State of the process, read at each scrape. */
  process(state: { operationsUnderWay(): number; isDraining(): boolean }): void;
  /** All metrics in the Prometheus text format. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** What a trace records of an incoming request. */
interface TracedRequest {
  readonly method: string;
  /** W3C Trace Context: https://www.w3.org/TR/trace-context/#traceparent-header */
  readonly traceparent: string | undefined;
}

/** What a trace records of an upstream request. */
interface TracedCall {
  readonly directory: string;
  readonly method: string;
  readonly origin: string;
  /** The path with placeholders for ids. */
  readonly template: string;
  /** The action of an RPC call, which a header names. */
  readonly action: string | undefined;
}

/** Records spans. Outside of a sampled request nothing is created. */
export interface Tracing {
  /** Runs the handler of a `/graphql` request in a server span, if the request is sampled. */
  request<T extends { readonly status: number }>(request: TracedRequest, run: () => Promise<T>): Promise<T>;
  /** Runs a part of a sampled request in a span; an error sets its status, without a message. */
  span<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Sets the result of a patchUser call on the active span. Returns the trace id of a sampled request. */
  operation(operation: FinishedOperation): string | undefined;
  /** Runs a request to a provider in a client span; `run` gets the `traceparent` to send. */
  upstream(
    call: TracedCall,
    run: (traceparent: string | undefined) => Promise<SendResult>,
  ): Promise<SendResult>;
  close(): Promise<void>;
}

/** The label value of a request's result. */
export function resultOf(exchange: SendResult): UpstreamResult {
  switch (exchange.kind) {
    case 'not-sent':
      return `not_sent_${exchange.reason === 'throttled' ? 'paced' : exchange.reason}`;
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
