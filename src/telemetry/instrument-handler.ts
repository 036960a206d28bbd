import type { IncomingMessage, ServerResponse } from 'node:http';
import { classOf, type Route } from './labels.ts';
import type { Telemetry } from './telemetry.ts';

type Handler<Result> = (request: IncomingMessage, response: ServerResponse) => Result | Promise<Result>;

/** The HTTP handler with metrics and spans. A handler that throws counts as status 500, which the server answers. */
export function instrumentHandler<Result extends { readonly status: number }>(
  { metrics, tracing }: Telemetry,
  answer: Handler<Result>,
): Handler<Result> {
  const traced: Handler<Result> = tracing
    ? (request, response) =>
        routeOf(request.url) === 'graphql'
          ? tracing.request(request, async () => answer(request, response))
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
      const route = routeOf(request.url);
      metrics.requests({ route, status: classOf(status) });
      metrics.requestSeconds({ route }, (performance.now() - startedAt) / 1_000);
    }
  };
}

const routes: ReadonlyMap<string | undefined, Route> = new Map([
  ['/graphql', 'graphql'],
  ['/health', 'health'],
  ['/ready', 'ready'],
]);

function routeOf(url = ''): Route {
  // The common case, without a split.
  return routes.get(url) ?? routes.get(url.split('?', 1)[0]) ?? 'other';
}
