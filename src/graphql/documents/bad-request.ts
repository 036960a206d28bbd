import { GraphQLError } from 'graphql';
import type { ResponseErrorCode } from '../../server/response.ts';

/** Errors of one response. */
export const maxErrors = 5;

/** Status 400 for every media type: with `spec: true` Yoga has 200 for JSON, as GraphQL over HTTP allows. */
export const alwaysBadRequest = { status: 400, spec: false } as const;

/** An error for a request that is refused before it is executed. */
export function badRequest(message: string): GraphQLError {
  const code: ResponseErrorCode = 'BAD_REQUEST';
  return new GraphQLError(message, { extensions: { code, http: { ...alwaysBadRequest } } });
}
