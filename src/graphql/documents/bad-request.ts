import { GraphQLError } from 'graphql';
import { limitReached, type ResponseErrorCode } from '../../server/response.ts';

/** Errors of one response. */
export const maxErrors = 5;

/** Status 400 for every media type: with `spec: true` Yoga has 200 for JSON, as GraphQL over HTTP allows. */
export const alwaysBadRequest = { status: 400, spec: false } as const;

/** An error for a request that is refused before it is executed. */
export function badRequest(message: string): GraphQLError {
  const code: ResponseErrorCode = 'BAD_REQUEST';
  return new GraphQLError(message, { extensions: { code, http: { ...alwaysBadRequest } } });
}

/** An error for a request that may be sent again when there is room within this limit. */
export function tooMuch(code: 'RATE_LIMITED' | 'OVERLOADED', key: string, seconds: number): GraphQLError {
  const { message, headers, extensions } = limitReached(key, seconds);
  const status = code === 'RATE_LIMITED' ? 429 : 503;
  return new GraphQLError(message, { extensions: { code, ...extensions, http: { status, headers } } });
}
