/** An answer as it goes out; the headers that every answer has are not in it. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** An answer with one error in GraphQL's form, and a text that is always the same. */
export function errorResponse(
  status: number,
  code: ResponseErrorCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: errorBody(code, message),
  };
}

/** The whole of a fetch Response. */
export async function toHttpResponse(response: Response): Promise<HttpResponse> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}
/** The body of a request's answer that GraphQL does not give: one error in GraphQL's form, as JSON. */
export function errorBody(code: ResponseErrorCode, message: string): string {
  return JSON.stringify({ errors: [{ message, extensions: { code } }] });
}

/** The codes of such errors, in `extensions.code`. */
export type ResponseErrorCode =
  | 'UNAUTHENTICATED'
  | 'ISSUER_UNAVAILABLE'
  | 'RATE_LIMITED'
  | 'FORBIDDEN_ORIGIN'
  | 'METHOD_NOT_ALLOWED'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'BODY_TOO_LARGE'
  | 'BAD_REQUEST'
  | 'NOT_FOUND'
  | 'INTERNAL_SERVER_ERROR';
