import type { Caller } from '../../auth/caller.ts';
import { mayRead, seesDirectory } from '../../auth/policy.ts';
import { parseGlobalId } from '../../domain/user.ts';
import { JournalUnavailable, type Operation } from '../../journal/journal.ts';
import { costs } from '../documents/cost.ts';
import { builder } from './builder.ts';
import { toGraphQLError } from './graphql-error.ts';
import { PatchOutcomeEnum } from './patch-user.ts';

const PatchOperation = builder.objectRef<Operation>('PatchOperation').implement({
  description: 'The journal’s record of one patch that was about to be sent.',
  fields: (t) => ({
    id: t.exposeID('operationId', { description: 'The id, as in PatchUserPayload.operationId.' }),
    caller: t.exposeString('caller', { description: 'The id of the caller: `issuer|subject|audience`.' }),
    user: t.exposeID('user', { description: 'The id of the user.' }),
    fields: t.exposeStringList('fields', {
      description: 'The paths of the fields to change. Paths only: the journal keeps no personal data.',
    }),
    outcome: t.field({
      type: PatchOutcomeEnum,
      nullable: true,
      description: 'The outcome; null while the operation is in progress.',
      resolve: ({ result, mayBeRunning }) => result?.outcome ?? (mayBeRunning ? null : 'UNKNOWN'),
    }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      description: 'When it was recorded, before anything was sent.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its result was recorded; null if none was.',
    }),
  }),
});

builder.queryField('operation', (t) =>
  t.field({
    type: PatchOperation,
    nullable: true,
    args: { id: t.arg.id({ required: true, description: 'The operation’s id.' }) },
    ...costs({ points: 100 }),
    description:
      'The journal’s record of one patch: of your own, or of a user whom you may read. Null if there is none.',
    resolve: async (_root, { id }, { journal, caller, reconciler, startCall }) => {
      try {
        const operation = await journal.find(id);
        if (!operation || !maySee(caller, operation)) return null;
        if (operation.mayBeRunning) return operation;
        return (await reconciler.reconcile(operation, startCall())).operation;
      } catch (error) {
        if (!(error instanceof JournalUnavailable)) throw error;
        const message = 'The journal cannot be read at the moment: try again.';
        throw toGraphQLError({ code: 'JOURNAL_UNAVAILABLE', message, path: [] });
      }
    },
  }),
);

/** Callers may see operations on users whom they may read, and their own while they have a right in the directory. */
function maySee(caller: Caller, operation: Operation): boolean {
  const user = parseGlobalId(operation.user);
  if (!user) return false;
  const { id, former } = caller;
  const isOwn = operation.caller === id || (former?.isUnique === true && operation.caller === former.id);
  return mayRead(caller, user) || (isOwn && seesDirectory(caller, user.directory));
}
