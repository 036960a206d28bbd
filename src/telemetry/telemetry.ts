import type { Logger } from 'pino';
import type { Traces } from './config.ts';
import type { Metrics } from './metrics.ts';
import type { Tracing } from './tracing.ts';

/**
 * Metrics and traces of the process. Each exists only if configured, and only then its library is loaded. The
 * `instrument…` functions beside this file wrap what is measured, and return it unchanged without telemetry.
 */
export interface Telemetry {
  readonly metrics: Metrics | undefined;
  readonly tracing: Tracing | undefined;
  /** Flushes within two seconds. */
  close(): Promise<void>;
}

/** The parts of the configuration that concern telemetry. */
interface TelemetryConfig {
  readonly metrics?: object | undefined;
  readonly traces?: Traces | undefined;
  readonly directories: Readonly<Record<string, unknown>>;
}

/** Starts the configured parts of telemetry. */
export async function startTelemetry(
  { metrics: metricsConfig, traces, directories }: TelemetryConfig,
  log: Logger,
): Promise<Telemetry> {
  const metrics = metricsConfig && (await import('./metrics.ts')).createMetrics(Object.keys(directories));
  const tracing = traces && (await import('./tracing.ts')).startTracing(traces, log);
  return { metrics, tracing, close: async () => tracing?.close() };
}
