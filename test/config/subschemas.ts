import { configSchema } from '../../src/config/json-schema.ts';

/** A JSON Schema, as far as tests walk it. */
export interface JsonSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** The JSON Schema of idpatch.yaml. */
export const schema = JSON.parse(configSchema()) as JsonSchema;

/** Every schema within a schema, with the path of keys to it. */
export function subschemas(one = schema, path: readonly string[] = []): readonly [string, JsonSchema][] {
  const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [] } = one;
  return [
    [path.join('.'), one],
    ...Object.entries(properties).flatMap(([key, next]) => subschemas(next, [...path, key])),
    ...(additionalProperties ? subschemas(additionalProperties, [...path, '*']) : []),
    ...[...(items ? [items] : []), ...anyOf, ...oneOf].flatMap((next) => subschemas(next, path)),
  ];
}
