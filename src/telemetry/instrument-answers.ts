import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Route, Telemetry } from './telemetry.ts';

/** Answers a request; of the answer only its status is looked at. */
type Answers<Answer> = (request: IncomingMessage, response: ServerResponse) => Answer | Promise<Answer>;

/** The same answers, measured and traced. An answer that is an error counts as 500, which it becomes. */
export function instrumentAnswers<Answer extends { readonly status: number }>(
  { metrics, tracing }: Telemetry,
  answer: Answers<Answer>,
): Answers<Answer> {
  const traced: Answers<Answer> = tracing
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
  // Nearly all of them, without cutting anything off.
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
