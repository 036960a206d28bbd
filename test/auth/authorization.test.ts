import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrived } from '../harness/expected.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  answers,
  aPatch,
  callWith,
  claimsFor,
  createSigner,
  openTokenDoor,
  refuses,
  type Signer,
} from './tokens.ts';

let door: FrontDoor;
let signer: Signer;
let token: string;
beforeAll(async () => {
  signer = await createSigner('ES256', 'k1');
  door = await openTokenDoor(() => [signer.publicJwk]);
  token = await signer.sign(claimsFor(door));
  expect(await callWith(door, `Bearer ${token}`)).toEqual(answers.applied);
});
afterAll(() => door.close());

describe('a request', () => {
  it('without a token is refused, and told what is needed', async () => {
    await refuses(door, undefined, answers.noToken);
  });

  it.each([
    ['', 'nothing'],
    ['Bearer', 'the scheme alone'],
    ['Bearer ', 'the scheme and a space'],
    ['Basic aWRwYXRjaDppZHBhdGNo', 'Basic'],
    ['Digest username="idpatch", response="6629fae49393a05397450978507c4ef1"', 'Digest'],
    ['DPoP TOKEN', 'another scheme for the same token'],
    ['Token TOKEN', 'a scheme of somebody’s own'],
    ['BearerTOKEN', 'no space'],
    ['TOKEN', 'the token alone'],
    ['Bearer\tTOKEN', 'a tab'],
    ['Bearer \t TOKEN', 'a tab among spaces'],
    ['Bearer TOKEN TOKEN', 'two tokens'],
    ['Bearer TOKEN, Bearer TOKEN', 'two tokens in a list'],
    ['Bearer TOKEN,', 'a comma'],
    ['Bearer "TOKEN"', 'quotes'],
    ['Bearer token=TOKEN', 'a parameter'],
    ['Bearer Bearer TOKEN', 'the scheme twice'],
    ['Basic Bearer TOKEN', 'two schemes'],
    ['Bearer: TOKEN', 'a colon'],
    ['Bearer TOKEN\u00a0', 'a space that is none'],
  ])('with %j (%s) has brought no token', async (header) => {
    await refuses(door, header.replaceAll('TOKEN', token), answers.noToken);
  });

  it.each(['Bearer TOKEN', 'bearer TOKEN', 'BEARER TOKEN', 'bEaReR    TOKEN', '  Bearer TOKEN  '])(
    'with %j is let in',
    async (header) => {
      expect(await callWith(door, header.replace('TOKEN', token))).toEqual(answers.applied);
    },
  );

  it.each([
    'x',
    'null',
    '.',
    '..',
    '...',
    '....',
    'a.b.c',
    'e30.e30.e30',
    'e30.e30.',
    'W10.W10.W10',
    'bnVsbA.bnVsbA.bnVsbA',
    '=',
    '-'.repeat(9_000),
    '.'.repeat(9_000),
  ])('with garbage is refused: %.20s', async (garbage) => {
    // `=` alone is not of the form of a token.
    await refuses(door, `Bearer ${garbage}`, garbage === '=' ? answers.noToken : answers.badToken);
  });

  it('with a token somewhere else has brought none', async () => {
    for (const path of [`/graphql?access_token=${token}`, `/graphql?token=${token}`]) {
      const response = await fetch(`${door.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie: `access_token=${token}`, 'x-token': token },
        body: JSON.stringify({ query: aPatch(door), access_token: token }),
      });
      expect([response.status, await response.json()]).toEqual([401, answers.noToken.body]);
    }
  });

  it('that has no token is refused whatever it asks', async () => {
    door.forgetRequests();
    for (const query of ['{ __typename }', '{ __schema { types { name } } }', '{', 'mutation { nothing }']) {
      const response = await fetch(`${door.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      expect([response.status, await response.json()]).toEqual([401, answers.noToken.body]);
    }
    expect(arrived(door)).toEqual([]);
  });
});

it('a token of 20 KB is more than a header may be, and the process lives on', async () => {
  const long = await signer.sign(claimsFor(door, { padding: 'x'.repeat(15_000) }));
  expect(long.length).toBeGreaterThan(20_000);
  door.forgetRequests();
  const response = await fetch(`${door.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${long}` },
    body: JSON.stringify({ query: aPatch(door) }),
  });
  expect(response.status).toBe(431);
  await response.arrayBuffer();
  expect(arrived(door)).toEqual([]);
  expect(await callWith(door, `Bearer ${token}`)).toEqual(answers.applied);
});

it('a token of 12 KB is a token as any other', async () => {
  const claims = claimsFor(door, { padding: 'x'.repeat(9_000) });
  expect(await callWith(door, `Bearer ${await signer.sign(claims)}`)).toEqual(answers.applied);
  const stranger = await createSigner('ES256', 'k1');
  await refuses(door, `Bearer ${await stranger.sign(claims)}`, answers.badToken, 1);
});

it('a second Authorization header does not help the first', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sent = request(`${door.url}/graphql`, {
      method: 'POST',
      headers: [
        ...['host', new URL(door.url).host, 'content-type', 'application/json'],
        ...['authorization', 'Bearer nonsense', 'authorization', `Bearer ${token}`],
      ],
    });
    sent.once('error', reject).once('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.end(JSON.stringify({ query: aPatch(door) }));
  });
  // Refused for being two, or for the first.
  expect([400, 401]).toContain(status);
});

describe('without a token', () => {
  it.each(['/health', '/ready'])('%s says how the process is', async (path) => {
    expect((await fetch(`${door.url}${path}`)).status).toBe(200);
  });

  it('nothing else is to be had', async () => {
    for (const path of ['/', '/graphql', '/metrics', '/graphql/', '/health/', '/graphql/stream']) {
      const { status } = await fetch(`${door.url}${path}`);
      expect([path, [401, 404, 405].includes(status)]).toEqual([path, true]);
    }
  });
});
