import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import type { Types } from '@graphql-codegen/plugin-helpers';
import { buildASTSchema, buildSchema, isAbstractType, parse, visit } from 'graphql';
import { configSchema } from './src/config/json-schema.ts';
import { subgraphSdl } from './src/graphql/schema/federation.ts';
import { schema } from './src/graphql/schema/index.ts';
import { outcomesMarkdown } from './test/faults/table/print.ts';

const sdl = subgraphSdl(schema);
const schemaAst = buildSchema(sdl, { assumeValidSDL: true });

/** The documents of files: a .graphql file is one; in TypeScript they stand as graphql(`…`). */
function documentsOf(patterns: readonly string[]): Types.DocumentFile[] {
  return patterns
    .flatMap((pattern) => globSync(pattern).toSorted())
    .flatMap((location) => {
      const text = readFileSync(location, 'utf8');
      const tagged = [...text.matchAll(/\bgraphql\(`([^`]*)`/g)].map(([, document = '']) => document);
      const all = location.endsWith('.graphql') ? [text] : tagged;
      return all.map((rawSDL) => ({ location, rawSDL, document: parse(rawSDL, { noLocation: true }) }));
    });
}

/** Typed documents as a front end has them, below a folder, with the types of this schema that they use. */
async function typedDocuments(
  folder: string,
  patterns: readonly string[],
  of = parse(sdl),
): Promise<Record<string, string>> {
  const outputs = await preset.buildGeneratesSection({
    baseOutputDir: folder,
    presetConfig: { fragmentMasking: false, skipIndexFile: true },
    schema: of,
    schemaAst: buildASTSchema(of, { assumeValidSDL: true }),
    documents: documentsOf(patterns),
    config: {
      scalars: { DateTime: 'string', ID: 'string' },
      ...{ strictScalars: true, useTypeImports: true, immutableTypes: true, importExtension: '.ts' },
    },
    plugins: [],
    pluginMap: {},
  });
  const contents = outputs.map(async (output) => [
    output.filename,
    // The preset passes no such setting on: errors with the same fields are one member of the union.
    await codegen({
      ...output,
      config: { ...output.config, mergeFragmentTypes: true },
      importExtension: '.ts',
    }),
  ]);
  return Object.fromEntries(await Promise.all(contents));
}

/** The types behind each interface and union, as Apollo Client's cache takes them. */
function possibleTypes(): string {
  const abstract = Object.values(schemaAst.getTypeMap()).filter(isAbstractType);
  const names = abstract.map((type) => [type.name, schemaAst.getPossibleTypes(type).map(({ name }) => name)]);
  return `export const possibleTypes = ${JSON.stringify(Object.fromEntries(names), null, 2)};\n`;
}

/** The schema for the tests, which need no descriptions; and their documents, which are in files of their own. */
const undescribed = visit(parse(sdl), {
  StringValue: (_node, key) => (key === 'description' ? null : undefined),
});
const testDocuments = ['test/interop/clients/clients.graphql', 'test/harness/operations.graphql'];
const { 'test/generated/graphql.ts': typesOfTests = '' } = await typedDocuments(
  'test/generated/',
  testDocuments,
  undescribed,
);

const form = 'examples/profile-form/src';

/**
 * The code-first schema, to the letter as `_service.sdl` gives it to gateways, the JSON Schema of idpatch.yaml as
 * `npm start -- config-schema` prints it, every fault and its outcome from the table of the tests, and typed documents
 * for the tests and the profile form.
 */
const files: Readonly<Record<string, string>> = {
  'schema.graphql': sdl,
  'examples/idpatch.schema.json': configSchema(),
  'docs/outcomes.md': outcomesMarkdown(),
  'test/generated/graphql.ts': typesOfTests,
  ...(await typedDocuments(`${form}/generated/`, [`${form}/idpatch.ts`])),
  [`${form}/generated/possible-types.ts`]: possibleTypes(),
};

for (const [path, content] of Object.entries(files)) {
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  } else if (readFileSync(path, 'utf8') !== content) {
    console.error(`${path} is out of date: npm run codegen`);
    process.exitCode = 1;
  }
}
