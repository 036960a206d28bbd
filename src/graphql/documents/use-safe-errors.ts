import { GraphQLError } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import type { Config } from '../../config/config.ts';
import type { OperationPlugin } from '../operation-plugin.ts';
import { createValidator, safeSyntaxError } from './document-errors.ts';
import { variableErrors } from './variable-errors.ts';

/**
 * Gives the errors of documents and of variables a code, and texts that repeat no value. Its options are parts of
 * the configuration.
 */
export function useSafeErrors(
  options: Pick<Config['server'], 'introspection' | 'suggestions'>,
): OperationPlugin {
  const validator = createValidator(options);
  return {
    onParse() {
      return ({ result, replaceParseResult }) => {
        if (result instanceof GraphQLError) replaceParseResult(safeSyntaxError(result));
      };
    },
    onValidate({ validateFn, setValidationFn }) {
      setValidationFn((schema, document) => validator(schema, document, validateFn));
    },
    onExecute({ args }) {
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result) || !result.errors) return;
          // Without data nothing was executed: the variables were refused.
          if (!('data' in result)) return setResult({ errors: variableErrors(args) });
          setResult({ ...result, errors: result.errors.map(withCode) });
        },
      };
    },
  };
}

/**
 * Errors without a code come from graphql-js' coercion of arguments, where a variable is null, and quote the document.
 * One that anything else threw is a bug, and is masked.
 */
function withCode(error: GraphQLError): GraphQLError {
  const { nodes = null, path = null, extensions, originalError } = error;
  if (extensions.code || (originalError && !(originalError instanceof GraphQLError))) return error;
  const message = 'A variable is null or left out where a value is needed.';
  return new GraphQLError(message, {
    nodes: nodes?.slice(0, 1) ?? null,
    path,
    extensions: { ...extensions, code: 'INVALID_INPUT' },
  });
}
