import {
  coerceInputValue,
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLInputType,
  getNamedType,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isInputType,
  typeFromAST,
  type ValueNode,
  visit,
} from 'graphql';
import { maxErrors } from './bad-request.ts';
import { notLossless } from './lossless-numbers.ts';

/** Names of arguments and input fields, and indexes of lists. */
type Path = readonly (string | number)[];

/** Thrown to end the coercion: a list may have as many wrong members as fit into the body. */
const enough = new Error('Enough errors.');

/** What is wrong with the variables of an execution that was refused for them. graphql-js quotes their values. */
export function variableErrors({
  schema,
  document,
  operationName,
  variableValues,
}: ExecutionArgs): readonly GraphQLError[] {
  const errors: GraphQLError[] = [];
  const given = new Map(Object.entries(variableValues ?? {}));
  const operation = getOperationAST(document, operationName);
  try {
    for (const { variable, type: typeNode, defaultValue } of operation?.variableDefinitions ?? []) {
      const name = variable.name.value;
      const type = typeFromAST(schema, typeNode);
      if (!isInputType(type) || (defaultValue && !given.has(name))) continue;
      const start = firstUse(name, document);
      const onError = (path: Path, value: unknown, { message }: GraphQLError) => {
        const missing =
          /^Field "(\w+)" of required type "[^"]+" was not provided\.$/.exec(message)?.[1] ?? [];
        errors.push(toError(safeMessage(message, value, typeAt(path, type)), start.concat(path, missing)));
        if (errors.length === maxErrors) throw enough;
      };
      coerceInputValue(given.get(name), type, onError, true);
    }
  } catch (error) {
    if (error !== enough) throw error;
  }
  // Whatever it was, graphql-js' own message is not passed on.
  return errors.length > 0 ? errors : [toError('The variables are not valid.', [])];
}

function toError(message: string, path: Path): GraphQLError {
  return new GraphQLError(message, {
    extensions: {
      code: 'INVALID_INPUT',
      ...(path.length > 0 ? { inputPath: path.map(String) } : {}),
      // As for a document that is not valid: https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes
      http: { status: 400, spec: true },
    },
  });
}

/** graphql-js' own message where it names types and their fields only; its others quote the value. */
function safeMessage(message: string, value: unknown, type: GraphQLInputType): string {
  if (value === null || value === undefined) return message;
  if (isInputObjectType(type)) {
    const unknownField = `is not defined by type "${type.name}".`;
    return message.endsWith(unknownField) ? `A field here ${unknownField}` : message;
  }
  if (Number.isNaN(value)) return notLossless;
  const names = isEnumType(type) ? type.getValues().map((one) => one.name) : [];
  return `Expected a value of type "${type}"${names.length > 0 ? ': ' : ''}${names.join(', ')}.`;
}

function typeAt(path: Path, type: GraphQLInputType): GraphQLInputType {
  const named = getNamedType(type);
  const [key, ...rest] = path.filter((one) => typeof one === 'string');
  const field = key !== undefined && isInputObjectType(named) ? named.getFields()[key] : undefined;
  return field ? typeAt(rest, field.type) : named;
}

/** Where the document uses a variable first, below the field. */
function firstUse(name: string, document: DocumentNode): Path {
  let found: Path | undefined;
  const search = (value: ValueNode, path: Path): void => {
    if (value.kind === 'Variable' && value.name.value === name) found ??= path;
    if (value.kind === 'ListValue') {
      for (const [index, one] of value.values.entries()) search(one, [...path, index]);
    }
    if (value.kind === 'ObjectValue') {
      for (const { name, value: one } of value.fields) search(one, [...path, name.value]);
    }
  };
  visit(document, { Argument: (node) => search(node.value, [node.name.value]) });
  return found ?? [];
}
