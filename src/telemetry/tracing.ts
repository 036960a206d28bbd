import { randomUUID } from 'node:crypto';
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
import type { Traces } from './config.ts';
import { resultOf, type Tracing } from './telemetry.ts';

/** How spans leave. Our own choices, but for the size of a batch: the SDK's. */
const exporting = {
  everyMs: 2_000,
  /** Milliseconds for one export, with its repetitions. */
  timeoutMs: 5_000,
  batch: 512,
  /** Spans that wait; of more, the later ones are dropped. */
  waiting: 4_096,
  /** Milliseconds that a process which leaves waits for the last export. */
  lastMs: 2_000,
  /** Milliseconds between two lines of the log about a collector that does not take them. */
  complainEveryMs: 60_000,
} as const;

/**
 * Requests a second whose own trace says that it is sampled, and which are therefore traced whatever the share is.
 * Anybody can send that header, also without a token: beyond this, such a request is as good as any other. Our own
 * choice.
 */
const askedPerSecond = 20;

/** Methods by name; any other is `_OTHER`: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/**
 * Starts tracing. Sampled is decided once, where a request comes in; of one that is not, nothing is made and nothing
 * is sent on. The exporter speaks through Node's own HTTP client, of which nothing is traced.
 */
export function startTracing(settings: Traces, log: Logger): Tracing {
  const provider = new BasicTracerProvider({
    sampler: new AlwaysOnSampler(),
    resource: resourceFromAttributes({
      'service.name': settings.service,
      'service.instance.id': randomUUID(),
    }),
    spanProcessors: [
      new BatchSpanProcessor(quietly(exporterOf(settings), log), {
        scheduledDelayMillis: exporting.everyMs,
        exportTimeoutMillis: exporting.timeoutMs,
        maxExportBatchSize: exporting.batch,
        maxQueueSize: exporting.waiting,
      }),
    ],
  });
  const tracer = provider.getTracer('idpatch');
  const contexts = new AsyncLocalStorageContextManager().enable();
  const mayFollow = createAllowance(askedPerSecond);

  function parentOf(traceparent: string | undefined): Context | undefined {
    const asked = traceparent === undefined ? undefined : parse(traceparent);
    const parent = asked ? trace.setSpanContext(ROOT_CONTEXT, asked) : ROOT_CONTEXT;
    // Who traces and leaves this request out has decided for the whole of its trace.
    if (asked && (asked.traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
    return (asked && mayFollow()) || Math.random() < settings.sample ? parent : undefined;
  }

  async function within<T>(span: Span, parent: Context, run: () => Promise<T>): Promise<T> {
    try {
      return await contexts.with(trace.setSpan(parent, span), run);
    } catch (failure) {
      // Its message may quote anything.
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw failure;
    } finally {
      span.end();
    }
  }

  return {
    request({ method, traceparent }, run) {
      const parent = parentOf(traceparent);
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
    span(name, run) {
      const parent = contexts.active();
      return trace.getSpan(parent) ? within(tracer.startSpan(name, {}, parent), parent, run) : run();
    },
    operation({ operationId, directory, outcome, errors }) {
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
    upstream({ directory, method, origin, template, action }, run) {
      const parent = contexts.active();
      if (!trace.getSpan(parent)) return run(undefined);
      const { hostname, port, protocol } = new URL(origin);
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
        const exchange = await run(traceparentOf(span));
        if (exchange.kind !== 'answered') {
          fail(span, resultOf(exchange));
        } else {
          span.setAttribute('http.response.status_code', exchange.status);
          if (exchange.status >= 400) fail(span, String(exchange.status));
        }
        return exchange;
      });
    },
    async close() {
      const last = provider.shutdown().catch(() => {});
      const { promise: over, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, exporting.lastMs);
      await Promise.race([last, over]);
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

/** An exporter whose failures are a line of the log now and then, of their kind alone. */
function quietly(exporter: OTLPTraceExporter, log: Logger): SpanExporter {
  let quietUntil = 0;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.code !== 0 && performance.now() >= quietUntil) {
          quietUntil = performance.now() + exporting.complainEveryMs;
          log.warn({
            event: 'traces',
            problem: 'The collector does not take the spans.',
            err: result.error,
          });
        }
        // Told of a failure the SDK hands the whole error, with the collector's answer, to a global handler.
        done({ code: 0 });
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

/** https://www.w3.org/TR/trace-context/#traceparent-header: a later version may have more after the flags. */
const traceparentForm = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

function parse(traceparent: string) {
  const [, version, traceId = '', spanId = '', flags = '', more] = traceparentForm.exec(traceparent) ?? [];
  if (version === undefined || (version === '00' && more !== undefined)) return undefined;
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(parent) ? parent : undefined;
}

/** The one header that goes on: baggage and tracestate hold whatever a caller wrote there. */
function traceparentOf(span: Span): string {
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
}

/** Says yes so many times a second at most, by a bucket that fills up again. */
function createAllowance(perSecond: number): () => boolean {
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
