import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  type Attributes,
  type Context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import type { Logger } from 'pino';
import type { HttpRequest, SendResult } from '../upstream/client.ts';
import type { Traces } from './config.ts';
import { type FinishedOperation, resultOf } from './labels.ts';

/** Bounds of the export. Our own choices; the batch size is the SDK's. */
const exporting = {
  everyMs: 2_000,
  /** Timeout of one export (ms), with its retries. */
  timeoutMs: 5_000,
  batch: 512,
  /** Queued spans above which new ones are dropped. */
  maxQueued: 4_096,
  /** Milliseconds for the last export on exit. */
  flushMs: 2_000,
  /** Milliseconds between two log lines about failed exports. */
  logEveryMs: 60_000,
} as const;

/**
 * Requests per second that are traced because their traceparent says sampled, regardless of the configured share.
 * Anybody can send the header, even without a token: above this rate only the share applies. Our own choice.
 */
const sampledByCallerPerSecond = 20;

/** Methods by name; any other is `_OTHER`: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/** Records spans. */
export type Tracing = ReturnType<typeof startTracing>;

/**
 * Starts tracing. Sampling is decided once per incoming request; an unsampled one creates no span and propagates
 * nothing. The exporter uses Node's own HTTP client, which is not instrumented.
 */
export function startTracing(settings: Traces, log: Logger) {
  const provider = new BasicTracerProvider({
    sampler: new AlwaysOnSampler(),
    resource: resourceFromAttributes({
      'service.name': settings.service,
      'service.instance.id': randomUUID(),
    }),
    spanProcessors: [
      new BatchSpanProcessor(withLoggedFailures(exporterOf(settings), log), {
        scheduledDelayMillis: exporting.everyMs,
        exportTimeoutMillis: exporting.timeoutMs,
        maxExportBatchSize: exporting.batch,
        maxQueueSize: exporting.maxQueued,
      }),
    ],
  });
  const tracer = provider.getTracer('idpatch');
  const contexts = new AsyncLocalStorageContextManager().enable();
  const mayFollow = createTokenBucket(sampledByCallerPerSecond);

  function parentOf(traceparent: string | readonly string[] | undefined): Context | undefined {
    const remote = typeof traceparent === 'string' ? parse(traceparent) : undefined;
    const parent = remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
    // The caller has decided not to sample the whole trace.
    if (remote && (remote.traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
    return (remote && mayFollow()) || Math.random() < settings.sample ? parent : undefined;
  }

  async function within<T>(span: Span, parent: Context, run: () => Promise<T>): Promise<T> {
    try {
      return await contexts.with(trace.setSpan(parent, span), run);
    } catch (failure) {
      // The error's message may contain data.
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw failure;
    } finally {
      span.end();
    }
  }

  return {
    /** Runs the handler of a `/graphql` request in a server span, if the request is sampled. */
    request<T extends { readonly status: number }>(
      { method = '', headers }: Pick<IncomingMessage, 'method' | 'headers'>,
      run: () => Promise<T>,
    ): Promise<T> {
      const parent = parentOf(headers.traceparent);
      if (!parent) return run();
      const known = methods.has(method) ? method : '_OTHER';
      const attributes = {
        'http.request.method': known,
        'http.route': '/graphql',
        'url.path': '/graphql',
        'url.scheme': 'http',
      };
      const name = `${known === '_OTHER' ? 'HTTP' : known} /graphql`;
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
      return within(span, parent, async () => {
        const answer = await run();
        span.setAttribute('http.response.status_code', answer.status);
        if (answer.status >= 500) fail(span, String(answer.status));
        return answer;
      });
    },
    /** Runs a part of a sampled request in a span; an error sets its status, without a message. */
    span<T>(name: string, run: () => Promise<T>): Promise<T> {
      const parent = contexts.active();
      return trace.getSpan(parent) ? within(tracer.startSpan(name, {}, parent), parent, run) : run();
    },
    /** Sets the result of a patchUser call on the active span. Returns the trace id of a sampled request. */
    operation({ operationId, directory, outcome, errors }: FinishedOperation): string | undefined {
      const span = trace.getSpan(contexts.active());
      if (!span) return undefined;
      span.setAttributes({
        'idpatch.operation_id': operationId,
        'idpatch.directory': directory,
        'idpatch.outcome': outcome,
        'idpatch.error_codes': [...new Set(errors.map(({ code }) => code))],
      });
      if (outcome === 'UNKNOWN') fail(span, outcome);
      return span.spanContext().traceId;
    },
    /** Runs a request to a provider in a client span; `run` gets the header to send with it. */
    upstream(
      directory: string,
      origin: string,
      { method, purpose }: HttpRequest,
      run: (headers?: { readonly traceparent: string }) => Promise<SendResult>,
    ): Promise<SendResult> {
      const parent = contexts.active();
      if (!trace.getSpan(parent)) return run();
      const { hostname, port, protocol } = new URL(origin);
      // The path itself may contain an id.
      const { template = '', action } = purpose ?? {};
      const attributes: Attributes = {
        'http.request.method': method,
        'server.address': hostname,
        'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
        'url.template': template,
        'idpatch.directory': directory,
      };
      if (action !== undefined) attributes['idpatch.provider_action'] = action;
      const span = tracer.startSpan(
        `${method} ${action ?? template}`,
        { kind: SpanKind.CLIENT, attributes },
        parent,
      );
      return within(span, parent, async () => {
        const result = await run({ traceparent: traceparentOf(span) });
        if (result.kind !== 'answered') {
          fail(span, resultOf(result));
        } else {
          span.setAttribute('http.response.status_code', result.status);
          if (result.status >= 400) fail(span, String(result.status));
        }
        return result;
      });
    },
    async close(): Promise<void> {
      const flushed = provider.shutdown().catch(() => {});
      const { promise: timeout, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, exporting.flushMs);
      await Promise.race([flushed, timeout]);
      clearTimeout(timer);
      contexts.disable();
    },
  };
}

function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function exporterOf({ otlp, headers, authorization }: Traces): OTLPTraceExporter {
  const secrets = Object.entries(headers).map(([name, value]) => [name, value.reveal()] as const);
  if (authorization) {
    const credentials =
      'bearer' in authorization
        ? `Bearer ${authorization.bearer.reveal()}`
        : `Basic ${authorization.basic.reveal()}`;
    secrets.push(['authorization', credentials]);
  }
  return new OTLPTraceExporter({
    url: otlp,
    headers: Object.fromEntries(secrets),
    timeoutMillis: exporting.timeoutMs,
    keepAlive: true,
  });
}

/** Logs failed exports, at most one line per interval and without the collector's text. */
function withLoggedFailures(exporter: OTLPTraceExporter, log: Logger): SpanExporter {
  let nextLogAt = 0;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.code !== 0 && performance.now() >= nextLogAt) {
          nextLogAt = performance.now() + exporting.logEveryMs;
          log.warn({
            event: 'traces',
            problem: 'The collector does not accept spans.',
            err: result.error,
          });
        }
        // On failure the SDK passes the error, with the collector's response, to a global handler.
        done({ code: 0 });
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

/** https://www.w3.org/TR/trace-context/#traceparent-header: later versions may have more fields after the flags. */
const traceparentForm = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

function parse(traceparent: string) {
  const [, version, traceId = '', spanId = '', flags = '', more] = traceparentForm.exec(traceparent) ?? [];
  if (version === undefined || (version === '00' && more !== undefined)) return undefined;
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(parent) ? parent : undefined;
}

/** The only propagated header: baggage and tracestate contain arbitrary text of the caller. */
function traceparentOf(span: Span): string {
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
}

/** A token bucket: true at most `perSecond` times per second. */
function createTokenBucket(perSecond: number): () => boolean {
  let left = perSecond;
  let filledAt = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(perSecond, left + ((now - filledAt) / 1_000) * perSecond);
    filledAt = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
