import { GraphQLError } from 'graphql';

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

/** In `extensions.http` of an error: its answer is 400, also where GraphQL over HTTP has 200 for it. */
export const alwaysBadRequest = { status: 400, always: true } as const;

/** An error for a request that GraphQL has begun with and will not go on with: 400 in whatever form its answer has. */
export function badRequest(message: string): GraphQLError {
  const code: RefusalCode = 'BAD_REQUEST';
  return new GraphQLError(message, { extensions: { code, http: { ...alwaysBadRequest } } });
}
