import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { type Emulator, type EmulatorHooks, serveOnLoopback } from './emulator.ts';

/** An issuer of access tokens on loopback, as a login server is: it publishes its keys and signs tokens. */
export interface Issuer extends Pick<Emulator, 'requests' | 'close'> {
  /** The `iss` of its tokens: its address. */
  readonly url: string;
  /** The address of its keys. */
  readonly jwksUrl: string;
  /** A token with `iss`, `iat` and an `exp` in an hour, unless the claims say otherwise; signed ES256. */
  token(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
}

/** Settings of an issuer. */
export interface IssuerSettings extends Pick<EmulatorHooks, 'intercept'> {
  /** Claims of the tokens that `GET /token/<name>` answers, by name. */
  readonly demonstration?: Readonly<Record<string, JWTPayload>>;
}

const keyId = 'sandbox-1';

/** Starts an issuer with a key of its own. */
export async function startIssuer({ demonstration = {}, intercept }: IssuerSettings = {}): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keySet = { keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: 'ES256', use: 'sig' }] };
  const { url, requests, close } = await serveOnLoopback(async ({ url: path }) => {
    if (path === '/jwks.json') return { status: 200, body: keySet };
    const name = path.replace(/^\/token\//, '');
    const claims = Object.hasOwn(demonstration, name) ? demonstration[name] : undefined;
    if (!claims) return { status: 404 };
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: await token(claims) };
  }, intercept);

  function token(claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: url, iat: now, exp: now + 3600, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: keyId, ...header })
      .sign(privateKey);
  }

  return { url, jwksUrl: `${url}/jwks.json`, requests, close, token };
}
