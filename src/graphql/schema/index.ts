import { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './directory.ts';
import './federation.ts';
import './operation.ts';
import './patch-user.ts';
import './patch-users.ts';
import './plan-patch-user.ts';
import './user.ts';

/** The whole schema. */
export const schema = new GraphQLSchema({
  ...builder.toSchema().toConfig(),
  description:
    'Reads and changes users in the identity providers that hold them. Every patch reports what really happened: ' +
    'APPLIED, NOT_APPLIED, PARTIAL or UNKNOWN.',
});
