import { type PatchPlan, type PlannedChange, planPatchUser } from '../../patch/preview.ts';
import type { DescribedRequest } from '../../providers/provider.ts';
import { costs } from '../documents/cost.ts';
import { builder } from './builder.ts';
import { checkedInput, checkedOf } from './input-values.ts';
import { PatchUserError } from './patch-error.ts';
import { PatchUserInput, readInput } from './patch-user-input.ts';

const PlannedRequest = builder.objectRef<DescribedRequest>('PlannedRequest').implement({
  description: 'A request that patchUser would send to the provider, without its credentials.',
  fields: (t) => ({
    method: t.exposeString('method', { description: 'The HTTP method.' }),
    path: t.exposeString('path', {
      description: 'The path below the directory’s base URL, with the query string.',
    }),
    action: t.exposeString('action', {
      nullable: true,
      description: 'The action of an RPC call (x-acs-action); null for other requests.',
    }),
    body: t.exposeString('body', {
      nullable: true,
      description: 'The JSON body; null if there is none.',
    }),
  }),
});

const PlannedChangeType = builder.objectRef<PlannedChange>('PlannedChange').implement({
  description: 'One field before and after the patch. Strings as they are, other values as JSON.',
  fields: (t) => ({
    path: t.exposeStringList('path', { description: 'The path of the change in the input.' }),
    before: t.exposeString('before', {
      nullable: true,
      description: 'The current value; null if there is none.',
    }),
    after: t.exposeString('after', { nullable: true, description: 'The new value; null if there is none.' }),
  }),
});

const PatchUserPlan = builder.objectRef<PatchPlan>('PatchUserPlan').implement({
  description: 'What patchUser would do.',
  fields: (t) => ({
    errors: t.field({
      type: [PatchUserError],
      description: 'All reasons why nothing would be sent. If there are any, requests is empty.',
      resolve: ({ errors }) =>
        errors.map((error) => ({ error, outcome: 'NOT_APPLIED' as const, toReader: true })),
    }),
    requests: t.expose('requests', {
      type: [PlannedRequest],
      description: 'The requests that would be sent, in order, without secrets.',
    }),
    changes: t.expose('changes', { type: [PlannedChangeType], description: 'The changes, field by field.' }),
  }),
});

builder.queryField('planPatchUser', (t) =>
  t.field({
    type: PatchUserPlan,
    nullable: true,
    args: {
      input: t.arg({ type: PatchUserInput, required: true, description: 'The input of patchUser.' }),
    },
    description: 'Previews patchUser: the exact requests and changes, or all errors. Writes nothing.',
    ...costs({ points: 200 }),
    validate: checkedInput,
    resolve: (_root, args, context) => {
      const { input, inputErrors } = checkedOf(args);
      return planPatchUser(readInput(input), inputErrors, context);
    },
  }),
);
