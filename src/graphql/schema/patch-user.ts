import type { Caller } from '../../auth/caller.ts';
import { mayRead } from '../../auth/policy.ts';
import type { PatchConfirmation, PatchOutcome } from '../../domain/outcome.ts';
import { type PatchResult, patchUser } from '../../patch/patch-user.ts';
import { builder } from './builder.ts';
import { PatchUserError } from './patch-error.ts';
import { PatchUserInput, toRequest } from './patch-user-input.ts';
import { UserType } from './user.ts';

/** What became of a patch. */
export const PatchOutcomeEnum = builder.enumType('PatchOutcome', {
  description:
    'What became of a patch. It is always the truth, also where the truth is that it is not known.',
  values: {
    APPLIED: { description: 'Every change asked for was seen at the provider.' },
    NOT_APPLIED: { description: 'Nothing was written, and nothing will be.' },
    PARTIAL: { description: 'Some of it was written; errors names the fields that were not.' },
    UNKNOWN: {
      description: 'It was sent and could not be confirmed: it may have been written, or may yet be.',
    },
  } as const satisfies Record<PatchOutcome, { description: string }>,
});

const PatchConfirmationEnum = builder.enumType('PatchConfirmation', {
  description: 'How it was seen that every change is in.',
  values: {
    RESPONSE: {
      description: 'The provider’s answer to the write carried the user, and it shows every change.',
    },
    READ_BACK: { description: 'The user was read after the write, and shows every change.' },
  } as const satisfies Record<PatchConfirmation, { description: string }>,
});

/** What became of one patch. */
export const PatchUserPayload = builder.objectRef<PatchResult>('PatchUserPayload').implement({
  description: 'What became of one patchUser call.',
  fields: (t) => ({
    operationId: t.exposeID('operationId', {
      description:
        'The id of this call, for operation(id:) and the log; of the first call, where the key was used before.',
    }),
    outcome: t.field({
      type: PatchOutcomeEnum,
      description: 'What became of the patch.',
      resolve: ({ outcome }) => outcome,
    }),
    confirmedBy: t.field({
      type: PatchConfirmationEnum,
      nullable: true,
      description: 'How APPLIED was established; null for every other outcome.',
      resolve: ({ confirmedBy }) => confirmedBy,
    }),
    user: t.field({
      type: UserType,
      nullable: true,
      description:
        'The user after the call, as the provider gives it; null where it was not read, could not be, or is not ' +
        'for you to read.',
      resolve: ({ user }, _args, { caller }) => (isReader(caller, user) ? user : null),
    }),
    errors: t.field({
      type: [PatchUserError],
      description:
        'Everything that is wrong, at once; of more than 100 errors, the first. Empty exactly when the outcome is APPLIED.',
      resolve: ({ errors, outcome, user }, _args, { caller }) =>
        errors.map((error) => ({ error, outcome, toReader: isReader(caller, user) })),
    }),
  }),
});

function isReader(caller: Caller, user: PatchResult['user']): boolean {
  return user !== null && mayRead(caller, user);
}

builder.mutationFields((t) => ({
  patchUser: t.field({
    type: PatchUserPayload,
    // Nullable, so that a bug in one patch does not erase the answers of the others in the same document.
    nullable: true,
    args: {
      input: t.arg({ type: PatchUserInput, required: true, description: 'Whom to change, and what.' }),
    },
    description: 'Change the named fields of one user and leave every other as it is.',
    resolve: (_root, { input }, context) => patchUser(toRequest(input), [], context),
    onInvalidInput: (inputErrors, { input }, context) => patchUser(toRequest(input), inputErrors, context),
  }),
}));
