import { GraphQLError } from 'graphql';
import { createYoga, type GraphiQLOptions, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Authenticator } from './callers/authenticate.ts';
import type { Config } from './config.ts';
import { type Context, createContext, type Services } from './context.ts';
import { documentCache, documents } from './edge/documents.ts';
import { requestBody } from './edge/request-body.ts';
import { createWhoCalls } from './edge/who-calls.ts';
import { schema } from './schema/index.ts';

/** What the server needs beside its services. */
export interface ServerOptions extends Pick<Config['server'], 'graphiql' | 'introspection' | 'suggestions'> {
  /** Documents that GraphiQL opens with, a tab each. */
  readonly starterTabs: readonly string[];
  /** Whether requests should come here now; `/ready` says so. */
  readonly isReady: () => Promise<boolean>;
  readonly authenticator: Authenticator;
}

/** A request handler for node:http; whoever makes it listens. */
export type Server = YogaServerInstance<Record<string, never>, Context>;

/** Makes the GraphQL server with `/graphql`, `/health` (alive) and `/ready` (takes requests). */
export function createServer(services: Services, options: ServerOptions): Server {
  const whoCalls = createWhoCalls(options.authenticator, services.log);
  return createYoga<Record<string, never>, Context>({
    schema,
    context: ({ request }) => createContext(services, whoCalls.callerOf(request), askedDeadline(request)),
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
        services.log.error({ event: 'bug', err: ours(args.find((arg) => arg instanceof Error)) }),
    },
    graphiql: options.graphiql ? graphiqlOptions(options) : false,
    ...(options.graphiql ? { renderGraphiQL: renderOnce() } : {}),
    multipart: false,
    // The request's body is read, and limited, in edge/request-body.ts.
    maxRequestBodySize: false,
    parserAndValidationCache: documentCache(),
    plugins: [
      readiness(options.isReady),
      whoCalls.plugin,
      requestBody(services.limits.bodyBytes),
      documents({ ...options, limits: services.limits.document }),
    ],
  });
}

/** The header by which a caller shortens the deadline of each operation, in milliseconds. */
const deadlineHeader = 'idpatch-deadline-ms';

function askedDeadline({ headers }: Request): number | undefined {
  const text = headers.get(deadlineHeader);
  if (text === null) return undefined;
  if (/^[1-9]\d{1,6}$/.test(text)) return Number(text);
  const says = `The header ${deadlineHeader} takes milliseconds: a whole number from 10 to 9999999.`;
  throw new GraphQLError(says, { extensions: { code: 'INVALID_INPUT', http: { status: 400 } } });
}

function graphiqlOptions({ starterTabs }: ServerOptions): GraphiQLOptions {
  return {
    title: 'idpatch',
    // The default icon and logo are fetched from elsewhere.
    favicon: 'data:,',
    defaultTabs: starterTabs.map((query) => ({ query, headers: null })),
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

/** The error that a resolver threw, with its stack, rather than what GraphQL made of it. */
function ours(error: Error | undefined): Error | undefined {
  return error instanceof GraphQLError ? (error.originalError ?? error) : error;
}

function readiness(isReady: () => Promise<boolean>): Plugin {
  return {
    async onRequest({ url, fetchAPI, endResponse }) {
      if (url.pathname !== '/ready') return;
      endResponse(new fetchAPI.Response(null, { status: (await isReady()) ? 200 : 503 }));
    },
  };
}
