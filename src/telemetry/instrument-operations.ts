import type { FinishedOperation } from './labels.ts';
import type { Telemetry } from './telemetry.ts';

export type OperationInstrumentation = ReturnType<typeof instrumentOperations>;

/** Measures and traces patchUser calls. */
export function instrumentOperations({ metrics, tracing }: Telemetry) {
  return {
    /** Runs one call in a span. */
    run: <T>(operation: () => Promise<T>): Promise<T> =>
      tracing ? tracing.span('patchUser', operation) : operation(),
    /** Records the result of the running call. Returns the id of its trace, if it has one. */
    ended(operation: FinishedOperation): string | undefined {
      const { directory, outcome, errors, seconds } = operation;
      metrics?.operations({ directory, outcome });
      metrics?.operationSeconds({ directory, outcome }, seconds);
      for (const code of new Set(errors.map((error) => error.code)))
        metrics?.operationErrors({ directory, code });
      return tracing?.operation(operation);
    },
  };
}
