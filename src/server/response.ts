/** An answer as it goes out; the headers that every answer has are not in it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** An answer with one error in GraphQL's form, and a text that is always the same. */
export function refused(
  status: number,
  code: RefusalCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: refusalBody(code, message),
  };
}

/** The whole of a fetch Response. */
export async function answerOf(response: Response): Promise<Answer> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}
/** The body of a request's answer that GraphQL does not give: one error in GraphQL's form, as JSON. */
export function refusalBody(code: RefusalCode, message: string): string {
  return JSON.stringify({ errors: [{ message, extensions: { code } }] });
}

/** The codes of such errors, in `extensions.code`. */
export type RefusalCode =
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
