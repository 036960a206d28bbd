import type { HttpClient, HttpRequest, SendResult } from '../upstream/client.ts';
import { type GuardState, resultOf, type Telemetry, type Tracing } from './telemetry.ts';

/** The same client of a directory, measured and traced; what it sends carries the trace on. */
export function instrumentUpstream(
  { metrics, tracing }: Telemetry,
  directory: string,
  origin: string,
  client: HttpClient & { readonly state: GuardState },
): HttpClient {
  metrics?.guard(directory, client.state);
  const traced: HttpClient = tracing ? tracedClient(tracing, directory, origin, client) : client;
  if (!metrics) return traced;
  const count = metrics.upstream(directory);
  return {
    async send(request, time) {
      const startedAt = performance.now();
      const exchange = await traced.send(request, time);
      const seconds = (performance.now() - startedAt) / 1_000;
      count(request.purpose?.isRead ?? isRead(request), resultOf(exchange), seconds);
      return exchange;
    },
    close: () => client.close(),
  };
}

function tracedClient(tracing: Tracing, directory: string, origin: string, client: HttpClient): HttpClient {
  return {
    send(request, time): Promise<SendResult> {
      const { method, headers, purpose } = request;
      // Without a name for it the path is not told: it may hold an id.
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
