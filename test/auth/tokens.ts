import {
  type CompactJWSHeaderParameters,
  CompactSign,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
} from 'jose';
import { expect } from 'vitest';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import { arrived, someUser } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

/** A key pair that signs tokens. */
export interface Signer {
  /** The public key, as in a key set. */
  readonly publicJwk: JWK;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
  /** Signs a payload: an object as JSON, a text or bytes unchanged. `header` changes a header that names this key. */
  sign(payload: object | string | Buffer, header?: object): Promise<string>;
}

/** Creates a key pair, without a kid where there is none. `jwk` changes its public form. */
export async function createSigner(alg: string, kid?: string, jwk: Partial<JWK> = {}): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    publicJwk: JSON.parse(JSON.stringify({ ...(await exportJWK(publicKey)), kid, use: 'sig', ...jwk })),
    publicKey,
    privateKey,
    sign(payload, header = {}) {
      const asIs = typeof payload === 'string' || Buffer.isBuffer(payload);
      const bytes = Buffer.from(asIs ? payload : JSON.stringify(payload));
      const whole = JSON.parse(JSON.stringify({ alg, typ: 'at+jwt', kid, ...header }));
      return new CompactSign(bytes)
        .setProtectedHeader(whole as CompactJWSHeaderParameters)
        .sign(privateKey, { crit: { other: true } });
    },
  };
}

/** A part of a token. */
export const encoded = (part: object | string) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** The audience of most tests. */
export const audience = 'idpatch-here';

/** An entry of `callers.jwt`: callers with a token of this issuer may patch the customers. */
export function trusting(issuer: { readonly url: string; readonly jwksUrl: string }, changes: object = {}) {
  return {
    ...{ issuer: issuer.url, jwks: issuer.jwksUrl, allowLoopback: true, audience, algorithms: ['ES256'] },
    ...{ rights: ['users:read', 'users:write'], directories: ['customers'], ...changes },
  };
}

/** Seconds since 1970. */
const now = () => Math.floor(Date.now() / 1000);

/** The claims of a valid token; undefined in `changes` leaves one out. */
export function claimsFor(door: FrontDoor, changes: object = {}): JWTPayload {
  const iss = door.sandbox.issuer.url;
  return { iss, aud: audience, sub: 'somebody', iat: now(), exp: now() + 600, ...changes };
}

/** Opens a front door whose issuer publishes these keys instead of its own. */
export function openTokenDoor(
  keys: () => readonly JWK[],
  callers: NonNullable<SandboxChanges['callers']> = (issuer) => ({ jwt: [trusting(issuer)] }),
): Promise<FrontDoor> {
  return openFrontDoor({
    customers: { requestsPerMinute: 100_000 },
    limits: { requestsPerCallerPerMinute: 100_000 },
    callers,
    issuer: {
      intercept: ({ url }) => (url === '/jwks.json' ? { status: 200, body: { keys: keys() } } : undefined),
    },
  });
}

/** The answer to a request, as far as authentication decides it. */
export interface Answer {
  readonly status: number;
  readonly wwwAuthenticate: string | null;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

const error = (status: number, code: string, message: string) => ({
  ...{ status, wwwAuthenticate: null, retryAfter: null },
  body: { errors: [{ message, extensions: { code } }] },
});

/** The answers to a patch of a customer. */
export const answers = {
  applied: {
    ...{ status: 200, wwwAuthenticate: null, retryAfter: null },
    body: { data: { patchUser: { outcome: 'APPLIED', errors: [] } } },
  },
  noToken: {
    ...error(401, 'UNAUTHENTICATED', 'A bearer token is required: Authorization: Bearer <token>.'),
    wwwAuthenticate: 'Bearer',
  },
  badToken: {
    ...error(401, 'UNAUTHENTICATED', 'The token is not valid.'),
    wwwAuthenticate: 'Bearer error="invalid_token"',
  },
} as const satisfies Record<string, Answer>;

/** The answers while the keys are unavailable: the key set is fetched every two seconds at most. */
export const noKeys: readonly Answer[] = ['1', '2'].map((retryAfter) => ({
  ...error(503, 'ISSUER_UNAVAILABLE', 'The keys of the token’s issuer are unavailable: try again.'),
  retryAfter,
}));

/** A patch of a customer. */
export const aPatch = (door: FrontDoor) => `mutation { patchUser(input: {
  user: { id: "${someUser(door, 'customers')}" }, patch: { displayName: "Ada" }
}) { outcome errors { code } } }`;

/** Patches a customer with this Authorization header, or without one. */
export async function callWith(door: FrontDoor, authorization?: string): Promise<Answer> {
  const response = await fetch(`${door.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
    body: JSON.stringify({ query: aPatch(door) }),
  });
  return {
    status: response.status,
    wwwAuthenticate: response.headers.get('www-authenticate'),
    retryAfter: response.headers.get('retry-after'),
    body: await response.json(),
  };
}

/** Patches a customer with this token. */
export const call = (door: FrontDoor, token: string) => callWith(door, `Bearer ${token}`);

/**
 * Asserts the answer, or one of several, to an Authorization header, that no provider is called, that neither answer nor log repeats a
 * part of it, and that the issuer's key set is fetched at most so often.
 */
export async function refuses(
  door: FrontDoor,
  authorization: string | undefined,
  answer: Answer | readonly Answer[],
  keyFetches = 0,
): Promise<void> {
  door.forgetRequests();
  const before = { logged: door.log.length, fetches: door.sandbox.issuer.requests.length };
  const given = await callWith(door, authorization);
  expect([answer].flat()).toContainEqual(given);
  expect(arrived(door)).toEqual([]);
  expect(door.sandbox.issuer.requests.length - before.fetches).toBeLessThanOrEqual(keyFetches);
  const text = JSON.stringify(given.body) + door.log.slice(before.logged).join('');
  for (const part of (authorization ?? '').split(/[\s.]/).filter((one) => one.length > 8)) {
    expect(text).not.toContain(part);
  }
}

/** Asserts that a token is refused. */
export const refusesToken = (door: FrontDoor, token: string, keyFetches = 0) =>
  refuses(door, `Bearer ${token}`, answers.badToken, keyFetches);

/** Asserts that a token of a key that no key set has is refused: for good if its arrival made idpatch fetch the set. */
export const refusesUnknownKey = (door: FrontDoor, token: string) =>
  refuses(door, `Bearer ${token}`, [answers.badToken, ...noKeys], 1);
