import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrived } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

const callers = (issuer: { readonly url: string; readonly jwksUrl: string }) => ({
  jwt: [
    {
      ...{ issuer: issuer.url, jwks: issuer.jwksUrl, allowLoopback: true, algorithms: ['ES256'] },
      ...{ audience: 'idpatch', rights: ['users:read'], directories: ['customers'] },
    },
  ],
});

/** The audits of https://github.com/graphql/graphql-http, asked by a caller with a token. */
const auditsOf = (url: string, token: string) =>
  serverAudits({
    url: `${url}/graphql`,
    fetchFn: (address: string, init: RequestInit = {}) =>
      fetch(address, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } }),
  });

/** Those that ask for `__type` and look at what it says. */
const needsIntrospection = ['28B9', '2EA1', 'D6D5', '6A70'];

describe.each([true, false])('GraphQL over HTTP, with introspection: %s', (introspection) => {
  let door: FrontDoor;
  let token: string;
  beforeAll(async () => {
    door = await openFrontDoor({ callers, server: { introspection } });
    token = await door.sandbox.issuer.token({ aud: 'idpatch', sub: 'auditor' });
  });
  afterAll(() => door.close());

  it.each(auditsOf('http://127.0.0.1', '').map(({ id, name }) => [id, name]))('%s %s', async (id) => {
    const [audit] = auditsOf(door.url, token).filter((one) => one.id === id);
    const result = await audit?.fn();
    const reason = result && 'reason' in result ? result.reason : undefined;
    const isOff = !introspection && needsIntrospection.includes(id ?? '');
    expect({ id: result?.id, passes: result?.status === 'ok', reason }).toEqual(
      isOff ? { id, passes: false, reason: expect.any(String) } : { id, passes: true, reason: undefined },
    );
    expect(arrived(door)).toEqual([]);
  });
});

it('there are 61 audits', () => {
  expect(new Set(auditsOf('http://127.0.0.1', '').map(({ id }) => id)).size).toBe(61);
});
