import { createHmac } from 'node:crypto';
import { CompactEncrypt, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { startIssuer } from '../../src/sandbox/issuer.ts';
import {
  answers,
  audience,
  call,
  claimsFor,
  createSigner,
  encoded,
  openTokenDoor,
  refusesToken,
  refusesUnknownKey,
  type Signer,
  trusting,
} from './tokens.ts';

/** Every algorithm of the configuration, each with a key whose kid is its name. */
const algorithms = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/** A server with a key set of its own, which is never asked for it. */
const attacker = await startIssuer();

/** The published keys: `name: [algorithm, kid, changes of the public key]`. */
const published: Readonly<Record<string, readonly [alg: string, kid: string, jwk?: object]>> = {
  ...Object.fromEntries(algorithms.map((alg) => [alg, [alg, alg]])),
  // One kid for keys of two types: the algorithm tells them apart.
  'two-types RS256': ['RS256', 'two-types'],
  'two-types ES256': ['ES256', 'two-types'],
  'twice 0': ['ES256', 'twice'],
  'twice 1': ['ES256', 'twice'],
  'for encryption': ['ES256', 'enc', { use: 'enc' }],
  'for signing only': ['ES256', 'sign', { key_ops: ['sign'] }],
  'for another algorithm': ['RS256', 'other-alg', { alg: 'RS512' }],
  private: ['ES256', 'private'],
};
const signers = new Map<string, Signer>();
for (const [name, key] of Object.entries(published)) signers.set(name, await createSigner(...key));
const signer = (name = 'ES256') => signers.get(name) ?? expect.fail(`There is no signer ${name}.`);
const privateJwk = { ...(await exportJWK(signer('private').privateKey)), kid: 'private' };
/** Has the kid of the issuer's ES256 key, and is not published. */
const otherKey = await createSigner('ES256', 'ES256');

const door = await openTokenDoor(
  () => [...signers].map(([name, { publicJwk }]) => (name === 'private' ? privateJwk : publicJwk)),
  (issuer) => ({
    jwt: [
      trusting(issuer, { algorithms }),
      trusting(issuer, { audience: 'es256-only', algorithms: ['ES256'] }),
    ],
  }),
);
afterAll(async () => {
  expect(attacker.requests).toEqual([]);
  expect((await fetch(`${door.url}/ready`)).status).toBe(200);
  await attacker.close();
  await door.close();
});

const partsOf = async (token: Promise<string>) => (await token).split('.') as [string, string, string];
const valid = () => partsOf(signer().sign(claimsFor(door)));

describe('an algorithm', () => {
  it.each(algorithms)('%s is accepted where it is listed, and its signature checked', async (alg) => {
    const token = await signer(alg).sign(claimsFor(door));
    expect(await call(door, token)).toEqual(answers.applied);
    const [header, payload, signature = ''] = token.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(9) ^ 1, 9);
    await refusesToken(door, `${header}.${payload}.${bytes.toString('base64url')}`);
    if (alg === 'ES256') return;
    await refusesToken(door, await signer(alg).sign(claimsFor(door, { aud: 'es256-only' })));
  });

  it.each([
    ...['none', 'None', 'NONE', 'nOnE', 'none ', '', 'HS256', 'HS384', 'HS512', 'es256', 'ES256 ', 'ES256K'],
    ...['RS1', 'ML-DSA-44', '__proto__', 'constructor', 'RSA-OAEP', 'dir'],
    ...[null, true, 7, ['ES256'], { alg: 'ES256' }, undefined],
  ])('%j is refused with no signature, with any, and with one of ES256', async (alg) => {
    const header = encoded({ alg, typ: 'at+jwt', kid: 'ES256' });
    const [, payload, signature] = await valid();
    for (const one of ['', 'AAAA', signature]) await refusesToken(door, `${header}.${payload}.${one}`);
  });

  it.each(['RS256', 'ES256', 'Ed25519'])(
    'HS256 is refused with the %s public key as its secret',
    async (kid) => {
      const { publicKey, publicJwk } = signer(kid);
      const pem = await exportSPKI(publicKey);
      const der = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
      const { x, n = '' } = publicJwk;
      for (const secret of [pem, pem.trim(), der, JSON.stringify(publicJwk), x ?? n]) {
        for (const [alg, hash] of Object.entries({ HS256: 'sha256', HS512: 'sha512' })) {
          const signed = `${encoded({ alg, typ: 'at+jwt', kid })}.${encoded(claimsFor(door))}`;
          const signature = createHmac(hash, secret).update(signed).digest('base64url');
          await refusesToken(door, `${signed}.${signature}`);
        }
      }
    },
  );
});

