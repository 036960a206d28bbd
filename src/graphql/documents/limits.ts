import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  visit,
} from 'graphql';
import type { Config } from '../../config/config.ts';
import { type Cost, fieldCost, fixed, free, perItemOf, sum, times } from './cost.ts';

type Limits = Config['limits']['document'];

/** A document's size by the names of the limits. Fields and aliases are those of all operations together. */
export interface Size extends Omit<Limits, 'tokens'> {
  readonly costs: ReadonlyMap<OperationDefinitionNode, Cost>;
}

/** A message about the first limit that a document of this size exceeds. */
export function exceededLimit(size: Size, limits: Limits): string | undefined {
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
  readonly cost: Cost;
}

const nothing: Extent = { depth: 0, fields: 0, aliases: 0, roots: 0, cost: free };

/** Takes linear time in the length of the document, however often its fragments are spread. */
export function sizeOf(document: DocumentNode, schema: GraphQLSchema): Size {
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  const extents = new Map<string, Extent>();

  const extentOfFragment = (name: string): Extent => {
    const known = extents.get(name);
    if (known) return known;
    // A fragment within itself counts as nothing: a rule of GraphQL rejects it.
    extents.set(name, nothing);
    const fragment = fragments.get(name);
    const extent = extentOf(fragment?.selectionSet, fragment?.typeCondition.name.value);
    extents.set(name, extent);
    return extent;
  };

  // `parent`: the name of the type. The document has not been validated: what is unknown costs a point a field.
  const extentOf = (selectionSet: SelectionSetNode | undefined, parent: string | undefined): Extent => {
    let { depth, fields, aliases, roots, cost } = nothing;
    for (const selection of selectionSet?.selections ?? []) {
      const isField = selection.kind === Kind.FIELD;
      const field = isField ? fieldOf(schema, parent, selection.name.value) : undefined;
      const type = isField ? field && getNamedType(field.type).name : parent;
      const within =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? extentOfFragment(selection.name.value)
          : extentOf(
              selection.selectionSet,
              'typeCondition' in selection ? (selection.typeCondition?.name.value ?? type) : type,
            );
      depth = Math.max(depth, within.depth + (isField ? 1 : 0));
      fields += within.fields + (isField ? 1 : 0);
      aliases += within.aliases + (isField && selection.alias ? 1 : 0);
      roots += isField ? 1 : within.roots;
      cost = sum(cost, isField ? costOfField(selection, field, within.cost) : within.cost);
    }
    return { depth, fields, aliases, roots, cost };
  };

  const costs = new Map<OperationDefinitionNode, Cost>();
  const size = { depth: 0, fields: 0, aliases: 0, rootMutations: 0, directives: 0, costs };
  visit(document, {
    enter(node) {
      if ('directives' in node) size.directives = Math.max(size.directives, node.directives?.length ?? 0);
      if (node.kind !== Kind.OPERATION_DEFINITION) return;
      const { depth, fields, aliases, roots, cost } = extentOf(
        node.selectionSet,
        schema.getRootType(node.operation)?.name,
      );
      costs.set(node, cost);
      size.depth = Math.max(size.depth, depth);
      size.fields += fields;
      size.aliases += aliases;
      if (node.operation === 'mutation') size.rootMutations = Math.max(size.rootMutations, roots);
    },
  });
  return size;
}

type AnyField = GraphQLField<unknown, unknown>;

function fieldOf(schema: GraphQLSchema, parent: string | undefined, name: string): AnyField | undefined {
  const type = parent === undefined ? undefined : schema.getType(parent);
  if (name === '__schema') return SchemaMetaFieldDef;
  if (name === '__type') return TypeMetaFieldDef;
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

/** Items of a list of objects where neither the request nor the field says how many. Our own choice. */
const assumedItems = 10;

/** The field itself and, for each item of its answer, its selection. */
function costOfField(node: FieldNode, field: AnyField | undefined, selection: Cost): Cost {
  const { points = 0, argument, assumedItems: items = assumedItems } = fieldCost(field);
  if (argument !== undefined) {
    const list = node.arguments?.find(({ name }) => name.value === argument)?.value;
    return sum(fixed(1), perItemOf(list, points + selection.points));
  }
  return sum(fixed(1 + points), field && isListOfObjects(field.type) ? times(selection, items) : selection);
}

function isListOfObjects(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type) && isCompositeType(getNamedType(type));
}
