// Copied by hive.ts to where these packages are installed.
import { defineConfig } from '@graphql-mesh/compose-cli';
import { loadJSONSchemaSubgraph } from '@omnigraph/json-schema';

const text = { type: 'string' };
const members = { userId: text, name: text, email: text, verifiedEmail: { type: 'boolean' } };
const plan = { plan_1: text };
const user = {
  title: 'User',
  type: 'object',
  properties: { ...members, customAttributes: { title: 'Attributes', type: 'object', properties: plan } },
};
const patch = {
  title: 'PatchUser',
  type: 'object',
  properties: {
    ...members,
    customAttributes: { title: 'PatchAttributes', type: 'object', properties: plan },
  },
};
const answer = { title: 'Answer', type: 'object', properties: { user } };

const patchUser = {
  ...{ type: 'Mutation', field: 'patchUser', path: '/v1/mgmt/user/patch', method: 'PATCH' },
  ...{ requestSchema: patch, responseSchema: answer },
};
const loadUser = {
  type: 'Query',
  field: 'user',
  path: '/v1/mgmt/user',
  method: 'GET',
  responseSchema: answer,
};

export const composeConfig = defineConfig({
  subgraphs: [
    {
      sourceHandler: loadJSONSchemaSubgraph('customers', {
        endpoint: process.env.BENCH_UPSTREAM,
        operationHeaders: { authorization: 'Bearer project:key' },
        operations: [loadUser, patchUser],
      }),
    },
  ],
});
