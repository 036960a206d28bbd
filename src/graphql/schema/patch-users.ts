import type { GraphQLError } from 'graphql';
import { invalidInput } from '../../domain/errors.ts';
import { patchUsers } from '../../patch/patch-users.ts';
import { costs } from '../documents/cost.ts';
import { inTurns } from '../in-turns.ts';
import { builder } from './builder.ts';
import { toGraphQLError } from './graphql-error.ts';
import { errorsIn, patchUserInput } from './input-values.ts';
import { PatchUserPayload } from './patch-user.ts';
import { PatchUserInput, readInput } from './patch-user-input.ts';
import { limitNamedUsers } from './read-user.ts';

/** Patches of one call. Our own choice. */
const maxPatches = 100;

builder.mutationFields((t) => ({
  patchUsers: t.field({
    type: [PatchUserPayload],
    // The list and its items are nullable, so that a bug in one patch does not remove the results of the others.
    nullable: { list: true, items: true },
    args: {
      inputs: t.arg({
        type: [PatchUserInput],
        required: true,
        description: `1 to ${maxPatches} patches, each as for patchUser.`,
      }),
    },
    description:
      'Applies up to 100 patches, each as patchUser does, whatever the outcome of the others. The payloads are in the ' +
      'order of the inputs. Patches of the same user run one after the other, in that order; patches of different ' +
      'users run concurrently. Logins are resolved before anything is written. All patches share the deadline of one ' +
      'call. A null payload is an internal error, reported in the errors of the response.',
    ...costs({ argument: 'inputs', points: 100 }),
    resolve: (_root, { inputs }, context) => {
      if (inputs.length === 0) throw wrongLength('Name at least one patch.');
      if (inputs.length > maxPatches) throw wrongLength(`At most ${maxPatches} patches.`);
      limitNamedUsers(inputs.length, 'inputs', context);
      const patches = inputs.map((input) => ({
        ...{ request: readInput(input), inputErrors: errorsIn(patchUserInput, input) },
      }));
      return inTurns(patchUsers(patches, context), context);
    },
  }),
}));

function wrongLength(message: string): GraphQLError {
  return toGraphQLError(invalidInput(message, ['inputs']));
}
