import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { ClientError, GraphQLClient } from 'graphql-request';
import { describeClient, type Told } from './scenario.ts';

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
