import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { getOperationAST } from 'graphql';
import { expect, it } from 'vitest';
import { someUser } from '../../harness/expected.ts';
import { openDoor } from '../../harness/front-door.ts';
import { versionOperation } from '../../harness/operations.ts';
import { describeClient } from './scenario.ts';

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
    const isMutation = getOperationAST(document)?.operation === 'mutation';
    const { data, error } = await client[isMutation ? 'mutation' : 'query'](document, variables);
    return { data: data ?? null, errors: error?.graphQLErrors ?? [] };
  };
});

it('urql as it comes sends queries by GET, which needs a token', async () => {
  const door = await openDoor();
  const claims = { aud: 'idpatch-gateway', sub: 'gateway', scope: 'users:read' };
  const token = await door.sandbox.issuer.token(claims);
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
    }).query(versionOperation, { id: someUser(door, 'customers') });
  const refused = await ask({});
  expect(refused.error?.graphQLErrors).toMatchObject([{ extensions: { code: 'METHOD_NOT_ALLOWED' } }]);
  const { data, error } = await ask({ authorization: `Bearer ${token}` });
  expect({ error, user: data?.user }).toMatchObject({
    error: undefined,
    user: { version: expect.any(String) },
  });
  expect(methods).toEqual(['GET', 'GET']);
});
