import { isLoopbackHost } from '../settings/origin.ts';

/** What a browser is told with every answer, whatever it is: https://owasp.org/www-project-secure-headers */
const always = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/**
 * The headers of every answer of a server that listens on this host. Off loopback a browser is told to come by
 * https from then on; it takes that from the https that a proxy in front of idpatch speaks, and from nothing else.
 */
export function securityHeaders(host: string): Readonly<Record<string, string>> {
  return isLoopbackHost(host) ? always : { ...always, 'strict-transport-security': 'max-age=31536000' };
}
