import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** The audience of the tokens. */
export const audience = 'idpatch-bench';

/** An issuer of access tokens whose keys the upstream publishes. */
export interface Issuer {
  readonly keySet: object;
  /** A token, signed ES256, of a caller who may read and write users. `issuer`: the upstream's address. */
  token(issuer: string): Promise<string>;
}

/** Makes an issuer with a key of its own. */
export async function createIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'bench-1', alg: 'ES256', use: 'sig' };
  return {
    keySet: { keys: [key] },
    token: (issuer) =>
      new SignJWT({ scope: 'users:read users:write' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('bench')
        .setIssuedAt()
        .setExpirationTime('6h')
        .sign(privateKey),
  };
}
