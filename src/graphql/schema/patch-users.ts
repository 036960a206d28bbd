import { type InputPath, invalidInput } from '../../domain/errors.ts';
import { type OneOfMany, patchUsers } from '../../patch/patch-users.ts';
import { builder } from './builder.ts';
import { toGraphQLError } from './graphql-error.ts';
import { PatchUserPayload } from './patch-user.ts';
import { PatchUserInput, toRequest } from './patch-user-input.ts';
import { limitNamedUsers } from './read-user.ts';

/** Patches that one call takes at most. Our own choice. */
const maxPatches = 100;

const at: InputPath = ['inputs'];

builder.mutationFields((t) => ({
  patchUsers: t.field({
    type: [PatchUserPayload],
    // Nullable, each of them too, so that a bug in one patch does not erase the answers of the others.
    nullable: { list: true, items: true },
    args: {
      inputs: t.arg({
        type: [PatchUserInput],
        required: true,
        description: `1 to ${maxPatches} patches, each as patchUser takes it.`,
        validate: {
          minLength: [1, { message: 'Name at least one patch.' }],
          maxLength: [maxPatches, { message: `At most ${maxPatches} patches.` }],
        },
      }),
    },
    description:
      'Up to 100 patches, each with its own outcome, in the order given: each is applied, refused and recorded as ' +
      'patchUser would, whatever becomes of the others. Patches of one user follow each other in that order; those ' +
      'of different users go side by side. Who a login means is found before anything is written. All of them have ' +
      'the time of one call. Null in place of a payload: a bug of ours, named in the errors of the answer.',
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
