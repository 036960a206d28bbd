import type { OperationTold, Telemetry } from './telemetry.ts';

/** What is told of patchUser calls. */
export interface OperationInstrumentation {
  /** Runs one call, from its beginning to its verdict. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** Notes what the call came to, before it ends. Gives the id of its trace, where it has one. */
  ended(told: OperationTold): string | undefined;
}

/** Makes what watches patchUser calls. */
export function instrumentOperations({ metrics, tracing }: Telemetry): OperationInstrumentation {
  return {
    run: (operation) => (tracing ? tracing.span('patchUser', operation) : operation()),
    ended(told) {
      metrics?.operation(told);
      return tracing?.operation(told);
    },
  };
}
