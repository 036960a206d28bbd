import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildASTSchema, type DefinitionNode, type DocumentNode, parse, print } from 'graphql';

/**
 * What of a new schema breaks the clients and gateways of a released one, a line each. Takes both as
 * schema.graphql has them. What only adds is none, also where it makes a client meet a value that it does not know.
 */
export async function breakingChanges(released: string, now: string): Promise<readonly string[]> {
  const [before, after] = [parse(released), parse(now)];
  // The federation's own directives have no definition here.
  const [old, next] = [before, after].map((one) => buildASTSchema(one, { assumeValidSDL: true }));
  const changes = await diff(old ?? null, next ?? null);
  return [
    ...changes
      .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
      .map(({ message }) => message),
    ...droppedPromises(before, after),
  ];
}

/** Directives that are promises: to gateways, that a type can be asked for; to everybody, that one member is enough. */
const promises: ReadonlySet<string> = new Set(['key', 'oneOf']);

/** The inspector calls these non-breaking, or dangerous at most: it cannot know what a directive means. */
function droppedPromises(before: DocumentNode, after: DocumentNode): readonly string[] {
  const kept = new Set(after.definitions.flatMap(promisesOf));
  return before.definitions
    .flatMap(promisesOf)
    .filter((promise) => !kept.has(promise))
    .map((promise) => `${promise} was dropped or changed`);
}

function promisesOf(definition: DefinitionNode): readonly string[] {
  if (!('name' in definition) || !('directives' in definition)) return [];
  return (definition.directives ?? [])
    .filter(({ name }) => promises.has(name.value))
    .map((directive) => `${definition.name?.value} ${print(directive)}`);
}
