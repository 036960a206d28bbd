/** A request that is answered before GraphQL looks at it: one error in GraphQL's form, with a text that is always the same. */
export function refusal(
  status: number,
  code: RefusalCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ errors: [{ message, extensions: { code } }] }, { status, headers });
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
  | 'BAD_REQUEST';
