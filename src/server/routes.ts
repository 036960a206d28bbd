import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { isLoopbackHost } from '../settings/origin.ts';
import type { Cors } from './cors.ts';
import type { GraphiQL } from './graphiql.ts';
import { errorResponse, type HttpResponse } from './response.ts';

/** What there is behind the paths, and who may come there. */
export interface Routes {
  /** GraphQL, for requests that may come from where they come. */
  readonly graphql: (request: IncomingMessage, response: ServerResponse) => Promise<HttpResponse>;
  /** Whether requests should come here now. */
  readonly isReady: () => Promise<boolean>;
  /** GraphiQL's page; undefined where there is none. */
  readonly graphiql: GraphiQL | undefined;
  readonly origins: Cors;
  /**
   * Whether a caller must call this machine by a name for itself. A page of somebody else's can have its own name
   * lead to this machine (DNS rebinding): then it is no other origin to a browser, and its name tells it.
   */
  readonly loopbackNamesOnly: boolean;
}

const graphqlMethods = { allow: 'GET, POST' } as const;

/** Of each of these a request has one at most, and Node would drop the others without a word. */
const singleHeaders = ['authorization', 'content-type', 'host'] as const;

/** Answers `/graphql`, `/health` (alive) and `/ready` (takes requests), by exactly these paths; `/` leads to GraphiQL. */
export function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Routes,
): HttpResponse | Promise<HttpResponse> {
  const { url = '' } = request;
  if (!isWellFormed(request)) {
    const says = 'The request line or a header is not well formed, or comes twice.';
    return errorResponse(400, 'BAD_REQUEST', says, { connection: 'close' });
  }
  switch (url.split('?', 1)[0]) {
    case '/health':
      return answerProbe(request, () => true);
    case '/ready':
      return answerProbe(request, routes.isReady);
    case '/graphql':
      return answerGraphQL(request, response, routes);
    case '/':
      // Relative, so that it holds behind a proxy that takes a prefix off the path.
      if (routes.graphiql && wantsPage(request))
        return { status: 302, headers: { location: 'graphql' }, body: '' };
  }
  return errorResponse(404, 'NOT_FOUND', 'There is nothing here: the path is /graphql.');
}

function wantsPage({ method, headers: { accept } }: IncomingMessage): boolean {
  return method === 'GET' && accept?.includes('text/html') === true;
}

async function answerProbe(
  { method = '' }: IncomingMessage,
  isWell: () => boolean | Promise<boolean>,
): Promise<HttpResponse> {
  if (method !== 'GET' && method !== 'HEAD') return wrongMethod('Use GET.', { allow: 'GET, HEAD' });
  return { status: (await isWell()) ? 200 : 503, headers: {}, body: '' };
}

function answerGraphQL(
  request: IncomingMessage,
  response: ServerResponse,
  { graphql, graphiql, origins, loopbackNamesOnly }: Routes,
): HttpResponse | Promise<HttpResponse> {
  const { method = '', headers } = request;
  for (const [name, value] of Object.entries(origins.answerHeaders(headers))) response.setHeader(name, value);
  if (loopbackNamesOnly && !isLoopbackHost(hostname(headers) ?? '')) {
    const says = 'Without a token idpatch is called by a loopback name only: localhost, 127.0.0.1 or [::1].';
    return errorResponse(403, 'FORBIDDEN_ORIGIN', says);
  }
  // Only the page: whatever the address asks for is left to the person in front of it.
  if (graphiql && wantsPage(request)) return graphiql(headers);
  if (origins.isCrossOrigin(headers)) {
    return errorResponse(
      403,
      'FORBIDDEN_ORIGIN',
      'Pages of this origin may not call: it is not in server.cors.',
    );
  }
  const preflight = origins.preflightHeaders(method, headers);
  if (preflight) return { status: 204, headers: preflight, body: '' };
  if (method !== 'GET' && method !== 'POST') return wrongMethod('Use POST.', graphqlMethods);
  // A browser brings no bearer token by itself, so that no page of somebody else's can make such a GET.
  if (method === 'GET' && headers.authorization === undefined) {
    return wrongMethod('Use POST: a GET is answered only with a token.', { allow: 'POST' });
  }
  return graphql(request, response);
}

function wrongMethod(message: string, headers: { readonly allow: string }): HttpResponse {
  return errorResponse(405, 'METHOD_NOT_ALLOWED', message, headers);
}

/** Whether all of it can be read in one way only. A host is named by every request but the oldest kind's. */
function isWellFormed({ url = '', headers, rawHeaders, httpVersion }: IncomingMessage): boolean {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return false;
  if (!url.startsWith('/')) return false;
  if (singleHeaders.some((name) => isRepeated(name, rawHeaders))) return false;
  return headers.host === undefined ? httpVersion === '1.0' : hostname(headers) !== undefined;
}

/** `rawHeaders` are names and values by turns, as they came. */
function isRepeated(name: string, rawHeaders: readonly string[]): boolean {
  let seen = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const given = rawHeaders[index];
    if (given?.length !== name.length || given.toLowerCase() !== name) continue;
    if (seen) return true;
    seen = true;
  }
  return false;
}

/** The name or address in the header Host, as a URL has it; undefined where there is none. */
function hostname({ host }: IncomingHttpHeaders): string | undefined {
  if (host === undefined) return undefined;
  if (host === lastHost.given) return lastHost.hostname;
  const isNone = /[/?#@\\\s]/.test(host) || !URL.canParse(`http://${host}`);
  lastHost = { given: host, hostname: isNone ? undefined : new URL(`http://${host}`).hostname };
  return lastHost.hostname;
}

/** Nearly every request names the host that the one before it named. */
let lastHost: { readonly given: string; readonly hostname: string | undefined } = {
  given: '',
  hostname: undefined,
};
