import { z } from 'zod';
import { providers } from '../providers/registry.ts';
import { jsonSchemaOf } from '../settings/fields.ts';
import { configuration, directory } from './config.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The JSON Schema (draft 2020-12) of idpatch.yaml as text, generated from the zod schemas. It accepts everything
 * that they accept; what JSON Schema cannot express, such as a public origin, only they refuse.
 */
export function configSchema(): string {
  const { $schema, ...schema } = toJsonSchema(configuration);
  return `${JSON.stringify({ $schema, title: 'idpatch.yaml', ...schema }, null, 2)}\n`;
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: ({ zodSchema }) => {
      const written = jsonSchemaOf.get(zodSchema);
      return written ? partOf(written.toJsonSchema()) : 'throw';
    },
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== directory) return;
      const { properties = {}, required = [] } = jsonSchema;
      const oneOf = providers.map(({ kind, settings }) =>
        directoryOf(kind, { properties, required }, partOf(toJsonSchema(settings))),
      );
      // The rest only says that additional keys are allowed.
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      Object.assign(jsonSchema, { description: 'A directory: one instance of a provider.', oneOf });
    },
  });
}

function partOf({ $schema: _, ...part }: JsonSchema): JsonSchema {
  return part;
}

/** A directory of one provider: the common keys and its provider's keys, nothing else. */
function directoryOf(
  kind: string,
  common: Required<Pick<JsonSchema, 'properties' | 'required'>>,
  own: JsonSchema,
): JsonSchema {
  const { enum: _, ...provider } = { ...(common.properties.provider as JsonSchema), const: kind };
  return {
    ...own,
    properties: { ...common.properties, provider, ...own.properties },
    required: [...common.required, ...(own.required ?? [])],
  };
}
