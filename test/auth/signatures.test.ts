import { createHmac } from 'node:crypto';
import { exportJWK, exportSPKI, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../src/sandbox/issuer.ts';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  answers,
  audience,
  call,
  claimsFor,
  createSigner,
  encoded,
  openTokenDoor,
  refusesToken,
  type Signer,
  trusting,
} from './tokens.ts';

/** Every algorithm that the settings know; each has a key of its own, with its name for the kid. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

let door: FrontDoor;
/** Somebody who would like to be the issuer: a server with a key set, which must not be asked for it. */
let attacker: Issuer;
const signers = new Map<string, Signer>();
function signer(name = 'ES256'): Signer {
  const found = signers.get(name);
  if (!found) throw new Error(`There is no signer ${name}.`);
  return found;
}
let otherKey: Signer;

beforeAll(async () => {
  attacker = await startIssuer();
  for (const alg of algorithms) signers.set(alg, await createSigner(alg, alg));
  // The same kid for keys of two kinds: which one is meant is for the algorithm to say.
  signers.set('two-kinds RS256', await createSigner('RS256', 'two-kinds'));
  signers.set('two-kinds ES256', await createSigner('ES256', 'two-kinds'));
  signers.set('twice 0', await createSigner('ES256', 'twice'));
  signers.set('twice 1', await createSigner('ES256', 'twice'));
  signers.set('enc', await createSigner('ES256', 'enc', { use: 'enc' }));
  signers.set('sign', await createSigner('ES256', 'sign', { key_ops: ['sign'] }));
  signers.set('other-alg', await createSigner('RS256', 'other-alg', { alg: 'RS512' }));
  const published = [...signers.values()].map(({ publicJwk }) => publicJwk);
  const unwise = await createSigner('ES256', 'private');
  signers.set('private', unwise);
  otherKey = await createSigner('ES256', 'ES256');
  const keys: JWK[] = [...published, { ...(await exportJWK(unwise.privateKey)), kid: 'private' }];
  door = await openTokenDoor(
    () => keys,
    (issuer) => ({
      jwt: [
        trusting(issuer, { algorithms }),
        trusting(issuer, { audience: 'es256-only', algorithms: ['ES256'] }),
      ],
    }),
  );
  expect(await call(door, await signer().sign(claimsFor(door)))).toEqual(answers.applied);
});
afterAll(async () => {
  // Whatever a token said, nobody but the issuer was asked for a key.
  expect(attacker.requests).toEqual([]);
  expect((await fetch(`${door.url}/ready`)).status).toBe(200);
  await attacker.close();
  await door.close();
});

/** A token put together by hand. */
const put = (header: object | string, payload: object | string, signature = '') =>
  `${encoded(header)}.${encoded(payload)}.${signature}`;

describe('an algorithm', () => {
  it.each(algorithms)('%s is verified by the key of its kid', async (alg) => {
    const token = await signer(alg).sign(claimsFor(door));
    expect(await call(door, token)).toEqual(answers.applied);
    const [header, payload, signature = ''] = token.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(9) ^ 1, 9);
    await refusesToken(door, `${header}.${payload}.${bytes.toString('base64url')}`);
  });

  it.each(algorithms.filter((alg) => alg !== 'ES256'))(
    '%s is refused where it is not listed, and no key is looked for',
    async (alg) => {
      await refusesToken(door, await signer(alg).sign(claimsFor(door, { aud: 'es256-only' })));
    },
  );

  it.each([
    ...['none', 'None', 'NONE', 'nOnE', 'none ', ' none', '', 'HS256', 'HS384', 'HS512', 'es256', 'ES256 '],
    ...['ES256K', 'RS1', 'ML-DSA-44', '__proto__', 'constructor', 'toString', 'RSA-OAEP', 'dir'],
    ...[null, true, 7, ['ES256'], { alg: 'ES256' }, undefined],
  ])('%j is refused with no signature, with any, and with one of ES256', async (alg) => {
    const header = { alg, typ: 'at+jwt', kid: 'ES256' };
    await refusesToken(door, put(header, claimsFor(door)));
    await refusesToken(door, put(header, claimsFor(door), 'AAAA'));
    const [, payload, signature] = (await signer().sign(claimsFor(door))).split('.');
    await refusesToken(door, `${encoded(header)}.${payload}.${signature}`);
  });

  it.each(['RS256', 'ES256', 'Ed25519'] as const)(
    'of a shared secret is refused, with the public key %s for the secret',
    async (alg) => {
      const { publicKey, publicJwk } = signer(alg);
      const pem = await exportSPKI(publicKey);
      const der = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
      const secrets = [pem, pem.trim(), der, JSON.stringify(publicJwk), publicJwk.x ?? publicJwk.n ?? ''];
      for (const secret of secrets) {
        for (const [hs, hash] of [
          ['HS256', 'sha256'],
          ['HS512', 'sha512'],
        ] as const) {
          const signed = put({ alg: hs, typ: 'at+jwt', kid: alg }, claimsFor(door)).slice(0, -1);
          await refusesToken(
            door,
            `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`,
          );
        }
      }
    },
  );

  it('of another kind than the key of its kid is refused', async () => {
    for (const [alg, kid] of [
      ['ES256', 'RS256'],
      ['RS256', 'ES256'],
      ['ES256', 'ES384'],
      ['ES384', 'ES256'],
      ['EdDSA', 'ES256'],
    ] as const) {
      await refusesToken(door, await signer(alg).sign(claimsFor(door), { kid }), 1);
    }
  });

  it('finds its key among two of the same kid', async () => {
    for (const name of ['two-kinds RS256', 'two-kinds ES256']) {
      const token = await signer(name).sign(claimsFor(door));
      expect(await call(door, token)).toEqual(answers.applied);
    }
  });
});

