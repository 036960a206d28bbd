import { GraphQLError } from 'graphql';
import { type PatchError, ReadFailure } from '../../domain/errors.ts';

/**
 * A read that gave no answer, as a top-level error with `extensions.code`: reads have no payload to put it in.
 * Rethrows whatever is not a ReadFailure, which is our own bug.
 */
export function rethrowReadFailure(failure: unknown): never {
  throw failure instanceof ReadFailure ? toGraphQLError(failure.error) : failure;
}

/** An error that a caller can act on, for a field that has no payload. */
export function toGraphQLError(error: PatchError): GraphQLError {
  const { code, message, path } = error;
  const wait = error.code === 'RATE_LIMITED' ? error.retryAfterSeconds : null;
  return new GraphQLError(message, {
    extensions: {
      code,
      ...(path.length > 0 ? { inputPath: path } : {}),
      ...(wait === null ? {} : { retryAfterSeconds: wait }),
    },
  });
}
