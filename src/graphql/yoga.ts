import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { createYoga, type Plugin, processRegularResult } from 'graphql-yoga';
import type { Authenticator } from '../auth/authenticator.ts';
import type { RateLimit } from '../auth/rate-limit.ts';
import type { Config } from '../config/config.ts';
import type { Services } from '../patch/context.ts';
import { createAuthenticate } from '../server/authenticate.ts';
import { msSinceArrival } from '../server/connection.ts';
import { readBody } from '../server/read-body.ts';
import { type HttpResponse, refuseLimited, toHttpResponse } from '../server/response.ts';
import type { Budget } from '../upstream/budget.ts';
import { createAdmission } from './admission.ts';
import { createContext, type ServerContext } from './context.ts';
import { tooMuch } from './documents/bad-request.ts';
import { paramsOfBody, paramsOfSearch } from './documents/params.ts';
import { type Documents, useDocuments } from './documents/use-documents.ts';
import { executeDirectly, type OperationPlugin } from './fast-path.ts';
import { schema } from './schema/index.ts';
import { createTurns } from './turns.ts';

export interface GraphQLHandlerOptions extends Pick<Config['server'], 'introspection' | 'suggestions'> {
  readonly authenticator: Authenticator;
  readonly rateLimit: RateLimit;
  /** Of the bodies under way. */
  readonly bodyBudget: Budget;
  /** Of what the requests cost, in points. */
  readonly costLimit: RateLimit;
}

/** Handles `/graphql` requests. CORS has already been checked. */
export type GraphQLHandler = (request: IncomingMessage, response: ServerResponse) => Promise<HttpResponse>;

/** `plugins` come after the handler's own. */
export function createGraphQLHandler(
  services: Services,
  options: GraphQLHandlerOptions,
  plugins: readonly OperationPlugin[] = [],
): GraphQLHandler {
  const authenticate = createAuthenticate(options.authenticator, options.rateLimit, services.log);
  const documents = useDocuments(services.limits, options);
  const yoga = createYoga<ServerContext>({
    schema,
    graphqlEndpoint: '/graphql',
    // Yoga answers every path that ends in this, and none ends in a space.
    healthCheckEndpoint: ' ',
    landingPage: false,
    cors: false,
    // Unexpected errors are masked for callers and logged whole, also where NODE_ENV is development.
    maskedErrors: { isDev: false },
    logging: {
      debug: () => {},
      info: () => {},
      warn: (...args) => services.log.warn({ event: 'server', detail: args.map(String) }),
      error: (...args) =>
        services.log.error({ event: 'bug', err: thrownError(args.find((arg) => arg instanceof Error)) }),
    },
    graphiql: false,
    multipart: false,
    // readBody limits the body.
    maxRequestBodySize: false,
    parserAndValidationCache: false,
    plugins: [useOwnHttp(documents), documents.plugin, ...plugins],
  });
  const admission = createAdmission(services.limits);
  const turns = createTurns();
  return async (req, response) => {
    const { method, headers, url = '' } = req;
    const authenticated = await authenticate(headers.authorization);
    if ('refused' in authenticated) return authenticated.refused;
    const { caller } = authenticated;
    const place = admission.enter(caller);
    if (!place) return refuseLimited('requestsUnderWayPerCaller', 1).refused;
    if (response.closed) place.leave();
    else response.once('close', place.leave);
    const charge = async (points: number) => {
      const wait = caller.isAnonymous ? undefined : await options.costLimit.take(caller.id, points);
      if (wait !== undefined) services.log.info({ event: 'rate-limited', caller: caller.id });
      return wait;
    };
    const { bodyBytes: maxBytes, bodyValues: maxValues } = services.limits;
    const bodyLimits = { maxBytes, maxValues, budget: options.bodyBudget, owner: caller.id };
    const body = method === 'POST' ? await readBody(req, bodyLimits) : undefined;
    if (body && 'refused' in body) return body.refused;
    const deadlineMs = requestedDeadline(headers);
    const readParams = () => {
      if (Number.isNaN(deadlineMs)) throw malformedDeadline();
      return body ? paramsOfBody(body.bytes) : paramsOfSearch(url);
    };
    try {
      const wait = body && (await charge(Math.ceil(body.bytes.length / bytesPerPoint)));
      if (wait !== undefined) return refuseLimited('costPerCallerPerMinute', wait).refused;
      // Yoga gives the server context to resolvers as it is.
      const context = Object.assign(createContext(services, caller, turns, deadlineMs, msSinceArrival(req)), {
        ...{ readParams, place, charge },
      });
      const turn = turns.take(caller.id);
      if (turn) await turn;
      const direct = body && (await executeDirectly(yoga, documents.findValid, context, headers.accept));
      return (
        direct ?? (await toHttpResponse(await yoga.handleNodeRequestAndResponse(req, response, context)))
      );
    } finally {
      body?.release();
    }
  };
}

/** Bytes of a body that cost a point, and points that a character of a document costs which is not kept. Measured. */
const [bytesPerPoint, pointsPerCharacter] = [50, 5];

/** HTTP hooks, which the fast path does not call: what they do, it does itself or does not need. */
const useOwnHttp = ({ findValid }: Documents): Plugin<object, ServerContext> => ({
  onRequestParse: ({ serverContext, setRequestParser }) => setRequestParser(() => serverContext.readParams()),
  async onParams({ params: { query }, context, setResult }) {
    if (typeof query !== 'string' || findValid(query)) return;
    const wait = await (context as ServerContext).charge(query.length * pointsPerCharacter);
    if (wait !== undefined) setResult({ errors: [tooMuch('RATE_LIMITED', 'costPerCallerPerMinute', wait)] });
  },
  onResultProcess({ resultProcessor, setResultProcessor }) {
    // A stream of one result would be 200 whatever it says. Callers who accept no JSON get it all the same, so that
    // they learn the outcome of a mutation.
    if (resultProcessor !== processRegularResult)
      setResultProcessor(processRegularResult, 'application/json');
  },
});

/** The header by which a caller shortens the deadline of each operation, in milliseconds. */
const deadlineHeader = 'idpatch-deadline-ms';

/** NaN if it is malformed. */
function requestedDeadline({ [deadlineHeader]: text }: IncomingHttpHeaders): number | undefined {
  if (text === undefined) return undefined;
  return typeof text === 'string' && /^[1-9]\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
}

function malformedDeadline(): GraphQLError {
  const message = `The header ${deadlineHeader} must be a whole number of milliseconds from 10 to 9999999.`;
  return new GraphQLError(message, { extensions: { code: 'INVALID_INPUT', http: { status: 400 } } });
}

/** The error that a resolver threw, with its stack, in place of the GraphQLError that wraps it. */
function thrownError(error: Error | undefined): Error | undefined {
  return error instanceof GraphQLError ? (error.originalError ?? error) : error;
}
