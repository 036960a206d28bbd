import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  type ValidationRule,
  type validate,
} from 'graphql';
import { alwaysBadRequest } from './bad-request.ts';
import { isLossless } from './lossless-numbers.ts';
import { NoServiceSdlRule } from './no-service-sdl.ts';

/** Errors that one answer names, and places that one error names: a long answer is of use to nobody. */
const [maxErrors, maxPlaces] = [5, 2];

/** Characters of one of GraphQL's own messages: a name in it may be as long as the body. */
const maxMessage = 200;

const notSurviving =
  'A number here would be rounded on its way. Write at most 15 digits, or as many as JavaScript shows.';

const noSuchOperations = 'There are no operations of this type: there are queries and mutations.';

/** What is said for each of GraphQL's rules. It repeats nothing of the document. */
const texts: Readonly<Record<string, string>> = {
  ExecutableDefinitionsRule: 'A document has operations and fragments, and no definitions of types.',
  UniqueOperationNamesRule: 'Two operations have the same name.',
  LoneAnonymousOperationRule: 'An operation without a name must be the only one of its document.',
  SingleFieldSubscriptionsRule: 'A subscription has exactly one field.',
  KnownTypeNamesRule: 'There is no such type.',
  FragmentsOnCompositeTypesRule: 'A fragment is on an object, an interface or a union.',
  VariablesAreInputTypesRule: 'A variable has an input type.',
  ScalarLeafsRule: 'A field of an object needs a selection of fields, and a field of a value has none.',
  FieldsOnCorrectTypeRule: 'There is no such field on this type.',
  UniqueFragmentNamesRule: 'Two fragments have the same name.',
  KnownFragmentNamesRule: 'There is no fragment of this name.',
  NoUnusedFragmentsRule: 'A fragment is never spread.',
  PossibleFragmentSpreadsRule:
    'A fragment can never apply here: its type and the type here have nothing in common.',
  NoFragmentCyclesRule: 'A fragment contains itself.',
  UniqueVariableNamesRule: 'Two variables have the same name.',
  NoUndefinedVariablesRule: 'A variable is not defined by the operation.',
  NoUnusedVariablesRule: 'A variable is never used.',
  KnownDirectivesRule: 'There is no such directive here.',
  UniqueDirectivesPerLocationRule: 'A directive is twice on the same place.',
  KnownArgumentNamesRule: 'There is no such argument here.',
  UniqueArgumentNamesRule: 'An argument is given twice.',
  ValuesOfCorrectTypeRule: 'A value here is not what its type says.',
  ProvidedRequiredArgumentsRule: 'A required argument is missing.',
  VariablesInAllowedPositionRule:
    'A variable has another type than is expected here, or may be null where nothing may.',
  OverlappingFieldsCanBeMergedRule:
    'Two fields with one name in the answer are not the same: give one another alias.',
  UniqueInputFieldNamesRule: 'A field of an input is given twice.',
  MaxIntrospectionDepthRule: 'The document asks too deeply for the schema.',
  NoSchemaIntrospectionCustomRule: 'The schema is not shown here.',
  NoServiceSdlRule: 'The schema is not shown here.',
  ExactNumbersRule: notSurviving,
  KnownOperationTypesRule: noSuchOperations,
};

/** Rules whose messages quote values, and so perhaps personal data or a secret. */
const quotingValues: ReadonlySet<string> = new Set(['ValuesOfCorrectTypeRule']);

/** Rules that are as much a limit as a rule: 400 in whatever form the answer is. */
const limiting: ReadonlySet<string> = new Set([
  'KnownDirectivesRule',
  'MaxIntrospectionDepthRule',
  'NoFragmentCyclesRule',
]);

/** A fraction in the document that would be rounded is refused, as one in the variables is. */
const ExactNumbersRule: ValidationRule = (context) => ({
  FloatValue(node) {
    if (!isLossless(node.value)) {
      const extensions = { code: 'INVALID_INPUT' };
      context.reportError(new GraphQLError(notSurviving, { nodes: node, extensions }));
    }
  },
});

/** graphql-js looks for a subscription's type only when it executes it. */
const KnownOperationTypesRule: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (!context.getSchema().getRootType(node.operation)) {
      context.reportError(new GraphQLError(noSuchOperations, { nodes: node }));
    }
  },
});

/** Says where a document is no GraphQL, and nothing of what stands there. */
export function safeSyntaxError({ locations, source, positions }: GraphQLError): GraphQLError {
  const [{ line, column } = { line: 1, column: 1 }] = locations ?? [];
  return new GraphQLError(`The document is not GraphQL: line ${line}, column ${column}.`, {
    ...(source ? { source } : {}),
    ...(positions ? { positions } : {}),
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });
}

/** Finds what is wrong with a document, by a function like `validate` of graphql-js. */
export type Validator = (
  schema: GraphQLSchema,
  document: DocumentNode,
  validateFn: typeof validate,
) => readonly GraphQLError[];

/**
 * Makes a validator that names a few errors only, with texts that are always the same. With `suggestions`
 * graphql-js' own text, which repeats names of the document and says what may have been meant, stands in its
 * place, except where it quotes values.
 */
export function createValidator(options: {
  readonly suggestions: boolean;
  readonly introspection: boolean;
}): Validator {
  const { suggestions, introspection } = options;
  const rules = [
    ...specifiedRules,
    ExactNumbersRule,
    KnownOperationTypesRule,
    ...(introspection ? [] : [NoSchemaIntrospectionCustomRule, NoServiceSdlRule]),
  ].map((rule) => reworded(rule, suggestions));
  return (schema, document, validateFn) =>
    validateFn(schema, document, rules, { maxErrors, hideSuggestions: !suggestions });
}

function reworded(rule: ValidationRule, suggestions: boolean): ValidationRule {
  const { name } = rule;
  const fixed = texts[name] ?? 'The document is not valid.';
  const textOf = ({ message }: GraphQLError) =>
    suggestions && !quotingValues.has(name) && message.length <= maxMessage ? message : fixed;
  const http = limiting.has(name) ? alwaysBadRequest : { status: 400, spec: true };
  const reword = (error: GraphQLError) =>
    new GraphQLError(textOf(error), {
      nodes: error.nodes?.slice(0, maxPlaces) ?? null,
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED', ...error.extensions, http: { ...http } },
    });
  return (context) =>
    // Only the rule itself knows which rule reports an error.
    rule(
      Object.create(context, {
        reportError: { value: (error: GraphQLError) => context.reportError(reword(error)) },
      }),
    );
}
