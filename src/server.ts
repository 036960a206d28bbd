import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Authenticator } from './callers/authenticate.ts';
import type { Config } from './config.ts';
import { type Context, createContext, type Services } from './context.ts';
import { createWhoCalls } from './edge/who-calls.ts';
import { schema } from './schema/index.ts';

/** What the server needs beside its services. */
export interface ServerOptions extends Pick<Config['server'], 'introspection'> {
  readonly authenticator: Authenticator;
}

/** Answers a request of `/graphql`; whoever listens has looked at where it comes from. */
export type Server = (request: IncomingMessage, response: ServerResponse) => Promise<Response>;

/** What Yoga's plugins find beside the request: the same as where Yoga itself answers node:http. */
interface OfNode {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** Makes the GraphQL server. */
export function createServer(services: Services, options: ServerOptions): Server {
  const whoCalls = createWhoCalls(options.authenticator, services.log);
  const yoga = createYoga<OfNode, Context>({
    schema,
    context: ({ request }) => createContext(services, whoCalls.callerOf(request), askedDeadline(request)),
    graphqlEndpoint: '/graphql',
    // Yoga answers every address that ends in this, and none ends in a space.
    healthCheckEndpoint: ' ',
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
    graphiql: false,
    multipart: false,
    plugins: [whoCalls.plugin, jsonOnly, ...(options.introspection ? [] : [withoutIntrospection])],
  });
  return async (req, res) => yoga.handleNodeRequestAndResponse(req, res, { req, res });
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

/** The error that a resolver threw, with its stack, rather than what GraphQL made of it. */
function ours(error: Error | undefined): Error | undefined {
  return error instanceof GraphQLError ? (error.originalError ?? error) : error;
}

/**
 * A browser sends any other kind of body without asking first, also from a page of somebody else's: what it
 * carries is not looked at.
 */
const jsonOnly: Plugin = {
  onRequest({ request, url, fetchAPI, endResponse }) {
    const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (url.pathname !== '/graphql' || request.method !== 'POST' || type === 'application/json') return;
    const says = { errors: [{ message: 'The body of a POST must be application/json.' }] };
    endResponse(fetchAPI.Response.json(says, { status: 415 }));
  },
};

const withoutIntrospection: Plugin = {
  onValidate({ addValidationRule }) {
    addValidationRule(NoSchemaIntrospectionCustomRule);
  },
};
