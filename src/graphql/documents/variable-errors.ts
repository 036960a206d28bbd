import {
  type DocumentNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  typeFromAST,
  type ValueNode,
  visit,
} from 'graphql';

/** Where: argument and field names of the schema, and indexes of lists. */
type Path = readonly string[];

interface Problem {
  readonly message: string;
  readonly path: Path;
}

/** Problems that one answer names. */
const maxProblems = 5;

/** What an execution was given. */
export interface Execution {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * What is wrong with an execution's variables, in words and names of the schema alone, for graphql-js quotes the
 * whole input. For executions that were refused for their variables: it looks at all of them again.
 */
export function variableErrors({
  schema,
  document,
  operationName,
  variableValues,
}: Execution): readonly GraphQLError[] {
  const operation = getOperationAST(document, operationName);
  const given = new Map(Object.entries(variableValues ?? {}));
  const problems: Problem[] = [];
  for (const { variable, type: typeNode, defaultValue } of operation?.variableDefinitions ?? []) {
    const name = variable.name.value;
    const type = typeFromAST(schema, typeNode);
    if (!isInputType(type) || (defaultValue && !given.has(name))) continue;
    for (const problem of problemsOf(given.get(name), type, usedAt(name, document))) {
      problems.push(problem);
      if (problems.length === maxProblems) break;
    }
  }
  // Whatever it was, what GraphQL said of it is not passed on.
  if (problems.length === 0)
    problems.push({ message: 'A variable has another type than it says.', path: [] });
  return problems.slice(0, maxProblems).map(({ message, path }) => {
    const inputPath = path.length > 0 ? { inputPath: path } : {};
    // As for a document that is not valid: https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes
    const http = { status: 400, spec: true };
    return new GraphQLError(message, { extensions: { code: 'INVALID_INPUT', ...inputPath, http } });
  });
}

/** The first place where the document uses a variable: its own name is the caller's. */
function usedAt(name: string, document: DocumentNode): Path {
  let found: Path | undefined;
  const look = (value: ValueNode, path: Path): void => {
    if (value.kind === 'Variable' && value.name.value === name) found ??= path;
    if (value.kind === 'ListValue') {
      for (const [index, one] of value.values.entries()) look(one, [...path, String(index)]);
    }
    if (value.kind === 'ObjectValue') {
      for (const one of value.fields) look(one.value, [...path, one.name.value]);
    }
  };
  visit(document, { Argument: (node) => look(node.value, [node.name.value]) });
  return found ?? [];
}

/** As `coerceInputValue` of graphql-js decides, which quotes values and leaves names out of its paths. */
function* problemsOf(value: unknown, type: GraphQLInputType, path: Path): Generator<Problem> {
  if (isNonNullType(type)) {
    if (value === null || value === undefined) {
      const what = isListType(type.ofType) ? 'a list of the type' : 'a value of the type';
      return yield { message: `Expected ${what} ${getNamedType(type)}, not null and not left out.`, path };
    }
    return yield* problemsOf(value, type.ofType, path);
  }
  if (value === null || value === undefined) return;
  if (isListType(type)) {
    if (!Array.isArray(value)) return yield* problemsOf(value, type.ofType, path);
    for (const [index, one] of value.entries()) yield* problemsOf(one, type.ofType, [...path, String(index)]);
    return;
  }
  if (!isInputObjectType(type)) {
    if (!fits(value, type)) yield { message: expectedOf(type), path };
    return;
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    return yield { message: `Expected an object of the type ${type}.`, path };
  }
  const fields = type.getFields();
  const given = new Map(Object.entries(value));
  for (const field of Object.values(fields)) {
    if (given.has(field.name) || isRequiredInputField(field)) {
      yield* problemsOf(given.get(field.name), field.type, [...path, field.name]);
    }
  }
  if ([...given.keys()].some((key) => !Object.hasOwn(fields, key))) {
    yield { message: `There is a field here that the type ${type} does not have.`, path };
  }
  if (type.isOneOf && (given.size !== 1 || [...given.values()].includes(null))) {
    yield { message: `Expected exactly one of ${Object.keys(fields).join(', ')}, and not null.`, path };
  }
}

function fits(value: unknown, type: GraphQLLeafType): boolean {
  try {
    return type.parseValue(value) !== undefined;
  } catch {
    return false;
  }
}

const expected: Readonly<Record<string, string>> = {
  Boolean: 'Expected true or false.',
  Float: 'Expected a number, finite and of no more digits than are kept on its way.',
  ID: 'Expected an id: a text.',
  Int: 'Expected a whole number from -2147483648 to 2147483647.',
  String: 'Expected a text.',
};

function expectedOf(type: GraphQLLeafType): string {
  if (!isEnumType(type)) return expected[type.name] ?? `Expected a value of the type ${type}.`;
  const names = type.getValues().map(({ name }) => name);
  return `Expected one of ${names.join(', ')}.`;
}
