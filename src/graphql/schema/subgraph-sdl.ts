import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  parseConstValue,
  print,
  printSchema,
} from 'graphql';

/**
 * What makes a schema a subgraph. `@oneOf` is declared because Apollo's composition knows it not otherwise.
 * https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
 */
const prologue = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
directive @oneOf on INPUT_OBJECT`;

/** The types by which a gateway asks; they are no part of the subgraph's own schema. */
const machinery: ReadonlySet<string> = new Set(['_Any', '_Entity', '_Service', '_entities', '_service']);

/** The schema as a gateway composes it: Federation 2, with the keys by which it may ask for each entity. */
export function subgraphSdl(schema: GraphQLSchema, keys: Readonly<Record<string, string>>): string {
  const own: DocumentNode = parse(printSchema(schema));
  const definitions = [...parse(prologue).definitions, ...own.definitions.filter(isOwn)];
  return print({
    kind: Kind.DOCUMENT,
    definitions: definitions.map((one) => withKey(withoutMachinery(one), keys)),
  });
}

function isOwn(definition: DefinitionNode): boolean {
  return !('name' in definition && machinery.has(definition.name?.value ?? ''));
}

function withoutMachinery(definition: DefinitionNode): DefinitionNode {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return definition;
  return { ...definition, fields: definition.fields?.filter(({ name }) => !machinery.has(name.value)) ?? [] };
}

function withKey(definition: DefinitionNode, keys: Readonly<Record<string, string>>): DefinitionNode {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return definition;
  const fields = keys[definition.name.value];
  if (fields === undefined) return definition;
  const key: ConstDirectiveNode = {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'key' },
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: 'fields' },
        value: parseConstValue(JSON.stringify(fields)),
      },
    ],
  };
  return { ...definition, directives: [...(definition.directives ?? []), key] };
}
