import { sandboxCallers } from '../../src/sandbox/callers.ts';
import type { SandboxChanges } from '../../src/sandbox/sandbox.ts';
import type { FrontDoor } from './front-door.ts';

/** Nobody is let in but by a token for one of these callers of the sandbox. */
export const callersOf =
  (...names: readonly (keyof typeof sandboxCallers)[]): NonNullable<SandboxChanges['callers']> =>
  ({ url, jwksUrl }) => ({
    jwt: names.map((name) => ({ ...sandboxCallers[name], issuer: url, jwks: jwksUrl, allowLoopback: true })),
  });

/** A token with these rights in every directory, as a gateway's caller would have it. */
export function tokenOf({ sandbox }: FrontDoor, scope: string, claims: object = {}): Promise<string> {
  return sandbox.issuer.token({ aud: 'idpatch-gateway', sub: 'gateway', scope, ...claims });
}

/** The token of a user who sees and changes their own record alone. */
export function ownTokenOf({ sandbox }: FrontDoor, id: string): Promise<string> {
  return sandbox.issuer.token({ aud: 'idpatch-profile', sub: id.slice(id.indexOf(':') + 1) });
}
