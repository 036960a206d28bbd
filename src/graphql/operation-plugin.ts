import type { Plugin } from 'graphql-yoga';

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
