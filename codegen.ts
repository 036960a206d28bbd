import type { CodegenConfig } from '@graphql-codegen/cli';
import { entityKeys } from './src/schema/entities.ts';
import { schema } from './src/schema/index.ts';
import { subgraphSdl } from './src/schema/subgraph-sdl.ts';

const sdl = subgraphSdl(schema, entityKeys);

/** Writes the code-first schema to schema.graphql, to the letter as `_service.sdl` gives it to gateways. */
const config: CodegenConfig = {
  schema: sdl,
  generates: {
    'schema.graphql': { plugins: [{ add: { content: sdl } }] },
  },
};

export default config;
