import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Caller } from '../auth/caller.ts';
import type { RateLimit } from '../auth/rate-limit.ts';
import type { Config } from '../config/config.ts';
import type { Services } from '../patch/context.ts';
import { createAuthenticate } from '../server/authenticate.ts';
import { readBody } from '../server/read-body.ts';
import { type HttpResponse, toHttpResponse } from '../server/response.ts';
import { type Context, createContext } from './context.ts';
import { paramsOfBody, paramsOfSearch } from './documents/params.ts';
import { createDocumentCache, useSafeErrors } from './documents/use-safe-errors.ts';
import { executeDirectly } from './fast-path.ts';
import { schema } from './schema/index.ts';

/** What the server needs beside its services. */
export interface GraphQLHandlerOptions extends Pick<Config['server'], 'introspection' | 'suggestions'> {
  readonly authenticator: Authenticator;
  readonly rateLimit: RateLimit;
}

/** Answers a request of `/graphql`; whoever listens has looked at where it comes from. */
export type GraphQLHandler = (request: IncomingMessage, response: ServerResponse) => Promise<HttpResponse>;

/** What is known of a request when GraphQL gets it. */
interface ServerContext {
  readonly req: IncomingMessage;
  readonly caller: Caller;
  /** What it asks for. Throws a GraphQLError where that cannot be read. */
  readonly params: () => GraphQLParams;
  /** What came of it, where it was executed already. */
  readonly result?: ExecutionResult;
}

/** Makes the GraphQL server. */
export function createGraphQLHandler(services: Services, options: GraphQLHandlerOptions): GraphQLHandler {
  const whoCalls = createAuthenticate(options.authenticator, options.rateLimit, services.log);
  const knownDocuments = createDocumentCache();
  const contextOf = ({ req, caller }: ServerContext) =>
    createContext(services, caller, askedDeadline(req.headers));
  const yoga = createYoga<ServerContext, Context>({
    schema,
    context: contextOf,
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
    // The request's body is read, and limited, before.
    maxRequestBodySize: false,
    parserAndValidationCache: knownDocuments.cache,
    plugins: [
      alreadyRead,
      useSafeErrors({ ...options, limits: services.limits.document }, knownDocuments),
      alreadyExecuted,
    ],
  });
  return async (req, response) => {
    const { method, headers, url = '' } = req;
    const who = await whoCalls(headers.authorization);
    if ('refused' in who) return who.refused;
    const { caller } = who;
    const viaYoga = async (asked: ServerContext) =>
      toHttpResponse(await yoga.handleNodeRequestAndResponse(req, response, asked));
    if (method !== 'POST') return viaYoga({ req, caller, params: () => paramsOfSearch(url) });
    const body = await readBody(req, services.limits.bodyBytes);
    if ('refused' in body) return body.refused;
    const asked = { req, caller, params: () => paramsOfBody(body) };
    const short = await executeDirectly(asked.params, headers, schema, knownDocuments, () =>
      contextOf(asked),
    );
    if (short && 'answer' in short) return short.answer;
    return viaYoga({ ...asked, ...short });
  };
}

/** What the request asks for was read from it before it came to Yoga. */
const alreadyRead: Plugin<object, ServerContext> = {
  onRequestParse: ({ serverContext, setRequestParser }) => setRequestParser(() => serverContext.params()),
};

/** What was executed before it came to Yoga is not executed again. */
const alreadyExecuted: Plugin<ServerContext & Context, ServerContext> = {
  onExecute({ args, setExecuteFn }) {
    const { result } = args.contextValue;
    if (result) setExecuteFn(() => result);
  },
};

/** The header by which a caller shortens the deadline of each operation, in milliseconds. */
const deadlineHeader = 'idpatch-deadline-ms';

function askedDeadline({ [deadlineHeader]: text }: IncomingHttpHeaders): number | undefined {
  if (text === undefined) return undefined;
  if (typeof text === 'string' && /^[1-9]\d{1,6}$/.test(text)) return Number(text);
  const says = `The header ${deadlineHeader} takes milliseconds: a whole number from 10 to 9999999.`;
  throw new GraphQLError(says, { extensions: { code: 'INVALID_INPUT', http: { status: 400 } } });
}

/** The error that a resolver threw, with its stack, rather than what GraphQL made of it. */
function ours(error: Error | undefined): Error | undefined {
  return error instanceof GraphQLError ? (error.originalError ?? error) : error;
}
