import { GraphQLError } from 'graphql';
import type { Caller } from '../../auth/caller.ts';
import { mayRead, seesDirectory } from '../../auth/policy.ts';
import { parseGlobalId } from '../../domain/user.ts';
import { JournalUnavailable, type Operation } from '../../journal/journal.ts';
import { builder } from './builder.ts';
import { PatchOutcomeEnum } from './patch-user.ts';

const PatchOperation = builder.objectRef<Operation>('PatchOperation').implement({
  description: 'The journal’s record of one patchUser call that was to be sent.',
  fields: (t) => ({
    id: t.id({
      description: 'The id, as PatchUserPayload.operationId gives it.',
      resolve: (one) => one.operationId,
    }),
    caller: t.exposeString('caller', { description: 'Who called.' }),
    user: t.id({ description: 'The id of the user.', resolve: ({ user }) => user }),
    fields: t.stringList({
      description:
        'The paths of the fields that were to change. Paths only: the journal keeps no personal data.',
      resolve: ({ fields }) => [...fields],
    }),
    outcome: t.field({
      type: PatchOutcomeEnum,
      nullable: true,
      description: 'What became of it; null while it is under way.',
      resolve: ({ result, mayBeRunning }) => result?.outcome ?? (mayBeRunning ? null : 'UNKNOWN'),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was put on record.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its result was put on record; null where there is none.',
    }),
  }),
});

builder.queryField('operation', (t) =>
  t.field({
    type: PatchOperation,
    nullable: true,
    args: { id: t.arg.id({ required: true, description: 'The operation’s id.' }) },
    description:
      'The journal’s record of one patchUser call: one of your own, or one on a user whom you may read. Null where ' +
      'there is none.',
    resolve: async (_root, { id }, { journal, caller }) => {
      try {
        const operation = await journal.find(id);
        return operation && maySee(caller, operation) ? operation : null;
      } catch (error) {
        if (!(error instanceof JournalUnavailable)) throw error;
        throw new GraphQLError('The journal cannot be read now.', {
          extensions: { code: 'JOURNAL_UNAVAILABLE' },
        });
      }
    },
  }),
);

/** Their own, as long as they have anything to do with the directory; and those on users whom they may read. */
function maySee(caller: Caller, operation: Operation): boolean {
  const whom = parseGlobalId(operation.user);
  if (!whom) return false;
  return mayRead(caller, whom) || (operation.caller === caller.id && seesDirectory(caller, whom.directory));
}
