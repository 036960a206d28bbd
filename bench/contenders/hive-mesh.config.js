// Copied by hive.ts to where these packages are installed.
import { defineConfig } from '@graphql-mesh/compose-cli';
import { loadJSONSchemaSubgraph } from '@omnigraph/json-schema';

const text = { type: 'string' };
const object = (title, properties) => ({ title, type: 'object', properties });
const user = (attributes) => ({
  ...{ userId: text, name: text, email: text, verifiedEmail: { type: 'boolean' } },
  customAttributes: object(attributes, { plan_1: text }),
});
const answer = object('Answer', { user: object('User', user('Attributes')) });

const sourceHandler = loadJSONSchemaSubgraph('customers', {
  endpoint: process.env.BENCH_UPSTREAM,
  operationHeaders: { authorization: 'Bearer project:key' },
  operations: [
    { type: 'Query', field: 'user', path: '/v1/mgmt/user', method: 'GET', responseSchema: answer },
    {
      ...{ type: 'Mutation', field: 'patchUser', path: '/v1/mgmt/user/patch', method: 'PATCH' },
      ...{ requestSchema: object('PatchUser', user('PatchAttributes')), responseSchema: answer },
    },
  ],
});

export const composeConfig = defineConfig({ subgraphs: [{ sourceHandler }] });
