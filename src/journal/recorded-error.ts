import {
  ConflictError,
  ForbiddenError,
  IdempotencyError,
  InvalidInputError,
  JournalUnavailableError,
  OutcomeUnknownError,
  type PatchError,
  ProviderRefusedError,
  ProviderUnavailableError,
  RateLimitedError,
  StaleVersionError,
  UnsupportedFieldError,
  UserNotFoundError,
} from '../domain/outcome.ts';
import type { RecordedError } from './journal.ts';

/** Errors as data that a journal keeps. */
export function recordErrors(errors: readonly PatchError[]): readonly RecordedError[] {
  return errors.map((error) => {
    const { code, message, path, ...details } = error as PatchError & Record<string, string | number | null>;
    return { code, message, path, details };
  });
}

/** The same errors again, of their own classes. */
export function readErrors(records: readonly RecordedError[]): readonly PatchError[] {
  return records.map(readError);
}

function readError({ code, message, path, details }: RecordedError): PatchError {
  switch (code) {
    case 'INVALID_INPUT':
    case 'UNKNOWN_DIRECTORY':
      return new InvalidInputError(message, path, code);
    case 'UNSUPPORTED_FIELD':
      return new UnsupportedFieldError(message, path);
    case 'USER_NOT_FOUND':
      return new UserNotFoundError(message, path);
    case 'CONFLICT':
      return new ConflictError(message, path);
    case 'FORBIDDEN':
      return new ForbiddenError(message, path);
    case 'STALE_VERSION':
      return new StaleVersionError(message, path, String(details.currentVersion));
    case 'IDEMPOTENCY_KEY_REUSED':
    case 'IDEMPOTENCY_IN_PROGRESS':
      return new IdempotencyError(message, path, code);
    case 'RATE_LIMITED':
      return new RateLimitedError(message, path, details.retryAfterSeconds as number | null);
    case 'PROVIDER_UNAVAILABLE':
    case 'DEADLINE_EXCEEDED':
      return new ProviderUnavailableError(message, path, code);
    case 'PROVIDER_REFUSED':
    case 'PROVIDER_AUTH':
      return new ProviderRefusedError(message, path, code, {
        code: (details.providerCode as string | null) ?? undefined,
        requestId: (details.providerRequestId as string | null) ?? undefined,
      });
    case 'OUTCOME_UNKNOWN':
    case 'NOT_CONFIRMED':
      return new OutcomeUnknownError(message, path, code);
    case 'JOURNAL_UNAVAILABLE':
      return new JournalUnavailableError(message, path);
  }
}
