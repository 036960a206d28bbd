import { type DocumentNode, execute, GraphQLError } from 'graphql';
import {
  createLRUCache,
  isAsyncIterable,
  type Plugin,
  processRegularResult,
  type YogaServerOptions,
} from 'graphql-yoga';
import type { Config } from '../../config/config.ts';
import { alwaysBadRequest, badRequest } from './bad-request.ts';
import { createValidator, parseDocument } from './document-errors.ts';
import { exceededLimit } from './use-document-limits.ts';
import { variableErrors } from './variable-errors.ts';

/** What the configuration says of documents. */
interface DocumentOptions extends Pick<Config['server'], 'introspection' | 'suggestions'> {
  readonly limits: Config['limits']['document'];
}

/**
 * Lets a document through that is within the limits and valid, and says of any other, and of variables that do not
 * fit it, what is wrong, with texts that repeat nothing and a code each.
 */
export function useSafeErrors(
  { limits, introspection, suggestions }: DocumentOptions,
  known: DocumentCache,
): Plugin {
  const validate = createValidator({ introspection, suggestions });
  return {
    onParse({ setParseFn }) {
      setParseFn((source, options) => parseDocument(source, options, limits.tokens));
    },
    onValidate({ setValidationFn }) {
      setValidationFn((schema, document) => {
        // Before GraphQL's rules: some take long for what a limit refuses.
        const exceeded = exceededLimit(document, limits);
        const errors = exceeded ? [badRequest(exceeded)] : validate(schema, document);
        if (errors.length === 0) known.markValid(document);
        return errors;
      });
    },
    onExecute({ args, setExecuteFn }) {
      setExecuteFn(execute);
      return {
        onExecuteDone({ result, setResult }) {
          // Without data nothing was executed: the variables were refused.
          if (isAsyncIterable(result) || !result.errors || 'data' in result) return;
          setResult({ errors: variableErrors(args) });
        },
      };
    },
    onResultProcess({ result, resultProcessor, setResult, setResultProcessor }) {
      if (isAsyncIterable(result) || Array.isArray(result)) return;
      // A stream of one answer would be 200 whatever it says; and who accepts no JSON is told all the same what
      // became of a mutation.
      if (resultProcessor !== processRegularResult)
        setResultProcessor(processRegularResult, 'application/json');
      const errors = result.errors?.map(withCode);
      if (errors) setResult({ ...result, errors, ...statusOf(errors) });
    },
  };
}

/**
 * What has no code is graphql-js' own, and of an argument: its value was good as far as could be seen before its
 * variables had theirs. It quotes the document.
 */
function withCode(error: GraphQLError): GraphQLError {
  if (error.extensions.code) return error;
  const message = 'A variable is null or left out where a value is needed.';
  const { nodes = null, path = null } = error;
  return new GraphQLError(message, {
    nodes: nodes?.slice(0, 1) ?? null,
    path,
    extensions: { ...error.extensions, code: 'INVALID_INPUT' },
  });
}

/** Said of the whole answer: Yoga marks an error of parsing, or of a rule, as one that JSON answers with 200. */
function statusOf(errors: readonly GraphQLError[]): { readonly extensions?: object } {
  const { status, always } = alwaysBadRequest;
  const isAlways = errors.some(
    ({ extensions }) => (extensions.http as { always?: true } | undefined)?.always === always,
  );
  return isAlways ? { extensions: { http: { status } } } : {};
}

/** Documents that are kept parsed and validated, and the characters of the longest of them. Our own choices. */
const [keptDocuments, maxKeptLength] = [200, 20_000];

/** The documents that were asked for: as many short ones as a front end has, and none of what is wrong. */
export interface DocumentCache {
  /** What Yoga remembers them in. */
  readonly cache: NonNullable<YogaServerOptions<object, object>['parserAndValidationCache']>;
  markValid(document: DocumentNode): void;
  /** The document of this text, where it is known to be valid. */
  find(text: string): DocumentNode | undefined;
}

/** Knows none. */
export function createDocumentCache(): DocumentCache {
  const kept = createLRUCache<DocumentNode>({ max: keptDocuments });
  /** Those that were parsed, and may yet turn out to be wrong. */
  const parsed = new WeakMap<DocumentNode, string>();
  return {
    cache: {
      documentCache: {
        get: (text) => kept.get(text),
        set: (text, document) => {
          if (text.length <= maxKeptLength) parsed.set(document, text);
        },
      },
      errorCache: { get: () => undefined, set: () => {} },
    },
    markValid(document) {
      const text = parsed.get(document);
      if (text === undefined) return;
      parsed.delete(document);
      kept.set(text, document);
    },
    find: (text) => kept.get(text),
  };
}
