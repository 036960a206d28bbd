import {
  ConflictError,
  ForbiddenError,
  IdempotencyError,
  InvalidInputError,
  isRetryable,
  JournalUnavailableError,
  OutcomeUnknownError,
  type PatchError,
  type PatchErrorCode,
  type PatchOutcome,
  ProviderRefusedError,
  ProviderUnavailableError,
  RateLimitedError,
  StaleVersionError,
  UnsupportedFieldError,
  UserNotFoundError,
} from '../../domain/outcome.ts';
import { builder } from './builder.ts';

const PatchErrorCodeEnum = builder.enumType('PatchErrorCode', {
  description: 'What is wrong, for programs. Each code belongs to one type of PatchUserError.',
  values: {
    INVALID_INPUT: { description: 'The value at the path cannot be right: change it.' },
    UNSUPPORTED_FIELD: {
      description: 'The directory cannot do this with the field: see Directory.capabilities.',
    },
    UNKNOWN_DIRECTORY: { description: 'There is no directory of this name: see directories.' },
    USER_NOT_FOUND: { description: 'The directory has no such user.' },
    CONFLICT: { description: 'Another user has this value, and no two may.' },
    FORBIDDEN: { description: 'You may not do this. It reads the same whether there is such a user or not.' },
    STALE_VERSION: { description: 'The user is no longer at the version that ifVersion names.' },
    IDEMPOTENCY_KEY_REUSED: { description: 'The idempotency key stands for another input.' },
    IDEMPOTENCY_IN_PROGRESS: {
      description: 'A call with this key is under way: call again with the same key.',
    },
    RATE_LIMITED: { description: 'The provider asks for fewer requests: wait.' },
    PROVIDER_UNAVAILABLE: { description: 'The provider was not reached, and nothing was sent.' },
    PROVIDER_REFUSED: { description: 'The provider said no, by its own rules.' },
    PROVIDER_AUTH: { description: 'The provider does not accept the credentials that are configured here.' },
    DEADLINE_EXCEEDED: { description: 'The time was over before anything was sent.' },
    NOT_CONFIRMED: { description: 'The provider took the change, but the user does not show it.' },
    JOURNAL_UNAVAILABLE: {
      description:
        'The journal cannot be written, so nothing was sent; or, for a key, not read, so that an earlier call is unknown.',
    },
    OUTCOME_UNKNOWN: { description: 'It was sent, and no answer came that says what became of it.' },
  } as const satisfies Record<PatchErrorCode, { description: string }>,
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
  resolveType: ({ error }) => error.constructor.name,
});

function errorType(name: string, description: string) {
  return builder.objectRef<ReportedError>(name).implement({ description, interfaces: [PatchUserError] });
}

errorType(
  InvalidInputError.name,
  'A value cannot be right, or the directory does not exist: change the input.',
);
errorType(UnsupportedFieldError.name, 'The directory cannot do this with the field: leave it out.');
errorType(UserNotFoundError.name, 'The directory has no such user.');
errorType(ConflictError.name, 'Another user has the value already: choose another.');
errorType(ForbiddenError.name, 'You may not do this: nothing was looked at and nothing was sent.');
errorType(
  ProviderUnavailableError.name,
  'The provider was not reached in time, and nothing was sent: call again.',
);
errorType(IdempotencyError.name, 'The idempotency key stands for another input, or for a call under way.');
errorType(
  JournalUnavailableError.name,
  'The journal cannot be written or read, so nothing was sent by this call: call again later, with the same key.',
);
errorType(
  OutcomeUnknownError.name,
  'Whether the change is in could not be seen: read the user before deciding.',
);

builder.objectRef<ReportedError & { readonly error: StaleVersionError }>(StaleVersionError.name).implement({
  description: 'The user has changed since the version that ifVersion names: read the user and decide anew.',
  interfaces: [PatchUserError],
  fields: (t) => ({
    currentVersion: t.string({
      nullable: true,
      description:
        'The version that the user is at now; null where the user could not be read, or is not for you to read.',
      // It is made of all that the user has: whoever guesses right could tell by it.
      resolve: ({ error, toReader }) => (toReader ? error.currentVersion : null),
    }),
  }),
});

builder.objectRef<ReportedError & { readonly error: RateLimitedError }>(RateLimitedError.name).implement({
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

builder
  .objectRef<ReportedError & { readonly error: ProviderRefusedError }>(ProviderRefusedError.name)
  .implement({
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
