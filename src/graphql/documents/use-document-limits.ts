import { type DirectiveNode, type DocumentNode, GraphQLError, Kind, type SelectionSetNode } from 'graphql';
import type { Config } from '../../config/config.ts';
import type { OperationPlugin } from '../operation-plugin.ts';
import { badRequest } from './bad-request.ts';

type Limits = Config['limits']['document'];

/** Refuses documents beyond the limits. */
export function useDocumentLimits(limits: Limits): OperationPlugin {
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => parseFn(source, { ...options, maxTokens: limits.tokens }));
      return ({ result }) => {
        if (result instanceof GraphQLError && /more that \d+ tokens/.test(result.message)) {
          // Not as the result of parsing: Yoga answers JSON with 200 then.
          throw badRequest(`The document has more than ${limits.tokens} tokens.`);
        }
      };
    },
    onValidate({ validateFn, setValidationFn }) {
      setValidationFn((schema, document, ...others) => {
        // Before the rules: some of them take long for what a limit refuses.
        const exceeded = exceededLimit(document, limits);
        return exceeded ? [badRequest(exceeded)] : validateFn(schema, document, ...others);
      });
    },
  };
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

/**
 * A message about the first limit that the document exceeds. Fields and aliases are those of all operations together.
 * Takes linear time in the length of the document, however often its fragments are spread.
 */
function exceededLimit(document: DocumentNode, limits: Limits): string | undefined {
  const { definitions } = document;
  const fragments = new Map(
    definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  const extents = new Map<string, Extent>();
  let directives = 0;
  const countDirectives = (node: { readonly directives?: readonly DirectiveNode[] | undefined }) => {
    directives = Math.max(directives, node.directives?.length ?? 0);
  };

  const extentOfFragment = (name: string): Extent => {
    const known = extents.get(name);
    const fragment = fragments.get(name);
    if (known || !fragment) return known ?? nothing;
    // A fragment within itself counts as nothing: a rule of GraphQL rejects it.
    extents.set(name, nothing);
    countDirectives(fragment);
    const extent = extentOf(fragment.selectionSet);
    extents.set(name, extent);
    return extent;
  };

  const extentOf = (selectionSet: SelectionSetNode | undefined): Extent => {
    let { depth, fields, aliases, roots } = nothing;
    for (const selection of selectionSet?.selections ?? []) {
      countDirectives(selection);
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

  const total = { depth: 0, fields: 0, aliases: 0, rootMutations: 0 };
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) extentOfFragment(definition.name.value);
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    countDirectives(definition);
    definition.variableDefinitions?.forEach(countDirectives);
    const { depth, fields, aliases, roots } = extentOf(definition.selectionSet);
    total.depth = Math.max(total.depth, depth);
    total.fields += fields;
    total.aliases += aliases;
    if (definition.operation === 'mutation') total.rootMutations = Math.max(total.rootMutations, roots);
  }

  if (total.depth > limits.depth) return `The document is nested more than ${limits.depth} fields deep.`;
  if (total.fields > limits.fields) return `The document has more than ${limits.fields} fields.`;
  if (total.aliases > limits.aliases) return `The document has more than ${limits.aliases} aliases.`;
  if (total.rootMutations > limits.rootMutations) {
    return `A mutation has more than ${limits.rootMutations} root fields.`;
  }
  if (directives > limits.directives) {
    return `The document has more than ${limits.directives} directives at one location.`;
  }
  return undefined;
}
