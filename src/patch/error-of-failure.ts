import { type PatchError, ReadFailure } from '../domain/errors.ts';
import { JournalUnavailable } from '../journal/journal.ts';

/** The error of what failed before anything was written. Anything else that was thrown is our own bug, and goes on. */
export function errorOfFailure(failure: unknown): PatchError {
  if (failure instanceof ReadFailure) return failure.error;
  if (failure instanceof JournalUnavailable) {
    return {
      code: 'JOURNAL_UNAVAILABLE',
      message: 'The journal cannot be written, so nothing was sent.',
      path: [],
    };
  }
  throw failure;
}
