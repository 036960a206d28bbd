import type { Logger } from 'pino';
import type { Traces } from './config.ts';
import type { Telemetry } from './telemetry.ts';

/** What a configuration says of it: of the metrics, whether there are any. */
interface Wanted {
  readonly metrics?: object | undefined;
  readonly traces?: Traces | undefined;
  readonly directories: Readonly<Record<string, unknown>>;
}

/** Starts what the configuration asks for; each half's library is loaded only then. */
export async function startTelemetry(
  { metrics: wanted, traces, directories }: Wanted,
  log: Logger,
): Promise<Telemetry> {
  const metrics = wanted && (await import('./metrics.ts')).createMetrics(Object.keys(directories));
  const tracing = traces && (await import('./tracing.ts')).startTracing(traces, log);
  return { metrics, tracing, close: async () => tracing?.close() };
}
