import type { JWTPayload } from 'jose';
import { customers } from './descope/customers.ts';

/**
 * The sandbox's callers beside anonymous ones, as in examples/callers: entries of `callers.jwt` without issuer and
 * keys, which are made for each run.
 */
export const sandboxCallers = {
  'front-end': {
    audience: 'idpatch-profile',
    algorithms: ['ES256'],
    rights: ['profile:write:self'],
    self: {
      directory: 'customers',
      claim: 'sub',
      fields: ['displayName', 'picture', 'email', 'customFields.nick'],
    },
  },
  gateway: {
    audience: 'idpatch-gateway',
    algorithms: ['ES256'],
    rights: { claim: 'scope' },
    directories: ['employees', 'contractors', 'customers'],
  },
  'support-desk': {
    audience: 'idpatch-support',
    algorithms: ['ES256'],
    rights: {
      claim: 'roles',
      grants: {
        agent: ['users:read', 'users:write'],
        lead: ['users:read', 'users:write', 'users:write:privileged'],
      },
    },
    directories: { claim: 'desks' },
  },
} as const;

/** The name of a caller. */
export type SandboxCaller = keyof typeof sandboxCallers;

/** The claims of each caller's token: the front end's user is the first customer. */
export const sandboxClaims: Readonly<Record<SandboxCaller, JWTPayload>> = {
  'front-end': { aud: 'idpatch-profile', sub: customers.users[0]?.userId ?? '' },
  gateway: { aud: 'idpatch-gateway', sub: 'gateway', scope: 'users:read users:write' },
  'support-desk': { aud: 'idpatch-support', sub: 'agent-7', roles: ['agent'], desks: ['customers'] },
};
