import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../src/sandbox/issuer.ts';
import { arrived } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';
import {
  answers,
  aPatch,
  audience,
  call,
  callWith,
  claimsFor,
  createSigner,
  openTokenDoor,
  refusesToken,
  type Signer,
  trusting,
} from './tokens.ts';

let signer: Signer;
let stranger: Signer;
beforeAll(async () => {
  signer = await createSigner('ES256', 'k1');
  stranger = await createSigner('ES256', 'k2');
});

describe('unknown keys and a server that goes down', () => {
  let door: FrontDoor;
  let since: number;
  beforeAll(async () => {
    door = await openTokenDoor(() => [signer.publicJwk]);
    since = performance.now();
    expect(await call(door, await signer.sign(claimsFor(door)))).toEqual(answers.applied);
  });
  afterAll(() => door.close());
  const fetches = () => door.sandbox.issuer.requests.length;

  it('200 unknown key ids, at once and one after the other: 401 each, and no more than a fetch a cooldown', async () => {
    door.forgetRequests();
    const unknown = (index: number) => stranger.sign(claimsFor(door), { kid: `unknown-${index}` });
    const tokens = await Promise.all(Array.from({ length: 200 }, (_, index) => unknown(index)));
    const all = await Promise.all(tokens.map((token) => call(door, token)));
    for (const answer of all) expect(answer).toEqual(answers.badToken);
    for (const token of tokens) expect(await call(door, token)).toEqual(answers.badToken);
    expect(fetches()).toBeLessThanOrEqual(1 + Math.floor((performance.now() - since) / 30_000));
    expect(arrived(door)).toEqual([]);
    expect(await call(door, await signer.sign(claimsFor(door)))).toEqual(answers.applied);
  });

  it('the server goes down: a key that is known serves', async () => {
    await door.sandbox.issuer.close();
    for (let index = 0; index < 10; index += 1) {
      expect(await call(door, await signer.sign(claimsFor(door)))).toEqual(answers.applied);
    }
    await refusesToken(door, await stranger.sign(claimsFor(door), { kid: 'k1' }));
    expect((await fetch(`${door.url}/ready`)).status).toBe(200);
  });
});

describe('several issuers', () => {
  let door: FrontDoor;
  let other: Issuer;
  beforeAll(async () => {
    other = await startIssuer();
    door = await openFrontDoor({
      callers: (issuer) => ({
        jwt: [
          trusting(issuer),
          trusting(other),
          trusting(issuer, { audience: 'readers', rights: ['users:read'] }),
          trusting(other, { audience: 'of-the-other' }),
          trusting({ url: 'https://login.example.com', jwksUrl: other.jwksUrl }, { audience: 'elsewhere' }),
        ],
      }),
    });
  });
  afterAll(async () => {
    await door.close();
    await other.close();
  });
  const claims = { aud: audience, sub: 'somebody' };
  const forbidden = {
    ...answers.applied,
    body: { data: { patchUser: { outcome: 'NOT_APPLIED', errors: [{ code: 'FORBIDDEN' }] } } },
  };

  it('are believed each for itself', async () => {
    const { issuer } = door.sandbox;
    expect(await call(door, await issuer.token(claims))).toEqual(answers.applied);
    expect(await call(door, await other.token(claims))).toEqual(answers.applied);
    expect(await call(door, await other.token({ ...claims, aud: 'of-the-other' }))).toEqual(answers.applied);
    // Its key, and another's name.
    await refusesToken(door, await other.token({ ...claims, iss: issuer.url }), 1);
    await refusesToken(door, await issuer.token({ ...claims, iss: other.url }));
    await refusesToken(door, await issuer.token({ ...claims, aud: 'of-the-other' }));
    await refusesToken(
      door,
      await issuer.token({ ...claims, iss: 'https://login.example.com', aud: 'elsewhere' }),
    );
  });

  it('may share a key set, and it is fetched once', async () => {
    const elsewhere = { ...claims, iss: 'https://login.example.com', aud: 'elsewhere' };
    expect(await call(door, await other.token(elsewhere))).toEqual(answers.applied);
    expect(other.requests).toHaveLength(1);
    await refusesToken(door, await other.token({ ...elsewhere, aud: audience }));
  });

  it('give each audience its own rights, and a token for two audiences those of the first alone', async () => {
    const { issuer } = door.sandbox;
    expect(await call(door, await issuer.token({ ...claims, aud: 'readers' }))).toEqual(forbidden);
    for (const aud of [
      [audience, 'readers'],
      ['readers', audience],
    ]) {
      expect(await call(door, await issuer.token({ ...claims, aud }))).toEqual(answers.applied);
    }
  });
});

describe('tokens and anonymous callers on one loopback host', () => {
  let door: FrontDoor;
  beforeAll(async () => {
    door = await openFrontDoor({
      callers: (issuer) => ({ anonymous: true, jwt: [trusting(issuer, { directories: ['employees'] })] }),
    });
  });
  afterAll(() => door.close());

  it('no Authorization header is anonymous, with every right', async () => {
    expect(await callWith(door)).toEqual(answers.applied);
  });

  it.each(['', 'Bearer', 'Basic aWRwYXRjaDppZHBhdGNo', 'anonymous'])(
    'an Authorization header of %j is no anonymous caller',
    async (header) => {
      door.forgetRequests();
      expect(await callWith(door, header)).toEqual(answers.noToken);
      expect(arrived(door)).toEqual([]);
    },
  );

  it('a bad token is no anonymous caller', async () => {
    await refusesToken(door, 'nonsense');
    await refusesToken(door, await stranger.sign(claimsFor(door)), 1);
    await refusesToken(door, await door.sandbox.issuer.token({ aud: audience, sub: '' }), 1);
  });

  it('a good token has its own rights, and not those of everybody', async () => {
    const token = await door.sandbox.issuer.token({ aud: audience, sub: 'somebody' });
    const answer = await door.graphql(`{ directories { name } }`, {}, token);
    expect(answer).toEqual({ data: { directories: [{ name: 'employees' }] } });
    door.forgetRequests();
    expect(await door.graphql(aPatch(door), {}, token)).toEqual({
      data: { patchUser: { outcome: 'NOT_APPLIED', errors: [{ code: 'FORBIDDEN' }] } },
    });
    expect(arrived(door)).toEqual([]);
  });
});
