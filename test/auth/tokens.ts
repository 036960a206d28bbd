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
import { arrived, someUser, written } from '../harness/expected.ts';
import { type FrontDoor, openFrontDoor } from '../harness/front-door.ts';

/** A key of an issuer, or of somebody who would like to be one. */
export interface Signer {
  /** The key as a key set has it. */
  readonly publicJwk: JWK;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
  /** Signs a payload, an object, or a text or bytes as they are; the header names this key, unless `header` says otherwise. */
  sign(payload: object | string | Buffer, header?: object): Promise<string>;
}

/** Makes a key. `jwk`: members of its public form, over those that it has anyway; undefined leaves one out. */
export async function createSigner(alg: string, kid: string, jwk: Partial<JWK> = {}): Promise<Signer> {
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

/** A token's part. */
export const encoded = (part: object | string) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** What most tests have for the audience of idpatch. */
export const audience = 'idpatch-here';

/** An entry of `callers.jwt`: whoever has a token of this issuer may patch the customers. */
export function trusting(issuer: { readonly url: string; readonly jwksUrl: string }, changes: object = {}) {
  return {
    ...{ issuer: issuer.url, jwks: issuer.jwksUrl, allowLoopback: true, audience, algorithms: ['ES256'] },
    ...{ rights: ['users:read', 'users:write'], directories: ['customers'], ...changes },
  };
}

/** Seconds since 1970. */
export const now = () => Math.floor(Date.now() / 1000);

/** The claims of a token that is right; undefined in `changes` leaves one out. */
export function claimsFor(door: FrontDoor, changes: object = {}): JWTPayload {
  const iss = door.sandbox.issuer.url;
  return { iss, aud: audience, sub: 'somebody', iat: now(), exp: now() + 600, ...changes };
}

/** Opens a front door whose issuer publishes these keys in place of its own. */
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

/** What came of a request, as far as who calls decides it. */
export interface Answer {
  readonly status: number;
  readonly wwwAuthenticate: string | null;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

const refused = (status: number, code: string, message: string) => ({
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
    ...refused(401, 'UNAUTHENTICATED', 'A bearer token is required: Authorization: Bearer <token>.'),
    wwwAuthenticate: 'Bearer',
  },
  badToken: {
    ...refused(401, 'UNAUTHENTICATED', 'The token is not valid.'),
    wwwAuthenticate: 'Bearer error="invalid_token"',
  },
  noKeys: {
    ...refused(503, 'ISSUER_UNAVAILABLE', 'The keys of the token’s issuer are unavailable: try again.'),
    retryAfter: '5',
  },
} as const satisfies Record<string, Answer>;

/** A patch of a customer. */
export const aPatch = (door: FrontDoor) => `mutation { patchUser(input: {
  user: { id: "${someUser(door, 'customers')}" }, patch: { displayName: "Ada" }
}) { outcome errors { code } } }`;

/** Patches a customer with this header; without one where it is left out. */
export async function callWith(door: FrontDoor, authorization?: string): Promise<Answer> {
  const response = await fetch(`${door.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    },
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
 * Asserts that this header is answered so, that nothing reached a provider, that neither answer nor log repeats a
 * part of it, and that the issuer was asked for its keys at most so often.
 */
export async function refuses(
  door: FrontDoor,
  authorization: string | undefined,
  answer: Answer,
  keyFetches = 0,
): Promise<void> {
  door.forgetRequests();
  const before = {
    ...{ written: written(door).length, logged: door.log.length },
    asked: door.sandbox.issuer.requests.length,
  };
  const given = await callWith(door, authorization);
  expect(given).toEqual(answer);
  expect(arrived(door)).toEqual([]);
  expect(written(door).slice(before.written)).toEqual([]);
  expect(door.sandbox.issuer.requests.length - before.asked).toBeLessThanOrEqual(keyFetches);
  const said = JSON.stringify(given.body) + door.log.slice(before.logged).join('');
  for (const part of (authorization ?? '').split(/[\s.]/).filter((one) => one.length > 8)) {
    expect(said).not.toContain(part);
  }
}

/** Asserts that this token is refused. */
export const refusesToken = (door: FrontDoor, token: string, keyFetches = 0) =>
  refuses(door, `Bearer ${token}`, answers.badToken, keyFetches);
