import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** The audience of the tokens. */
export const audience = 'idpatch-bench';

/** An issuer of access tokens, signed ES256, of a caller who may read and write users. */
export async function createIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'bench-1', alg: 'ES256', use: 'sig' };
  return {
    keySet: { keys: [key] },
    token: (issuer: string) =>
      new SignJWT({ scope: 'users:read users:write', iss: issuer, aud: audience, sub: 'bench' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid })
        .setIssuedAt()
        .setExpirationTime('6h')
        .sign(privateKey),
  };
}
