import {
  isRetryable,
  type PatchError,
  type PatchErrorCode,
  type PatchErrorType,
  patchErrorCodes,
} from '../../domain/errors.ts';
import type { PatchOutcome } from '../../domain/outcome.ts';
import { builder } from './builder.ts';

const PatchErrorCodeEnum = builder.enumType('PatchErrorCode', {
  description: 'Machine-readable error code. Each code belongs to one type of PatchUserError.',
  values: patchErrorCodes,
});

/** An error of a patch with the outcome, on which `retryable` depends too. */
export interface ReportedError {
  readonly error: PatchError;
  readonly outcome: PatchOutcome;
  /** Whether the caller may read the user. */
  readonly toReader: boolean;
}

export const PatchUserError = builder.interfaceRef<ReportedError>('PatchUserError').implement({
  description: 'Why a patch, or a part of it, was not applied or could not be confirmed.',
  fields: (t) => ({
    code: t.field({
      type: PatchErrorCodeEnum,
      description: 'Machine-readable error code.',
      resolve: ({ error }) => error.code,
    }),
    message: t.string({
      description: 'Human-readable explanation; contains no input values.',
      resolve: ({ error }) => error.message,
    }),
    path: t.stringList({
      description:
        'Path in the input, such as ["patch", "customFields", "1", "replace", "value"]; empty for an error of the ' +
        'whole call.',
      resolve: ({ error }) => [...error.path],
    }),
    retryable: t.boolean({
      description:
        'True only where nothing was written and the same call may succeed later. A call with an idempotency key needs ' +
        'a new key: a used key always gets the first answer.',
      resolve: ({ error, outcome }) => isRetryable(outcome, error),
    }),
  }),
  resolveType: ({ error }) => patchErrorCodes[error.code].type,
});

/** The types of errors that have nothing beside the interface's fields. */
const plainTypes = {
  InvalidInputError: 'A value is not valid, or the directory does not exist: change the input.',
  UnsupportedFieldError: 'The directory does not support this change of the field: leave it out.',
  UserNotFoundError: 'The directory has no such user.',
  ConflictError: 'Another user already has the value, which must be unique: choose another.',
  ForbiddenError: 'You may not do this. Nothing was read and nothing was sent.',
  ProviderUnavailableError: 'The provider was not reached in time, and nothing was sent: call again.',
  IdempotencyError:
    'The idempotency key was used with another input, or its first call is still in progress.',
  JournalUnavailableError:
    'The journal cannot be written or read, so nothing was sent by this call: call again later, with the same key.',
  OutcomeUnknownError:
    'Whether the change was written could not be confirmed: read the user before you decide.',
} as const satisfies Partial<Record<PatchErrorType, string>>;

for (const [name, description] of Object.entries(plainTypes)) {
  builder.objectRef<ReportedError>(name).implement({ description, interfaces: [PatchUserError] });
}

/** A reference to the type of errors of a code that has details. */
function detailedType<Code extends PatchErrorCode>(name: (typeof patchErrorCodes)[Code]['type']) {
  return builder.objectRef<ReportedError & { readonly error: PatchError<Code> }>(name);
}

detailedType<'STALE_VERSION'>('StaleVersionError').implement({
  description: 'The user has changed since the version in ifVersion: read the user again before you decide.',
  interfaces: [PatchUserError],
  fields: (t) => ({
    currentVersion: t.string({
      nullable: true,
      description:
        'The user’s version now; null where the user could not be read, or you may not read the user.',
      // The version is a hash of the whole user: without read access a caller could verify guesses with it.
      resolve: ({ error, toReader }) => (toReader ? error.currentVersion : null),
    }),
  }),
});

detailedType<'RATE_LIMITED'>('RateLimitedError').implement({
  description: 'The provider’s rate limit or request quota is used up: call again later.',
  interfaces: [PatchUserError],
  fields: (t) => ({
    retryAfterSeconds: t.int({
      nullable: true,
      description: 'How long to wait, from 1 to 3600; null where the provider does not tell.',
      resolve: ({ error }) => error.retryAfterSeconds,
    }),
  }),
});

detailedType<'PROVIDER_REFUSED' | 'PROVIDER_AUTH'>('ProviderRefusedError').implement({
  description: 'The provider refused the change for a reason other than the form of the input.',
  interfaces: [PatchUserError],
  fields: (t) => ({
    providerCode: t.string({
      nullable: true,
      description: 'The provider’s own error code, as in its documentation; null where it gave none.',
      resolve: ({ error }) => error.providerCode,
    }),
    providerRequestId: t.string({
      nullable: true,
      description: 'The provider’s id of the request, for its support team; null where it gave none.',
      resolve: ({ error }) => error.providerRequestId,
    }),
  }),
});
