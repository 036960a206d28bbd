import type { ProtectedClient } from '../upstream/circuit-breaker.ts';
import type { HttpClient } from '../upstream/client.ts';
import { resultOf } from './labels.ts';
import type { Telemetry } from './telemetry.ts';

/** The directory's client with metrics and spans; its requests carry `traceparent`. */
export function instrumentUpstream(
  { metrics, tracing }: Telemetry,
  directory: string,
  origin: string,
  client: ProtectedClient,
): HttpClient {
  metrics?.breakerOpen({ directory }, () => Number(client.state.isOpen()));
  metrics?.upstreamWaiting({ directory }, () => client.state.waiting());
  const traced: HttpClient['send'] = tracing
    ? (request, time) =>
        tracing.upstream(directory, origin, request, (headers) =>
          client.send(headers ? { ...request, headers: { ...request.headers, ...headers } } : request, time),
        )
    : client.send;
  if (!metrics) return { send: traced, close: client.close };
  return {
    async send(request, time) {
      const startedAt = performance.now();
      const sent = await traced(request, time);
      const kind = (request.purpose?.isRead ?? request.method === 'GET') ? 'read' : 'write';
      metrics.upstreamRequests({ directory, kind, result: resultOf(sent) });
      if (sent.kind !== 'not-sent')
        metrics.upstreamSeconds({ directory, kind }, (performance.now() - startedAt) / 1_000);
      return sent;
    },
    close: client.close,
  };
}
