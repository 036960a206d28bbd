import { type PatchPlan, type PlannedChange, planPatchUser } from '../../patch/preview.ts';
import type { DescribedRequest } from '../../providers/provider.ts';
import { builder } from './builder.ts';
import { PatchUserError } from './patch-error.ts';
import { PatchUserInput, toRequest } from './patch-user-input.ts';

const PlannedRequest = builder.objectRef<DescribedRequest>('PlannedRequest').implement({
  description: 'A request that would be sent to the provider, its credentials removed.',
  fields: (t) => ({
    method: t.exposeString('method', { description: 'The HTTP method.' }),
    path: t.exposeString('path', { description: 'The path below the directory’s base URL, with the query.' }),
    action: t.exposeString('action', {
      nullable: true,
      description: 'What an RPC call does (x-acs-action), where the path does not say it.',
    }),
    body: t.exposeString('body', {
      nullable: true,
      description: 'The body, JSON; null where there is none.',
    }),
  }),
});

const PlannedChangeType = builder.objectRef<PlannedChange>('PlannedChange').implement({
  description: 'One field, as it is and as it would be. Text as it is, anything else as JSON.',
  fields: (t) => ({
    path: t.stringList({ description: 'Where the input asks for it.', resolve: ({ path }) => [...path] }),
    before: t.exposeString('before', { nullable: true, description: 'What it is now; null: nothing.' }),
    after: t.exposeString('after', { nullable: true, description: 'What it would be; null: nothing.' }),
  }),
});

const PatchUserPlan = builder.objectRef<PatchPlan>('PatchUserPlan').implement({
  description: 'What patchUser would do.',
  fields: (t) => ({
    errors: t.field({
      type: [PatchUserError],
      description: 'Every reason why it would not be sent. With any, there are no requests.',
      resolve: ({ errors }) =>
        errors.map((error) => ({ error, outcome: 'NOT_APPLIED' as const, toReader: true })),
    }),
    requests: t.field({
      type: [PlannedRequest],
      description: 'The requests that would be sent, in order, secrets removed.',
      resolve: ({ requests }) => [...requests],
    }),
    changes: t.field({
      type: [PlannedChangeType],
      description: 'Field by field, what it is now and what it would be.',
      resolve: ({ changes }) => [...changes],
    }),
  }),
});

builder.queryField('planPatchUser', (t) =>
  t.field({
    type: PatchUserPlan,
    nullable: true,
    args: {
      input: t.arg({ type: PatchUserInput, required: true, description: 'What patchUser would be given.' }),
    },
    description: 'What patchUser would do, and every reason why it would not. Writes nothing.',
    resolve: (_root, { input }, context) => planPatchUser(toRequest(input), [], context),
    onInvalidInput: (inputErrors, { input }, context) =>
      planPatchUser(toRequest(input), inputErrors, context),
  }),
);
