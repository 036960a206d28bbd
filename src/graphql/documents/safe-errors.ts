import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getNamedType,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  type ValidationRule,
} from 'graphql';
import { withoutStack } from '../without-stack.ts';
import { alwaysBadRequest } from './bad-request.ts';
import { isLossless, notLossless } from './lossless-numbers.ts';
import { variableErrors } from './variable-errors.ts';

/** Nodes of one error, and characters of one message: a name may be as long as the body. */
const [maxNodes, maxMessage] = [2, 200];

/**
 * The rules for documents. They report errors without any value, which may be personal data. Names of the document, and
 * of the schema's types, may stand there. The options are the configuration's.
 */
export function safeRules(introspection: boolean, suggestions: boolean): readonly ValidationRule[] {
  return [
    ...specifiedRules,
    LosslessNumbersRule,
    KnownOperationTypesRule,
    ...(introspection ? [] : [NoSchemaIntrospectionCustomRule, NoServiceSdlRule]),
  ].map((rule) => withSafeErrors(rule, suggestions));
}

/** Gives the errors of an execution a code, and takes the values of variables out of their messages. */
export function safeResult(result: ExecutionResult, args: ExecutionArgs): ExecutionResult {
  const { errors } = result;
  if (!errors) return result;
  // Without data nothing was executed: the variables were refused.
  return 'data' in result
    ? { ...result, errors: errors.map(safeArgumentError) }
    : { errors: variableErrors(args) };
}

/** graphql-js quotes the token that it does not expect. */
export function safeSyntaxError({ locations, source, positions }: GraphQLError): GraphQLError {
  const [{ line, column } = { line: 1, column: 1 }] = locations ?? [];
  return new GraphQLError(`Syntax error at line ${line}, column ${column}.`, {
    source: source ?? null,
    positions: positions ?? null,
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });
}

/** Refuses a number of the document that would be rounded, as one of the variables is. */
const LosslessNumbersRule: ValidationRule = (context) => ({
  FloatValue(node) {
    if (isLossless(node.value)) return;
    context.reportError(
      new GraphQLError(notLossless, { nodes: node, extensions: { code: 'INVALID_INPUT' } }),
    );
  },
});

/** graphql-js looks for the type of subscriptions only when it executes one. */
const KnownOperationTypesRule: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (context.getSchema().getRootType(node.operation)) return;
    context.reportError(new GraphQLError(`The schema has no type for a ${node.operation}.`, { nodes: node }));
  },
});

/** Refuses `_service`, whose SDL is the whole schema, where introspection is off. */
const NoServiceSdlRule: ValidationRule = (context) => ({
  Field(node) {
    const type = context.getType();
    if (!type || getNamedType(type).name !== '_Service') return;
    const message = 'GraphQL introspection has been disabled, and with it the field "_service".';
    context.reportError(new GraphQLError(message, { nodes: node }));
  },
});

/** Rules that hold a limit, too. */
const limitingRules: ReadonlySet<string> = new Set([
  'KnownDirectivesRule',
  'MaxIntrospectionDepthRule',
  'NoFragmentCyclesRule',
]);

function withSafeErrors(rule: ValidationRule, suggestions: boolean): ValidationRule {
  const safeMessage = ({ message }: GraphQLError) => {
    if (rule.name === 'ValuesOfCorrectTypeRule')
      return 'A value does not have the type that is expected here.';
    // Some rules suggest also where they are asked not to.
    const allowed = suggestions ? message : message.replace(/ Did you mean [^?]*\?/, '');
    return allowed.length > maxMessage ? `${allowed.slice(0, maxMessage)}…` : allowed;
  };
  const http = limitingRules.has(rule.name) ? alwaysBadRequest : {};
  const safe = (error: GraphQLError) =>
    new GraphQLError(safeMessage(error), {
      nodes: error.nodes?.slice(0, maxNodes) ?? null,
      extensions: { ...error.extensions, http: { ...http } },
    });
  return (context) =>
    // Only here is it known which rule reports an error.
    rule(
      Object.create(context, {
        reportError: { value: (error: GraphQLError) => context.reportError(safe(error)) },
      }),
    );
}

/**
 * graphql-js quotes the document where a variable of an argument is null and may not be: these errors have no code.
 * An error that anything else threw is a bug, and is masked.
 */
function safeArgumentError(error: GraphQLError): GraphQLError {
  const { nodes = null, path = null, extensions, originalError } = error;
  if (originalError && !(originalError instanceof GraphQLError)) return error;
  // Without the error that it was made of, which Yoga would copy as well.
  if (extensions.code)
    return withoutStack(() => new GraphQLError(error.message, { nodes, path, extensions }));
  return new GraphQLError('A variable is null or left out where a value is needed.', {
    nodes: nodes?.slice(0, 1) ?? null,
    path,
    extensions: { ...extensions, code: 'INVALID_INPUT' },
  });
}
