/**
 * Creates errors of which nobody reads the stack: a caller's thousand refused users would hold the event loop for a
 * tenth of a second, as graphql-js and Yoga make several errors of each, and copy its stack.
 */
export function withoutStack<T>(create: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return create();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
