import { type InputPath, invalidInput } from '../../domain/errors.ts';
import { type OneOfMany, patchUsers } from '../../patch/patch-users.ts';
import { builder } from './builder.ts';
import { toGraphQLError } from './graphql-error.ts';
import { PatchUserPayload } from './patch-user.ts';
import { PatchUserInput, toRequest } from './patch-user-input.ts';
import { limitNamedUsers } from './read-user.ts';

/** Patches of one call. Our own choice. */
const maxPatches = 100;

const at: InputPath = ['inputs'];

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
        validate: {
          minLength: [1, { message: 'Name at least one patch.' }],
          maxLength: [maxPatches, { message: `At most ${maxPatches} patches.` }],
        },
      }),
    },
    description:
      'Applies up to 100 patches, each as patchUser does, whatever the outcome of the others. The payloads are in the ' +
      'order of the inputs. Patches of the same user run one after the other, in that order; patches of different ' +
      'users run concurrently. Logins are resolved before anything is written. All patches share the deadline of one ' +
      'call. A null payload is an internal error, reported in the errors of the response.',
    resolve(_root, { inputs }, context) {
      limitNamedUsers(inputs.length, at, context);
      return [
        ...patchUsers(
          inputs.map((input) => ({ request: toRequest(input), inputErrors: [] })),
          context,
        ),
      ];
    },
    onInvalidInput(inputErrors, { inputs }, context) {
      const ofList = inputErrors.find(({ path }) => path.length === 0);
      if (ofList) throw toGraphQLError(invalidInput(ofList.message, at));
      limitNamedUsers(inputs.length, at, context);
      const patches = inputs.map(
        (input, index): OneOfMany => ({
          request: toRequest(input),
          inputErrors: inputErrors.flatMap(({ message, path: [place, ...path] }) =>
            place === String(index) ? invalidInput(message, path) : [],
          ),
        }),
      );
      return [...patchUsers(patches, context)];
    },
  }),
}));
