import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './directory.ts';
import './federation.ts';
import './operation.ts';
import './patch-user.ts';
import './patch-users.ts';
import './plan-patch-user.ts';
import './user.ts';

/** The schema, whole. Making it connects to nothing. */
export const schema: GraphQLSchema = builder.toSchema();
