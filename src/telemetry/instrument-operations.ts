import type { FinishedOperation } from './labels.ts';
import type { Telemetry } from './telemetry.ts';

/** Measures and traces patchUser calls. */
export interface OperationInstrumentation {
  /** Runs one call in a span. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** Records the result of the running call. Returns the id of its trace, if it has one. */
  ended(operation: FinishedOperation): string | undefined;
}

export function instrumentOperations({ metrics, tracing }: Telemetry): OperationInstrumentation {
  return {
    run: (operation) => (tracing ? tracing.span('patchUser', operation) : operation()),
    ended(operation) {
      const { directory, outcome, errors, seconds } = operation;
      metrics?.operations({ directory, outcome });
      metrics?.operationSeconds({ directory, outcome }, seconds);
      for (const code of new Set(errors.map((error) => error.code)))
        metrics?.operationErrors({ directory, code });
      return tracing?.operation(operation);
    },
  };
}
