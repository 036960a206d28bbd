import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, ServerError } from '@apollo/client';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { type DocumentNode, getOperationAST, print } from 'graphql';
import { ClientError, GraphQLClient } from 'graphql-request';
import { expect, it } from 'vitest';
import { cacheOptions } from '../../../examples/apollo-cache.ts';
import { VersionDocument } from '../../generated/graphql.ts';
import { someUser } from '../../harness/expected.ts';
import { openDoor } from '../../harness/front-door.ts';
import { tokenOf } from '../../harness/sandbox-tokens.ts';
import { describeClient, type Told } from './scenario.ts';

const isMutation = (document: DocumentNode) => getOperationAST(document)?.operation === 'mutation';

describeClient('plain fetch', ({ url, fetch, headers }) => async (document, variables) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data = null, errors = [] } = (await answer.json()) as Partial<Told<never>>;
  return { data, errors };
});

describeClient('graphql-request', ({ url, fetch, headers }) => {
  const client = new GraphQLClient(url, { fetch, headers });
  return async <Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Told<Data>> => {
    try {
      return { data: await client.request<Data>(document, variables), errors: [] };
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      const { data = null, errors = [] } = error.response as Partial<Told<Data>>;
      return { data, errors };
    }
  };
});

/** What Apollo Client says of an answer's errors: one thing where GraphQL gave them, another where HTTP did. */
function errorsOf(error: unknown): Told<never>['errors'] {
  if (!error) return [];
  if (CombinedGraphQLErrors.is(error)) return error.errors;
  if (ServerError.is(error)) return (JSON.parse(error.bodyText) as Told<never>).errors;
  throw error;
}

describeClient('Apollo Client', ({ url, fetch, headers }) => {
  const client = new ApolloClient({
    link: new HttpLink({ uri: url, fetch, headers }),
    cache: new InMemoryCache(cacheOptions),
  });
  return async (document, variables) => {
    const { data, error } = isMutation(document)
      ? await client.mutate({ mutation: document, variables, errorPolicy: 'all' })
      : await client.query({ query: document, variables, errorPolicy: 'all' });
    return { data: data ?? null, errors: errorsOf(error) };
  };
});

const exchanges = [cacheExchange, fetchExchange];

describeClient('urql', ({ url, fetch, headers }) => {
  const client = new Client({
    url,
    fetch,
    fetchOptions: { headers },
    exchanges,
    // Else queries go by GET, and who is asked for stands in addresses and in the logs of proxies.
    preferGetMethod: false,
  });
  return async (document, variables) => {
    const { data, error } = await client[isMutation(document) ? 'mutation' : 'query'](document, variables);
    return { data: data ?? null, errors: error?.graphQLErrors ?? [] };
  };
});

it('urql as it comes sends queries by GET, which needs a token', async () => {
  const door = await openDoor();
  const token = await tokenOf(door, 'users:read');
  const methods: unknown[] = [];
  const ask = (headers: Record<string, string>) =>
    new Client({
      url: `${door.url}/graphql`,
      fetch: (input, init) => {
        methods.push(init?.method);
        return fetch(input, init);
      },
      fetchOptions: { headers },
      exchanges,
    }).query(VersionDocument, { id: someUser(door, 'customers') });
  const refused = await ask({});
  expect(refused.error?.graphQLErrors).toMatchObject([{ extensions: { code: 'METHOD_NOT_ALLOWED' } }]);
  const { data, error } = await ask({ authorization: `Bearer ${token}` });
  expect({ error, user: data?.user }).toMatchObject({
    error: undefined,
    user: { version: expect.any(String) },
  });
  expect(methods).toEqual(['GET', 'GET']);
});
