import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Route } from './label-values.ts';
import type { Telemetry } from './telemetry.ts';

type Handler<Result> = (request: IncomingMessage, response: ServerResponse) => Result | Promise<Result>;

/** The HTTP handler with metrics and spans. A handler that throws counts as status 500, which the server answers. */
export function instrumentHandler<Result extends { readonly status: number }>(
  { metrics, tracing }: Telemetry,
  answer: Handler<Result>,
): Handler<Result> {
  const traced: Handler<Result> = tracing
    ? async (request, response) =>
        routeOf(request.url) === 'graphql'
          ? tracing.request({ method: request.method ?? '', traceparent: traceparentOf(request) }, async () =>
              answer(request, response),
            )
          : answer(request, response)
    : answer;
  if (!metrics) return traced;
  return async (request, response) => {
    const startedAt = performance.now();
    let status = 500;
    try {
      const given = await traced(request, response);
      status = given.status;
      return given;
    } finally {
      metrics.request(routeOf(request.url), status, (performance.now() - startedAt) / 1_000);
    }
  };
}

function traceparentOf({ headers }: IncomingMessage): string | undefined {
  const { traceparent } = headers;
  return typeof traceparent === 'string' ? traceparent : undefined;
}

function routeOf(url = ''): Route {
  // The common case, without a split.
  if (url === '/graphql') return 'graphql';
  switch (url.split('?', 1)[0]) {
    case '/graphql':
      return 'graphql';
    case '/health':
      return 'health';
    case '/ready':
      return 'ready';
    default:
      return 'other';
  }
}
