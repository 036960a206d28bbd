import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Telemetry } from './telemetry.ts';

/** Starts what the configuration asks for; each half's library is loaded only then. */
export async function startTelemetry(
  config: Pick<Config, 'metrics' | 'traces' | 'directories'>,
  log: Logger,
): Promise<Telemetry> {
  const names = Object.keys(config.directories);
  const metrics = config.metrics && (await import('./metrics.ts')).createMetrics(names);
  const tracing = config.traces && (await import('./tracing.ts')).startTracing(config.traces, log);
  return { metrics, tracing, close: async () => tracing?.close() };
}
