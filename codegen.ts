import type { CodegenConfig } from '@graphql-codegen/cli';
import { configSchema } from './src/config/json-schema.ts';
import { entityKeys } from './src/graphql/schema/federation.ts';
import { schema } from './src/graphql/schema/index.ts';
import { subgraphSdl } from './src/graphql/schema/subgraph-sdl.ts';

const sdl = subgraphSdl(schema, entityKeys);

/**
 * Writes the code-first schema to schema.graphql, to the letter as `_service.sdl` gives it to gateways, the JSON Schema
 * of idpatch.yaml as `npm start -- config-schema` prints it, and typed documents of the operations that the tests call
 * by, as a front end would have them.
 */
const config: CodegenConfig = {
  schema: sdl,
  generates: {
    'schema.graphql': { plugins: [{ add: { content: sdl } }] },
    'examples/idpatch.schema.json': { plugins: [{ add: { content: configSchema() } }] },
    'test/generated/': {
      preset: 'client',
      documents: ['test/harness/operations.ts', 'test/interop/clients/*.ts'],
      presetConfig: { fragmentMasking: false, skipIndexFile: true },
      config: {
        scalars: { DateTime: 'string', ID: 'string' },
        strictScalars: true,
        useTypeImports: true,
        immutableTypes: true,
      },
    },
  },
  importExtension: '.ts',
};

export default config;