describe('a key of the issuer', () => {
  it.each([
    ['ES256', 'RS256'],
    ['RS256', 'ES256'],
    ['ES256', 'ES384'],
    ['EdDSA', 'ES256'],
  ])('of another type than the algorithm is not used: %s with the kid %s', async (alg, kid) => {
    await refusesUnknownKey(door, await signer(alg).sign(claimsFor(door), { kid }));
  });

  it('is found where another key has the same kid', async () => {
    for (const name of ['two-types RS256', 'two-types ES256', 'twice 0', 'twice 1']) {
      expect(await call(door, await signer(name).sign(claimsFor(door)))).toEqual(answers.applied);
    }
  });

  it.each(['for encryption', 'for signing only', 'for another algorithm', 'private'])(
    'is not used if it is not for verifying: %s',
    async (name) => refusesUnknownKey(door, await signer(name).sign(claimsFor(door))),
  );

  it.each([
    ...['unknown', '__proto__', '../../../dev/null', "x' UNION SELECT 'key", 'https://attacker.example.com'],
    ...['', null, 7, ['ES256']],
  ])('is not found by the kid %j', async (kid) => {
    await refusesUnknownKey(door, await signer().sign(claimsFor(door), { kid }));
  });

  it('is not replaced by an unpublished key of the same kid', async () => {
    await refusesToken(door, await otherKey.sign(claimsFor(door)));
    await refusesToken(door, await attacker.token(claimsFor(door), { kid: 'ES256' }));
  });
});

describe('a token that brings its own key is refused, and nobody is asked for it,', () => {
  const { jwksUrl } = door.sandbox.issuer;
  it.each<readonly [string, unknown]>([
    ...[attacker.jwksUrl, jwksUrl, `${jwksUrl}@${attacker.url.slice(7)}`, '', null].map(
      (url) => ['jku', url] as const,
    ),
    ['x5u', `${attacker.url}/certificate.pem`],
    ...[otherKey.publicJwk, null].map((key) => ['jwk', key] as const),
  ])('in %s: %j', async (name, value) => {
    // Whether an attacker signed it or the issuer.
    for (const one of [otherKey, signer()]) {
      for (const kid of [{}, { kid: undefined }]) {
        await refusesToken(door, await one.sign(claimsFor(door), { [name]: value, ...kid }));
      }
    }
  });

  it('in x5c, which is ignored', async () => {
    const x5c = [Buffer.from('a certificate').toString('base64')];
    await refusesToken(door, await otherKey.sign(claimsFor(door), { x5c, x5t: 'AAAA' }));
    expect(await call(door, await signer().sign(claimsFor(door), { x5c }))).toEqual(answers.applied);
  });

  it('in its claims', async () => {
    const { url, jwksUrl } = attacker;
    await refusesToken(door, await attacker.token({ aud: audience, sub: 'somebody' }));
    const claims = claimsFor(door, { jku: jwksUrl, jwks_uri: jwksUrl, iss: url });
    await refusesToken(door, await otherKey.sign(claims));
  });
});

describe('a token is refused', () => {
  it.each([
    ...[{ crit: ['other'], other: 1 }, { crit: ['exp'] }, { crit: [] }, { crit: null }, { crit: 'b64' }],
    ...[{ crit: ['b64'], b64: false }, { crit: ['b64'] }],
  ])('with an unknown critical header: %j', async (critical) => {
    const header = encoded({ alg: 'ES256', typ: 'at+jwt', kid: 'ES256', ...critical });
    const [, payload] = await valid();
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const signed = Buffer.from(`${header}.${payload}`);
    const signature = await crypto.subtle.sign(algorithm, signer().privateKey, signed);
    await refusesToken(door, `${header}.${payload}.${Buffer.from(signature).toString('base64url')}`);
  });

  it('if a part was changed after signing, lacks, or is there twice', async () => {
    const [header, payload, signature] = await valid();
    const [, , other] = await partsOf(signer().sign(claimsFor(door, { sub: 'other' })));
    const changed = [{ sub: 'other' }, { scope: 'users:write:privileged' }, { exp: 9e9 }].map((changes) =>
      encoded(claimsFor(door, changes)),
    );
    const heads = ['', 'null', '[]', '{', '{"alg":"ES256","alg":"none"}', '['.repeat(3_000)].map(encoded);
    heads.push(encoded({ alg: 'ES256', typ: 'JWT', kid: 'ES256' }));
    const zeros = Buffer.alloc(64).toString('base64url');
    for (const token of [
      ...changed.map((one) => `${header}.${one}.${signature}`),
      ...heads.map((one) => `${one}.${payload}.${signature}`),
      ...['', 'AAAA', zeros, other, `${signature}AAAA`, `${signature}=`].map(
        (one) => `${header}.${payload}.${one}`,
      ),
      ...[`${header}.${payload}`, `.${payload}.${signature}`, `${header}..${signature}`],
      `${header}.${payload}.${signature}.${signature}`,
    ]) {
      await refusesToken(door, token);
    }
  });

  it('that contains a token, or is encrypted', async () => {
    await refusesToken(door, await signer().sign(await signer().sign(claimsFor(door)), { cty: 'JWT' }));
    const { publicKey } = await generateKeyPair('ECDH-ES');
    const encrypted = await new CompactEncrypt(Buffer.from(JSON.stringify(claimsFor(door))))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', typ: 'at+jwt', kid: 'ES256' })
      .encrypt(publicKey);
    await refusesToken(door, encrypted);
  });
});
