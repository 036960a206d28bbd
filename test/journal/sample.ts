import { expect } from 'vitest';
import {
  type Intent,
  type Journal,
  JournalUnavailable,
  type OperationResult,
} from '../../src/journal/journal.ts';

/** Milliseconds, longer than any test. */
export const hour = 3_600_000;
let count = 0;

/** An intent with an operationId of its own. */
export function intent(changes: Partial<Intent> = {}): Intent {
  return {
    operationId: `op-${++count}`,
    caller: 'caller',
    key: 'key',
    inputDigest: 'ab12',
    user: 'user',
    fields: ['patch.email'],
    changes: [{ path: 'patch.email', field: 'email', digest: 'x_-1' }],
    ttlMs: hour,
    ...changes,
  };
}

/** A result with errors that have details of every type. */
export const result: OperationResult = {
  outcome: 'PARTIAL',
  confirmedBy: 'READ_BACK',
  adjusted: [],
  errors: [
    {
      code: 'RATE_LIMITED',
      message: 'Too many, "quoted" \\ é 🦉\n',
      path: ['patch', 'phone'],
      retryAfterSeconds: 7,
    },
    {
      code: 'PROVIDER_REFUSED',
      message: 'No.',
      path: [],
      providerCode: null,
      providerRequestId: 'id',
    },
  ],
};

/** All calls that every journal writes or reads for, each with arguments that it takes. */
export function everyCall(journal: Journal): Promise<unknown>[] {
  return [
    journal.begin(intent()),
    journal.findByKey('caller', 'key'),
    journal.finish('op', result),
    journal.find('op'),
    journal.prune(new Date()),
    journal.check(),
  ];
}

/** Asserts that every call rejects with JournalUnavailable that has a cause. */
export async function expectUnavailable(journal: Journal): Promise<void> {
  for (const settled of await Promise.allSettled(everyCall(journal))) {
    expect(settled).toMatchObject({ status: 'rejected', reason: { cause: expect.any(Error) } });
    expect(settled.status === 'rejected' && settled.reason).toBeInstanceOf(JournalUnavailable);
  }
}
