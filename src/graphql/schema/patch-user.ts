import type { Caller } from '../../auth/caller.ts';
import { mayRead } from '../../auth/policy.ts';
import type { PatchConfirmation, PatchOutcome } from '../../domain/outcome.ts';
import { type PatchResult, patchUser } from '../../patch/patch-user.ts';
import { costs } from '../documents/cost.ts';
import { builder } from './builder.ts';
import { checkedInput, checkedOf } from './input-values.ts';
import { PatchUserError } from './patch-error.ts';
import { PatchUserInput, readInput } from './patch-user-input.ts';
import { UserType } from './user.ts';

export const PatchOutcomeEnum = builder.enumType('PatchOutcome', {
  description:
    'The outcome of a patch. UNKNOWN is an outcome of its own, never reported as success or failure.',
  values: {
    APPLIED: { description: 'Every requested change is visible at the provider.' },
    NOT_APPLIED: { description: 'Nothing was written, and nothing will be.' },
    PARTIAL: { description: 'Some changes were written; errors has those that were not.' },
    UNKNOWN: {
      description:
        'The patch was sent and could not be confirmed: it may have been written, or may still be.',
    },
  } as const satisfies Record<PatchOutcome, { description: string }>,
});

const PatchConfirmationEnum = builder.enumType('PatchConfirmation', {
  description: 'How idpatch confirmed that every change was written.',
  values: {
    RESPONSE: {
      description: 'The provider’s response to the write contains the user, with every change.',
    },
    READ_BACK: { description: 'The user was read after the write, and has every change.' },
  } as const satisfies Record<PatchConfirmation, { description: string }>,
});

export const PatchUserPayload = builder.objectRef<PatchResult>('PatchUserPayload').implement({
  description: 'The result of one patch.',
  fields: (t) => ({
    operationId: t.exposeID('operationId', {
      description:
        'The id of the operation, for operation(id:) and the log. A repeated idempotency key gets the first call’s id.',
    }),
    outcome: t.expose('outcome', { type: PatchOutcomeEnum, description: 'The outcome of the patch.' }),
    confirmedBy: t.expose('confirmedBy', {
      type: PatchConfirmationEnum,
      nullable: true,
      description: 'How APPLIED was confirmed; null for every other outcome.',
    }),
    user: t.field({
      type: UserType,
      nullable: true,
      description:
        'The user after the patch, as the provider has it; null if it was not read, or you may not read it.',
      resolve: ({ user }, _args, { caller }) => (isReader(caller, user) ? user : null),
    }),
    adjusted: t.field({
      type: t.listRef(t.listRef('String')),
      description:
        'The paths of the changes that the provider keeps in another form than the one asked for: an address in lower ' +
        'case, a text without outer spaces. They were applied, and the user shows the form.',
      resolve: ({ adjusted }) => adjusted.map((path) => [...path]),
    }),
    errors: t.field({
      type: [PatchUserError],
      description: 'All errors at once, at most 100. Empty if and only if the outcome is APPLIED.',
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
    // Nullable, so that a bug in one patch does not remove the results of the others in the same document.
    nullable: true,
    args: {
      input: t.arg({ type: PatchUserInput, required: true, description: 'The user and the changes.' }),
    },
    description: 'Changes the given fields of one user. Every other field is left unchanged.',
    ...costs({ points: 300 }),
    validate: checkedInput,
    resolve: (_root, args, context) => {
      const { input, inputErrors } = checkedOf(args);
      return patchUser(readInput(input), inputErrors, context);
    },
  }),
}));
