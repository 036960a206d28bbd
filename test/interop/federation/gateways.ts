import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices as composeByApollo } from '@apollo/composition';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import http from '@graphql-mesh/transport-http';
import { composeServices as composeByGuild } from '@theguild/federation-composition';
import { type DocumentNode, GraphQLError, getOperationAST, parse, validate } from 'graphql';
import { serveOnLoopback } from '../../../src/sandbox/emulator.ts';
import type { Served } from '../../graphql/served.ts';

/** A subgraph as a composer takes it. */
export interface Subgraph {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: DocumentNode;
}

/** Starts a gateway over subgraphs; it sends its callers' `authorization` along. */
export type StartGateway = (subgraphs: readonly Subgraph[]) => Promise<Served>;

/**
 * Apollo's gateway over Apollo's composition. What Apollo Server does with a request stands here by hand: parse,
 * validate, have the gateway execute.
 */
export const startApolloGateway: StartGateway = async (subgraphs) => {
  const { supergraphSdl, errors } = composeByApollo([...subgraphs]);
  if (supergraphSdl === undefined) throw new Error(`Not composed: ${errors?.join('\n')}`);
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ url = '' }) =>
      new RemoteGraphQLDataSource<{ authorization?: string | undefined }>({
        url,
        willSendRequest({ request, context }) {
          if (context.authorization) request.http?.headers.set('authorization', context.authorization);
        },
      }),
  });
  const { schema, executor } = await gateway.load();
  const execute = async (query: string, variables: Record<string, unknown>, authorization?: string) => {
    const document = parse(query);
    const invalid = validate(schema, document);
    if (invalid.length > 0) return { errors: invalid };
    const operation = getOperationAST(document);
    if (!operation) return { errors: [new GraphQLError('One operation is expected.')] };
    const digest = createHash('sha256').update(query).digest('hex');
    type RequestContext = Parameters<typeof executor>[0];
    return executor({
      request: { query, variables },
      ...{ document, operation, schema, source: query, queryHash: digest },
      operationName: operation.name?.value ?? null,
      schemaHash: digest as RequestContext['schemaHash'],
      context: { authorization },
      logger: console,
      cache: { get: async () => undefined, set: async () => {}, delete: async () => false },
      metrics: {},
      overallCachePolicy: undefined,
    });
  };
  const { url, close } = await serveOnLoopback(async ({ body, headers }) => {
    const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
    return { status: 200, body: await execute(query, variables, headers.authorization) };
  });
  return {
    url: `${url}/graphql`,
    async close() {
      await close();
      await gateway.stop();
    },
  };
};

/**
 * Hive's gateway over Guild's composition. With `retries` it sends again what it got no good answer to, mutations as
 * well; the token then goes along by the transport, for what is propagated is not sent the second time.
 */
export const startHiveGateway =
  (retries = 0): StartGateway =>
  async (subgraphs) => {
    const composed = composeByGuild([...subgraphs]);
    if (composed.supergraphSdl === undefined) throw new Error(`Not composed: ${composed.errors?.join('\n')}`);
    const runtime = createGatewayRuntime({
      supergraph: composed.supergraphSdl,
      logging: false,
      transports: { http },
      ...(retries > 0
        ? {
            upstreamRetry: { maxRetries: retries, retryDelay: 10 },
            transportEntries: {
              '*.http': { headers: [['authorization', '{context.headers.authorization}']] },
            },
          }
        : {
            propagateHeaders: {
              fromClientToSubgraphs({ request }) {
                const authorization = request.headers.get('authorization');
                return authorization === null ? {} : { authorization };
              },
            },
          }),
    });
    const server = createServer(runtime);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
      async close() {
        await new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        });
        await runtime[Symbol.asyncDispose]();
      },
    };
  };
