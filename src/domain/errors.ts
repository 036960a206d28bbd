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
  /** The GraphQL type of an error with this code: one for each decision that it leaves the caller. */
  readonly type: string;
  readonly description: string;
  /** Whether the very same call may succeed later, provided that nothing was written. */
  readonly isTransient?: true;
  readonly details?: readonly (keyof Details)[];
}

/**
 * Every code of an error. GraphQL's enum and types, the journal's JSON and the metrics' labels are made of this table:
 * a new code is a new row.
 */
export const patchErrorCodes = {
  INVALID_INPUT: {
    type: 'InvalidInputError',
    description: 'The value at the path cannot be right: change it.',
  },
  UNSUPPORTED_FIELD: {
    type: 'UnsupportedFieldError',
    description: 'The directory cannot do this with the field: see Directory.capabilities.',
  },
  UNKNOWN_DIRECTORY: {
    type: 'InvalidInputError',
    description: 'There is no directory of this name: see directories.',
  },
  USER_NOT_FOUND: { type: 'UserNotFoundError', description: 'The directory has no such user.' },
  CONFLICT: { type: 'ConflictError', description: 'Another user has this value, and no two may.' },
  FORBIDDEN: {
    type: 'ForbiddenError',
    description: 'You may not do this. It reads the same whether there is such a user or not.',
  },
  STALE_VERSION: {
    type: 'StaleVersionError',
    description: 'The user is no longer at the version that ifVersion names.',
    details: ['currentVersion'],
  },
  IDEMPOTENCY_KEY_REUSED: {
    type: 'IdempotencyError',
    description: 'The idempotency key stands for another input.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    type: 'IdempotencyError',
    description: 'A call with this key is under way: call again with the same key.',
  },
  RATE_LIMITED: {
    type: 'RateLimitedError',
    description: 'The provider asks for fewer requests: wait.',
    isTransient: true,
    details: ['retryAfterSeconds'],
  },
  PROVIDER_UNAVAILABLE: {
    type: 'ProviderUnavailableError',
    description: 'The provider was not reached, and nothing was sent.',
    isTransient: true,
  },
  PROVIDER_REFUSED: {
    type: 'ProviderRefusedError',
    description: 'The provider said no, by its own rules.',
    details: ['providerCode', 'providerRequestId'],
  },
  PROVIDER_AUTH: {
    type: 'ProviderRefusedError',
    description: 'The provider does not accept the credentials that are configured here.',
    details: ['providerCode', 'providerRequestId'],
  },
  DEADLINE_EXCEEDED: {
    type: 'ProviderUnavailableError',
    description: 'The time was over before anything was sent.',
    isTransient: true,
  },
  NOT_CONFIRMED: {
    type: 'OutcomeUnknownError',
    description: 'The provider took the change, but the user does not show it.',
  },
  JOURNAL_UNAVAILABLE: {
    type: 'JournalUnavailableError',
    description:
      'The journal cannot be written, so nothing was sent; or, for a key, not read, so that an earlier call is unknown.',
    isTransient: true,
  },
  OUTCOME_UNKNOWN: {
    type: 'OutcomeUnknownError',
    description: 'It was sent, and no answer came that says what became of it.',
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
 * Something that a caller can act on: plain data that is returned, never thrown. The message is for people; it says
 * what would be right and repeats no value of the input.
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

/** The input itself is wrong: the caller has to change it. */
export function invalidInput(message: string, path: InputPath): PatchError<'INVALID_INPUT'> {
  return { code: 'INVALID_INPUT', message, path };
}

/** Maximum number of errors in one answer: a hostile input has no end of them. */
export const maxErrors = 100;

/** True only where nothing was written and the same call may succeed later. The one place that decides it. */
export function isRetryable(outcome: PatchOutcome, { code }: PatchError): boolean {
  const row: CodeRow = patchErrorCodes[code];
  return outcome === 'NOT_APPLIED' && row.isTransient === true;
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
    super(invalidInput(message, path));
  }
}
