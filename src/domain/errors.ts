import type { PatchOutcome } from './outcome.ts';

/** Where in the input an error lies, from `input` downwards: `["patch", "customFields", "1", "replace", "value"]`. */
export type InputPath = readonly string[];

/** What an error of some codes has beside its code, message and path. */
interface Details {
  /** The version that the user is at now. */
  readonly currentVersion: string;
  /** Whole seconds, from 1 to 3600; null where the provider does not say. */
  readonly retryAfterSeconds: number | null;
  /** The provider's own error code, for its documentation and support; its text is never passed on. */
  readonly providerCode: string | null;
  /** The provider's id of the request, for its support. */
  readonly providerRequestId: string | null;
}

/** What is known of a code. */
interface CodeRow {
  /** The error's GraphQL type: one for each decision that a caller can make. */
  readonly type: string;
  readonly description: string;
  /** Whether the very same call may succeed later, provided that nothing was written. */
  readonly isTransient?: true;
  readonly details?: readonly (keyof Details)[];
}

/** Every error code. GraphQL's enum, the journal's JSON and the metrics' labels are made from this table. */
export const patchErrorCodes = {
  INVALID_INPUT: {
    type: 'InvalidInputError',
    description: 'The value at the path is not valid: change it.',
  },
  UNSUPPORTED_FIELD: {
    type: 'UnsupportedFieldError',
    description: 'The directory does not support this change of the field: see Directory.capabilities.',
  },
  UNKNOWN_DIRECTORY: {
    type: 'InvalidInputError',
    description: 'There is no directory of this name: see directories.',
  },
  USER_NOT_FOUND: { type: 'UserNotFoundError', description: 'The directory has no such user.' },
  CONFLICT: { type: 'ConflictError', description: 'Another user has this value, and it must be unique.' },
  FORBIDDEN: {
    type: 'ForbiddenError',
    description: 'You may not do this. The answer is the same whether the user exists or not.',
  },
  STALE_VERSION: {
    type: 'StaleVersionError',
    description: 'The user has changed since the version in ifVersion.',
    details: ['currentVersion'],
  },
  IDEMPOTENCY_KEY_REUSED: {
    type: 'IdempotencyError',
    description: 'The idempotency key was used with another input.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    type: 'IdempotencyError',
    description: 'A call with this key is in progress: call again with the same key.',
  },
  RATE_LIMITED: {
    type: 'RateLimitedError',
    description: 'The provider’s rate limit or request quota is used up: wait.',
    isTransient: true,
    details: ['retryAfterSeconds'],
  },
  PROVIDER_UNAVAILABLE: {
    type: 'ProviderUnavailableError',
    description: 'The provider could not be reached, and nothing was sent.',
    isTransient: true,
  },
  PROVIDER_REFUSED: {
    type: 'ProviderRefusedError',
    description: 'The provider refused the change by its own rules.',
    details: ['providerCode', 'providerRequestId'],
  },
  PROVIDER_AUTH: {
    type: 'ProviderRefusedError',
    description: 'The provider does not accept the configured credentials.',
    details: ['providerCode', 'providerRequestId'],
  },
  DEADLINE_EXCEEDED: {
    type: 'ProviderUnavailableError',
    description: 'The deadline passed before anything was sent.',
    isTransient: true,
  },
  NOT_CONFIRMED: {
    type: 'OutcomeUnknownError',
    description: 'The provider accepted the change, but the user does not show it.',
  },
  JOURNAL_UNAVAILABLE: {
    type: 'JournalUnavailableError',
    description:
      'The journal cannot be written, so nothing was sent; or, with a key, cannot be read, so that the outcome of an ' +
      'earlier call is unknown.',
    isTransient: true,
  },
  OUTCOME_UNKNOWN: {
    type: 'OutcomeUnknownError',
    description: 'The change was sent, and no answer says whether it was written.',
  },
} as const satisfies Readonly<Record<string, CodeRow>>;

type Codes = typeof patchErrorCodes;

/** The machine-readable code of an error. */
export type PatchErrorCode = keyof Codes;

/** The name of an error's GraphQL type. */
export type PatchErrorType = Codes[PatchErrorCode]['type'];

/** The details that an error of a code has. */
export type DetailsOf<Code extends PatchErrorCode> = Codes[Code] extends {
  readonly details: readonly (infer Name extends keyof Details)[];
}
  ? Pick<Details, Name>
  : unknown;

/**
 * An error that a caller can act on: data that is returned, never thrown. The message explains it to people and
 * contains no value of the input.
 */
export type PatchError<Code extends PatchErrorCode = PatchErrorCode> = {
  [C in Code]: { readonly code: C; readonly message: string; readonly path: InputPath } & DetailsOf<C>;
}[Code];

/** The names of the details that errors of this code have. */
export function detailNames(code: PatchErrorCode): readonly string[] {
  const row: CodeRow = patchErrorCodes[code];
  return row.details ?? [];
}

/** For a refusal that is not in the provider's own words. */
export const noProviderDetails: DetailsOf<'PROVIDER_REFUSED'> = {
  providerCode: null,
  providerRequestId: null,
};

/** The input is not valid: the caller has to change it. */
export function invalidInput(message: string, path: InputPath): PatchError<'INVALID_INPUT'> {
  return { code: 'INVALID_INPUT', message, path };
}

/** Maximum number of errors in one answer: a hostile input could have any number. */
export const maxErrors = 100;

/** True only where nothing was written and the same call may succeed later. No other place decides this. */
export function isRetryable(outcome: PatchOutcome, { code }: PatchError): boolean {
  const row: CodeRow = patchErrorCodes[code];
  return outcome === 'NOT_APPLIED' && row.isTransient === true;
}

/** A read that found neither the user nor that there is none; `error` says why. */
export class ReadFailure extends Error {
  override readonly name: string = 'ReadFailure';
  readonly error: PatchError;
  constructor(error: PatchError) {
    super(error.message);
    this.error = error;
  }
}

/** A login that fits more than one user. `path`: where the input has the login, once that is known. */
export class AmbiguousLogin extends ReadFailure {
  override readonly name = 'AmbiguousLogin';
  constructor(message: string, path: InputPath = []) {
    super(invalidInput(message, path));
  }
}
