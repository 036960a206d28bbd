import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  getOperationAST,
} from 'graphql';
import { createLRUCache } from 'graphql-yoga';
import type { Config } from '../../config/config.ts';
import type { ServerContext } from '../context.ts';
import type { OperationPlugin } from '../fast-path.ts';
import { pointsPerTurn } from '../turns.ts';
import { badRequest, maxErrors, tooMuch } from './bad-request.ts';
import { pointsOf } from './cost.ts';
import { exceededLimit, type Size, sizeOf } from './limits.ts';
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
  limits: Config['limits'],
  { introspection, suggestions }: Pick<Config['server'], 'introspection' | 'suggestions'>,
): Documents {
  const rules = safeRules(introspection, suggestions);
  const options = { maxErrors, hideSuggestions: !suggestions };
  const kept = createLRUCache<DocumentNode>({ max: maxDocuments });
  const valid = new WeakSet<DocumentNode>();
  const sizes = new WeakMap<DocumentNode, Size>();
  const texts = new WeakMap<DocumentNode, string>();
  return {
    findValid: (text) => kept.get(text),
    plugin: {
      onParse({ params: { source }, parseFn, setParseFn, setParsedDocument }) {
        const text = source.toString();
        const document = kept.get(text);
        if (document) return setParsedDocument(document);
        setParseFn((source, options) => parseFn(source, { ...options, maxTokens: limits.document.tokens }));
        return ({ result, replaceParseResult }) => {
          if (result instanceof GraphQLError) {
            // Not as the result of parsing: Yoga answers JSON with 200 then.
            if (/more that \d+ tokens/.test(result.message)) {
              throw badRequest(`The document has more than ${limits.document.tokens} tokens.`);
            }
            replaceParseResult(safeSyntaxError(result));
          } else if (result && !(result instanceof Error)) texts.set(result, text);
        };
      },
      onValidate({ params: { documentAST }, validateFn, setValidationFn, setResult }) {
        if (valid.has(documentAST)) return setResult(noErrors);
        setValidationFn((schema, document) => {
          // Before the rules: some of them take long for what a limit refuses.
          const size = sizeOf(document, schema);
          sizes.set(document, size);
          const exceeded = exceededLimit(size, limits.document);
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

  /** In place of Yoga's own executor, which is slower. */
  async function executeSafely(args: ExecutionArgs): Promise<ExecutionResult> {
    const refusal = await admit(args);
    if (refusal) return { errors: [refusal] };
    const result = await execute(args);
    const { points, nextTurn } = args.contextValue as ServerContext;
    // What follows is one piece of work, and so was the end of the execution.
    if (points > pointsPerTurn) await nextTurn();
    return safeResult(result, args);
  }

  /** Charges what the execution costs, and waits until there is room for it. */
  async function admit(args: ExecutionArgs): Promise<GraphQLError | undefined> {
    const { document, operationName, variableValues } = args;
    const context = args.contextValue as ServerContext;
    const operation = getOperationAST(document, operationName);
    const cost = operation && sizes.get(document)?.costs.get(operation);
    // graphql-js says what is wrong with the name.
    if (!cost) return undefined;
    const points = pointsOf(cost, variableValues ?? {}, operation.variableDefinitions);
    context.points = points;
    if (points > limits.costPerRequest) {
      return badRequest(
        `The request costs ${points} points, and limits.costPerRequest is ${limits.costPerRequest}: name fewer users in one request, or select fewer fields.`,
      );
    }
    const wait = await context.charge(points);
    if (wait !== undefined) return tooMuch('RATE_LIMITED', 'costPerCallerPerMinute', wait);
    const msLeft = context.startCall().deadline.endsAt - performance.now();
    const isAdmitted = context.place.admit(points, msLeft * maxWaitShare);
    if (isAdmitted === true) return undefined;
    if (await isAdmitted) return void (await context.nextTurn());
    return tooMuch('OVERLOADED', 'costUnderWay', overloadedSeconds);
  }
}

/** Share of a request's time for which it may wait for room: the rest is for the work. Our own choice. */
const maxWaitShare = 0.5;

/** Seconds after which a caller may come back for whose request there was no room. Our own choice. */
const overloadedSeconds = 1;
