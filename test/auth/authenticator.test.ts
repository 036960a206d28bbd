import { afterAll, describe, expect, it } from 'vitest';
import { startIssuer } from '../../src/sandbox/issuer.ts';
import { arrived } from '../harness/expected.ts';
import { openFrontDoor } from '../harness/front-door.ts';
import { converse } from '../harness/raw.ts';
import { post as rawPost } from '../harness/requests.ts';
import {
  answers,
  aPatch,
  audience,
  call,
  callWith,
  claimsFor,
  createSigner,
  openTokenDoor,
  refuses,
  refusesToken,
  trusting,
} from './tokens.ts';

const signer = await createSigner('ES256', 'k1');
const stranger = await createSigner('ES256', 'k1');
const forbidden = { data: { patchUser: { outcome: 'NOT_APPLIED', errors: [{ code: 'FORBIDDEN' }] } } };

describe('the Authorization header', async () => {
  const door = await openTokenDoor(() => [signer.publicJwk]);
  afterAll(() => door.close());
  const token = await signer.sign(claimsFor(door));

  /** Posts a body with these headers, without Authorization. */
  const post = (query: string, path = '/graphql', headers = {}, more = {}) =>
    fetch(`${door.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, ...more }),
    });

  it.each(['Bearer TOKEN', 'bearer TOKEN', 'BEARER TOKEN', 'bEaReR    TOKEN', '  Bearer TOKEN  '])(
    '%j is accepted',
    async (header) => {
      expect(await callWith(door, header.replace('TOKEN', token))).toEqual(answers.applied);
    },
  );

  it.each([
    ...[undefined, '', 'Bearer', 'Bearer ', 'BearerTOKEN', 'TOKEN', 'Bearer\tTOKEN', 'Bearer: TOKEN'],
    ...['Bearer =', 'Basic aWRwYXRjaDppZHBhdGNo', 'Basic Bearer TOKEN', 'DPoP TOKEN', 'Bearer "TOKEN"'],
    ...['Bearer Bearer TOKEN', 'Bearer TOKEN TOKEN', 'Bearer TOKEN, Bearer TOKEN', 'Bearer TOKEN,'],
    ...['Bearer token=TOKEN', 'Bearer TOKEN\u00a0'],
  ])('%j contains no bearer token: 401, and WWW-Authenticate says what is needed', async (header) => {
    await refuses(door, header?.replaceAll('TOKEN', token), answers.noToken);
  });

  it.each([
    ...['x', 'null', '..', 'a.b.c', 'e30.e30.', 'bnVsbA.bnVsbA.bnVsbA'],
    ...['-', '.'].map((one) => one.repeat(9_000)),
  ])('with the token %.20s is refused', async (garbage) => refusesToken(door, garbage));

  it('is the only place for a token, and needed whatever the document', async () => {
    door.forgetRequests();
    const places = { cookie: `access_token=${token}`, 'x-token': token };
    for (const [query, path, headers] of [
      ...[[aPatch(door), `/graphql?access_token=${token}`, places] as const],
      ...['{ __typename }', '{ __schema { types { name } } }', '{'].map((query) => [query] as const),
    ]) {
      const response = await post(query, path, headers, { access_token: token });
      expect([response.status, await response.json()]).toEqual([401, answers.noToken.body]);
    }
    expect(arrived(door)).toEqual([]);
  });

  it('is needed for every path but /health and /ready', async () => {
    for (const path of ['/health', '/ready']) expect((await fetch(`${door.url}${path}`)).status).toBe(200);
    for (const path of ['/', '/graphql', '/metrics', '/graphql/', '/health/']) {
      const { status } = await fetch(`${door.url}${path}`);
      expect([path, [401, 404, 405].includes(status)]).toEqual([path, true]);
    }
  });

  it('may contain a token of 12 KB, and none of 20 KB', async () => {
    const claims = claimsFor(door, { padding: 'x'.repeat(9_000) });
    expect(await call(door, await signer.sign(claims))).toEqual(answers.applied);
    await refusesToken(door, await stranger.sign(claims), 1);
    const long = await signer.sign(claimsFor(door, { padding: 'x'.repeat(15_000) }));
    const response = await post(aPatch(door), '/graphql', { authorization: `Bearer ${long}` });
    expect(response.status).toBe(431);
    await response.arrayBuffer();
  });

  it('is refused if it comes twice', async () => {
    const headers = ['Host: localhost', 'Authorization: Bearer nonsense', `Authorization: Bearer ${token}`];
    const { answers } = await converse(door.url, rawPost(aPatch(door), headers), 1);
    expect(answers.map(({ status }) => status)).toEqual([400]);
  });
});

it('the log says in plain terms why a token is refused', async () => {
  const door = await openTokenDoor(() => [signer.publicJwk]);
  const sign = (changes: object, header = {}) => signer.sign(claimsFor(door, changes), header);
  try {
    const refused: Readonly<Record<string, string>> = {
      'malformed token': 'a.b.c',
      'jku, x5u or jwk in the header': await sign({}, { jku: 'https://login.example.com/keys' }),
      'unknown issuer or audience': await sign({ aud: 'another' }),
      'typ is not accepted': await sign({}, { typ: 'id+jwt' }),
      'exp, iat or nbf is not finite': await signer.sign(
        JSON.stringify(claimsFor(door)).replace(/"exp":\d+/, '"exp":1e400'),
      ),
      'iat is in the future': await sign({ iat: Date.now() }),
      'sub is not valid': await sign({ sub: ' ' }),
      ERR_JWT_EXPIRED: await sign({ exp: 1 }),
      ERR_JWS_SIGNATURE_VERIFICATION_FAILED: await stranger.sign(claimsFor(door)),
    };
    for (const token of Object.values(refused)) expect(await call(door, token)).toEqual(answers.badToken);
    const lines = door.log.map((line) => JSON.parse(line)).filter(({ event }) => event === 'unauthenticated');
    expect(lines.map(({ reason }) => reason)).toEqual(Object.keys(refused));
  } finally {
    await door.close();
  }
});

describe('several issuers', async () => {
  const other = await startIssuer();
  const elsewhere = 'https://login.example.com';
  const door = await openFrontDoor({
    callers: (issuer) => ({
      jwt: [
        ...[trusting(issuer), trusting(other), trusting(other, { audience: 'of-the-other' })],
        trusting(issuer, { audience: 'readers', rights: ['users:read'] }),
        trusting({ url: elsewhere, jwksUrl: other.jwksUrl }, { audience: 'elsewhere' }),
      ],
    }),
  });
  afterAll(async () => {
    await door.close();
    await other.close();
  });
  const claims = { aud: audience, sub: 'somebody' };

  it('are trusted each with its own keys for its own audiences; a shared key set is fetched once', async () => {
    const { issuer } = door.sandbox;
    for (const token of [
      await issuer.token(claims),
      await other.token(claims),
      await other.token({ ...claims, aud: 'of-the-other' }),
      await other.token({ ...claims, iss: elsewhere, aud: 'elsewhere' }),
    ]) {
      expect(await call(door, token)).toEqual(answers.applied);
    }
    expect(other.requests).toHaveLength(1);
    await refusesToken(door, await other.token({ ...claims, iss: issuer.url }), 1);
    await refusesToken(door, await issuer.token({ ...claims, iss: other.url }));
    await refusesToken(door, await issuer.token({ ...claims, aud: 'of-the-other' }));
    await refusesToken(door, await issuer.token({ ...claims, iss: elsewhere, aud: 'elsewhere' }));
    await refusesToken(door, await other.token({ ...claims, iss: elsewhere }));
  });

  it('give each audience its own rights, and a token for two audiences those of the first entry', async () => {
    const { issuer } = door.sandbox;
    expect((await call(door, await issuer.token({ ...claims, aud: 'readers' }))).body).toEqual(forbidden);
    for (const aud of [
      [audience, 'readers'],
      ['readers', audience],
    ]) {
      expect(await call(door, await issuer.token({ ...claims, aud }))).toEqual(answers.applied);
    }
  });
});

describe('where anonymous callers are accepted beside tokens', async () => {
  const door = await openFrontDoor({
    callers: (issuer) => ({ anonymous: true, jwt: [trusting(issuer, { directories: ['employees'] })] }),
  });
  afterAll(() => door.close());

  it('only a request without an Authorization header is anonymous', async () => {
    expect(await callWith(door)).toEqual(answers.applied);
    for (const header of ['', 'Bearer', 'Basic aWRwYXRjaDppZHBhdGNo', 'anonymous']) {
      await refuses(door, header, answers.noToken);
    }
    await refusesToken(door, 'nonsense');
    await refusesToken(door, await stranger.sign(claimsFor(door)), 1);
    await refusesToken(door, await door.sandbox.issuer.token({ aud: audience, sub: '' }), 1);
  });

  it('a token has its own rights alone', async () => {
    const token = await door.sandbox.issuer.token({ aud: audience, sub: 'somebody' });
    expect(await door.graphql('{ directories { name } }', {}, token)).toEqual({
      data: { directories: [{ name: 'employees' }] },
    });
    expect(await door.graphql(aPatch(door), {}, token)).toEqual(forbidden);
  });
});
