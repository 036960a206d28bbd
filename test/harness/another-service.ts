import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Config } from '../../src/config/config.ts';
import { serveOnLoopback } from '../../src/sandbox/emulator.ts';
import type { Service } from '../../src/service.ts';
import type { FrontDoor } from './front-door.ts';

/** Another idpatch before the providers of a front door, with other settings of its server, or other callers. */
export function startAnother(
  { sandbox: { config }, startAnother: start }: FrontDoor,
  {
    server,
    ...changes
  }: { readonly server?: Partial<Config['server']>; readonly callers?: Config['callers'] },
): Promise<Service> {
  return start({ ...changes, server: { ...config.server, ...server } });
}

/** Callers who need a token, and one of these tokens, which may read and write everywhere. */
export interface TokenCallers {
  readonly callers: Config['callers'];
  readonly token: string;
  close(): Promise<void>;
}

/** Starts an issuer of tokens on loopback. */
export async function startTokenCallers(): Promise<TokenCallers> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'key', alg: 'ES256' }] };
  const issuer = await serveOnLoopback(() => ({ status: 200, body: keys }));
  const token = await new SignJWT({ iss: issuer.url, aud: 'idpatch', sub: 'a-test' })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'key' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  return {
    callers: {
      jwt: [
        {
          issuer: issuer.url,
          audience: 'idpatch',
          jwks: `${issuer.url}/jwks.json`,
          allowLoopback: true,
          algorithms: ['ES256'],
          typ: ['at+jwt'],
          clockToleranceSeconds: 5,
          rights: ['users:read', 'users:write', 'users:write:privileged'],
          directories: ['employees', 'contractors', 'customers'],
        },
      ],
    },
    token,
    close: () => issuer.close(),
  };
}
