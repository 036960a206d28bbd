/** What became of a patch. PARTIAL: some steps were written. UNKNOWN: it was sent and could not be confirmed. */
export type PatchOutcome = 'APPLIED' | 'NOT_APPLIED' | 'PARTIAL' | 'UNKNOWN';

/** How APPLIED was established: the provider's answer to the write carried the user, or the user was read again. */
export type PatchConfirmation = 'RESPONSE' | 'READ_BACK';

/** Where in the input an error lies, from `input` downwards: `["patch", "customFields", "1", "replace", "value"]`. */
export type InputPath = readonly string[];

/**
 * Something that a caller can act on: one class for each decision that it leaves them. A value that is
 * returned, never thrown. The message says what would be right and repeats no value of the input.
 */
export abstract class PatchError {
  abstract readonly code: PatchErrorCode;
  readonly message: string;
  readonly path: InputPath;
  constructor(message: string, path: InputPath) {
    this.message = message;
    this.path = path;
  }
}

/** The codes, each with the class that carries it. */
export type PatchErrorCode =
  | InvalidInputError['code']
  | 'UNSUPPORTED_FIELD'
  | 'USER_NOT_FOUND'
  | 'CONFLICT'
  | 'FORBIDDEN'
  | 'STALE_VERSION'
  | IdempotencyError['code']
  | 'RATE_LIMITED'
  | ProviderUnavailableError['code']
  | ProviderRefusedError['code']
  | OutcomeUnknownError['code']
  | 'JOURNAL_UNAVAILABLE';

/** The input itself is wrong: change it before calling again. */
export class InvalidInputError extends PatchError {
  readonly code: 'INVALID_INPUT' | 'UNKNOWN_DIRECTORY';
  constructor(
    message: string,
    path: InputPath,
    code: 'INVALID_INPUT' | 'UNKNOWN_DIRECTORY' = 'INVALID_INPUT',
  ) {
    super(message, path);
    this.code = code;
  }
}

/** The directory cannot do this with the field at all: see `Directory.capabilities`. */
export class UnsupportedFieldError extends PatchError {
  readonly code = 'UNSUPPORTED_FIELD';
}

/** The directory has no such user. */
export class UserNotFoundError extends PatchError {
  readonly code = 'USER_NOT_FOUND';
}

/** Another user has this value already, and it must be unique. */
export class ConflictError extends PatchError {
  readonly code = 'CONFLICT';
}

/** The caller may not do this. It says so before anything is asked of a provider, whether the user exists or not. */
export class ForbiddenError extends PatchError {
  readonly code = 'FORBIDDEN';
}

/** The user is no longer at the version that the caller named. */
export class StaleVersionError extends PatchError {
  readonly code = 'STALE_VERSION';
  /** The version that the user is at now. */
  readonly currentVersion: string;
  constructor(message: string, path: InputPath, currentVersion: string) {
    super(message, path);
    this.currentVersion = currentVersion;
  }
}

/** The idempotency key stands for another input, or for a call that is still under way. */
export class IdempotencyError extends PatchError {
  readonly code: 'IDEMPOTENCY_KEY_REUSED' | 'IDEMPOTENCY_IN_PROGRESS';
  constructor(message: string, path: InputPath, code: 'IDEMPOTENCY_KEY_REUSED' | 'IDEMPOTENCY_IN_PROGRESS') {
    super(message, path);
    this.code = code;
  }
}

/** The journal cannot be written, so nothing was sent: what is not on record is not done. */
export class JournalUnavailableError extends PatchError {
  readonly code = 'JOURNAL_UNAVAILABLE';
}

/** The provider asks for fewer requests. */
export class RateLimitedError extends PatchError {
  readonly code = 'RATE_LIMITED';
  /** Seconds, whole, from 1 to 3600; null where the provider does not say. */
  readonly retryAfterSeconds: number | null;
  constructor(message: string, path: InputPath, retryAfterSeconds: number | null) {
    super(message, path);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The provider was not reached, or not in time: nothing left. */
export class ProviderUnavailableError extends PatchError {
  readonly code: 'PROVIDER_UNAVAILABLE' | 'DEADLINE_EXCEEDED';
  constructor(
    message: string,
    path: InputPath,
    code: 'PROVIDER_UNAVAILABLE' | 'DEADLINE_EXCEEDED' = 'PROVIDER_UNAVAILABLE',
  ) {
    super(message, path);
    this.code = code;
  }
}

/** The provider said no, for a reason that is not the input's form: its rules, or the rights of our credentials. */
export class ProviderRefusedError extends PatchError {
  readonly code: 'PROVIDER_REFUSED' | 'PROVIDER_AUTH';
  /** The provider's own error code, for its documentation and support; its text is never passed on. */
  readonly providerCode: string | null;
  /** The provider's id of the request, for its support. */
  readonly providerRequestId: string | null;
  constructor(
    message: string,
    path: InputPath,
    code: 'PROVIDER_REFUSED' | 'PROVIDER_AUTH',
    provider: { readonly code?: string | undefined; readonly requestId?: string | undefined },
  ) {
    super(message, path);
    this.code = code;
    this.providerCode = provider.code || null;
    this.providerRequestId = provider.requestId ?? null;
  }
}

/** It was sent, and whether it is in could not be seen. Read the user before deciding anything. */
export class OutcomeUnknownError extends PatchError {
  readonly code: 'OUTCOME_UNKNOWN' | 'NOT_CONFIRMED';
  constructor(message: string, path: InputPath, code: 'OUTCOME_UNKNOWN' | 'NOT_CONFIRMED') {
    super(message, path);
    this.code = code;
  }
}

/** Errors that one answer names at most: a hostile input has no end of them. Our own choice. */
export const maxErrors = 100;

/** Codes after which the very same call may succeed later, provided that nothing was written. */
const transient: ReadonlySet<PatchErrorCode> = new Set([
  'RATE_LIMITED',
  'PROVIDER_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'JOURNAL_UNAVAILABLE',
]);

/** True only where nothing was written and the same call may succeed later. The one place that decides it. */
export function isRetryable(outcome: PatchOutcome, error: PatchError): boolean {
  return outcome === 'NOT_APPLIED' && transient.has(error.code);
}

/** A read that gave no user and no certainty that there is none; `error` says why. */
export class ReadFailure extends Error {
  override readonly name: string = 'ReadFailure';
  readonly error: PatchError;
  constructor(error: PatchError) {
    super(error.message);
    this.error = error;
  }
}

/** It cannot be told which user a login means. `path`: where the input has the login, once that is known. */
export class AmbiguousLogin extends ReadFailure {
  override readonly name = 'AmbiguousLogin';
  constructor(message: string, path: InputPath = []) {
    super(new InvalidInputError(message, path));
  }
}
