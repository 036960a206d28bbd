import { type DocumentNode, Kind, type SelectionSetNode, visit } from 'graphql';
import type { Config } from '../../config/config.ts';

type Limits = Config['limits']['document'];

/** A document's size by the names of the limits. Fields and aliases are those of all operations together. */
type Size = Omit<Limits, 'tokens'>;

/** A message about the first limit that the document exceeds. */
export function exceededLimit(document: DocumentNode, limits: Limits): string | undefined {
  const size = sizeOf(document);
  if (size.depth > limits.depth) return `The document is nested more than ${limits.depth} fields deep.`;
  if (size.fields > limits.fields) return `The document has more than ${limits.fields} fields.`;
  if (size.aliases > limits.aliases) return `The document has more than ${limits.aliases} aliases.`;
  if (size.rootMutations > limits.rootMutations) {
    return `A mutation has more than ${limits.rootMutations} root fields.`;
  }
  if (size.directives > limits.directives) {
    return `The document has more than ${limits.directives} directives at one location.`;
  }
  return undefined;
}

/** The size of a selection, with its fragments, each time that they are spread. */
interface Extent {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
  /** Fields on its first level. */
  readonly roots: number;
}

const nothing: Extent = { depth: 0, fields: 0, aliases: 0, roots: 0 };

/** Takes linear time in the length of the document, however often its fragments are spread. */
function sizeOf(document: DocumentNode): Size {
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one.selectionSet] as const] : [],
    ),
  );
  const extents = new Map<string, Extent>();

  const extentOfFragment = (name: string): Extent => {
    const known = extents.get(name);
    if (known) return known;
    // A fragment within itself counts as nothing: a rule of GraphQL rejects it.
    extents.set(name, nothing);
    const extent = extentOf(fragments.get(name));
    extents.set(name, extent);
    return extent;
  };

  const extentOf = (selectionSet: SelectionSetNode | undefined): Extent => {
    let { depth, fields, aliases, roots } = nothing;
    for (const selection of selectionSet?.selections ?? []) {
      const isField = selection.kind === Kind.FIELD;
      const within =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? extentOfFragment(selection.name.value)
          : extentOf(selection.selectionSet);
      depth = Math.max(depth, within.depth + (isField ? 1 : 0));
      fields += within.fields + (isField ? 1 : 0);
      aliases += within.aliases + (isField && selection.alias ? 1 : 0);
      roots += isField ? 1 : within.roots;
    }
    return { depth, fields, aliases, roots };
  };

  const size = { depth: 0, fields: 0, aliases: 0, rootMutations: 0, directives: 0 };
  visit(document, {
    enter(node) {
      if ('directives' in node) size.directives = Math.max(size.directives, node.directives?.length ?? 0);
      if (node.kind !== Kind.OPERATION_DEFINITION) return;
      const { depth, fields, aliases, roots } = extentOf(node.selectionSet);
      size.depth = Math.max(size.depth, depth);
      size.fields += fields;
      size.aliases += aliases;
      if (node.operation === 'mutation') size.rootMutations = Math.max(size.rootMutations, roots);
    },
  });
  return size;
}
