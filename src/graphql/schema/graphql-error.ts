import { GraphQLError } from 'graphql';
import { type PatchError, ReadFailure } from '../../domain/errors.ts';
import { withoutStack } from '../without-stack.ts';

/** Throws a failed read as a top-level error, as reads have no payload for it. Rethrows anything else: a bug. */
export function rethrowReadFailure(failure: unknown): never {
  throw failure instanceof ReadFailure ? toGraphQLError(failure.error) : failure;
}

/** Turns an error into a top-level one with `extensions.code`, for a field without a payload. */
export function toGraphQLError(error: PatchError): GraphQLError {
  const { code, message, path } = error;
  const wait = error.code === 'RATE_LIMITED' ? error.retryAfterSeconds : null;
  return withoutStack(
    () =>
      new GraphQLError(message, {
        extensions: {
          code,
          ...(path.length > 0 ? { inputPath: path } : {}),
          ...(wait === null ? {} : { retryAfterSeconds: wait }),
        },
      }),
  );
}
