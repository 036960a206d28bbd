import { print } from 'graphql';
import { describeClient, type Told } from './scenario.ts';

describeClient('plain fetch', ({ url, fetch, headers }) => async (document, variables) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data = null, errors = [] } = (await answer.json()) as Partial<Told<never>>;
  return { data, errors };
});
