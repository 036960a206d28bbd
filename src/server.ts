import { NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type GraphiQLOptions, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Config } from './config.ts';
import { type Context, createContext, type Services } from './context.ts';
import { schema } from './schema/index.ts';

/** A tab that GraphiQL opens with; variables as JSON. */
export interface StarterTab {
  readonly query: string;
  readonly variables: string;
}

/** What the server needs beside its services. */
export interface ServerOptions extends Pick<Config['server'], 'graphiql' | 'introspection'> {
  /** Tabs that GraphiQL opens with. */
  readonly starterTabs: readonly StarterTab[];
  /** False while the process is leaving; `/ready` says so. */
  readonly isReady: () => boolean;
}

/** A request handler for node:http; whoever makes it listens. */
export type Server = YogaServerInstance<Record<string, never>, Context>;

/** Makes the GraphQL server with `/graphql`, `/health` (alive) and `/ready` (takes requests). */
export function createServer(services: Services, options: ServerOptions): Server {
  return createYoga<Record<string, never>, Context>({
    schema,
    context: () => createContext(services),
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/health',
    landingPage: false,
    cors: false,
    // What was not meant for callers is masked outside and whole in the log, also where NODE_ENV says development.
    maskedErrors: { isDev: false },
    logging: {
      debug: () => {},
      info: () => {},
      warn: (...args) => services.log.warn({ event: 'server', detail: args.map(String) }),
      error: (...args) =>
        services.log.error({ event: 'server', error: args.find((arg) => arg instanceof Error) }),
    },
    graphiql: options.graphiql ? graphiqlOptions(options) : false,
    ...(options.graphiql ? { renderGraphiQL: renderOnce() } : {}),
    plugins: [readiness(options.isReady), ...(options.introspection ? [] : [withoutIntrospection])],
  });
}

function graphiqlOptions({ starterTabs }: ServerOptions): GraphiQLOptions {
  return {
    title: 'idpatch',
    // The default icon and logo are fetched from elsewhere.
    favicon: 'data:,',
    defaultTabs: starterTabs.map(({ query, variables }) => ({
      query,
      variables,
      headers: null,
    })),
  };
}

/** GraphiQL out of its own package, without any outside request; loaded when first asked for: it is large. */
function renderOnce(): (options: GraphiQLOptions) => Promise<string> {
  let page: Promise<string> | undefined;
  return (options) => {
    page ??= import('@graphql-yoga/render-graphiql').then(({ renderGraphiQL }) => renderGraphiQL(options));
    return page;
  };
}

function readiness(isReady: () => boolean): Plugin {
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (url.pathname !== '/ready') return;
      endResponse(new fetchAPI.Response(null, { status: isReady() ? 200 : 503 }));
    },
  };
}

const withoutIntrospection: Plugin = {
  onValidate({ addValidationRule }) {
    addValidationRule(NoSchemaIntrospectionCustomRule);
  },
};
