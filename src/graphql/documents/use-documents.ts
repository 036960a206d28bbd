import { type DocumentNode, type ExecutionArgs, type ExecutionResult, execute, GraphQLError } from 'graphql';
import { createLRUCache } from 'graphql-yoga';
import type { Config } from '../../config/config.ts';
import type { OperationPlugin } from '../fast-path.ts';
import { badRequest, maxErrors } from './bad-request.ts';
import { exceededLimit } from './limits.ts';
import { safeResult, safeRules, safeSyntaxError } from './safe-errors.ts';

/** Documents that are kept, and characters of the longest of them. Our own choices. */
const [maxDocuments, maxLength] = [200, 20_000];

const noErrors: readonly GraphQLError[] = [];

export interface Documents {
  /** Parses, validates and executes documents within the limits, with safe errors, and keeps the valid ones. */
  readonly plugin: OperationPlugin;
  /** The valid document of this text, if it is kept. */
  findValid(text: string): DocumentNode | undefined;
}

/** The options are the configuration's. An invalid document never takes the place of a valid one. */
export function useDocuments(
  limits: Config['limits']['document'],
  { introspection, suggestions }: Pick<Config['server'], 'introspection' | 'suggestions'>,
): Documents {
  const rules = safeRules(introspection, suggestions);
  const options = { maxErrors, hideSuggestions: !suggestions };
  const kept = createLRUCache<DocumentNode>({ max: maxDocuments });
  const valid = new WeakSet<DocumentNode>();
  const texts = new WeakMap<DocumentNode, string>();
  return {
    findValid: (text) => kept.get(text),
    plugin: {
      onParse({ params: { source }, parseFn, setParseFn, setParsedDocument }) {
        const text = source.toString();
        const document = kept.get(text);
        if (document) return setParsedDocument(document);
        setParseFn((source, options) => parseFn(source, { ...options, maxTokens: limits.tokens }));
        return ({ result, replaceParseResult }) => {
          if (result instanceof GraphQLError) {
            // Not as the result of parsing: Yoga answers JSON with 200 then.
            if (/more that \d+ tokens/.test(result.message)) {
              throw badRequest(`The document has more than ${limits.tokens} tokens.`);
            }
            replaceParseResult(safeSyntaxError(result));
          } else if (result && !(result instanceof Error)) texts.set(result, text);
        };
      },
      onValidate({ params: { documentAST }, validateFn, setValidationFn, setResult }) {
        if (valid.has(documentAST)) return setResult(noErrors);
        setValidationFn((schema, document) => {
          // Before the rules: some of them take long for what a limit refuses.
          const exceeded = exceededLimit(document, limits);
          return exceeded ? [badRequest(exceeded)] : validateFn(schema, document, rules, options);
        });
        return (outcome) => {
          const text = texts.get(documentAST);
          if (!outcome.valid || text === undefined || text.length > maxLength) return;
          valid.add(documentAST);
          kept.set(text, documentAST);
        };
      },
      onExecute: ({ setExecuteFn }) => setExecuteFn(executeSafely),
    },
  };
}

/** In place of Yoga's own executor, which is slower. */
async function executeSafely(args: ExecutionArgs): Promise<ExecutionResult> {
  return safeResult(await execute(args), args);
}
