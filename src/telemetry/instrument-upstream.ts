import type { HttpClient, HttpRequest, SendResult } from '../upstream/client.ts';
import { type BreakerState, resultOf, type Telemetry, type Tracing } from './telemetry.ts';

/** The directory's client with metrics and spans; its requests carry `traceparent`. */
export function instrumentUpstream(
  { metrics, tracing }: Telemetry,
  directory: string,
  origin: string,
  client: HttpClient & { readonly state: BreakerState },
): HttpClient {
  metrics?.breaker(directory, client.state);
  const traced: HttpClient = tracing ? tracedClient(tracing, directory, origin, client) : client;
  if (!metrics) return traced;
  const count = metrics.upstream(directory);
  return {
    async send(request, time) {
      const startedAt = performance.now();
      const result = await traced.send(request, time);
      const seconds = (performance.now() - startedAt) / 1_000;
      count(request.purpose?.isRead ?? isRead(request), resultOf(result), seconds);
      return result;
    },
    close: () => client.close(),
  };
}

function tracedClient(tracing: Tracing, directory: string, origin: string, client: HttpClient): HttpClient {
  return {
    send(request, time): Promise<SendResult> {
      const { method, headers, purpose } = request;
      // The path itself may contain an id.
      const call = { directory, method, origin, template: purpose?.template ?? '', action: purpose?.action };
      return tracing.upstream(call, (traceparent) =>
        client.send(
          traceparent === undefined ? request : { ...request, headers: { ...headers, traceparent } },
          time,
        ),
      );
    },
    close: () => client.close(),
  };
}

function isRead({ method }: HttpRequest): boolean {
  return method === 'GET';
}
