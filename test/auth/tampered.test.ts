import { CompactEncrypt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FrontDoor } from '../harness/front-door.ts';
import {
  answers,
  call,
  claimsFor,
  createSigner,
  encoded,
  openTokenDoor,
  refusesToken,
  type Signer,
} from './tokens.ts';

let door: FrontDoor;
let signer: Signer;
beforeAll(async () => {
  signer = await createSigner('ES256', 'k1');
  door = await openTokenDoor(() => [signer.publicJwk]);
  expect(await call(door, await signer.sign(claimsFor(door)))).toEqual(answers.applied);
});
afterAll(async () => {
  expect((await fetch(`${door.url}/ready`)).status).toBe(200);
  await door.close();
});

describe('a token that says what is critical', () => {
  it.each([
    ['something unknown', { crit: ['other'], other: 1 }],
    ['something unknown that is not there', { crit: ['exp'] }],
    ['something that every object has', { crit: ['toString'] }],
    ['nothing', { crit: [] }],
    ['no list', { crit: 'b64' }],
    ['null', { crit: null }],
    ['an empty name', { crit: [''] }],
    ['that its payload is not encoded', { crit: ['b64'], b64: false }],
    ['b64, which is not there', { crit: ['b64'] }],
    ['b64, which is a text', { crit: ['b64'], b64: 'false' }],
  ])('and names %s is refused', async (_, critical) => {
    const [, payload] = (await signer.sign(claimsFor(door))).split('.');
    const header = encoded({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...critical });
    const signature = Buffer.from(
      await crypto.subtle.sign(
        { name: 'ECDSA', hash: 'SHA-256' },
        signer.privateKey,
        Buffer.from(`${header}.${payload}`),
      ),
    ).toString('base64url');
    await refusesToken(door, `${header}.${payload}.${signature}`);
  });

  it('and names b64 as it always is has changed nothing', async () => {
    const token = await signer.sign(claimsFor(door), { crit: ['b64'], b64: true });
    expect(await call(door, token)).toEqual(answers.applied);
  });
});

describe('a token is refused', () => {
  it('whose payload is another than was signed', async () => {
    const [header, , signature] = (await signer.sign(claimsFor(door))).split('.');
    for (const changes of [{ sub: 'somebody-else' }, { scope: 'users:write:privileged' }, { exp: 9e9 }]) {
      await refusesToken(door, `${header}.${encoded(claimsFor(door, changes))}.${signature}`);
    }
  });

  it('whose header is another than was signed', async () => {
    const [, payload, signature] = (await signer.sign(claimsFor(door))).split('.');
    const header = { alg: 'ES256', typ: 'JWT', kid: 'k1' };
    await refusesToken(door, `${encoded(header)}.${payload}.${signature}`);
  });

  it('whose signature is another', async () => {
    const [header, payload, signature = ''] = (await signer.sign(claimsFor(door))).split('.');
    const [, , ofAnother = ''] = (await signer.sign(claimsFor(door, { sub: 'somebody-else' }))).split('.');
    const zeros = Buffer.alloc(64).toString('base64url');
    const asDer = Buffer.concat([Buffer.from('3006020101020101', 'hex')]).toString('base64url');
    for (const other of [
      ...[
        '',
        'AAAA',
        zeros,
        asDer,
        ofAnother,
        `${signature}AAAA`,
        signature.slice(0, -4),
        signature.slice(4),
      ],
      ...[`${signature}=`, signature.toUpperCase(), `.${signature}`, `${signature}.`],
    ]) {
      await refusesToken(door, `${header}.${payload}.${other}`);
    }
  });

  it('that is encrypted', async () => {
    const { publicKey } = await crypto.subtle
      .generateKey({ name: 'X25519' }, false, ['deriveBits'])
      .then((pair) => pair as CryptoKeyPair);
    const token = await new CompactEncrypt(Buffer.from(JSON.stringify(claimsFor(door))))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', typ: 'at+jwt', kid: 'k1' })
      .encrypt(publicKey);
    expect(token.split('.')).toHaveLength(5);
    await refusesToken(door, token);
  });

  it('that is a token in a token, or lacks a part', async () => {
    const token = await signer.sign(claimsFor(door));
    const [header, payload, signature] = token.split('.');
    for (const other of [
      await signer.sign(token),
      await signer.sign(token, { cty: 'JWT' }),
      ...[
        `${header}.${payload}`,
        `.${payload}.${signature}`,
        `${header}..${signature}`,
        `${payload}.${signature}`,
      ],
      ...[`${header}.${payload}.${signature}.${signature}`, `${token}.${token}`],
    ]) {
      await refusesToken(door, other);
    }
  });

  it('in JSON form', async () => {
    const [, payload, signature] = (await signer.sign(claimsFor(door))).split('.');
    await refusesToken(door, encoded({ payload, signatures: [{ signature }] }));
  });

  it.each(['', 'null', '[]', '7', '"ES256"', '{', `${'['.repeat(3_000)}`, '{"alg":"ES256","alg":"none"}'])(
    'with a header of %.30s',
    async (header) => {
      const [, payload, signature] = (await signer.sign(claimsFor(door))).split('.');
      await refusesToken(door, `${encoded(header)}.${payload}.${signature}`);
    },
  );
});
