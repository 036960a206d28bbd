/** A response without the headers that every response has. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** A request that is refused before GraphQL runs. */
export interface Refused {
  readonly refused: HttpResponse;
}

/** A response with one error in GraphQL's form. `message` is fixed: it contains nothing of the request. */
export function errorResponse(
  status: number,
  code: ResponseErrorCode,
  message: string,
  headers: HttpResponse['headers'] = {},
  extensions: object = {},
): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ errors: [{ message, extensions: { code, ...extensions } }] }),
  };
}

/** Refuses a request with such a response. */
export function refuse(...response: Parameters<typeof errorResponse>): Refused {
  return { refused: errorResponse(...response) };
}

/**
 * The response to a request for which the process has no room at the moment. `limit`: the configuration's key. Our own
 * choice of the seconds.
 */
export function overloaded(limit: string, headers: HttpResponse['headers'] = {}): HttpResponse {
  const message = `The server is overloaded (${limit}): try again.`;
  return errorResponse(503, 'OVERLOADED', message, { 'retry-after': '1', ...headers });
}

/** The refusal of a request beyond a limit, by the limit's configuration key. */
export function limitReached(key: string, seconds: number) {
  return {
    message: `This is more than limits.${key} allows: come back in ${seconds} s.`,
    headers: { 'retry-after': String(seconds) },
    extensions: { retryAfterSeconds: seconds },
  } as const;
}

/** Refuses a request for a limit of its caller. */
export function refuseLimited(key: string, seconds: number): Refused {
  const { message, headers, extensions } = limitReached(key, seconds);
  return refuse(429, 'RATE_LIMITED', message, headers, extensions);
}

/** Reads a fetch Response. */
export async function toHttpResponse(response: Response): Promise<HttpResponse> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}

/** Codes of errors that are found before GraphQL runs, in `extensions.code`. */
export type ResponseErrorCode =
  | 'UNAUTHENTICATED'
  | 'ISSUER_UNAVAILABLE'
  | 'RATE_LIMITED'
  | 'OVERLOADED'
  | 'FORBIDDEN_ORIGIN'
  | 'METHOD_NOT_ALLOWED'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'BODY_TOO_LARGE'
  | 'BAD_REQUEST'
  | 'NOT_FOUND'
  | 'INTERNAL_SERVER_ERROR';
