import { GraphQLError } from 'graphql';

/** A request that is answered before GraphQL looks at it: one error in GraphQL's form, with a text that is always the same. */
export function refusal(
  status: number,
  code: RefusalCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(refusalData(code, message), { status, headers });
}

/** The body of such an answer: JSON. */
export function refusalBody(code: RefusalCode, message: string): string {
  return JSON.stringify(refusalData(code, message));
}

function refusalData(code: RefusalCode, message: string) {
  return { errors: [{ message, extensions: { code } }] };
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

/** In `extensions.http` of an error: its answer is 400, also where GraphQL over HTTP has 200 for it. */
export const alwaysBadRequest = { status: 400, always: true } as const;

/** An error for a request that GraphQL has begun with and will not go on with: 400 in whatever form its answer has. */
export function badRequest(message: string): GraphQLError {
  const code: RefusalCode = 'BAD_REQUEST';
  return new GraphQLError(message, { extensions: { code, http: { ...alwaysBadRequest } } });
}
