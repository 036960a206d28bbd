import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, ServerError } from '@apollo/client';
import { getOperationAST } from 'graphql';
import { cacheOptions } from '../../../examples/apollo-cache.ts';
import { describeClient, type Told } from './scenario.ts';

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
    const isMutation = getOperationAST(document)?.operation === 'mutation';
    const { data, error } = isMutation
      ? await client.mutate({ mutation: document, variables, errorPolicy: 'all' })
      : await client.query({ query: document, variables, errorPolicy: 'all' });
    return { data: data ?? null, errors: errorsOf(error) };
  };
});