describe('a key of the issuer', () => {
  it('that is there twice under one kid is none: nobody guesses which is meant', async () => {
    for (const name of ['twice 0', 'twice 1']) {
      await refusesToken(door, await signer(name).sign(claimsFor(door)));
    }
  });

  it.each([
    ['enc', 'is for encryption'],
    ['sign', 'is not for verifying'],
    ['other-alg', 'is for another algorithm'],
    ['private', 'is private'],
  ])('%s, which %s, is not used', async (name) => {
    await refusesToken(door, await signer(name).sign(claimsFor(door)), 1);
  });

  it.each([
    ['unknown', 'unknown'],
    ['the name of a member of every object', '__proto__'],
    ['a path', '../../../../dev/null'],
    ['a query', "x' UNION SELECT 'key"],
    ['an address', 'https://attacker.example.com/key'],
    ['empty', ''],
    ['null', null],
    ['a number', 7],
    ['a list', ['ES256']],
    ['left out, where there are several', undefined],
  ])('by a kid that is %s is not found', async (_, kid) => {
    await refusesToken(door, await signer().sign(claimsFor(door), { kid }), 1);
  });

  it('of somebody else is not the one of the same name', async () => {
    await refusesToken(door, await otherKey.sign(claimsFor(door)));
    await refusesToken(door, await attacker.token(claimsFor(door), { kid: 'ES256' }));
  });
});

describe('a token that brings its own key is refused, and nobody is asked for it,', () => {
  it.each([
    ['jku', () => attacker.jwksUrl],
    ['jku', () => door.sandbox.issuer.jwksUrl],
    ['jku', () => `${door.sandbox.issuer.jwksUrl}@${attacker.url.slice(7)}`],
    ['jku', () => ''],
    ['jku', () => null],
    ['x5u', () => `${attacker.url}/certificate.pem`],
    ['jwk', () => otherKey.publicJwk],
    ['jwk', () => null],
  ])('in %s', async (name, value) => {
    // By a stranger’s key, and by the issuer’s own: the header is no place for keys in either case.
    for (const one of [otherKey, signer()]) {
      const header = { [name]: value() };
      await refusesToken(door, await one.sign(claimsFor(door), header));
      await refusesToken(door, await one.sign(claimsFor(door), { ...header, kid: undefined }));
    }
  });

  it('in x5c, which is not looked at', async () => {
    const x5c = [Buffer.from('a certificate').toString('base64')];
    await refusesToken(door, await otherKey.sign(claimsFor(door), { x5c, x5t: 'AAAA' }));
    expect(await call(door, await signer().sign(claimsFor(door), { x5c }))).toEqual(answers.applied);
  });

  it('in an address among its claims', async () => {
    const { url, jwksUrl } = attacker;
    await refusesToken(door, await attacker.token({ aud: audience, sub: 'somebody' }));
    await refusesToken(
      door,
      await otherKey.sign(claimsFor(door, { jku: jwksUrl, jwks_uri: jwksUrl, iss: url })),
    );
  });
});
