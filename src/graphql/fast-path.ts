import { type DocumentNode, type GraphQLError, getOperationAST } from 'graphql';
import { type GraphQLParams, type Plugin, processRegularResult, type YogaServerInstance } from 'graphql-yoga';
import { type HttpResponse, toHttpResponse } from '../server/response.ts';
import type { ServerContext } from './context.ts';
import { withoutStack } from './without-stack.ts';

/**
 * Executes a POST whose document is known to be valid as Yoga does, with every hook of its plugins, but without
 * Yoga's HTTP handling, which takes three quarters of its time. Undefined, and nothing was executed, for any other
 * request. The response is the one that Yoga makes: test/graphql/fast-path.test.ts.
 */
export async function executeDirectly(
  yoga: YogaServerInstance<ServerContext, object>,
  findValid: (text: string) => DocumentNode | undefined,
  context: ServerContext,
  accept = '*/*',
): Promise<HttpResponse | undefined> {
  const mediaType = responseTypes.get(accept);
  if (mediaType === undefined) return undefined;
  let params: GraphQLParams;
  try {
    params = context.readParams();
  } catch {
    // Yoga reads them again, and makes a response of the error.
    return undefined;
  }
  const { query, operationName, variables, extensions } = params;
  if (typeof query !== 'string' || extensions !== undefined) return undefined;
  if (typeof (variables ?? {}) !== 'object' || Array.isArray(variables)) return undefined;
  const document = findValid(query);
  if (!document || !getOperationAST(document, operationName)) return undefined;
  // The type requires a Request, which Yoga only passes on to plugins: an OperationPlugin does not see it.
  const payload = { params, context } as Parameters<typeof yoga.handleParams>[0];
  const result = await yoga.handleParams(payload);
  if ('data' in result && !result.extensions && (!result.errors || result.errors.every(isWhole))) {
    return {
      status: 200,
      headers: { 'content-type': `${mediaType}; charset=utf-8` },
      body: JSON.stringify(result),
    };
  }
  return toHttpResponse(await withoutStack(() => processRegularResult(result, yoga.fetchAPI, mediaType)));
}

/** Whether Yoga, which copies the errors for a response, takes nothing out of this one. */
function isWhole({ extensions }: Pick<GraphQLError, 'extensions'>): boolean {
  return extensions.code !== undefined && !('http' in extensions) && !('unexpected' in extensions);
}

const [json, graphqlResponse] = ['application/json', 'application/graphql-response+json'];

/** The Accept headers of known clients, and the media type of the response to each. */
const responseTypes: ReadonlyMap<string, string> = new Map([
  ['*/*', json],
  [json, json],
  [graphqlResponse, graphqlResponse],
  [`${graphqlResponse}, ${json}`, graphqlResponse],
  // Apollo Client and Apollo's gateway.
  [`${graphqlResponse},${json};q=0.9`, graphqlResponse],
  // urql.
  [
    `${graphqlResponse}, application/graphql+json, ${json}, text/event-stream, multipart/mixed`,
    graphqlResponse,
  ],
]);

type HttpHook =
  | 'onRequest'
  | 'onRequestParse'
  | 'onParams'
  | 'onExecutionResult'
  | 'onResultProcess'
  | 'onResponse'
  | 'instrumentation';

/**
 * A plugin whose hooks run on every request, whichever path it takes. The fast path makes no Fetch Request and calls
 * no HTTP hook: a plugin that needs one needs `createGraphQLHandler` to leave the fast path out.
 */
export type OperationPlugin = Plugin<{ readonly request: never }> & { readonly [hook in HttpHook]?: never };
