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
  description: 'What is wrong, for programs. Each code belongs to one type of PatchUserError.',
  values: patchErrorCodes,
});

/** An error of a patch, as it is reported: whether a retry makes sense depends on the outcome, too. */
export interface ReportedError {
  readonly error: PatchError;
  readonly outcome: PatchOutcome;
  /** Whether it is for somebody who may read the user. */
  readonly toReader: boolean;
}

/** Any of the errors. */
export const PatchUserError = builder.interfaceRef<ReportedError>('PatchUserError').implement({
  description: 'Something that kept a patch, or a part of it, from being seen at the provider.',
  fields: (t) => ({
    code: t.field({
      type: PatchErrorCodeEnum,
      description: 'For programs.',
      resolve: ({ error }) => error.code,
    }),
    message: t.string({
      description: 'For people: what would be right. It repeats nothing of the input.',
      resolve: ({ error }) => error.message,
    }),
    path: t.stringList({
      description:
        'Where in the input, such as ["patch", "customFields", "1", "replace", "value"]; empty where it is about ' +
        'the call as a whole.',
      resolve: ({ error }) => [...error.path],
    }),
    retryable: t.boolean({
      description:
        'True only where nothing was written and the same call may succeed later; with a new idempotency key, where ' +
        'it had one, for a key always gets the first call’s answer.',
      resolve: ({ error, outcome }) => isRetryable(outcome, error),
    }),
  }),
  resolveType: ({ error }) => patchErrorCodes[error.code].type,
});

/** Makes the type of errors that have nothing beside the interface's fields. */
function errorType(name: PatchErrorType, description: string): void {
  builder.objectRef<ReportedError>(name).implement({ description, interfaces: [PatchUserError] });
}

errorType('InvalidInputError', 'A value cannot be right, or the directory does not exist: change the input.');
errorType('UnsupportedFieldError', 'The directory cannot do this with the field: leave it out.');
errorType('UserNotFoundError', 'The directory has no such user.');
errorType('ConflictError', 'Another user has the value already: choose another.');
errorType('ForbiddenError', 'You may not do this: nothing was looked at and nothing was sent.');
errorType(
  'ProviderUnavailableError',
  'The provider was not reached in time, and nothing was sent: call again.',
);
errorType('IdempotencyError', 'The idempotency key stands for another input, or for a call under way.');
errorType(
  'JournalUnavailableError',
  'The journal cannot be written or read, so nothing was sent by this call: call again later, with the same key.',
);
errorType(
  'OutcomeUnknownError',
  'Whether the change is in could not be seen: read the user before deciding.',
);

/** A reference to the type of errors of a code that has details. */
function detailedType<Code extends PatchErrorCode>(name: (typeof patchErrorCodes)[Code]['type']) {
  return builder.objectRef<ReportedError & { readonly error: PatchError<Code> }>(name);
}

detailedType<'STALE_VERSION'>('StaleVersionError').implement({
  description: 'The user has changed since the version that ifVersion names: read the user and decide anew.',
  interfaces: [PatchUserError],
  fields: (t) => ({
    currentVersion: t.string({
      nullable: true,
      description:
        'The version that the user is at now; null where the user could not be read, or is not for you to read.',
      // The version is a hash of the whole user: without read access a caller could verify guesses with it.
      resolve: ({ error, toReader }) => (toReader ? error.currentVersion : null),
    }),
  }),
});

detailedType<'RATE_LIMITED'>('RateLimitedError').implement({
  description: 'The provider asks for fewer requests: call again later.',
  interfaces: [PatchUserError],
  fields: (t) => ({
    retryAfterSeconds: t.int({
      nullable: true,
      description: 'How long to wait, from 1 to 3600; null where the provider does not say.',
      resolve: ({ error }) => error.retryAfterSeconds,
    }),
  }),
});

detailedType<'PROVIDER_REFUSED' | 'PROVIDER_AUTH'>('ProviderRefusedError').implement({
  description: 'The provider said no for a reason that is not the form of the input.',
  interfaces: [PatchUserError],
  fields: (t) => ({
    providerCode: t.string({
      nullable: true,
      description: 'The provider’s own code, for its documentation; null where it gave none.',
      resolve: ({ error }) => error.providerCode,
    }),
    providerRequestId: t.string({
      nullable: true,
      description: 'The provider’s id of the request, for its support; null where it gave none.',
      resolve: ({ error }) => error.providerRequestId,
    }),
  }),
});
