import { GraphQLError } from 'graphql';
import type { ResponseErrorCode } from '../../server/response.ts';

/** In `extensions.http` of an error: its answer is 400, also where GraphQL over HTTP has 200 for it. */
export const alwaysBadRequest = { status: 400, always: true } as const;

/** An error for a request that GraphQL has begun with and will not go on with: 400 in whatever form its answer has. */
export function badRequest(message: string): GraphQLError {
  const code: ResponseErrorCode = 'BAD_REQUEST';
  return new GraphQLError(message, { extensions: { code, http: { ...alwaysBadRequest } } });
}
