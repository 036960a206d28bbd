import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { isLoopbackHost } from '../settings/origin.ts';
import type { Cors } from './cors.ts';
import { eventLoopDelayMs } from './event-loop.ts';
import type { GraphiQL } from './graphiql.ts';
import { errorResponse, type HttpResponse, overloaded } from './response.ts';

/** What the paths lead to. */
export interface Routes {
  /** Handles `/graphql` requests that CORS allows. */
  readonly graphql: (request: IncomingMessage, response: ServerResponse) => Promise<HttpResponse>;
  /** Whether this process takes requests at the moment. */
  readonly isReady: () => Promise<boolean>;
  /** GraphiQL's page; undefined if it is off. */
  readonly graphiql: GraphiQL | undefined;
  readonly cors: Cors;
  /**
   * Whether the Host header must be a loopback name. It protects against DNS rebinding, by which the name of a foreign
   * page resolves to this machine, so that the browser takes it for the same origin.
   */
  readonly loopbackNamesOnly: boolean;
  /** While something may have waited longer for the event loop, requests for `/graphql` are refused, so that it recovers. */
  readonly maxEventLoopDelayMs: number;
  /** Called for each of them. */
  readonly onShed?: () => void;
}

const graphqlMethods = { allow: 'GET, POST' } as const;

/** Headers that a request may have once. Node drops repeated ones silently. */
const singleHeaders = ['authorization', 'content-type', 'host'] as const;

/** Routes `/graphql`, `/health` (alive), `/ready` (takes requests), and `/`, which redirects to GraphiQL. */
export function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Routes,
): HttpResponse | Promise<HttpResponse> {
  const { url = '' } = request;
  if (!isWellFormed(request)) {
    const message = 'The request line or a header is malformed, or a header is repeated.';
    return errorResponse(400, 'BAD_REQUEST', message, { connection: 'close' });
  }
  const probed = answerProbe(request, routes.isReady);
  if (probed) return probed;
  switch (url.split('?', 1)[0]) {
    case '/graphql':
      return answerGraphQL(request, response, routes);
    case '/':
      // Relative, so that it works behind a proxy that strips a prefix of the path.
      if (routes.graphiql && wantsPage(request))
        return { status: 302, headers: { location: 'graphql' }, body: '' };
  }
  return errorResponse(404, 'NOT_FOUND', 'Not found: the path is /graphql.');
}

function wantsPage({ method, headers: { accept } }: IncomingMessage): boolean {
  return method === 'GET' && accept?.includes('text/html') === true;
}

/** Answers `/health` and `/ready`; undefined for any other path. */
export function answerProbe(
  { method = '', url = '' }: IncomingMessage,
  isReady: Routes['isReady'],
): Promise<HttpResponse> | undefined {
  const path = url.split('?', 1)[0];
  if (path === '/health') return probe(method, () => true);
  return path === '/ready' ? probe(method, isReady) : undefined;
}

async function probe(method: string, check: () => boolean | Promise<boolean>): Promise<HttpResponse> {
  if (method !== 'GET' && method !== 'HEAD') return wrongMethod('Use GET.', { allow: 'GET, HEAD' });
  return { status: (await check()) ? 200 : 503, headers: {}, body: '' };
}

function answerGraphQL(
  request: IncomingMessage,
  response: ServerResponse,
  { graphql, graphiql, cors, loopbackNamesOnly, maxEventLoopDelayMs, onShed }: Routes,
): HttpResponse | Promise<HttpResponse> {
  const { method = '', headers } = request;
  for (const [name, value] of Object.entries(cors.responseHeaders(headers))) response.setHeader(name, value);
  if (loopbackNamesOnly && !isLoopbackHost(hostname(headers) ?? '')) {
    const message = 'Without a token the Host header must be a loopback name: localhost, 127.0.0.1 or [::1].';
    return errorResponse(403, 'FORBIDDEN_ORIGIN', message);
  }
  // The page alone: a query in the address runs only when the person starts it.
  if (graphiql && wantsPage(request)) return graphiql(headers);
  if (cors.isCrossOrigin(headers)) {
    return errorResponse(403, 'FORBIDDEN_ORIGIN', 'Origin not allowed: it is not in server.cors.');
  }
  const preflight = cors.preflightHeaders(method, headers);
  if (preflight) return { status: 204, headers: preflight, body: '' };
  if (method !== 'GET' && method !== 'POST') return wrongMethod('Use POST.', graphqlMethods);
  // A browser adds no bearer token by itself, so no foreign page can send such a GET.
  if (method === 'GET' && headers.authorization === undefined) {
    return wrongMethod('Use POST: GET requires a token.', { allow: 'POST' });
  }
  if (eventLoopDelayMs() > maxEventLoopDelayMs) {
    onShed?.();
    return overloaded('server.maxEventLoopDelayMs');
  }
  return graphql(request, response);
}

function wrongMethod(message: string, headers: { readonly allow: string }): HttpResponse {
  return errorResponse(405, 'METHOD_NOT_ALLOWED', message, headers);
}

/** Whether the request has only one interpretation. HTTP/1.0 does not require Host. */
function isWellFormed({ url = '', headers, rawHeaders, httpVersion }: IncomingMessage): boolean {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return false;
  if (!url.startsWith('/')) return false;
  if (singleHeaders.some((name) => isRepeated(name, rawHeaders))) return false;
  return headers.host === undefined ? httpVersion === '1.0' : hostname(headers) !== undefined;
}

/** `rawHeaders` alternates between names and values. */
function isRepeated(name: string, rawHeaders: readonly string[]): boolean {
  let seen = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index];
    if (header?.length !== name.length || header.toLowerCase() !== name) continue;
    if (seen) return true;
    seen = true;
  }
  return false;
}

/** The host name of the Host header, without the port; undefined if it is not valid. */
function hostname({ host }: IncomingHttpHeaders): string | undefined {
  if (host === undefined) return undefined;
  if (host === lastHost.host) return lastHost.hostname;
  const url = /[/?#@\\\s]/.test(host) ? null : URL.parse(`http://${host}`);
  lastHost = { host, hostname: url?.hostname };
  return lastHost.hostname;
}

/** Cached, because nearly every request has the same Host. */
let lastHost: { readonly host: string; readonly hostname: string | undefined } = {
  host: '',
  hostname: undefined,
};
