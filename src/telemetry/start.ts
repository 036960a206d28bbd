import type { Logger } from 'pino';
import type { Traces } from './config.ts';
import type { Telemetry } from './telemetry.ts';

/** The parts of the configuration that concern telemetry. */
interface TelemetryConfig {
  readonly metrics?: object | undefined;
  readonly traces?: Traces | undefined;
  readonly directories: Readonly<Record<string, unknown>>;
}

/** Starts the configured parts of telemetry; loads a library only if its part is configured. */
export async function startTelemetry(
  { metrics: metricsConfig, traces, directories }: TelemetryConfig,
  log: Logger,
): Promise<Telemetry> {
  const metrics = metricsConfig && (await import('./metrics.ts')).createMetrics(Object.keys(directories));
  const tracing = traces && (await import('./tracing.ts')).startTracing(traces, log);
  return { metrics, tracing, close: async () => tracing?.close() };
}
